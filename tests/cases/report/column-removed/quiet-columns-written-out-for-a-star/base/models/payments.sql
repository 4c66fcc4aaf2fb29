CREATE TABLE marts.payments AS
WITH settled AS (
    SELECT * FROM ledger.payments WHERE reversal_of IS NULL
)
SELECT s.*, s.amount < 0 AS is_refund
FROM settled s;
