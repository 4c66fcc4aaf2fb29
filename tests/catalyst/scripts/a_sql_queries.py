# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
# table hr.people(id bigint, manager_id bigint, name string, salary double, dept string)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sql("""
WITH ranked AS (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC) AS rn FROM raw.orders),
     last AS (SELECT order_id, customer_id, amount FROM ranked WHERE rn = 1)
SELECT l.*, c.name FROM last l LEFT JOIN raw.customers c USING (customer_id)
""").write.saveAsTable("out.last")
spark.sql("SELECT name, (SELECT max(amount) FROM raw.orders o WHERE o.customer_id = c.customer_id) AS most FROM raw.customers c").write.saveAsTable("out.scalar")
spark.sql("SELECT name FROM raw.customers WHERE customer_id IN (SELECT customer_id FROM raw.orders WHERE amount > 5)").write.saveAsTable("out.within")
spark.sql("SELECT name FROM raw.customers c WHERE NOT EXISTS (SELECT 1 FROM raw.orders o WHERE o.customer_id = c.customer_id AND o.status = 'x')").write.saveAsTable("out.without")
spark.sql("SELECT e.name, m.name AS boss FROM hr.people e LEFT JOIN hr.people m ON e.manager_id = m.id ORDER BY e.salary DESC LIMIT 10").write.saveAsTable("out.bosses")
spark.sql("SELECT dept, sum(salary) s FROM hr.people GROUP BY ALL").write.saveAsTable("out.by_all")
