-- Grouping
-- Keys decide the rows; ROLLUP, CUBE and GROUPING SETS, ALL, ordinals and aliases.

-- [duckdb, snowflake, bigquery, spark, postgres, mysql, redshift, clickhouse] GROUP BY an ordinal
SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY 1;
--> customer_id <- customer_id
--> s <- amount
--> rows ? customer_id

-- [duckdb, snowflake, bigquery, spark, postgres, mysql] GROUP BY an alias
SELECT UPPER(status) AS st, COUNT(*) AS n FROM orders GROUP BY st;
--> st <- status
--> n <- -
--> rows ? status

-- [duckdb, snowflake, databricks, bigquery, clickhouse, redshift] GROUP BY ALL
SELECT customer_id, UPPER(status) AS st, SUM(amount) AS s FROM orders GROUP BY ALL;
--> customer_id <- customer_id
--> st <- status
--> s <- amount
--> rows ? customer_id, status

-- [duckdb, snowflake, postgres, tsql, oracle, bigquery, spark, trino] ROLLUP
SELECT customer_id, status, SUM(amount) AS s FROM orders GROUP BY ROLLUP (customer_id, status);
--> customer_id <- customer_id
--> status <- status
--> s <- amount
--> rows ? customer_id, status

-- [mysql, spark, clickhouse, hive] WITH ROLLUP
SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY customer_id WITH ROLLUP;
--> customer_id <- customer_id
--> s <- amount
--> rows ? customer_id

-- [duckdb, snowflake, postgres, tsql, oracle, spark, trino, redshift] GROUPING SETS and CUBE
SELECT customer_id, status, COUNT(id) AS n FROM orders GROUP BY GROUPING SETS ((customer_id), (status), ());
--> customer_id <- customer_id
--> status <- status
--> n <- id
--> rows ? customer_id, status

-- [duckdb, snowflake, postgres, tsql, oracle, spark] GROUPING tells which set a row is of
SELECT customer_id, GROUPING(customer_id) AS g, SUM(amount) AS s FROM orders GROUP BY CUBE (customer_id);
--> customer_id <- customer_id
--> g ? customer_id
--> s <- amount
--> rows ? customer_id

-- [hive, spark] GROUPING SETS behind the keys
SELECT customer_id, status, GROUPING__ID AS g, SUM(amount) AS s FROM orders GROUP BY customer_id, status GROUPING SETS ((customer_id, status), (customer_id));
--> customer_id <- customer_id
--> status <- status
--> g ? (customer_id), (status)
--> s <- amount
--> rows ? customer_id, status

-- [duckdb, snowflake, bigquery] HAVING
SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY customer_id HAVING COUNT(DISTINCT status) > 1;
--> customer_id <- customer_id
--> s <- amount
--> rows ? customer_id, status

-- [duckdb, mysql, bigquery, snowflake] HAVING names an item
SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY customer_id HAVING s > 10;
--> customer_id <- customer_id
--> s <- amount
--> rows ? customer_id, amount

-- [duckdb, postgres, tsql] DISTINCT
SELECT DISTINCT customer_id, status FROM orders;
--> customer_id <- customer_id
--> status <- status
--> rows ? customer_id, status

-- [postgres, duckdb, redshift] DISTINCT ON
SELECT DISTINCT ON (customer_id) customer_id, amount FROM orders ORDER BY customer_id, ts DESC;
--> customer_id <- customer_id
--> amount <- amount
--> rows ? customer_id, ts

-- [clickhouse] LIMIT BY
SELECT customer_id, amount FROM orders ORDER BY ts LIMIT 1 BY customer_id;
--> customer_id <- customer_id
--> amount <- amount
--> rows ? customer_id, ts

-- [duckdb, postgres, snowflake] an expression of a key
SELECT EXTRACT(YEAR FROM ts) AS y, AVG(amount) AS a FROM orders GROUP BY EXTRACT(YEAR FROM ts);
--> y <- ts
--> a <- amount
--> rows ? ts

-- [bigquery, snowflake, spark] ORDER BY and LIMIT
SELECT id, amount FROM orders ORDER BY ts DESC LIMIT 10;
--> id <- id
--> amount <- amount
--> rows ? ts

-- [tsql] TOP WITH TIES
SELECT TOP 5 WITH TIES id FROM orders ORDER BY amount DESC;
--> id <- id
--> rows ? amount

-- [oracle, postgres] FETCH FIRST
SELECT id FROM orders ORDER BY amount DESC FETCH FIRST 5 ROWS ONLY;
--> id <- id
--> rows ? amount

-- [mysql] GROUPING and HAVING by an alias over WITH ROLLUP
SELECT COALESCE(status, 'all') AS s, SUM(amount) AS t, GROUPING(status) AS g FROM orders GROUP BY status WITH ROLLUP HAVING t > 1;
--> s <- status
--> t <- amount
--> g ? status
--> rows ? status, amount
