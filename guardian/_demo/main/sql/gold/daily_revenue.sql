CREATE OR REPLACE TABLE gold.daily_revenue USING delta AS
WITH sold AS (
  SELECT order_date, channel, currency, gross_amount, net_amount
  FROM silver.orders
  WHERE status IN ('paid', 'shipped', 'delivered')
)
SELECT
  s.order_date                                    AS revenue_date,
  s.channel,
  COUNT(*)                                        AS orders,
  SUM(s.gross_amount * COALESCE(fx.eur_rate, 1))  AS gross_revenue,
  SUM(s.net_amount * COALESCE(fx.eur_rate, 1))    AS net_revenue
FROM sold AS s
LEFT JOIN silver.fx_daily AS fx
  ON fx.currency = s.currency AND fx.rate_date = s.order_date
GROUP BY s.order_date, s.channel;
