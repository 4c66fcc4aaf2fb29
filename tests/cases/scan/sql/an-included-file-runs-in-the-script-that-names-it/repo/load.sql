\set ON_ERROR_STOP on
\echo 'loading orders'
\copy raw.orders (id, customer, amount, paid) FROM 'orders.csv' WITH CSV HEADER
\ir staging/paid_orders.sql

INSERT INTO mart.customers (customer, revenue)
SELECT customer, sum(net) AS revenue
FROM paid_orders
GROUP BY customer;
