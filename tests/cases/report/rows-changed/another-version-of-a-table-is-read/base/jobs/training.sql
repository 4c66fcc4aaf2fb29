CREATE OR REPLACE TABLE ml.training AS
SELECT customer_id, churned, months FROM gold.churn VERSION AS OF 12;
