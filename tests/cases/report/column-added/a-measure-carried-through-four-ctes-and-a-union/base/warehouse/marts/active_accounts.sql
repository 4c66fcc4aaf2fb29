CREATE OR REPLACE VIEW marts.active_accounts AS
SELECT plan, channel, COUNT(DISTINCT account_id) AS accounts
FROM staging.subscriptions
WHERE is_active
GROUP BY plan, channel;
