CREATE TABLE lake.reach AS
SELECT country, count(*) AS contacts FROM lake.contacts GROUP BY country;
