CREATE TABLE mart.fleet_income AS
SELECT f.fleet, c.city, DATE_TRUNC('month', r.ended_at) AS month, SUM(r.fare * f.share) AS income
FROM app.rides AS r
JOIN app.drivers AS d ON d.driver_id = r.driver_id
JOIN app.fleets AS f ON f.fleet_id = d.fleet_id
JOIN app.cities AS c ON c.city_id = r.city_id
WHERE r.fare > 0
GROUP BY f.fleet, c.city, DATE_TRUNC('month', r.ended_at);
