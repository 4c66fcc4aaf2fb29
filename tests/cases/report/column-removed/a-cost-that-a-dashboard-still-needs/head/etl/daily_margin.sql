CREATE OR REPLACE TABLE gold.daily_margin AS
SELECT ordered_on AS day, SUM(net - cost) AS margin, COUNT(*) AS orders
FROM silver.orders
GROUP BY ordered_on;
