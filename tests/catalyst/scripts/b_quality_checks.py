# table l.loans(loan_id string, borrower string, amount double, rate double, start date, finish date)
"""Rules as data: a name, a condition, a severity."""
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F


class Rule(NamedTuple):
    name: str
    condition: Column
    severity: str = "warn"


def build_rules():
    return [
        Rule("positive_amount", F.col("amount") > 0, "error"),
        Rule("rate_range", F.col("rate").between(0, 0.3)),
        Rule("dates", F.col("finish") > F.col("start"), severity="error"),
    ]


def apply_rules(df: DataFrame, rules) -> DataFrame:
    for rule in rules:
        df = df.withColumn(f"ok_{rule.name}", F.coalesce(rule.condition, F.lit(False)))
    failed = [F.when(~F.col(f"ok_{r.name}"), F.lit(r.name)) for r in rules if r.severity == "error"]
    return df.withColumn("failed", F.concat_ws(",", *failed))


spark = SparkSession.builder.getOrCreate()
rules = build_rules()
checked = apply_rules(spark.table("l.loans"), rules)
checked.filter(F.col("failed") == "").drop("failed", *[f"ok_{r.name}" for r in rules]).write.mode("overwrite").saveAsTable("l_out.loans")
report = checked.select(*[F.sum((~F.col(f"ok_{r.name}")).cast("int")).alias(r.name) for r in rules])
report.write.mode("append").saveAsTable("l_out.report")
