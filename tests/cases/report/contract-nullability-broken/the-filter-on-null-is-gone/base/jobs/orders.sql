CREATE TABLE silver.orders AS
SELECT order_id, country
FROM raw.orders
WHERE country IS NOT NULL;
