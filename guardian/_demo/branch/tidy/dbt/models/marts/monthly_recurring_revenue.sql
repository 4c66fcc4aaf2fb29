with rates as (

    select currency, max_by(eur_rate, rate_date) as eur_rate
    from {{ source('silver', 'fx_daily') }}
    group by currency

)

-- A currency without a rate counts as EUR.
select
    active.plan,
    count(*) as subscribers,
    sum(active.monthly_price * coalesce(rates.eur_rate, 1)) as mrr_eur
from {{ ref('stg_subscriptions') }} as active
left join rates on rates.currency = active.currency
where active.is_active
group by active.plan
