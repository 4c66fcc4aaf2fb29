{% set priorities = ['low', 'high', 'urgent'] %}
with tickets as (
    select * from {{ ref('stg_tickets') }}
)
select
    created_at::date as day,
    {% for p in priorities %}
    sum(case when priority = '{{ p }}' then 1 else 0 end) as {{ p }}_tickets,
    {% endfor %}
    avg(hours_to_solve) as hours_to_solve
from tickets
group by 1
