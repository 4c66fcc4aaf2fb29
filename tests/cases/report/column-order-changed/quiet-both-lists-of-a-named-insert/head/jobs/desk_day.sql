INSERT INTO dw.desk_day (traded_on, desk, fees, notional)
SELECT t.traded_on, t.desk, SUM(t.fee) AS fees, SUM(t.notional) AS notional
FROM ods.trades AS t
GROUP BY t.desk, t.traded_on;
