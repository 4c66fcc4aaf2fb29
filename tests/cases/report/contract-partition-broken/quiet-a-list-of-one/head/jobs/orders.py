orders = spark.table("raw.orders").where("country is not null")
orders.select("order_id", "country", "order_date").write.partitionBy(["order_date"]).saveAsTable("silver.orders")
