CREATE OR REPLACE TABLE treasury.positions_eur AS
-- one rate for each position; 1 where the book is in euro
SELECT
  positions.book,
  positions.currency,
  COALESCE(rates.rate, 1) AS rate,
  IF(positions.amount < 0, 'short', 'long') AS side,
  COALESCE(rates.rate, 1) * positions.amount AS amount_eur,
FROM treasury.positions
LEFT OUTER JOIN treasury.fx_rates AS rates
  ON positions.as_of = rates.as_of
  AND positions.currency = rates.currency;
