CREATE TABLE marts.value_by_country AS
SELECT country, SUM(value) AS value, COUNT(*) AS customers FROM marts.customer_value GROUP BY country;
