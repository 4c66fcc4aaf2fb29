CREATE TABLE dw.trips AS
SELECT trip_id, fare + COALESCE(tip, 0) AS total FROM ods.trips;
