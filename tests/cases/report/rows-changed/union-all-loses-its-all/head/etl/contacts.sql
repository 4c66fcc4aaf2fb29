CREATE TABLE lake.contacts AS
WITH leads AS (
    SELECT lower(trim(email)) AS email, country FROM lake.leads WHERE email IS NOT NULL
),
customers AS (
    SELECT lower(trim(mail)) AS email, country FROM lake.customers WHERE mail IS NOT NULL
)
SELECT email, country FROM leads
UNION
SELECT email, country FROM customers;
