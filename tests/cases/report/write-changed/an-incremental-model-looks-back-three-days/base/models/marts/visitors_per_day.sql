select cast(viewed_at as date) as day, count(distinct visitor_id) as visitors
from {{ ref('fct_page_views') }}
group by 1
