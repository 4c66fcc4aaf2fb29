CREATE TABLE silver.orders AS
SELECT o.order_id, o.country
FROM raw.orders AS o;
