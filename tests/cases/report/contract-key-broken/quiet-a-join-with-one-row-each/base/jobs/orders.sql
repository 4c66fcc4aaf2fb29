CREATE TABLE silver.orders AS
SELECT o.order_id, o.country
FROM raw.orders AS o
WHERE o.order_id IN (SELECT order_id FROM raw.payments);
