CREATE TABLE [dbo].[Loan] ([LoanId] INT NOT NULL, [BranchId] INT, [Principal] MONEY, [OpenedOn] DATE);
GO
CREATE TABLE [dbo].[Payment] ([LoanId] INT, [Amount] MONEY, [PaidOn] DATE);
GO
