CREATE OR REPLACE VIEW STAGE.VALUED AS
SELECT p.account_id, p.isin, p.as_of, p.quantity * q.price_eur AS value_eur
FROM core.positions p
JOIN core.prices q ON q.isin = p.isin AND q.as_of = p.as_of;
