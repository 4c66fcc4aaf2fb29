with subscriptions as (

    select * from {{ ref('stg_subscriptions') }}

),

customers as (

    select customer_id, country
    from {{ source('silver', 'customers') }}

)

select
    customers.country,
    count(*) as subscriptions,
    sum(case when subscriptions.is_active then 0 else 1 end) as churned
from subscriptions
inner join customers on subscriptions.customer_id = customers.customer_id
group by customers.country
