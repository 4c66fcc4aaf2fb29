CREATE TABLE raw.orders_20240101 (id INT64, created_at TIMESTAMP, amount NUMERIC);
