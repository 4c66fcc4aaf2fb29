CREATE TABLE lake.order_state AS
SELECT o.order_id, o.state, r.refunded
FROM lake.orders o
LEFT JOIN lake.refund_summary r ON r.order_id = o.order_id;
