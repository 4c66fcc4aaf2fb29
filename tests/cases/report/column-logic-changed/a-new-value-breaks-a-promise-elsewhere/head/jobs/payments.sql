CREATE TABLE silver.payments AS
SELECT payment_id, CASE kind WHEN 1 THEN 'card' WHEN 3 THEN 'crypto' ELSE 'cash' END AS method
FROM raw.payments;
