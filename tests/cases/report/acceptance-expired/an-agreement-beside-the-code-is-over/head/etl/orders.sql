-- guardian: accept rows-changed, reason: cancelled orders leave with the new till, owner: sales, until: 2026-03-31
INSERT OVERWRITE TABLE mart.orders
SELECT order_id, customer_id, amount - discount AS net
FROM raw.orders
WHERE status NOT IN ('test', 'cancelled');
