with source as (

    select * from {{ source('erp', 'invoices') }}

),

renamed as (

    select
        invoice_no as invoice_id,
        account_id,
        issued_on,
        {{ to_major('gross_cents') }} as gross,
        {{ to_major('tax_cents') }} as tax,
        upper(currency) as currency,
        state
    from source

)

select * from renamed
where state <> 'draft'
