CREATE OR REPLACE VIEW dw.paid_by_month AS
SELECT DATE_TRUNC('MONTH', paid_on) AS month, SUM(amount) AS paid
FROM dw.loan_payments
GROUP BY DATE_TRUNC('MONTH', paid_on);
