-- Updating and deleting
-- What SET gives a value, which rows go.

-- [postgres, redshift, snowflake, bigquery, duckdb, tsql] update from
UPDATE mart.t SET total = o.amount - o.discount, st = UPPER(o.status) FROM raw.orders o WHERE o.id = mart.t.id;
--> mart.t.total <- raw.orders.amount, raw.orders.discount
--> mart.t.st <- raw.orders.status

-- [postgres, redshift, snowflake, bigquery] update from with an alias of the table
UPDATE mart.t AS x SET total = x.total + o.amount FROM raw.orders o WHERE o.id = x.id AND o.status = 'A';
--> mart.t.total <- raw.orders.amount, (mart.t.total)

-- [tsql] the alias in FROM
UPDATE x SET x.total = o.amount, st = c.name FROM mart.t x JOIN raw.orders o ON o.id = x.id LEFT JOIN raw.customers c ON c.id = o.customer_id WHERE x.total IS NULL;
--> mart.t.total <- raw.orders.amount
--> mart.t.st <- raw.customers.name

-- [mysql] several tables of MySQL
UPDATE mart.t x JOIN raw.orders o ON o.id = x.id SET x.total = o.amount, x.st = CONCAT(o.status, x.st) WHERE o.amount > 0;
--> mart.t.total <- raw.orders.amount
--> mart.t.st <- raw.orders.status, (mart.t.st)

-- [mysql] tables with commas of MySQL
UPDATE mart.t, raw.orders o SET mart.t.total = o.amount WHERE o.id = mart.t.id;
--> mart.t.total <- raw.orders.amount

-- [mysql] the joined table is the changed one
UPDATE raw.orders o INNER JOIN mart.t x ON x.id = o.id SET x.total = o.amount;
--> mart.t.total <- raw.orders.amount

-- [oracle, postgres, mysql, tsql, spark, databricks, snowflake, bigquery] a correlated subquery
UPDATE mart.t SET total = (SELECT SUM(o.amount) FROM raw.orders o WHERE o.customer_id = mart.t.id) WHERE EXISTS (SELECT 1 FROM raw.orders o WHERE o.customer_id = mart.t.id);
--> mart.t.total <- raw.orders.amount

-- [oracle, postgres] several at once from a query
UPDATE mart.t x SET (a, b) = (SELECT o.amount, MAX(o.status) FROM raw.orders o WHERE o.id = x.id GROUP BY o.amount) WHERE x.a IS NULL;
--> mart.t.a <- raw.orders.amount
--> mart.t.b <- raw.orders.status

-- [postgres] several at once from a row
UPDATE mart.t SET (a, b) = ROW (o.amount, o.status) FROM raw.orders o WHERE o.id = mart.t.id;
--> mart.t.a <- raw.orders.amount
--> mart.t.b <- raw.orders.status

-- [oracle] an update of an inline view
UPDATE (SELECT t.total, o.amount FROM mart.t t JOIN raw.orders o ON o.id = t.id) SET total = amount;
--> mart.t.total <- raw.orders.amount

-- [tsql] an update of a CTE
WITH c AS (SELECT t.total, o.amount FROM mart.t t JOIN raw.orders o ON o.id = t.id) UPDATE c SET total = amount;
--> mart.t.total <- raw.orders.amount

-- [tsql, postgres] an update from a CTE
WITH s AS (SELECT customer_id, SUM(amount) AS a FROM raw.orders GROUP BY customer_id) UPDATE mart.t SET total = s.a FROM s WHERE s.customer_id = mart.t.id;
--> mart.t.total <- raw.orders.amount

-- [postgres, snowflake, bigquery, redshift, tsql] an update from a subquery
UPDATE mart.t SET total = s.a FROM (SELECT customer_id, SUM(amount) AS a FROM raw.orders GROUP BY customer_id) s WHERE s.customer_id = mart.t.id;
--> mart.t.total <- raw.orders.amount

-- [postgres, tsql, spark, mysql, snowflake] an update of itself
UPDATE mart.t SET a = b + 1, c = UPPER(d) WHERE e > 0;
--> mart.t.a <- mart.t.b
--> mart.t.c <- mart.t.d
--> mart.t ? mart.t.e

-- [tsql] compound assignment
UPDATE t SET t.total += o.amount FROM mart.t t INNER JOIN raw.orders o ON o.id = t.id;
--> mart.t.total <- raw.orders.amount, (mart.t.total)

-- [mysql] a limit and an order
UPDATE mart.t SET a = b WHERE c = 1 ORDER BY d LIMIT 10;
--> mart.t.a <- mart.t.b

-- [tsql] a top
UPDATE TOP (10) mart.t SET a = b WHERE c = 1;
--> mart.t.a <- mart.t.b

-- [tsql] output into a table
UPDATE mart.t SET n = c.name OUTPUT deleted.n, inserted.n, inserted.id INTO mart.log (old, new, id) FROM raw.customers c WHERE c.id = mart.t.id;
--> mart.t.n <- raw.customers.name
--> mart.log.old <- mart.t.n
--> mart.log.new <- mart.t.n | raw.customers.name
--> mart.log.id <- mart.t.id

