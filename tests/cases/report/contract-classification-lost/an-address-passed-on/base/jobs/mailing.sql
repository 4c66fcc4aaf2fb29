CREATE TABLE mart.mailing AS
SELECT customer_id, country AS contact
FROM silver.customers;
