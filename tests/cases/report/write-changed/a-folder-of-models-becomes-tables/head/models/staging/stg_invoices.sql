with source as (

    select * from {{ source('erp', 'invoices') }}

),

renamed as (

    select
        invoice_no as invoice_id,
        account_id,
        issued_on,
        gross_cents / 100.0 as gross,
        tax_cents / 100.0 as tax,
        upper(currency) as currency,
        state
    from source

)

select * from renamed
where state <> 'draft'
