CREATE OR REPLACE TABLE mart.share AS
SELECT order_id, amount / (SELECT SUM(amount) FROM shop.orders) AS share
FROM shop.orders;
