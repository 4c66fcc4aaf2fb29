CREATE TABLE [dbo].[loan_balance] (
  [loan_id]     INT            NOT NULL,
  [as_of]       DATE           NOT NULL,
  [balance]     DECIMAL(12, 2) NOT NULL,
  [note]        VARCHAR(200)   NULL,
  CONSTRAINT [pk_loan_balance] PRIMARY KEY CLUSTERED ([loan_id], [as_of])
);
GO
