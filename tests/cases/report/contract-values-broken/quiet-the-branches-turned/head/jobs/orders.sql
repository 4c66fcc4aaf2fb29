CREATE TABLE silver.orders AS
SELECT order_id, line, CASE WHEN region = 1 THEN 'nl' ELSE 'be' END AS country, email, net FROM raw.orders;
