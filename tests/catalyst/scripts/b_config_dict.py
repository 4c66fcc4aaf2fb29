# table src.transactions(txn_id bigint, acct string, amt double, ccy string, booked date, channel string)
# table src.fx(ccy string, rate double, valid_on date)
"""A configuration dictionary drives columns, renames and casts."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

CONFIG = {
    "sources": {"txn": "src.transactions", "fx": "src.fx"},
    "rename": {"acct": "account_id", "amt": "amount", "ccy": "currency"},
    "types": {"amount": "decimal(18,2)", "booked": "timestamp"},
    "keep": ["txn_id", "account_id", "amount", "currency", "booked", "amount_eur"],
    "filters": ["channel <> 'TEST'", "amt is not null"],
    "target": {"table": "dwh.transactions", "mode": "overwrite"},
}


def run(spark, config):
    df = spark.table(config["sources"]["txn"])
    for condition in config["filters"]:
        df = df.filter(condition)
    fx = spark.table(config["sources"]["fx"])
    df = df.join(fx, (df["ccy"] == fx["ccy"]) & (df["booked"] == fx["valid_on"]), "left").drop(fx["ccy"])
    for old, new in config["rename"].items():
        df = df.withColumnRenamed(old, new)
    for name, kind in config["types"].items():
        df = df.withColumn(name, F.col(name).cast(kind))
    df = df.withColumn("amount_eur", F.col("amount") * F.coalesce(F.col("rate"), F.lit(1.0)))
    target = config.get("target", {})
    df.select(*config["keep"]).write.mode(target.get("mode", "append")).saveAsTable(target["table"])


if __name__ == "__main__":
    run(SparkSession.builder.getOrCreate(), CONFIG)
