CREATE TABLE silver.orders AS
SELECT order_id, MAX(line) AS line, MAX(country) AS country, MAX(email) AS email, SUM(net) AS net
FROM raw.lines GROUP BY order_id;
