# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o, c = spark.table("raw.orders"), spark.table("raw.customers")
for name in o.columns:
    if name.endswith("_id"):
        o = o.withColumnRenamed(name, name.replace("_id", "_key"))
o.select("order_key", "customer_key").write.saveAsTable("out.keys")
texts = [name for name, kind in c.dtypes if kind == "string"]
c.select(*[F.trim(F.col(t)).alias(t) for t in texts], "customer_id").write.saveAsTable("out.trimmed")
numbers = [f.name for f in c.schema.fields if f.dataType.simpleString() == "int"]
c.select([F.sum(n).alias(f"sum_{n}") for n in numbers]).write.saveAsTable("out.sums")
shared = sorted(set(spark.table("raw.orders").columns) & set(c.columns))
spark.table("raw.orders").join(c, shared).select(*shared, "amount").write.saveAsTable("out.shared")
