SELECT day, SUM(net) AS revenue
FROM shop.orders_v1
GROUP BY day
