CREATE OR ALTER PROCEDURE [dbo].[load_loan_balance] @as_of DATE
AS
BEGIN
  SET NOCOUNT ON;
  INSERT INTO [dbo].[loan_balance] ([loan_id], [as_of], [balance], [note])
  SELECT i.[loan_id], @as_of, SUM(i.[due] - ISNULL(i.[paid], 0)), NULL
  FROM [dbo].[installments] AS i
  WHERE i.[due_on] <= @as_of
  GROUP BY i.[loan_id];
END
GO
