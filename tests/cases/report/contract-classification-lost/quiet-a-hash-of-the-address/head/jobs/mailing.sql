CREATE TABLE mart.mailing AS
SELECT c.customer_id, MD5(c.email) AS contact
FROM silver.customers AS c;
