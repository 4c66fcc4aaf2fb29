# table c3.ledger(ref string, amount decimal(12,2), booked date)
# table c3.bank(reference string, value decimal(12,2), posted date, note string)
"""Reconciliation: a full join, states, differences, and what is on one side only."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
ledger = spark.table("c3.ledger").groupBy("ref").agg(F.sum("amount").alias("amount"), F.max("booked").alias("booked"))
bank = spark.table("c3.bank").select(F.upper("reference").alias("ref"), "value", "posted")
both = ledger.join(bank, ledger.ref == bank.ref, "fullouter")
state = (
    F.when(ledger.ref.isNull(), "only bank")
    .when(bank.ref.isNull(), "only ledger")
    .when(F.abs(ledger.amount - bank.value) < 0.01, "match")
    .otherwise("differs")
)
result = both.select(F.coalesce(ledger.ref, bank.ref).alias("ref"), "amount", "value", state.alias("state"), F.datediff("posted", "booked").alias("lag"))
result.write.mode("overwrite").saveAsTable("c3_out.recon")
result.filter(F.col("state") != "match").groupBy("state").agg(F.count("ref").alias("n"), F.sum(F.coalesce("amount", "value")).alias("open")).write.mode(
    "overwrite"
).saveAsTable("c3_out.summary")
