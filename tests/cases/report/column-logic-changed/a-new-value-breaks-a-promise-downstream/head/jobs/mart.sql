CREATE TABLE mart.payments AS
SELECT method AS paid_by
FROM silver.payments;
