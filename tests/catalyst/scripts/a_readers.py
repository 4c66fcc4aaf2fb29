# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table s3://lake/in/events(id int, kind string, value double)
# table s3://lake/in/people.csv(id int, name string)
from pyspark.sql import SparkSession
from pyspark.sql import types as T

spark = SparkSession.builder.getOrCreate()
from pyspark.sql import types as T
e = spark.read.format("parquet").load("s3://lake/in/events")
p = spark.read.option("header", "true").csv("s3://lake/in/people.csv")
e.join(p, "id").select("kind", "name").write.parquet("s3://lake/out/a")
schema = T.StructType([T.StructField("a", T.IntegerType()), T.StructField("b", T.StringType())])
spark.read.schema(schema).json("s3://lake/in/raw.json").write.parquet("s3://lake/out/b")
spark.read.schema("x int, y struct<z:string>").json("s3://lake/in/nested").select("x", "y.z").write.parquet("s3://lake/out/c")
spark.read.load("s3://lake/in/events", format="parquet").filter("value > 1").write.parquet("s3://lake/out/d")
spark.read.table("raw.orders").limit(1).select("order_id").write.parquet("s3://lake/out/e")
