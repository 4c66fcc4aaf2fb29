CREATE OR REPLACE TABLE crm.mailable AS
SELECT customer_id, email
FROM crm.customers
WHERE email LIKE '%@%' AND opted_in;
