# table raw.y2020(id bigint, v int)
# table raw.y2021(id bigint, v int)
# table raw.y2022(id bigint, amount int)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
acc = None
for year in range(2020, 2023):
    d = spark.table(f"raw.y{year}")
    if "amount" in d.columns:
        d = d.withColumnRenamed("amount", "v")
    d = d.withColumn("year", F.lit(year))
    acc = d if acc is None else acc.unionByName(d)
acc.dropDuplicates(["id"]).write.saveAsTable("out.years")
