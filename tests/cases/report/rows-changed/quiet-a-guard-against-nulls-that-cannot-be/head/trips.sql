CREATE TABLE dw.trips AS
SELECT trip_id, COALESCE(fare, 0) + COALESCE(tip, 0) AS total FROM ods.trips WHERE trip_id IS NOT NULL;
