CREATE OR REPLACE TABLE ledger.balances_eur AS
WITH converted AS (
  SELECT b.account, b.booked_on, b.kind, b.amount * COALESCE(r.rate, 1) AS amount_eur
  FROM ledger.bookings b
  LEFT JOIN fx.rates r ON r.currency = b.currency AND r.as_of = b.booked_on
)
SELECT
  account,
  booked_on,
  SUM(amount_eur) AS balance,
  SUM(CASE WHEN kind = 'fee' THEN amount_eur ELSE 0 END) AS fees,
  COUNT(*) AS bookings
FROM converted
GROUP BY account, booked_on
HAVING SUM(amount_eur) <> 0;
