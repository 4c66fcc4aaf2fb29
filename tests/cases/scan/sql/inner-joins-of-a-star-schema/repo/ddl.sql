CREATE TABLE app.rides (ride_id BIGINT, driver_id INT, rider_id INT, city_id INT, fare NUMERIC(8,2), ended_at TIMESTAMP);
CREATE TABLE app.drivers (driver_id INT PRIMARY KEY, name TEXT, fleet_id INT);
CREATE TABLE app.fleets (fleet_id INT PRIMARY KEY, fleet TEXT, share NUMERIC(4,3));
CREATE TABLE app.cities (city_id INT PRIMARY KEY, city TEXT);
