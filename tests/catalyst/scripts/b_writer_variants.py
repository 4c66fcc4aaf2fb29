# table k1.data(id bigint, v double, day date, grp string)
"""The writer in its many forms."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
data = spark.table("k1.data")
writer = data.filter("v > 0").write
writer = writer.mode("overwrite")
writer.partitionBy("day").format("parquet").saveAsTable("k1_out.positive")
data.groupBy("grp").agg(F.sum("v").alias("v")).write.saveAsTable("k1_out.groups", format="orc", mode="overwrite", partitionBy="grp")
data.select(F.max("day").alias("day")).coalesce(1).write.bucketBy(4, "day").sortBy("day").mode("overwrite").saveAsTable("k1_out.max_day")
spark.sql("CREATE OR REPLACE TEMP VIEW d AS SELECT grp, v FROM k1.data")
spark.sql("CREATE TABLE k1_out.ctas USING parquet AS SELECT grp, avg(v) AS v FROM d GROUP BY grp")
