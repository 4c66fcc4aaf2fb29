CREATE OR REPLACE TABLE treasury.positions_eur AS
SELECT
  p.book,
  p.currency,
  CASE WHEN r.rate IS NULL THEN 1 ELSE r.rate END AS rate,
  CASE WHEN p.amount < 0 THEN 'short' ELSE 'long' END AS side,
  p.amount * IFNULL(r.rate, 1) AS amount_eur
FROM treasury.positions AS p
LEFT JOIN treasury.fx_rates AS r
  ON r.currency = p.currency AND r.as_of = p.as_of;
