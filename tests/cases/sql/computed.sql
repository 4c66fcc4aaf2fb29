-- Columns that a table computes itself
-- The table fills such a column from others of the same row; what reads it, reads it there.

-- [tsql] in the table's definition
CREATE TABLE t (id int, net int, tax AS (net * 2), gross AS (net + id) PERSISTED);
INSERT INTO t (id, net) SELECT id, amount FROM orders;
--> id <- id
--> net <- amount
--> tax <- t.net
--> gross <- t.net, t.id

-- [postgres, mysql, sqlite, databricks, duckdb] GENERATED ALWAYS AS
CREATE TABLE t (id int, net int, tax int GENERATED ALWAYS AS (net * 2));
INSERT INTO t (id, net) SELECT id, amount FROM orders;
--> id <- id
--> net <- amount
--> tax <- t.net

-- [tsql] a temporary table that gets a column later
SELECT id, customer_id INTO #a FROM orders;
ALTER TABLE #a ADD region varchar(20), score int;
UPDATE a SET region = c.region FROM #a a JOIN customers c ON c.id = a.customer_id;
SELECT id, region, score INTO t FROM #a;
--> id <- id
--> region <- customers.region ? (customers.id), (customer_id)
--> score
--> rows ? (customers.id), (customer_id)
