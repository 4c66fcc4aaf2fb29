-- Statements that write
-- What fills a table's columns, by position, by name, or column by column.

-- [tsql, postgres] SELECT INTO
SELECT id, amount AS a INTO t FROM orders WHERE status = 'x';
--> id <- id
--> a <- amount
--> rows ? status

-- [mysql] ON DUPLICATE KEY UPDATE
CREATE TABLE t (id int, total int);
INSERT INTO t (id, total) SELECT customer_id, SUM(amount) FROM orders GROUP BY customer_id ON DUPLICATE KEY UPDATE total = VALUES(total);
--> id <- customer_id
--> total <- amount, (t.total)
--> rows ? customer_id

-- [postgres] ON CONFLICT DO UPDATE
CREATE TABLE t (id int, total int);
INSERT INTO t (id, total) SELECT customer_id, amount FROM orders ON CONFLICT (id) DO UPDATE SET total = EXCLUDED.total;
--> id <- customer_id
--> total <- amount
--> rows ? (customer_id), (t.id)

-- [snowflake, databricks, bigquery, oracle, tsql] MERGE
CREATE TABLE t (id int, total int);
MERGE INTO t USING (SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY customer_id) u ON t.id = u.customer_id
WHEN MATCHED THEN UPDATE SET total = u.s
WHEN NOT MATCHED THEN INSERT (id, total) VALUES (u.customer_id, u.s);
--> id <- customer_id, (t.id)
--> total <- amount, (t.total) ? (customer_id), (t.id)
--> rows ? customer_id, (t.id)

-- [postgres, snowflake, tsql, redshift] UPDATE FROM
CREATE TABLE t (id int, total int);
UPDATE t SET total = o.amount FROM orders o WHERE o.id = t.id;
--> id <- (t.id)
--> total <- amount, (t.total) ? (id), (t.id)
--> rows ? (id), (t.id)

-- [spark, hive, databricks] INSERT OVERWRITE of a partition
CREATE TABLE t (id int, amount int) PARTITIONED BY (day string);
INSERT OVERWRITE TABLE t PARTITION (day = 'x') SELECT id, amount FROM orders;
--> id <- id
--> amount <- amount
--> day <- -

-- [hive, spark] a FROM before several INSERTs
CREATE TABLE t (id int, amount int);
FROM orders INSERT INTO TABLE t SELECT id, amount WHERE status = 'x';
--> id <- id
--> amount <- amount
--> rows ? status

-- [clickhouse] a materialized view
CREATE MATERIALIZED VIEW t ENGINE = MergeTree ORDER BY id AS SELECT id, sum(amount) AS s FROM orders GROUP BY id;
--> id <- id
--> s <- amount
--> rows ? id

-- [oracle] INSERT ALL
CREATE TABLE t (id int, v int);
INSERT ALL WHEN amount > 10 THEN INTO t (id, v) VALUES (id, amount) SELECT id, amount FROM orders;
--> id <- id
--> v <- amount
--> rows ? amount

-- [databricks] MERGE with stars: the columns that the target has
-- with t(id int, amount int)
MERGE INTO t USING (SELECT *, amount AS extra FROM orders) s ON t.id = s.id
WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
--> id <- id
--> amount <- amount
--> rows ? id, t.id

-- [databricks] MERGE with stars from an input that nobody declares
-- with t(id int, amount int)
MERGE INTO t USING elsewhere s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *;
--> id <- elsewhere.id
--> amount <- elsewhere.amount
--> rows ? elsewhere.id, t.id
