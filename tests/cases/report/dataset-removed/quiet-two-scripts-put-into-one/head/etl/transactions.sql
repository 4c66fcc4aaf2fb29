CREATE TABLE staging.transactions AS
SELECT
  txn_id,
  merchant,
  captured_at::date          AS captured_on,
  amount::numeric(12,2)      AS amount,
  COALESCE(fee, 0)           AS fee
FROM psp.transactions
WHERE captured_at IS NOT NULL;

CREATE TABLE marts.settlements AS
SELECT merchant, captured_on, SUM(amount - fee) AS settled, COUNT(*) AS transactions
FROM staging.transactions
GROUP BY merchant, captured_on;
