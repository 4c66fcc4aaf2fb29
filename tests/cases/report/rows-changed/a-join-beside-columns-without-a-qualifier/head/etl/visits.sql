CREATE TABLE mart.visits AS
SELECT region, upper(ward) AS ward, r.country, sum(beds) AS beds
FROM raw.visits
LEFT JOIN raw.regions AS r ON r.name = raw.visits.region
WHERE year = 2024
GROUP BY region, upper(ward), r.country
