# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.select(
    F.concat("status", F.lit("-"), F.col("order_id")).alias("a"), F.regexp_replace("status", "a", "b").alias("b"), F.split("status", "-")[1].alias("c"), F.lpad(F.col("order_id").cast("string"), 8, "0").alias("d"),
    F.date_trunc("month", "ordered_at").alias("e"), F.datediff(F.current_date(), "ordered_at").alias("f"), F.date_add("ordered_at", 1).alias("g"), F.to_date(F.col("status"), "yyyy").alias("h"), F.date_format("ordered_at", "yyyy-MM").alias("i"),
    F.format_string("%s %d", "status", "order_id").alias("j"), F.sha2(F.concat_ws("|", "status", "amount"), 256).alias("k"), F.hash("order_id", "status").alias("l"), F.initcap(F.trim("status")).alias("m"), F.months_between("ordered_at", F.current_date()).alias("n"), F.from_unixtime(F.unix_timestamp("ordered_at")).alias("o"), F.translate("status", "a", "b").alias("p"), F.expr("ordered_at + interval 1 day").alias("q"), F.substring("status", 1, 2).alias("r"), F.length("status").alias("s"), F.add_months("ordered_at", 2).alias("t"), F.last_day("ordered_at").alias("u"), F.instr("status", "a").alias("v"),
).write.saveAsTable("out.functions")
