CREATE TABLE mart.orders_daily AS
SELECT day, SUM(net) AS net, COUNT(*) AS orders
FROM raw.orders
WHERE status <> 'test'
GROUP BY day;
