CREATE OR REPLACE TABLE mart.share AS
WITH total AS (
  SELECT SUM(amount) AS amount FROM shop.orders
)
SELECT o.order_id, o.amount / total.amount AS share
FROM shop.orders AS o
CROSS JOIN total;
