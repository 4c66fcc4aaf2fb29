CREATE TABLE silver.orders AS
SELECT order_id, line, country, net FROM raw.orders;
