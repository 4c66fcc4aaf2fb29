CREATE TABLE silver.orders AS
SELECT CAST(order_id AS BIGINT) AS order_id, line, country, email, net FROM raw.orders;
