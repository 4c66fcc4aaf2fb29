CREATE TABLE marts.customer_value AS
WITH paid AS (
    SELECT user_id, SUM(total) AS total, MAX(paid_at) AS last_paid_at
    FROM app.invoices
    WHERE paid_at IS NOT NULL
    GROUP BY user_id
),
people AS (
    SELECT user_id, email, country FROM app.users
)
SELECT p.user_id, p.email, p.country, COALESCE(paid.total, 0) AS value, paid.last_paid_at, c.phone
FROM people p
LEFT JOIN crm.contacts c ON c.user_id = p.user_id
LEFT JOIN paid ON paid.user_id = p.user_id;
