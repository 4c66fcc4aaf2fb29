CREATE TABLE billing.invoiced (account_id INT, month DATE, invoiced NUMERIC);
CREATE TABLE billing.paid (account_id INT, month DATE, paid NUMERIC);
