create or replace table gold.refund_rate using delta as
with p as (
  select trunc(payment_date, 'MM') as payment_month, kind, amount
  from silver.payments
  where payment_date >= date '2024-01-01'
),
t as (
  select payment_month,
    sum(case when kind = 'refund' then amount else 0 end) as refunded,
    sum(case when kind = 'charge' then amount else 0 end) as charged
  from p group by payment_month
)
select payment_month, refunded, charged, refunded / nullif(charged, 0) as refund_rate from t;
