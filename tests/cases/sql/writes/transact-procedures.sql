-- Procedures of T-SQL, statement by statement
-- Temporary tables, identities, labels, remote rows, documents.

-- [tsql] a column behind the name of a temporary table
SELECT id, amount INTO #A FROM raw.orders;
SELECT id, region INTO [##B] FROM raw.customers;
INSERT INTO mart.t (id, v, r) SELECT #a.id, #A.amount, ##b.region FROM #a JOIN ##B ON #a.id = ##b.id;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount
--> mart.t.r <- raw.customers.region
--> mart.t ? raw.orders.id, raw.customers.id

-- [tsql] an INSERT by position passes over identities and computed columns
CREATE TABLE #t (k INT IDENTITY(1, 1) NOT NULL, id INT, twice AS (id * 2), v INT);
INSERT INTO #t SELECT id, amount FROM raw.orders;
DECLARE @u TABLE (k INT IDENTITY(1, 1) PRIMARY KEY, id INT);
INSERT INTO @u SELECT id FROM raw.customers;
CREATE TABLE mart.t (k INT IDENTITY(1, 1), id INT, v INT, cust INT);
INSERT INTO mart.t SELECT t.id, t.v, u.id FROM #t t JOIN @u u ON u.k = t.k;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount
--> mart.t.cust <- raw.customers.id

-- [tsql] an update of a temporary table from two others
SELECT id, customer_id, amount INTO #t FROM raw.orders;
UPDATE q SET amount = i.qty FROM #t q JOIN raw.customers c ON c.id = q.customer_id JOIN raw.items i ON i.order_id = c.id;
INSERT INTO mart.t (id, v) SELECT id, amount FROM #t;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount, raw.items.qty
--> mart.t.v ? raw.customers.id, raw.items.order_id, raw.orders.customer_id

-- [tsql] an update from what is applied to each row
SELECT id, amount, discount INTO #t FROM raw.orders;
UPDATE t SET amount = q.low FROM #t t CROSS APPLY (SELECT MIN(v.x) AS low FROM (VALUES (t.amount), (t.discount)) v (x)) q;
INSERT INTO mart.t (v) SELECT amount FROM #t;
--> mart.t.v <- raw.orders.amount, raw.orders.discount

-- [tsql] a deletion that looks at two others
SELECT id, customer_id INTO #t FROM raw.orders;
DELETE q FROM #t q JOIN raw.customers c ON c.id = q.customer_id JOIN raw.items i ON i.order_id = q.id;
INSERT INTO mart.t (id) SELECT id FROM #t;
--> mart.t.id <- raw.orders.id
--: reads raw.orders, raw.customers, raw.items

-- [tsql] a table that is dropped on a condition
SELECT id INTO #t FROM raw.orders;
IF OBJECT_ID('tempdb..#other') IS NOT NULL DROP TABLE #t;
INSERT INTO mart.t (id) SELECT id FROM #t;
--> mart.t.id <- raw.orders.id

-- [tsql] columns that a table fills itself are not missing
INSERT INTO mart.dim (name) SELECT name FROM raw.customers;
INSERT INTO mart.t (k, n) SELECT dim_key, name FROM mart.dim;
--> mart.dim.name <- raw.customers.name
--> mart.t.k <- mart.dim.dim_key
--> mart.t.n <- mart.dim.name

-- [tsql] labels
BEGIN
IF @@ERROR <> 0 GOTO Failed
INSERT INTO mart.t (id) SELECT id FROM raw.orders
GOTO Done
Failed:
INSERT INTO mart.log (id) SELECT id FROM raw.customers
Done:
UPDATE mart.t SET v = 1
;THROW
END
--> mart.t.id <- raw.orders.id
--> mart.log.id <- raw.customers.id

-- [tsql] rows put together with FOR XML
INSERT INTO mart.t (id, names)
SELECT o.id, STUFF((SELECT ',' + c.name FROM raw.customers c WHERE c.id = o.customer_id FOR XML PATH(''), TYPE).value('.', 'varchar(max)'), 1, 1, '')
FROM raw.orders o;
--> mart.t.id <- raw.orders.id
--> mart.t.names <- raw.customers.name
--> mart.t.names ? raw.customers.id, raw.orders.customer_id

-- [tsql] all columns of a query with FOR JSON
INSERT INTO mart.t (id, doc) SELECT o.id, (SELECT c.name, c.region FROM raw.customers c WHERE c.id = o.customer_id FOR JSON PATH) FROM raw.orders o;
--> mart.t.id <- raw.orders.id
--> mart.t.doc <- raw.customers.name, raw.customers.region

-- [tsql] a file, and a query that another server answers
INSERT INTO mart.t (id) SELECT r.id FROM OPENROWSET(BULK 'landing/x.csv', FORMAT = 'CSV', FIRSTROW = 2) WITH (id INT) AS r;
INSERT INTO mart.t (v) SELECT r.id FROM OPENROWSET('SQLNCLI', 'Server=x;', 'SELECT id FROM raw.customers') AS r;
--> mart.t.id <- landing/x.csv.id
--> mart.t.v <- raw.customers.id

-- [tsql] names of four parts, with nothing between two dots
INSERT INTO [Mart].[T] ([ID], "v") SELECT [O].[Id], b2.x FROM [Raw].[Orders] AS [O] JOIN srv.db..[B] b2 ON b2.id = O.id;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- srv.db.dbo.b.x

-- [tsql] tables altered in ways that say nothing of rows
CREATE TABLE mart.s (a INT, b NVARCHAR(10));
ALTER TABLE mart.s ADD INDEX ix CLUSTERED COLUMNSTORE WITH (COMPRESSION_DELAY = 60);
ALTER TABLE mart.s ALTER COLUMN b ADD MASKED WITH (FUNCTION = 'default()');
ALTER TABLE mart.s ALTER COLUMN b NVARCHAR(20) COLLATE Latin1_General_BIN2 ENCRYPTED WITH (ENCRYPTION_TYPE = Deterministic) NOT NULL;
ALTER TABLE mart.s ADD CONSTRAINT pk PRIMARY KEY CLUSTERED (a ASC) WITH FILLFACTOR = 80;
ALTER TABLE mart.s ADD c AS (a * 2) PERSISTED, d INT NULL;
INSERT INTO mart.t (a, b, d) SELECT a, b, d FROM mart.s;
--> mart.t.a <- mart.s.a
--> mart.t.b <- mart.s.b
--> mart.t.d <- mart.s.d

-- [tsql] a pattern over a graph
SELECT c.name, i.sku INTO mart.t FROM raw.customers c, raw.orders o, raw.items i WHERE MATCH(c-(o)->i) AND o.amount > 5;
--> mart.t.name <- raw.customers.name
--> mart.t.sku <- raw.items.sku

-- [tsql, spark, postgres] distinct rows in the order of what an alias stands for
INSERT INTO mart.t SELECT DISTINCT o.id AS k, o.amount AS v FROM raw.orders o JOIN raw.items i ON i.order_id = o.id ORDER BY amount, o.id;
--> mart.t.k <- raw.orders.id
--> mart.t.v <- raw.orders.amount

-- [tsql] a temporary table computes a column itself
CREATE TABLE #t (id INT, v INT, tax AS (v * 0.2) PERSISTED);
INSERT INTO #t (id, v) SELECT id, amount FROM raw.orders;
INSERT INTO mart.t (id, tax) SELECT id, tax FROM #t;
--> mart.t.id <- raw.orders.id
--> mart.t.tax <- raw.orders.amount

-- [tsql] a table named by a quoted variable keeps its symbol
CREATE PROCEDURE p @name SYSNAME AS
EXEC(N'SELECT id INTO mart.' + QUOTENAME(@name) + N' FROM raw.' + QUOTENAME(@name));
--> mart.{name}.id <- raw.{name}.id
--: writes mart.{name}
--: reads raw.{name}

-- [tsql] a list of columns that dynamic SQL does not tell
CREATE PROCEDURE p AS
DECLARE @c NVARCHAR(MAX);
SELECT @c = STRING_AGG(name, ',') FROM sys.columns;
EXEC(N'SELECT ' + @c + N' INTO mart.t FROM raw.items');
--! the columns that `{c}` stands for are not known
