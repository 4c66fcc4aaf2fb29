CREATE TABLE shop.carts (cart_id BIGINT, user_id BIGINT, items ARRAY<STRUCT<sku: STRING, price: DECIMAL(10,2), qty: INT>>, updated_at TIMESTAMP);
