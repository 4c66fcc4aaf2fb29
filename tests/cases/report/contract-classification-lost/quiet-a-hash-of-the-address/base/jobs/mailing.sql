CREATE TABLE mart.mailing AS
SELECT customer_id, MD5(email) AS contact
FROM silver.customers;
