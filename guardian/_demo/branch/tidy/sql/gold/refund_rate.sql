-- Money given back as a share of money taken, by month of payment.
CREATE OR REPLACE TABLE gold.refund_rate USING delta AS
WITH monthly_payments AS (
  SELECT
    TRUNC(payment_date, 'MM') AS payment_month,
    kind,
    amount
  FROM silver.payments
  WHERE DATE '2024-01-01' <= payment_date
),
totals AS (
  SELECT
    payment_month,
    SUM(IF(kind = 'refund', amount, 0)) AS refunded,
    SUM(IF(kind = 'charge', amount, 0)) AS charged
  FROM monthly_payments
  GROUP BY payment_month
)
SELECT
  totals.payment_month,
  totals.refunded,
  totals.charged,
  totals.refunded / NULLIF(totals.charged, 0) AS refund_rate
FROM totals;
