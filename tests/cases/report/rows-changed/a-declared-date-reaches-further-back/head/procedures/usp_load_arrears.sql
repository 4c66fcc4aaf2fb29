CREATE OR ALTER PROCEDURE [dw].[usp_load_arrears] @as_of DATE
AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @cutoff DATE = DATEADD(month, -2, @as_of);

  TRUNCATE TABLE [dw].[arrears];

  INSERT INTO [dw].[arrears] ([loan_id], [product], [arrears], [late])
  SELECT l.loan_id, l.product, SUM(s.due), COUNT(*)
  FROM [lms].[loans] AS l
  JOIN [lms].[schedule] AS s ON s.loan_id = l.loan_id
  WHERE s.due_on < @cutoff AND s.paid IS NULL
  GROUP BY l.loan_id, l.product;
END
GO
