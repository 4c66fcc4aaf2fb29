CREATE OR REPLACE TABLE product.user_segments AS
SELECT
  user_id,
  active_days,
  CASE
    WHEN active_days >= 20 THEN 'power'
    WHEN active_days >= 5 THEN 'regular'
    ELSE 'casual'
  END AS segment
FROM product.user_activity;
