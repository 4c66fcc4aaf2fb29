SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [dbo].[usp_LoadLoanBalance] @BatchDate DATE
AS
BEGIN
  SET NOCOUNT ON
  DECLARE @sql NVARCHAR(MAX)
  -- @LINEAGE_INPUTS: dbo.RateHistory
  -- @LINEAGE_OUTPUTS: dbo.LoanBalance
  BEGIN TRY
    BEGIN TRANSACTION
    SELECT p.LoanId, SUM(p.Amount) AS Paid
    INTO #paid
    FROM dbo.Payment p
    WHERE p.PaidOn <= @BatchDate
    GROUP BY p.LoanId

    DELETE FROM dbo.LoanBalance WHERE AsOf = @BatchDate

    INSERT INTO dbo.LoanBalance (LoanId, BranchId, AsOf, Balance)
    SELECT l.LoanId, l.BranchId, @BatchDate, l.Principal - ISNULL(p.Paid, 0)
    FROM dbo.Loan AS l WITH (NOLOCK)
    LEFT JOIN #paid AS p ON p.LoanId = l.LoanId

    SET @sql = N'UPDATE b SET b.Rate = r.Rate FROM dbo.LoanBalance b JOIN dbo.RateHistory r ON r.LoanId = b.LoanId'
    EXEC sp_executesql @sql
    COMMIT
  END TRY
  BEGIN CATCH
    ROLLBACK
    THROW
  END CATCH
END
GO
