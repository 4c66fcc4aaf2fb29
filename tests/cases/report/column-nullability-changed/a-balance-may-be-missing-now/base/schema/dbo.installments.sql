CREATE TABLE [dbo].[installments] (
  [loan_id] INT NOT NULL,
  [due_on]  DATE NOT NULL,
  [due]     DECIMAL(12, 2) NOT NULL,
  [paid]    DECIMAL(12, 2) NULL
);
GO
