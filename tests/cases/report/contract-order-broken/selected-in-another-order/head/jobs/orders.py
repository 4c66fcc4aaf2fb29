orders = spark.table("raw.orders").where("country is not null")
orders.select("country", "order_id", "order_date").write.insertInto("silver.orders")
