# table q.orders(id bigint, customer bigint, total double, placed date)
# table q.blocked(customer bigint, reason string)
# table q.customers(customer bigint, name string, tier string)
"""IN, EXISTS, NOT EXISTS, scalar subqueries, lateral views."""
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.sql(
    """
    SELECT o.id, o.total, (SELECT max(total) FROM q.orders) AS top_total,
           o.total / (SELECT avg(x.total) FROM q.orders x WHERE x.customer = o.customer) AS vs_mean
    FROM q.orders o
    WHERE o.customer NOT IN (SELECT customer FROM q.blocked WHERE reason = 'fraud')
      AND EXISTS (SELECT 1 FROM q.customers c WHERE c.customer = o.customer AND c.tier = 'A')
    """
).write.mode("overwrite").saveAsTable("q_mart.orders")
spark.sql(
    """
    SELECT c.name, w.word, w.pos
    FROM q.customers c LATERAL VIEW posexplode(split(c.name, ' ')) w AS pos, word
    WHERE w.pos < 2
    """
).write.mode("overwrite").saveAsTable("q_mart.words")
