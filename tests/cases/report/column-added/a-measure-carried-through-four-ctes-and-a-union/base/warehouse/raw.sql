CREATE TABLE raw.app_subscriptions (subscription_id NUMBER(18,0) NOT NULL, account_id NUMBER(18,0), plan VARCHAR, seats NUMBER(9,0), started_at TIMESTAMP_NTZ, ended_at TIMESTAMP_NTZ);
CREATE TABLE raw.partner_subscriptions (contract_no NUMBER(18,0) NOT NULL, account_id NUMBER(18,0), product VARCHAR, quantity NUMBER(9,0), signed_at TIMESTAMP_NTZ, cancelled_at TIMESTAMP_NTZ);
