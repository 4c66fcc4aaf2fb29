CREATE OR REPLACE TABLE MARTS.ACCOUNT_HEALTH AS
WITH tickets AS (
    SELECT account_id, COUNT(*) AS open_tickets, MIN(opened_at) AS oldest
    FROM crm.tickets
    WHERE status <> 'closed'
    GROUP BY account_id
)
SELECT a.account_id, a.name, NVL(t.open_tickets, 0) AS open_tickets, t.oldest
FROM crm.accounts a
LEFT JOIN tickets t ON t.account_id = a.account_id;
