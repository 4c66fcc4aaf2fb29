INSERT INTO ads.spend_report (campaign, channel, cost, cost_per_click)
SELECT campaign, channel, sum(cost), sum(cost) / nullif(sum(clicks), 0)
FROM ads.spend
WHERE day >= date '2026-01-01'
GROUP BY GROUPING SETS ((campaign, channel), (campaign))
HAVING sum(clicks) > 0;
