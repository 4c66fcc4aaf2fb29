CREATE TABLE mart.forecast AS
SELECT day, orders * 1.1 AS expected
FROM mart.orders_daily;
