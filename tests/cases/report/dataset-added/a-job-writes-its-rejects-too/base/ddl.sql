CREATE TABLE landing.orders (order_id STRING, customer STRING, total STRING, placed_at STRING);
