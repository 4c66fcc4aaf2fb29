CREATE TABLE raw.orders (id int PRIMARY KEY, customer text, amount numeric(10, 2), paid boolean);
CREATE TABLE mart.paid_orders (id int, net numeric);
CREATE TABLE mart.customers (customer text, revenue numeric);
