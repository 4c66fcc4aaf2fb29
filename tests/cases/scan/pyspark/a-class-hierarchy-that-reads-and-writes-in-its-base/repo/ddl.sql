CREATE TABLE raw.payments (payment_id BIGINT, user_id BIGINT, cents BIGINT, currency STRING, state STRING);
