CREATE TABLE silver.orders AS
SELECT o.order_id, o.country
FROM raw.orders AS o
JOIN (SELECT DISTINCT order_id FROM raw.payments) AS p ON p.order_id = o.order_id;
