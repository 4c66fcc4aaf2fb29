CREATE TABLE [lms].[schedule] ([loan_id] INT NOT NULL, [due_on] DATE NOT NULL, [due] MONEY NOT NULL, [paid] MONEY NULL);
GO
CREATE TABLE [lms].[loans] ([loan_id] INT NOT NULL PRIMARY KEY, [product] NVARCHAR(40) NOT NULL, [closed_on] DATE NULL);
GO
CREATE TABLE [dw].[arrears] ([loan_id] INT, [product] NVARCHAR(40), [arrears] MONEY, [late] INT);
GO
