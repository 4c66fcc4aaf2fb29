CREATE OR REPLACE TABLE gold.customer_value USING delta AS
WITH spend AS (
  SELECT
    customer_id,
    COUNT(*)        AS orders,
    SUM(net_amount) AS lifetime_net,
    MAX(order_date) AS last_order_date
  FROM silver.orders
  WHERE status <> 'cancelled'
  GROUP BY customer_id
)
SELECT
  c.customer_id,
  c.segment,
  c.customer_since,
  COALESCE(s.orders, 0)       AS orders,
  COALESCE(s.lifetime_net, 0) AS lifetime_net,
  s.last_order_date,
  CASE
    WHEN s.lifetime_net >= 5000 THEN 'key account'
    WHEN s.lifetime_net >= 500 THEN 'regular'
    ELSE 'occasional'
  END                         AS tier
FROM silver.customers AS c
LEFT JOIN spend AS s ON s.customer_id = c.customer_id;
