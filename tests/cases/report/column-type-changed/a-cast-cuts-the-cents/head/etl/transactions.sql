CREATE TABLE staging.transactions AS
SELECT
  txn_id,
  merchant,
  captured_at::date          AS captured_on,
  CAST(amount AS integer)    AS amount,
  COALESCE(fee, 0)           AS fee
FROM psp.transactions
WHERE captured_at IS NOT NULL;
