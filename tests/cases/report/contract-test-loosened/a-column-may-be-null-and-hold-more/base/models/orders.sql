select id, status, amount from {{ source('raw', 'orders') }}
