CREATE TABLE silver.orders AS
SELECT order_id, line, country, email, net, channel FROM raw.orders;
