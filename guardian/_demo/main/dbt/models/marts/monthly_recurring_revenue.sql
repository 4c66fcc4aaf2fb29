with subscriptions as (

    select * from {{ ref('stg_subscriptions') }}

),

rates as (

    select currency, max_by(eur_rate, rate_date) as eur_rate
    from {{ source('silver', 'fx_daily') }}
    group by currency

)

select
    subscriptions.plan,
    count(*) as subscribers,
    sum(subscriptions.monthly_price * coalesce(rates.eur_rate, 1)) as mrr_eur
from subscriptions
left join rates on subscriptions.currency = rates.currency
where subscriptions.is_active
group by subscriptions.plan
