with invoices as (
    select * from {{ ref('fct_invoices') }}
),

accounts as (
    select id, segment from {{ source('erp', 'accounts') }}
)

select accounts.segment, count(*) as invoices, sum(invoices.gross) as gross, max(invoices.issued_on) as last_issued_on
from invoices
join accounts on accounts.id = invoices.account_id
group by accounts.segment
