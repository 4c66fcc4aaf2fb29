CREATE OR REPLACE TABLE gold.gross_by_country AS
SELECT country, SUM(gross) AS gross, SUM(net) AS net
FROM silver.invoice_lines
GROUP BY country;
