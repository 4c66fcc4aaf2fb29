CREATE TABLE reports.weekly_sales AS
WITH products AS (
    SELECT product_id, category FROM dw.dim_product WHERE is_active
),
days AS (
    SELECT day_id, iso_week FROM dw.dim_day WHERE day >= '2025-01-01'
),
stores AS (
    SELECT store.store_id, region.region
    FROM dw.dim_region region
    INNER JOIN dw.dim_store store ON store.region_id = region.region_id
)
SELECT region, iso_week, category, SUM(revenue) AS revenue, SUM(units) AS units
FROM products
INNER JOIN dw.fact_sales sales USING (product_id)
INNER JOIN stores USING (store_id)
INNER JOIN days USING (day_id)
GROUP BY 1, 2, 3;
