# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
size = F.when(F.col("amount") > 100, "big").when(F.col("discount") > 0, F.col("status")).otherwise(F.lower("status"))
o.select("order_id", size.alias("size"), F.when(F.col("status").isNull(), F.col("amount")).alias("no_else"), F.coalesce("status", F.lit("x")).alias("c"), F.nvl("amount", "discount").alias("n"), F.ifnull("amount", "discount").alias("i"), F.nvl2("status", "amount", "discount").alias("n2"), F.nullif("amount", "discount").alias("nu"), F.greatest("amount", "discount").alias("g")).write.saveAsTable("out.cases")
label = None
for limit, name in [(10, "small"), (100, "middle")]:
    condition = F.col("amount") < limit
    label = F.when(condition, name) if label is None else label.when(condition, name)
o.withColumn("label", label.otherwise("large")).filter("label != 'small'").select("order_id", "label").write.saveAsTable("out.chain")
o.select(F.expr("if(amount > 1, status, 'x')").alias("f"), F.expr("decode(status, 'a', amount, discount)").alias("d")).write.saveAsTable("out.text")
