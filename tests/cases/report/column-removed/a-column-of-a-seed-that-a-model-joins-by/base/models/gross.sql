select l.line_id, l.net * (1 + v.rate) as gross
from shop.lines l
left join {{ ref('vat_rates') }} v on v.country = l.country
