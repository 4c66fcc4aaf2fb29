with invoices as (

    select * from {{ ref('stg_invoices') }}

),

accounts as (

    select id as account_id, region, segment from {{ source('erp', 'accounts') }}

),

final as (

    select invoices.*, accounts.region
    from invoices
    left join accounts on accounts.account_id = invoices.account_id

)

select * from final
