CREATE TABLE silver.orders AS
WITH o AS (SELECT * FROM raw.orders)
SELECT order_id, line, country, email, net FROM o;
