CREATE OR REPLACE TABLE silver.latest_session AS
WITH ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY started_at DESC) AS rn,
    SUM(pages) OVER (PARTITION BY user_id ORDER BY started_at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS pages_of_last_seven,
    LAG(device) OVER (PARTITION BY user_id ORDER BY started_at) AS previous_device
  FROM bronze.sessions
)
SELECT user_id, session_id, pages_of_last_seven, previous_device
FROM ranked
WHERE rn = 1;
