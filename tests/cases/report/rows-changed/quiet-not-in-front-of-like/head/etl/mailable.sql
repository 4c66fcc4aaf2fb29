CREATE TABLE crm.mailable AS
SELECT customer_id, email
FROM crm.customers
WHERE NOT (email ILIKE 'test%' OR email LIKE '%@example.com');
