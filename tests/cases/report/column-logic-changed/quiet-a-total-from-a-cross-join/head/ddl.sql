CREATE TABLE shop.orders (order_id INT64, amount NUMERIC, channel STRING);
