CREATE OR REPLACE TABLE staging.subscriptions AS
WITH own AS (
    SELECT subscription_id, account_id, LOWER(plan) AS plan, started_at, ended_at
    FROM raw.app_subscriptions
),
partner AS (
    SELECT contract_no AS subscription_id, account_id, LOWER(product) AS plan, signed_at AS started_at, cancelled_at AS ended_at
    FROM raw.partner_subscriptions
    WHERE signed_at IS NOT NULL
),
together AS (
    SELECT subscription_id, account_id, plan, started_at, ended_at, 'app' AS channel FROM own
    UNION ALL
    SELECT subscription_id, account_id, plan, started_at, ended_at, 'partner' AS channel FROM partner
),
final AS (
    SELECT *, ended_at IS NULL AS is_active FROM together
)
SELECT * FROM final;
