CREATE TABLE mart.visits AS
SELECT region, upper(ward) AS ward, sum(beds) AS beds
FROM raw.visits
WHERE year = 2024
GROUP BY region, upper(ward)
