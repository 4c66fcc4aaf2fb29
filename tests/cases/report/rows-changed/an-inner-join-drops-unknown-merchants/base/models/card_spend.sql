CREATE OR REPLACE TABLE CORE.CARD_SPEND AS
WITH txns AS (
    SELECT *
    FROM raw.card_transactions
    WHERE status = 'posted' AND amount > 0
    QUALIFY ROW_NUMBER() OVER (PARTITION BY card_id, posted_at ORDER BY loaded_at DESC, txn_id) = 1
),
merchants AS (
    SELECT merchant_id, name, mcc FROM ref.merchants
)
SELECT t.txn_id, t.card_id, t.merchant_id, m.name AS merchant, m.mcc, t.amount, t.posted_at::DATE AS posted_on
FROM txns t
LEFT JOIN merchants m ON m.merchant_id = t.merchant_id;
