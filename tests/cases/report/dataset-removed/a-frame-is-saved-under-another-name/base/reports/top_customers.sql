CREATE OR REPLACE VIEW marts.top_customers AS
SELECT customer_id, email, lifetime_spend, points
FROM marts.loyalty
WHERE rank_in_country <= 100;
