select id, country, amount from shop_raw.orders
