{{ config(materialized='view', alias='tickets') }}
select
    id as ticket_id,
    status,
    priority,
    created_at,
    {{ hours_between('created_at', 'solved_at') }} as hours_to_solve
from {{ source('zendesk', 'tickets') }}
