CREATE TEMP FUNCTION net(amount NUMERIC) AS (amount * 0.8);

SELECT
  id,
  DATE(created_at) AS day,
  net(amount) AS net
FROM `raw.orders_*`
WHERE _TABLE_SUFFIX >= '20240101'
