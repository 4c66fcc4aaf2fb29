-- Columns that only the run knows
-- A list that a client variable holds may be any of the input's columns, or computed from them: the
-- dataset has more columns than are listed, each of which may come from anything.

-- [spark, hive] a variable among the items
SELECT id, ${columns} FROM orders WHERE status = 'x';
--> id <- id
--> * <- orders.*
--> rows ? status
--! the columns that `{columns}` stands for are not known

-- [spark] a name out of such a list, further up
SELECT q.id, q.amount, q.rate FROM (SELECT id, ${columns} FROM orders) q;
--> id <- id
--> amount <- amount
--> rate <- orders.*
--! the columns that `{columns}` stands for are not known

-- [spark] through a star, a join and a union
-- with old(id int, amount int)
WITH c AS (SELECT o.id, ${columns} FROM orders o JOIN customers u ON o.customer_id = u.id)
SELECT * FROM c UNION ALL SELECT * FROM old;
--> id <- id, old.id
--> amount <- amount, old.amount
--> * <- orders.*, customers.*
--> rows ? customer_id, customers.id
--! the columns that `{columns}` stands for are not known

-- [spark] as keys of groups
SELECT ${keys}, SUM(amount) AS total FROM orders GROUP BY ${keys};
--> total <- amount
--> * <- orders.*
--> rows ? orders.*
--! the columns that `{keys}` stands for are not known

-- [spark] more items in the text that stands behind one
SELECT id ${more} FROM orders;
--> id <- id
--> * <- orders.*
--! the columns that `{more}` stands for are not known

-- [spark] one value, as it has a name
SELECT id, ${year} AS year FROM orders;
--> id <- id
--> year

-- [spark] one value, as the target has as many columns as there are items
-- with t(id int, year int)
INSERT INTO t (id, year) SELECT id, ${year} FROM orders;
--> id <- id
--> year

-- [tsql] dynamic SQL with a list that a parameter brings
CREATE PROCEDURE p @columns nvarchar(max) AS
BEGIN
DECLARE @sql nvarchar(max) = N'SELECT id, ' + @columns + N' INTO t FROM orders';
EXEC sp_executesql @sql;
END;
--> id <- id
--> * <- orders.*
--! the columns that `{columns}` stands for are not known

-- [spark] the same list twice
SELECT q.id, ${columns} FROM (SELECT id, ${columns} FROM orders) q;
--> id <- id
--> * <- orders.*
--! the columns that `{columns}` stands for are not known

-- [tsql] the columns of a pivot
CREATE PROCEDURE p @columns nvarchar(max) AS
BEGIN
DECLARE @sql nvarchar(max) = N'SELECT customer_id, ' + @columns + N' INTO t
FROM (SELECT customer_id, status, amount FROM orders) s
PIVOT (SUM(amount) FOR status IN (' + @columns + N')) p';
EXEC (@sql);
END;
--> customer_id <- customer_id
--> * <- amount ? status
--> rows ? customer_id
--! the columns that `{columns}` stands for are not known

-- [tsql] some columns of such a pivot, by name
CREATE PROCEDURE p @columns nvarchar(max) AS
BEGIN
EXEC (N'SELECT customer_id, [new] AS fresh INTO t
FROM (SELECT customer_id, status, amount FROM orders) s
PIVOT (SUM(amount) FOR status IN (' + @columns + N')) p');
END;
--> customer_id <- customer_id
--> fresh <- amount ? status
--> rows ? customer_id
