-- Procedures and functions of T-SQL
-- Lineage passes through table functions, and through the rows that a procedure selects.

-- [tsql] an inline table function
CREATE FUNCTION dbo.recent (@since DATETIME) RETURNS TABLE WITH SCHEMABINDING AS
RETURN (SELECT id, amount - discount AS net FROM raw.orders WHERE ts > @since);
GO
INSERT INTO mart.t (id, v) SELECT f.id, f.net FROM dbo.recent(GETDATE()) AS f;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount, raw.orders.discount
--> mart.t ? raw.orders.ts
--: reads raw.orders

-- [tsql] a function applied to each row
CREATE FUNCTION dbo.of_customer (@id INT) RETURNS TABLE AS RETURN SELECT o.amount FROM raw.orders o WHERE o.customer_id = @id;
GO
INSERT INTO mart.t (id, v) SELECT c.id, f.amount FROM raw.customers c CROSS APPLY dbo.of_customer(c.id) AS f;
--> mart.t.id <- raw.customers.id
--> mart.t.v <- raw.orders.amount
--> mart.t ? raw.customers.id, raw.orders.customer_id

-- [tsql] a function of several statements
CREATE FUNCTION dbo.listed () RETURNS @r TABLE (id INT, v INT) AS
BEGIN
  INSERT INTO @r (id, v) SELECT id, amount FROM raw.orders;
  INSERT INTO @r SELECT order_id, qty FROM raw.items;
  RETURN;
END
GO
INSERT INTO mart.t (id, v) SELECT id, v FROM dbo.listed();
--> mart.t.id <- raw.orders.id, raw.items.order_id
--> mart.t.v <- raw.orders.amount, raw.items.qty

-- [tsql] the rows that a procedure selects
CREATE PROCEDURE dbo.child @status VARCHAR(50) AS
BEGIN
  SET NOCOUNT ON;
  BEGIN TRY
    SELECT id, amount FROM raw.orders WHERE status = @status;
  END TRY
  BEGIN CATCH
    SELECT ERROR_NUMBER(), ERROR_MESSAGE();
  END CATCH
END
GO
CREATE PROCEDURE dbo.parent AS
BEGIN
  CREATE TABLE #r (id INT, v INT);
  INSERT INTO #r EXEC dbo.child @status = 'open';
  INSERT INTO mart.t (id, v) SELECT id, v FROM #r;
END
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount
--> mart.t ? raw.orders.status

-- [tsql] a procedure that calls another one
CREATE PROCEDURE dbo.inner_one AS SELECT id, amount FROM raw.orders;
GO
CREATE PROCEDURE dbo.outer_one AS EXEC dbo.inner_one;
GO
INSERT INTO mart.t (id, v) EXEC dbo.outer_one;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount

-- [tsql] dynamic SQL as the rows of an INSERT
INSERT INTO mart.t (id, v) EXEC('SELECT id, amount FROM raw.orders');
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount

-- [tsql] a procedure that nobody here has written
INSERT INTO mart.t (id, v) EXEC other.dbo.somewhere;
--! the rows that `other.dbo.somewhere` returns are not known

-- [tsql] a function that calls itself
CREATE FUNCTION dbo.loop (@n INT) RETURNS TABLE AS RETURN SELECT x.id FROM dbo.loop(@n - 1) x UNION ALL SELECT id FROM raw.orders;
GO
INSERT INTO mart.t (id) SELECT id FROM dbo.loop(3);
--> mart.t.id <- raw.orders.id, (dbo.loop.id)
--! the rows that `dbo.loop` returns are not known

-- [tsql] rows that the caller has
CREATE PROCEDURE dbo.p @batch AS dbo.Batch READONLY, @v INT = 1 AS
INSERT INTO mart.t (id, v) SELECT b.id, o.amount FROM @batch b JOIN raw.orders o ON o.id = b.id;
--> mart.t.v <- raw.orders.amount
--: reads raw.orders
