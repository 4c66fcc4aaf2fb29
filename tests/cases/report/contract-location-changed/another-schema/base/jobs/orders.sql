CREATE TABLE silver.orders AS
SELECT order_id, line, country, email, net FROM raw.orders;
