INSERT OVERWRITE TABLE dw.loan_payments
SELECT loan_id, paid_on, SUM(amount) AS amount
FROM ods.payments
WHERE state = 'booked'
GROUP BY loan_id, paid_on;
