CREATE TABLE app.users (user_id BIGINT PRIMARY KEY, email TEXT NOT NULL, country TEXT, created_at TIMESTAMP);
CREATE TABLE app.users_v2 (user_id BIGINT PRIMARY KEY, email TEXT NOT NULL, country TEXT, created_at TIMESTAMP, locale TEXT);
CREATE TABLE app.invoices (invoice_id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, total NUMERIC(12,2), paid_at TIMESTAMP);
CREATE TABLE crm.contacts (contact_id BIGINT PRIMARY KEY, user_id BIGINT, phone TEXT);
