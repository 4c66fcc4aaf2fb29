INSERT OVERWRITE TABLE dw.basket_lines PARTITION (country)
SELECT b.basket_id, l.line.sku AS sku, l.line.qty * l.line.price AS turnover, t.value AS campaign, b.country
FROM ods.baskets b
LATERAL VIEW EXPLODE(b.lines) l AS line
LATERAL VIEW OUTER EXPLODE(b.tags) t AS key, value
WHERE t.key = 'campaign';
