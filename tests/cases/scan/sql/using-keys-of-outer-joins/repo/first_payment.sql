CREATE TABLE mart.first_payment AS
SELECT account_id, MIN(p.month) AS first_month
FROM billing.invoiced i
LEFT JOIN billing.paid p USING (account_id)
GROUP BY account_id;
