CREATE OR REPLACE TABLE CORE.CARD_SPEND AS
WITH numbered AS (
    SELECT c.*, ROW_NUMBER() OVER (PARTITION BY c.posted_at, c.card_id ORDER BY c.loaded_at DESC, c.txn_id ASC) AS nr
    FROM raw.card_transactions AS c
    WHERE c.amount > 0
      AND c.status = 'posted'
)
SELECT n.txn_id, n.card_id, n.merchant_id, ref.merchants.name AS merchant, ref.merchants.mcc, n.amount, CAST(n.posted_at AS DATE) AS posted_on
FROM numbered AS n
LEFT OUTER JOIN ref.merchants ON n.merchant_id = ref.merchants.merchant_id
WHERE n.nr = 1;
