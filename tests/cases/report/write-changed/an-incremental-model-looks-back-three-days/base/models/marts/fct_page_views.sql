{{ config(materialized='incremental', unique_key='view_id', incremental_strategy='delete+insert') }}

with views as (

    select * from {{ source('web', 'page_views') }}
    where is_bot = false

    {% if is_incremental() %}
      and viewed_at > (select max(viewed_at) from {{ this }})
    {% endif %}

)

select view_id, visitor_id, url, viewed_at
from views
