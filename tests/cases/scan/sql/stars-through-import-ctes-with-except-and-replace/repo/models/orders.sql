CREATE OR REPLACE TABLE mart.orders AS
WITH source AS (
  SELECT * FROM raw.orders
),
cleaned AS (
  SELECT * EXCEPT (_loaded_at) REPLACE (UPPER(coupon) AS coupon) FROM source
),
final AS (
  SELECT cleaned.*, amount > 100 AS is_large FROM cleaned
)
SELECT * FROM final;
