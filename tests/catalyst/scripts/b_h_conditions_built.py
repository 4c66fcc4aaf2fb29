# table j4.policy(id bigint, age int, region string, product string, premium double, claims int)
"""when chains and filters built from tables of rules."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

RULES = [
    {"name": "young", "when": [("age", "<", 25)], "factor": 1.5},
    {"name": "risky", "when": [("claims", ">", 2), ("region", "in", ["N", "W"])], "factor": 2.0},
    {"name": "loyal", "when": [("product", "like", "GOLD%")], "factor": 0.9},
]
OPS = {
    "<": lambda c, v: c < v,
    ">": lambda c, v: c > v,
    "in": lambda c, v: c.isin(v),
    "like": lambda c, v: c.like(v),
}


def condition(parts):
    result = None
    for column, op, value in parts:
        test = OPS[op](F.col(column), value)
        result = test if result is None else result & test
    return result


factor = F.lit(1.0)
for rule in reversed(RULES):
    factor = F.when(condition(rule["when"]), F.lit(rule["factor"])).otherwise(factor)
spark = SparkSession.builder.getOrCreate()
policy = spark.table("j4.policy").withColumn("factor", factor)
policy = policy.withColumn("price", F.col("premium") * F.col("factor"))
names = F.array(*[F.when(condition(r["when"]), F.lit(r["name"])) for r in RULES])
policy.withColumn("rules", F.array_compact(names)).select("id", "price", "rules").write.mode("overwrite").saveAsTable("j4_out.prices")
everything = [condition(r["when"]) for r in RULES if r["factor"] > 1]
combined = everything[0]
for c in everything[1:]:
    combined |= c
policy.filter(combined).groupBy("region").count().write.mode("overwrite").saveAsTable("j4_out.risky")
