CREATE TABLE mart.report AS
SELECT day, net
FROM mart.orders_daily;
