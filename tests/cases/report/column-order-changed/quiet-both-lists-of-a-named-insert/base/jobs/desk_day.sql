INSERT INTO dw.desk_day (desk, traded_on, notional, fees)
SELECT desk, traded_on, SUM(notional), SUM(fee)
FROM ods.trades
GROUP BY 1, 2;
