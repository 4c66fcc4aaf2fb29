CREATE TABLE shop.orders (order_id BIGINT, coupons ARRAY<STRING>, placed_at TIMESTAMP);
