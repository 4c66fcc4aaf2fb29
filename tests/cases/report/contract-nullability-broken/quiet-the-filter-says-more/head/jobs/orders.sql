CREATE TABLE silver.orders AS
SELECT order_id, country
FROM raw.orders
WHERE COALESCE(country, NULL) IS NOT NULL;
