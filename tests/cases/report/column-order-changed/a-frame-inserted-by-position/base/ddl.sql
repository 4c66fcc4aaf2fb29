CREATE TABLE ods.trades (trade_id BIGINT, desk STRING, notional DECIMAL(18,2), fee DECIMAL(18,2), traded_on DATE);
CREATE TABLE dw.desk_day (desk STRING, traded_on DATE, notional DECIMAL(28,2), fees DECIMAL(28,2));
