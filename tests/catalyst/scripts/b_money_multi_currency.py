# table g1.invoices(inv string, cust bigint, ccy string, net decimal(12,2), vat decimal(12,2), issued date, paid date)
# table g1.rates(from_ccy string, to_ccy string, rate double, day date)
"""Rates of the last known day, by a window over a join."""
from pyspark.sql import SparkSession, Window
import pyspark.sql.functions as f

spark = SparkSession.builder.getOrCreate()
inv = spark.table("g1.invoices").withColumn("gross", f.col("net") + f.col("vat"))
rates = spark.table("g1.rates").where(f.col("to_ccy") == "EUR").select(f.col("from_ccy").alias("ccy"), "rate", f.col("day").alias("rate_day"))
cand = inv.join(rates, (inv.ccy == rates.ccy) & (rates.rate_day <= inv.issued), "left").drop(rates.ccy)
last = Window.partitionBy("inv").orderBy(f.desc("rate_day"))
priced = (
    cand.withColumn("rn", f.row_number().over(last)).where(f.col("rn") == 1).drop("rn", "rate_day")
    .withColumn("gross_eur", f.when(f.col("ccy") == "EUR", f.col("gross")).otherwise(f.col("gross") * f.col("rate")))
    .withColumn("days_open", f.datediff(f.coalesce("paid", f.current_date()), "issued"))
    .withColumn("bucket", f.when(f.col("days_open") <= 30, "0-30").when(f.col("days_open") <= 60, "31-60").otherwise("60+"))
)
aging = priced.filter(f.col("paid").isNull()).groupBy("cust").pivot("bucket", ["0-30", "31-60", "60+"]).agg(f.sum("gross_eur"))
aging.write.mode("overwrite").saveAsTable("g1_out.aging")
priced.select("inv", "cust", "gross_eur", "bucket").write.mode("overwrite").saveAsTable("g1_out.invoices")
