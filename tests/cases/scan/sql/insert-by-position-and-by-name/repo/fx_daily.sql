INSERT INTO dw.fx_daily
SELECT ccy, at::date, MIN(mid), MAX(mid) FROM ods.fx_ticks GROUP BY 1, 2;

INSERT INTO dw.fx_daily (day, currency, close)
SELECT CURRENT_DATE, ccy, AVG(mid) FROM ods.fx_ticks GROUP BY ccy;
