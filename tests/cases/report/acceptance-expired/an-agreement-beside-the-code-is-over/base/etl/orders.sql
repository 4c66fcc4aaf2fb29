INSERT OVERWRITE TABLE mart.orders
SELECT order_id, customer_id, amount - discount AS net
FROM raw.orders
WHERE status <> 'test';
