CREATE TABLE psp.transactions (
  txn_id     BIGINT PRIMARY KEY,
  merchant   TEXT NOT NULL,
  captured_at TIMESTAMPTZ,
  amount     NUMERIC(12,4) NOT NULL,
  fee        NUMERIC(12,4)
);
