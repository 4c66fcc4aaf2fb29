CREATE TABLE ledger.payments (payment_id BIGINT PRIMARY KEY, account_id BIGINT NOT NULL, booked_at TIMESTAMP NOT NULL, amount NUMERIC(14,2) NOT NULL, currency CHAR(3) NOT NULL, reversal_of BIGINT);
