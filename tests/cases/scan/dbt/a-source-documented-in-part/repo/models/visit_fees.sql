select v.patient_id, f.fee, f.currency
from {{ source('ehr', 'visits') }} as v
join {{ source('ehr', 'fees') }} as f on v.visit_id = f.visit_id
