# table f.income(person_id bigint, year int, income double)
# table f.tax(person_id bigint, year int, tax double)
# table f.pension(person_id bigint, year int, pension double, provider string)
# table f.jan(k string, v int)
# table f.feb(k string, v int)
# table f.mar(v int, k string)
"""reduce over joins, unions and conditions."""
from functools import reduce
from operator import add, and_

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
frames = [spark.table(f"f.{name}") for name in ("income", "tax", "pension")]
wide = reduce(lambda left, right: left.join(right, ["person_id", "year"], "outer"), frames)
amounts = ["income", "tax", "pension"]
wide = wide.withColumn("net", reduce(add, [F.coalesce(F.col(a), F.lit(0)) for a in amounts]))
complete = reduce(and_, (F.col(a).isNotNull() for a in amounts))
wide.filter(complete).write.mode("overwrite").saveAsTable("g.wide")

months = [spark.table(f"f.{m}").withColumn("month", F.lit(m)) for m in ["jan", "feb", "mar"]]
by_name = reduce(DataFrame.unionByName, months)
by_name.write.mode("overwrite").saveAsTable("g.months")

bands = [(10, "low"), (100, "mid"), (1000, "high")]
band = reduce(lambda acc, b: acc.when(F.col("v") < b[0], b[1]), bands, F.when(F.col("v") < 0, "negative"))
by_name.select("k", band.otherwise("top").alias("band")).write.mode("overwrite").saveAsTable("g.bands")
