-- The last rate quoted on each day.
CREATE OR REPLACE TABLE silver.fx_daily USING delta AS
SELECT currency, rate_date, eur_rate
FROM (
  SELECT
    currency,
    CAST(quoted_at AS DATE) AS rate_date,
    eur_rate,
    ROW_NUMBER() OVER (PARTITION BY currency, CAST(quoted_at AS DATE) ORDER BY quoted_at DESC) AS rn
  FROM bronze.fx_rates
) AS quotes
WHERE rn = 1;
