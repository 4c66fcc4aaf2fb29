# table raw.sales(id bigint, store string, product string, amount double)
# table raw.stores(store string, region string)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
spark.table("raw.sales").where("amount > 0").createOrReplaceTempView("s")
spark.sql("""
WITH by_store AS (SELECT store, product, SUM(amount) AS total FROM s GROUP BY store, product),
ranked AS (SELECT b.*, RANK() OVER (PARTITION BY store ORDER BY total DESC) AS r FROM by_store b)
SELECT r.store, st.region, r.product, r.total, r.total / SUM(r.total) OVER (PARTITION BY st.region) AS share
FROM ranked r LEFT JOIN raw.stores st USING (store) WHERE r.r <= 3
""").write.mode("overwrite").saveAsTable("out.top")
