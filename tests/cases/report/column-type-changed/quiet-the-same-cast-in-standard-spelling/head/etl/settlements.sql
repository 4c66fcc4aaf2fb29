CREATE TABLE marts.settlements AS
SELECT merchant, captured_on, SUM(amount - fee) AS settled, COUNT(*) AS transactions
FROM staging.transactions
GROUP BY merchant, captured_on;
