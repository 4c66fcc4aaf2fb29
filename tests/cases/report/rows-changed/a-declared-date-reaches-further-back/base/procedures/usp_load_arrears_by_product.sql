CREATE OR ALTER PROCEDURE [dw].[usp_load_arrears_by_product]
AS
BEGIN
  INSERT INTO [dw].[arrears_by_product] ([product], [arrears], [loans])
  SELECT a.[product], SUM(a.[arrears]), COUNT(*)
  FROM [dw].[arrears] AS a
  GROUP BY a.[product];
END
GO
