CREATE TABLE dw.loan_payments (loan_id BIGINT, paid_on DATE, amount DECIMAL(14,2)) USING PARQUET PARTITIONED BY (paid_on);
CREATE TABLE ods.payments (payment_id BIGINT, loan_id BIGINT, paid_on DATE, amount DECIMAL(14,2), state STRING);
