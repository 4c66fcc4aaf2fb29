CREATE TABLE lake.contacts AS
WITH c AS (
    SELECT lower(trim(mail)) AS mail, country FROM lake.customers WHERE mail IS NOT NULL
),
l AS (
    SELECT lower(trim(email)) AS mail, country FROM lake.leads WHERE NOT email IS NULL
)
SELECT mail AS email, country FROM c
UNION ALL
SELECT mail, country FROM l;
