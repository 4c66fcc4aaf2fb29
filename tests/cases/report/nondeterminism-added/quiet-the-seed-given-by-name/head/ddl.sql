CREATE TABLE gold.transactions (txn_id BIGINT, amount DOUBLE, country STRING, is_fraud BOOLEAN);
