CREATE TABLE mart.reconciliation AS
SELECT account_id, month, COALESCE(invoiced, 0) - COALESCE(paid, 0) AS open_amount
FROM billing.invoiced
FULL OUTER JOIN billing.paid USING (account_id, month);
