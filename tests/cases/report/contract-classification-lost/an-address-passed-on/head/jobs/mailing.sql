CREATE TABLE mart.mailing AS
SELECT customer_id, LOWER(TRIM(email)) AS contact
FROM silver.customers;
