CREATE TABLE staging.transactions AS
SELECT
  txn_id,
  merchant,
  captured_at::date          AS captured_on,
  amount::numeric(12,2)      AS amount,
  COALESCE(fee, 0)           AS fee
FROM psp.transactions
WHERE captured_at IS NOT NULL;
