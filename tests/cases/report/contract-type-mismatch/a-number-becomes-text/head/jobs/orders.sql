CREATE TABLE silver.orders AS
SELECT CAST(order_id AS STRING) AS order_id, line, country, email, net FROM raw.orders;
