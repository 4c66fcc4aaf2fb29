CREATE TABLE mart.daily_orders AS
SELECT day, SUM(net) AS net, COUNT(*) AS orders, MAX(net) AS largest
FROM raw.orders
WHERE status <> 'test'
GROUP BY day;
