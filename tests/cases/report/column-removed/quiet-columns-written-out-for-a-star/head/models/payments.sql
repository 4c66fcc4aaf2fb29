CREATE TABLE marts.payments AS
SELECT
    payment_id,
    account_id,
    booked_at,
    amount,
    currency,
    reversal_of,
    0 > amount AS is_refund
FROM ledger.payments
WHERE reversal_of IS NULL;
