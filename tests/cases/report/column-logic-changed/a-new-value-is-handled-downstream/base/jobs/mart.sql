CREATE TABLE mart.payments AS
SELECT CASE WHEN method IN ('card', 'cash') THEN method ELSE 'other' END AS paid_by
FROM silver.payments;
