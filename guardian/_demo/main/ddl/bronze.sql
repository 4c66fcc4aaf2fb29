-- Loaded by the ingestion team, append only: the latest `ingested_at` of a key is its current state.
CREATE TABLE bronze.orders (
  order_id        BIGINT NOT NULL,
  customer_id     BIGINT NOT NULL,
  status          STRING NOT NULL,
  channel         STRING,
  currency        STRING NOT NULL,
  gross_amount    DECIMAL(12, 2) NOT NULL,
  discount_amount DECIMAL(12, 2),
  ordered_at      TIMESTAMP NOT NULL,
  ingested_at     TIMESTAMP NOT NULL
) USING delta;

CREATE TABLE bronze.payments (
  payment_id  BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  kind        STRING NOT NULL COMMENT 'charge or refund',
  amount      DECIMAL(12, 2) NOT NULL,
  paid_at     TIMESTAMP,
  ingested_at TIMESTAMP NOT NULL
) USING delta;

CREATE TABLE bronze.customers (
  customer_id BIGINT NOT NULL,
  email       STRING,
  country     STRING,
  segment     STRING,
  created_at  TIMESTAMP NOT NULL,
  ingested_at TIMESTAMP NOT NULL
) USING delta;

CREATE TABLE bronze.subscriptions (
  subscription_id BIGINT NOT NULL,
  customer_id     BIGINT NOT NULL,
  plan            STRING NOT NULL,
  monthly_price   DECIMAL(8, 2) NOT NULL,
  currency        STRING NOT NULL,
  started_on      DATE NOT NULL,
  cancelled_on    DATE,
  ingested_at     TIMESTAMP NOT NULL
) USING delta;

CREATE TABLE bronze.fx_rates (
  currency  STRING NOT NULL,
  quoted_at TIMESTAMP NOT NULL,
  eur_rate  DECIMAL(12, 6) NOT NULL
) USING delta;
