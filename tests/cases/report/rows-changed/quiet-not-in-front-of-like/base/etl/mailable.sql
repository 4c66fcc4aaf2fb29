CREATE TABLE crm.mailable AS
SELECT customer_id, email
FROM crm.customers
WHERE email NOT LIKE '%@example.com' AND email NOT ILIKE 'test%';
