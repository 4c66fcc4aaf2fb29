CREATE TABLE dex.trades AS
SELECT e.tx_hash, c.chain, c.version, e.amount_usd * c.fee_bps / 10000 AS fee_usd
FROM dex.swap_events e
JOIN dex.contracts c ON c.address = e.contract;
