-- Run by load.sql, which reads the temporary table.
CREATE TEMP TABLE paid_orders AS
SELECT id, customer, amount * 0.8 AS net
FROM raw.orders
WHERE paid;

INSERT INTO mart.paid_orders (id, net)
SELECT id, net FROM paid_orders;
