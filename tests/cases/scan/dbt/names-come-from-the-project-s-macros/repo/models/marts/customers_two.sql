select id, country from {{ ref('shop.orders') }}
