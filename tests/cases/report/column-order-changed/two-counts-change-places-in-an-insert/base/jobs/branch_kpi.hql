INSERT OVERWRITE TABLE dw.branch_kpi PARTITION (dt)
SELECT
  branch_id,
  SUM(CASE WHEN kind = 'opened' THEN 1 ELSE 0 END) AS new_loans,
  SUM(CASE WHEN kind = 'closed' THEN 1 ELSE 0 END) AS closed_loans,
  SUM(amount) AS volume,
  dt
FROM ods.loan_events
GROUP BY branch_id, dt;
