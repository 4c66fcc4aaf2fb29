CREATE TABLE dw.desk_day (desk VARCHAR(20), traded_on DATE, notional DECIMAL(28,2), fees DECIMAL(28,2));
CREATE TABLE ods.trades (trade_id BIGINT, desk VARCHAR(20), notional DECIMAL(18,2), fee DECIMAL(18,2), traded_on DATE);
