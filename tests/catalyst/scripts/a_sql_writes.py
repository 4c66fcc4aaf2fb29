# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
# table gold.target(id bigint, value double, state string)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sql("CREATE TABLE gold.made USING parquet AS SELECT order_id AS id, amount FROM raw.orders WHERE amount > 0")
spark.sql("INSERT INTO gold.target SELECT order_id, amount - discount, status FROM raw.orders")
spark.sql("INSERT OVERWRITE TABLE gold.made SELECT customer_id, score FROM raw.customers")
spark.sql("INSERT INTO gold.target (state, id) SELECT country, customer_id FROM raw.customers")
spark.sql("CREATE OR REPLACE VIEW gold.shown AS SELECT id, upper(state) AS state FROM gold.target")
spark.sql("CREATE TABLE gold.read AS SELECT state FROM gold.shown WHERE id > 1")
spark.sql("CREATE TABLE IF NOT EXISTS gold.empty (a BIGINT, b STRING) USING parquet")
spark.table("raw.orders").select("order_id", "status").write.insertInto("gold.empty")
