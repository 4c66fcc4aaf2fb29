CREATE TABLE reports.weekly_sales AS
SELECT r.region, d.iso_week, p.category, SUM(f.revenue) AS revenue, SUM(f.units) AS units
FROM dw.fact_sales f
JOIN dw.dim_day d ON d.day_id = f.day_id
JOIN dw.dim_store s ON s.store_id = f.store_id
JOIN dw.dim_region r ON r.region_id = s.region_id
JOIN dw.dim_product p ON p.product_id = f.product_id
WHERE p.is_active AND d.day >= '2025-01-01'
GROUP BY r.region, d.iso_week, p.category;
