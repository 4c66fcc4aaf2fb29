# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sql("SELECT user_id, item.sku, item.qty * item.price AS value FROM raw.events LATERAL VIEW explode(items) x AS item").write.saveAsTable("out.view")
spark.sql("SELECT user_id, k, v FROM raw.events LATERAL VIEW OUTER explode(props) p AS k, v").write.saveAsTable("out.pairs")
spark.sql("SELECT * FROM (SELECT customer_id, status, amount FROM raw.orders) PIVOT (sum(amount) FOR status IN ('new' AS fresh, 'done'))").write.saveAsTable("out.pivot")
spark.sql("SELECT status, customer_id, sum(amount) AS s FROM raw.orders GROUP BY GROUPING SETS ((status), (customer_id), ())").write.saveAsTable("out.sets")
spark.sql("SELECT order_id, amount FROM raw.orders UNION SELECT product_id, discount FROM raw.orders").write.saveAsTable("out.union")
spark.sql("SELECT o.order_id, t.tag FROM raw.orders o, LATERAL (SELECT explode(o.tags) AS tag) t").write.saveAsTable("out.lateral")
spark.sql("SELECT * EXCEPT (tags, status) FROM raw.orders").write.saveAsTable("out.except")
