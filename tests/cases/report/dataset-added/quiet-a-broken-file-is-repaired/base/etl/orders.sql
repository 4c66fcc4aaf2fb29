CREATE OR REPLACE TABLE silver.orders AS
SELECT
  order_id,
  customer_id,
  CAST(ordered_at AS DATE) AS ordered_on,
  amount - COALESCE(discount, 0 AS net,
  cost,
  status
FROM raw.orders
WHERE status IN ('paid', 'shipped', 'returned');
