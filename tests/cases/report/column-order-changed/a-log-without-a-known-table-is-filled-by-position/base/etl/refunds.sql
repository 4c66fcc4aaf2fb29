INSERT INTO lake.refund_log
SELECT refund_id, order_id, requested_by, approved_by, amount
FROM lake.refunds
WHERE approved_at IS NOT NULL;
