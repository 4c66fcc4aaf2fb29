CREATE OR REPLACE TABLE gold.funnel AS
SELECT CAST(started_at AS DATE) AS day, SUM(page_view_count) AS views, SUM(checkout_count) AS checkouts
FROM silver.sessions
GROUP BY CAST(started_at AS DATE);
