# table p.products(sku string, base_price double, category string)
# table p.regions(region string, surcharge double)
"""Cross joins with small frames made in the job."""
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

spark = SparkSession.builder.getOrCreate()
schema = StructType([StructField("tier", StringType()), StructField("discount", DoubleType())])
tiers = spark.createDataFrame([("gold", 0.2), ("silver", 0.1)], schema)
seasons = spark.createDataFrame([Row(season="summer", factor=1.1), Row(season="winter", factor=0.9)])
currency = spark.createDataFrame([("EUR",), ("USD",)], "currency string")

grid = (
    spark.table("p.products")
    .crossJoin(spark.table("p.regions"))
    .crossJoin(tiers)
    .crossJoin(F.broadcast(seasons))
    .join(currency)
    .withColumn("price", F.col("base_price") * (1 + F.col("surcharge")) * (1 - F.col("discount")) * F.col("factor"))
)
grid.select("sku", "region", "tier", "season", "currency", F.bround("price", 2).alias("price")).write.mode("overwrite").saveAsTable("q.price_grid")
