CREATE OR REPLACE TABLE MART.PAYMENTS AS
SELECT id AS payment_id, total AS amount, paid_at FROM raw.card_payments
UNION ALL
SELECT reference, value, booked_at FROM raw.bank_transfers;
