select invoice_no as credit_note_id, account_id, {{ to_major('gross_cents') }} as credited
from {{ source('erp', 'invoices') }}
where state = 'credited'
