#fail
{{ is_unique(["id"]) }}

#warn
SELECT IF(COUNT(*) > 0, NULL, ERROR("no rows; see the log")) FROM shop.orders_v1
