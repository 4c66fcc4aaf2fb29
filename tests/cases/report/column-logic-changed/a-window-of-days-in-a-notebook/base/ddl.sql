CREATE TABLE app.trials (user_id BIGINT, plan STRING, started_at TIMESTAMP);
CREATE TABLE app.payments (payment_id BIGINT, user_id BIGINT, amount DECIMAL(10,2), paid_at TIMESTAMP);
