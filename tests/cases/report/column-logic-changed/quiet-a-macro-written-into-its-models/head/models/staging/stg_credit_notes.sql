select invoice_no as credit_note_id, account_id, round(gross_cents / 100.0, 2) as credited
from {{ source('erp', 'invoices') }}
where state = 'credited'
