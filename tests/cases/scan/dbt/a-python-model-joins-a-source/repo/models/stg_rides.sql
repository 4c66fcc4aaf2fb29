select id, zone_id, fare from {{ source('raw', 'rides') }}
