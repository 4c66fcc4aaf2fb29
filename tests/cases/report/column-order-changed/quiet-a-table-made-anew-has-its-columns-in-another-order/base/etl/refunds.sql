CREATE TABLE lake.refund_summary AS
SELECT order_id, count(*) AS refunds, sum(amount) AS refunded
FROM lake.refunds
GROUP BY order_id;
