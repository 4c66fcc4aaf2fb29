CREATE TABLE staging.transactions AS
SELECT
  txn_id,
  merchant,
  CAST(captured_at AS date) AS captured_on,
  CAST(amount AS DECIMAL(12, 2)) AS amount,
  COALESCE(fee, 0)           AS fee
FROM psp.transactions
WHERE captured_at IS NOT NULL;
