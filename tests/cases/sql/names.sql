-- Names
-- Folded as the engine folds them; a quoted name keeps its case; a column without a name gets the engine's.

-- [snowflake, oracle] upper case
-- with people(Id int, "Full Name" varchar)
SELECT id, p."Full Name" AS "n" FROM people p;
--> ID <- PEOPLE.ID
--> n <- PEOPLE.Full Name

-- [postgres, redshift] lower case, unless quoted
-- with people(Id int, "FullName" varchar)
SELECT ID AS Key, "FullName" FROM People;
--> key <- people.id
--> FullName <- people.FullName

-- [bigquery, spark, databricks, mysql] names in backticks
-- with people(id int, full_name varchar(9))
SELECT `id`, `p`.`full_name` AS `n` FROM `people` AS `p`;
--> id <- people.id
--> n <- people.full_name

-- [tsql] names in square brackets
-- with people(id int, [full name] varchar(9))
SELECT [id], p.[full name] AS [n m] FROM [dbo].[people] AS p;
--> id <- people.id
--> n m <- people.full name

-- [postgres, duckdb, snowflake, spark, tsql] names of two parts before a column
-- with raw.people(id int, name varchar(9))
SELECT raw.people.id, people.name FROM raw.people;
--> id <- raw.people.id
--> name <- raw.people.name

-- [bigquery] a project, a dataset and a table in one pair of backticks
-- with `proj.raw.people`(id int, name string)
SELECT p.id, p.name FROM `proj.raw.people` p;
--> id <- proj.raw.people.id
--> name <- proj.raw.people.name

-- [bigquery] a wildcard of tables
SELECT e.id, _TABLE_SUFFIX AS day FROM `proj.raw.events_*` e WHERE _TABLE_SUFFIX BETWEEN '20240101' AND '20240131';
--> id <- proj.raw.events_*.id
--> day <- (proj.raw.events_*._table_suffix)
--> rows ? (proj.raw.events_*._table_suffix)

-- [tsql] four parts
SELECT p.id FROM srv.db.raw.people p;
--> id <- srv.db.raw.people.id

-- [trino, athena] columns without a name
SELECT UPPER(status), id, COUNT(*) OVER () FROM orders;
--> _col0 <- status
--> id <- id
--> _col2 <- -

-- [bigquery] columns without a name
SELECT UPPER(status), id, amount + 1 FROM orders;
--> f0_ <- status
--> id <- id
--> f1_ <- amount

-- [postgres] columns without a name
SELECT UPPER(status), amount + 1, amount::int, CASE WHEN id > 1 THEN 1 END, COUNT(*) OVER () FROM orders;
--> upper <- status
--> ?column? <- amount
--> amount <- amount
--> case ? id
--> count <- -

-- [duckdb] columns without a name
SELECT COUNT(*), SUM(amount), MAX(amount) + 1 FROM orders;
--> count_star() <- -
--> sum(amount) <- amount
--> (max(amount) + 1) <- amount

-- [spark, databricks] columns without a name
SELECT COUNT(*), SUM(amount), amount + 1 FROM orders GROUP BY amount;
--> count(1) <- -
--> sum(amount) <- amount
--> (amount + 1) <- amount
--> rows ? amount

-- [mysql] columns without a name
SELECT COUNT(*), SUM(amount), MAX(amount) + 1 FROM orders;
--> count(*) <- -
--> sum(amount) <- amount
--> max(amount) + 1 <- amount

-- [snowflake] columns without a name
SELECT COUNT(*), SUM(amount) FROM orders;
--> COUNT(*) <- -
--> SUM(AMOUNT) <- ORDERS.AMOUNT

-- [hive] columns without a name
SELECT status, COUNT(*), SUM(amount) FROM orders GROUP BY status;
--> status <- status
--> _c1 <- -
--> _c2 <- amount
--> rows ? status

-- [clickhouse] columns without a name
SELECT sum(amount), toDate(ts) FROM orders FINAL SAMPLE 0.1 PREWHERE id > 1 WHERE status = 'x' GROUP BY toDate(ts);
--> sum(amount) <- orders.amount
--> toDate(ts) <- orders.ts
--> rows ? id, status, ts

-- [teradata] SEL and a cast behind its value
SEL id, amount (INTEGER) AS a FROM orders;
--> id <- id
--> a <- amount
