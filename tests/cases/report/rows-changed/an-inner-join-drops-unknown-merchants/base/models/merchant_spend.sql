CREATE OR REPLACE TABLE MARTS.MERCHANT_SPEND AS
SELECT merchant, posted_on, SUM(amount) AS spend, COUNT(DISTINCT card_id) AS cards
FROM core.card_spend
GROUP BY ALL;
