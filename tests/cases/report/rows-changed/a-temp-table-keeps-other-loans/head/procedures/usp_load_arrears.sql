SET ANSI_NULLS ON
GO
CREATE OR ALTER PROCEDURE [dw].[usp_load_arrears]
  @as_of DATE = NULL
AS
BEGIN
  SET NOCOUNT ON
  IF @as_of IS NULL SET @as_of = CAST(GETDATE() AS DATE)

  BEGIN TRY
    SELECT s.loan_id, SUM(s.due - ISNULL(s.paid, 0)) AS arrears, COUNT(*) AS late
    INTO #late
    FROM [lms].[schedule] s WITH (NOLOCK)
    WHERE s.due_on < DATEADD(day, -3, @as_of) AND ISNULL(s.paid, 0) < s.due
    GROUP BY s.loan_id

    TRUNCATE TABLE [dw].[arrears]

    INSERT INTO [dw].[arrears] ([loan_id], [product], [arrears], [late])
    SELECT l.loan_id, l.product, t.arrears, t.late
    FROM [lms].[loans] l
    INNER JOIN #late t ON t.loan_id = l.loan_id
    WHERE l.closed_on IS NULL
  END TRY
  BEGIN CATCH
    THROW
  END CATCH
END
GO
