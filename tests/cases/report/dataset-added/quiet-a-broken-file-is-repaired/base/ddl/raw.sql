CREATE TABLE raw.orders (order_id BIGINT NOT NULL, customer_id BIGINT, ordered_at TIMESTAMP, amount DECIMAL(12,2), discount DECIMAL(12,2), cost DECIMAL(12,2), status STRING);
