CREATE TABLE crm.customers (customer_id BIGINT NOT NULL, email STRING, country STRING, signed_up_at TIMESTAMP);
CREATE TABLE shop.orders (order_id BIGINT NOT NULL, customer_id BIGINT, total DECIMAL(12,2), placed_at TIMESTAMP);
