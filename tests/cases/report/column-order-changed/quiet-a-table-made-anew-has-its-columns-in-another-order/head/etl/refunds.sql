CREATE TABLE lake.refund_summary AS
SELECT order_id, sum(amount) AS refunded, count(*) AS refunds
FROM lake.refunds
GROUP BY order_id;
