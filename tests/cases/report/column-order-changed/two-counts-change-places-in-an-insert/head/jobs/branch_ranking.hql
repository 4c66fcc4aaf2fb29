INSERT OVERWRITE TABLE dw.branch_ranking
SELECT branch_id, RANK() OVER (ORDER BY SUM(new_loans) DESC) AS place
FROM dw.branch_kpi
GROUP BY branch_id;
