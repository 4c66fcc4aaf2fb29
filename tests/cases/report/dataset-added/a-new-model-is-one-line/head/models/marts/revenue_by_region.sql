select
    region,
    date_trunc('month', issued_on) as month,
    sum(gross - tax) as net_revenue,
    count(*) as invoices
from {{ ref('fct_invoices') }}
group by 1, 2
