CREATE TABLE marts.customer_value AS
SELECT
    u.user_id,
    u.email,
    u.country,
    COALESCE(i.total, 0) AS value,
    i.last_paid_at
FROM app.users AS u
LEFT JOIN (
    SELECT inv.user_id AS uid, SUM(inv.total) AS total, MAX(inv.paid_at) AS last_paid_at
    FROM (SELECT * FROM app.invoices) AS inv
    WHERE inv.paid_at IS NOT NULL
    GROUP BY inv.user_id
) AS i ON u.user_id = i.uid;
