# table raw.q(id bigint, a string, b string, c string)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
q = spark.table("raw.q")
rules = {"a": [("trim", {}), ("upper", {})], "b": [("trim", {})]}
for col, steps in rules.items():
    for name, kw in steps:
        q = q.withColumn(col, getattr(F, name)(F.col(col), **kw))
checks = [F.col(c).isNull().alias(f"{c}_missing") for c in ("a", "b", "c")]
q.select("id", *checks, F.concat_ws("|", *[F.coalesce(c, F.lit("")) for c in rules]).alias("key")).write.saveAsTable("out.q")
q.select([F.count(F.when(F.col(c).isNull(), c)).alias(c) for c in q.columns]).write.saveAsTable("out.nulls")
q.withColumns({f"{c}_len": F.length(c) for c in q.columns if c != "id"}).drop(*rules).write.saveAsTable("out.len")
