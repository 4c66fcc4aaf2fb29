select id from {{ ref('shop.orders') }}
