select
    old.id
    {%- for code in dbt_utils.get_column_values(ref('countries'), 'code') %}
    , sum(case when new.country = '{{ code }}' then 1 end) as {{ code }}_orders
    {%- endfor %}
from {{ ref('customers', v=1) }} as old
join {{ ref('customers') }} as new on old.id = new.id
group by old.id