-- [clickhouse] alter table update of ClickHouse
ALTER TABLE mart.t UPDATE a = b + 1 WHERE c = 1;
--> mart.t.a <- mart.t.b
--> mart.t ? mart.t.c

-- [clickhouse] alter table delete of ClickHouse
ALTER TABLE mart.t DELETE WHERE c = 1;
--> mart.t ? mart.t.c
--: writes mart.t

-- [postgres] columns that build on each other
CREATE TABLE mart.t AS SELECT id FROM raw.orders;
ALTER TABLE mart.t ADD COLUMN a NUMERIC, ADD COLUMN b NUMERIC;
UPDATE mart.t SET a = o.amount FROM raw.orders o WHERE o.id = mart.t.id;
UPDATE mart.t SET b = a * 2;
CREATE TABLE mart.u AS SELECT * FROM mart.t;
--> mart.t.id <- raw.orders.id
--> mart.t.a <- raw.orders.amount
--> mart.t.b <- mart.t.a
--> mart.u.id <- mart.t.id
--> mart.u.a <- mart.t.a
--> mart.u.b <- mart.t.b

-- [postgres] a temporary table built column by column
CREATE TEMP TABLE x AS SELECT id, NULL::NUMERIC AS a FROM raw.orders;
UPDATE x SET a = i.price FROM raw.items i WHERE i.order_id = x.id;
CREATE TABLE mart.t AS SELECT id, a FROM x;
--> mart.t.id <- raw.orders.id
--> mart.t.a <- raw.items.price

-- [postgres, tsql, spark, bigquery, snowflake, mysql, oracle] a delete
DELETE FROM mart.t WHERE id IN (SELECT id FROM raw.orders WHERE status = 'x');
--> mart.t ? mart.t.id, raw.orders.id, raw.orders.status
--: writes mart.t
--: reads raw.orders

-- [postgres, snowflake, redshift, duckdb] delete using
DELETE FROM mart.t USING raw.orders o WHERE o.id = mart.t.id AND o.status = 'x';
--> mart.t ? mart.t.id, raw.orders.id, raw.orders.status
--: writes mart.t
--: reads raw.orders

-- [mysql, tsql] delete of a join
DELETE t FROM mart.t t INNER JOIN raw.orders o ON o.id = t.id WHERE o.status = 'x';
--> mart.t ? mart.t.id, raw.orders.id, raw.orders.status
--: writes mart.t
--: reads raw.orders

-- [mysql] delete from using of MySQL
DELETE FROM t USING mart.t t INNER JOIN raw.orders o ON o.id = t.id WHERE o.status = 'x';
--> mart.t ? mart.t.id, raw.orders.id, raw.orders.status
--: writes mart.t
--: reads raw.orders

-- [oracle, tsql] delete without from
DELETE mart.t WHERE id = 1;
--> mart.t ? mart.t.id
--: writes mart.t

-- [postgres, spark, oracle] delete by exists
DELETE FROM mart.t t WHERE NOT EXISTS (SELECT 1 FROM raw.orders o WHERE o.id = t.id);
--> mart.t ? mart.t.id, raw.orders.id
--: writes mart.t
--: reads raw.orders

-- [tsql] delete of a CTE's doubles
WITH d AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS rn FROM mart.t) DELETE FROM d WHERE rn > 1;
--> mart.t ? mart.t.id, mart.t.ts
--: writes mart.t

-- [postgres, tsql, spark, bigquery, snowflake, mysql, oracle, redshift] truncate
TRUNCATE TABLE mart.t;
--: writes mart.t

-- [postgres] truncate several
TRUNCATE mart.a, mart.b RESTART IDENTITY CASCADE;
--: writes mart.a, mart.b

-- [hive, spark] truncate a partition
TRUNCATE TABLE mart.t PARTITION (dt = '1');
--: writes mart.t

-- [postgres, tsql, snowflake] a default in SET
UPDATE mart.t SET a = DEFAULT, b = s.name FROM raw.customers s WHERE s.id = mart.t.id;
--> mart.t.b <- raw.customers.name

-- [postgres, mysql, oracle] pairs in a subquery
DELETE FROM mart.t WHERE (id, name) IN (SELECT id, name FROM raw.customers);
--> mart.t ? mart.t.id, mart.t.name, raw.customers.id, raw.customers.name
--: writes mart.t

-- [postgres] a delete with a CTE
WITH x AS (SELECT id FROM raw.customers WHERE region = 'X') DELETE FROM mart.t USING x WHERE x.id = mart.t.id;
--> mart.t ? mart.t.id, raw.customers.id, raw.customers.region
--: writes mart.t
--: reads raw.customers

-- [postgres] what an UPDATE inside WITH returns is the new value
WITH changed AS (UPDATE mart.t x SET st = o.status FROM raw.orders o WHERE o.id = x.id RETURNING x.id, x.st)
INSERT INTO mart.log (id, st) SELECT id, st FROM changed;
--> mart.t.st <- raw.orders.status
--> mart.log.id <- mart.t.id
--> mart.log.st <- raw.orders.status
