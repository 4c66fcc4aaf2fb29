CREATE TABLE mart.report AS
SELECT day, net
FROM mart.daily_orders;
