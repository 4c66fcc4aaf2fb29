CREATE TABLE raw.rides (ride_id INT, city VARCHAR, fare DECIMAL(8,2), tip DECIMAL(8,2), ended_at TIMESTAMP);
CREATE VIEW core.rides AS SELECT ride_id, city, fare + COALESCE(tip, 0) AS total, CAST(ended_at AS DATE) AS day FROM raw.rides;
CREATE TEMP TABLE by_city AS SELECT city, day, SUM(total) AS total FROM core.rides GROUP BY ALL;
CREATE TABLE mart.city_days AS SELECT * FROM by_city WHERE total > 0 ORDER BY day;
