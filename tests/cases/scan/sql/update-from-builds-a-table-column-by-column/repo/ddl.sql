CREATE TABLE city.parcels (parcel_id TEXT, zone TEXT, lot_area NUMERIC, owner TEXT);
CREATE TABLE city.permits (parcel_id TEXT, issued DATE, cost NUMERIC);
