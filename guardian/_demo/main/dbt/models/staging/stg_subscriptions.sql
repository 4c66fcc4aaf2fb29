with subscriptions as (

    select * from {{ source('silver', 'subscriptions') }}

)

select
    subscription_id,
    customer_id,
    plan,
    monthly_price,
    currency,
    started_on,
    cancelled_on,
    is_active
from subscriptions
