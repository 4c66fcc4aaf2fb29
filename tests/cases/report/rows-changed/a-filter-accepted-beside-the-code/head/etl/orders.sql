INSERT OVERWRITE TABLE mart.orders
SELECT order_id, customer_id, amount - discount AS net
FROM raw.orders
-- guardian: accept rows-changed, reason: test orders never counted, owner: sales, until: 2026-06-10
WHERE NOT is_test;

INSERT OVERWRITE TABLE mart.returns
SELECT order_id, amount AS net
FROM raw.returns
WHERE amount > 0;
