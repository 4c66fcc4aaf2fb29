CREATE OR REPLACE TABLE MARTS.AUM AS
SELECT account_id, as_of, SUM(value_eur) AS aum_eur FROM stage.valued GROUP BY account_id, as_of;
