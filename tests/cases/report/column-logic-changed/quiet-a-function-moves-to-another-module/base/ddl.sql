CREATE TABLE raw.invoice_lines (invoice_id BIGINT, line INT, country STRING, net DECIMAL(12,2), booked_on DATE);
