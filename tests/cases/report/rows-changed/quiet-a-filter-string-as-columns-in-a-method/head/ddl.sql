CREATE TABLE bronze.refunds (refund_id STRING, order_id BIGINT, amount DECIMAL(10,2), reason STRING, _ingested_at TIMESTAMP);
