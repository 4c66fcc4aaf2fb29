CREATE OR REPLACE TABLE product.user_activity AS
SELECT
  user_pseudo_id AS user_id,
  COUNT(DISTINCT DATE(event_timestamp)) AS active_days,
  SUM(engagement_msec) / 60000 AS minutes
FROM web.events
WHERE event_name != 'session_start'
GROUP BY user_id;
