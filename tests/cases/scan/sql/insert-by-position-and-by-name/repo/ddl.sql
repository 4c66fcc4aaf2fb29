CREATE TABLE dw.fx_daily (currency CHAR(3), day DATE, open NUMERIC(12,6), close NUMERIC(12,6));
CREATE TABLE ods.fx_ticks (ccy CHAR(3), at TIMESTAMP, mid NUMERIC(12,6));
