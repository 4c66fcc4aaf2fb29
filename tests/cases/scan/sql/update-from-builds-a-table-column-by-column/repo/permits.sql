DROP TABLE IF EXISTS work.parcel_facts;
CREATE TABLE work.parcel_facts AS
SELECT parcel_id, zone, lot_area, NULL::numeric AS permit_cost, NULL::date AS last_permit FROM city.parcels;

UPDATE work.parcel_facts f
SET permit_cost = p.cost, last_permit = p.issued
FROM (SELECT parcel_id, SUM(cost) AS cost, MAX(issued) AS issued FROM city.permits GROUP BY parcel_id) p
WHERE p.parcel_id = f.parcel_id;

UPDATE work.parcel_facts SET permit_cost = 0 WHERE permit_cost IS NULL;
