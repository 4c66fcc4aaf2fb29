CREATE TABLE silver.orders AS
SELECT o.order_id, o.line, CASE WHEN c.country IS NOT NULL THEN c.country ELSE 'nl' END AS country, o.email, o.net
FROM raw.orders AS o LEFT JOIN raw.customers AS c ON c.customer_id = o.customer_id;
