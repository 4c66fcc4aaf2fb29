with source as (select * from {{ source('ehr', 'visits') }})
select visit_id, patient_id, admitted_at from source
