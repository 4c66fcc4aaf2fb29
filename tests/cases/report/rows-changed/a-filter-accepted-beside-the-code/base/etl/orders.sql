INSERT OVERWRITE TABLE mart.orders
SELECT order_id, customer_id, amount - discount AS net
FROM raw.orders;

INSERT OVERWRITE TABLE mart.returns
SELECT order_id, amount AS net
FROM raw.returns;
