CREATE TABLE mart.revenue AS
SELECT country, SUM(net) AS revenue FROM silver.orders GROUP BY country;
