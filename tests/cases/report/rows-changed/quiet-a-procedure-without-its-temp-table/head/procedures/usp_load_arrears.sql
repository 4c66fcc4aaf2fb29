CREATE OR ALTER PROCEDURE dw.usp_load_arrears (@as_of DATE = NULL)
AS
BEGIN
  SET NOCOUNT ON;
  IF @as_of IS NULL
    SET @as_of = CAST(GETDATE() AS DATE);

  TRUNCATE TABLE dw.arrears;

  WITH late AS (
    SELECT loan_id, SUM(due - COALESCE(paid, 0)) AS arrears, COUNT(*) AS late
    FROM lms.schedule
    WHERE COALESCE(paid, 0) < due AND @as_of > due_on
    GROUP BY loan_id
  )
  INSERT INTO dw.arrears (loan_id, product, late, arrears)
  SELECT loans.loan_id, loans.product, late.late, late.arrears
  FROM late
  JOIN lms.loans ON loans.loan_id = late.loan_id AND loans.closed_on IS NULL;
END
GO
