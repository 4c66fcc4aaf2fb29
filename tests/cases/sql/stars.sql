-- Stars
-- `*` and `t.*` expanded through CTEs, with what each engine lets one leave out, replace and rename.

-- [duckdb, snowflake, databricks] EXCLUDE and EXCEPT
SELECT * EXCLUDE (ts, status, discount) FROM orders;
--> id <- id
--> customer_id <- customer_id
--> amount <- amount

-- [bigquery, databricks, clickhouse, spark] EXCEPT
SELECT * EXCEPT (ts, status, discount) FROM orders;
--> id <- id
--> customer_id <- customer_id
--> amount <- amount

-- [redshift, snowflake] EXCLUDE of a list
SELECT * EXCLUDE (ts, status, discount) FROM orders;
--> id <- id
--> customer_id <- customer_id
--> amount <- amount

-- [duckdb, bigquery] REPLACE
-- with a(k int, x int, y int)
SELECT * REPLACE (x + y AS x) FROM a;
--> k <- a.k
--> x <- a.x, a.y
--> y <- a.y

-- [snowflake] EXCLUDE, REPLACE and RENAME together
-- with a(k int, x int, y int)
SELECT * EXCLUDE (k) REPLACE (x * 2 AS x) RENAME (y AS z) FROM a;
--> x <- a.x
--> z <- a.y

-- [snowflake] RENAME of one column
-- with a(k int, x int)
SELECT a.* RENAME x AS n FROM a;
--> k <- a.k
--> n <- a.x

-- [snowflake] ILIKE
SELECT * ILIKE '%id%' FROM orders;
--> id <- id
--> customer_id <- customer_id

-- [duckdb] COLUMNS with a pattern
SELECT COLUMNS('.*id') FROM orders;
--> id <- id
--> customer_id <- customer_id

-- [duckdb] COLUMNS in an aggregate
-- with a(k int, x int)
SELECT MIN(COLUMNS(*)) FROM a;
--> k <- a.k
--> x <- a.x

-- [clickhouse] APPLY
-- with a(k int, x int)
SELECT * APPLY(sum) FROM a;
--> sum(k) <- a.k
--> sum(x) <- a.x

-- [duckdb] LIKE
SELECT * LIKE '%id' FROM orders;
--> id <- id
--> customer_id <- customer_id

-- [duckdb, snowflake, bigquery, tsql, postgres, spark, trino] a star through CTEs and a join
WITH o AS (SELECT id, amount FROM orders), c AS (SELECT * FROM customers), both_ AS (SELECT o.*, c.name FROM o JOIN c ON c.id = o.id)
SELECT * FROM both_;
--> id <- id
--> amount <- amount
--> name <- customers.name
--> rows ? customers.id, id

-- [duckdb, postgres] DuckDB and Postgres give a struct's fields by a star
-- with people(id int, address struct(city varchar, zip int))
SELECT id, (address).* FROM people;
--> id <- people.id
--> city <- people.address.city
--> zip <- people.address.zip

-- [spark, databricks, bigquery] a struct's fields by a star
-- with people(id int, address struct<city string, zip int>)
SELECT id, address.* FROM people;
--> id <- people.id
--> city <- people.address.city
--> zip <- people.address.zip

-- [duckdb] FROM without SELECT
FROM customers;
--> id <- customers.id
--> name <- customers.name
--> region <- customers.region
--> email <- customers.email

-- [postgres, duckdb] TABLE
TABLE items;
--> order_id <- items.order_id
--> sku <- items.sku
--> qty <- items.qty
--> price <- items.price

-- [snowflake, redshift] a column and all of them
-- with a(k int, x int)
SELECT x AS first, a.* FROM a;
--> first <- a.x
--> k <- a.k
--> x <- a.x

-- [bigquery] a star and a struct beside it
SELECT o.* EXCEPT (ts, status, discount), STRUCT(o.status AS s, o.ts) AS extra FROM orders o;
--> id <- id
--> customer_id <- customer_id
--> amount <- amount
--> extra <- status, ts

-- [bigquery, duckdb] REPLACE of a column that nobody has listed
SELECT country, other FROM (SELECT * REPLACE (CONCAT(country, code) AS country) FROM elsewhere) e;
--> country <- elsewhere.country, elsewhere.code
--> other <- elsewhere.other
