# table k.orders(id bigint, kind string, total double, vip boolean)
"""Early returns decided by constants, match and ternaries."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def price(df, kind, *, vip=False):
    if kind == "raw":
        return df
    if vip:
        return df.withColumn("total", F.col("total") * 0.9)
    match kind:
        case "net":
            return df.withColumn("net", F.col("total") / 1.19)
        case "gross" | "full":
            return df.withColumn("gross", F.col("total"))
        case _:
            raise ValueError(kind)


spark = SparkSession.builder.getOrCreate()
orders = spark.table("k.orders")
for kind in ("raw", "net", "full"):
    out = price(orders.filter(~F.col("vip")), kind)
    out = out if kind == "raw" else out.drop("vip")
    out.write.mode("overwrite").saveAsTable(f"k_out.{kind}")
price(orders, "any", vip=True).write.mode("overwrite").saveAsTable("k_out.vip")
