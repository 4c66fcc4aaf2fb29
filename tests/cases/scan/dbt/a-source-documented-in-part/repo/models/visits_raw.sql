select * from {{ source('ehr', 'visits') }}
