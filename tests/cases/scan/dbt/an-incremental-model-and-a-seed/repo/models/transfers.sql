{{ config(materialized='incremental', unique_key='transfer_id') }}

select
    t.transfer_id,
    t.currency,
    t.minor_amount / power(10, c.minor_units) as amount,
    t.created_at
from {{ source('bank', 'transfers') }} t
join {{ ref('currencies') }} c on c.code = t.currency
{% if is_incremental() %}
where t.created_at > (select max(created_at) from {{ this }})
{% endif %}
