CREATE TABLE mart.accounts AS
SELECT
  a.account_id,
  a.name,
  (SELECT MAX(d.amount) FROM crm.deals d WHERE d.account_id = a.account_id AND d.won) AS best_deal
FROM crm.accounts a
WHERE NOT EXISTS (SELECT 1 FROM crm.blocked b WHERE b.account_id = a.account_id)
  AND a.region IN (SELECT region FROM crm.accounts GROUP BY region HAVING COUNT(*) > 10);
