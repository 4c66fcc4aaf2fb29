/* guardian: accept rows-changed, column-removed,
   reason: the new till, until: 2026-03-31 */
INSERT OVERWRITE TABLE mart.orders
SELECT o.order_id, o.customer_id, o.amount - o.discount AS net
FROM raw.orders AS o
WHERE o.status <> 'test';
