select * from {{ source('ehr', 'visits') }}
union all
select visit_id, fee from {{ source('ehr', 'fees') }}
