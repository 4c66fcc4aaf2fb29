UPDATE p
SET p.Reserve = o.Reserve, p.Touched = GETDATE()
FROM [policy].[Policy] AS p
INNER JOIN (SELECT PolicyNo, SUM(Reserve) AS Reserve FROM reporting.OpenClaims GROUP BY PolicyNo) AS o
  ON o.PolicyNo = p.PolicyNo
WHERE p.Status = 'A'
GO
