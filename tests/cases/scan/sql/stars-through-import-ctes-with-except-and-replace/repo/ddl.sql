CREATE TABLE raw.orders (id INT64, customer_id INT64, amount NUMERIC, coupon STRING, _loaded_at TIMESTAMP);
