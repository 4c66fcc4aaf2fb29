-- Conditions inside a value
-- CASE, IF, DECODE and their like: what is tested decides (INDIRECT), what is returned flows (DIRECT).

-- [duckdb, snowflake, bigquery, spark, postgres, redshift, tsql, trino, mysql, oracle, clickhouse, hive, databricks] a searched CASE
SELECT id, CASE WHEN status = 'x' THEN amount WHEN discount > 1 THEN 0 ELSE discount END AS v FROM orders;
--> id <- id
--> v <- amount, discount ? status, discount

-- [duckdb, snowflake, tsql] a CASE that compares one value
SELECT CASE status WHEN 'a' THEN 1 ELSE 2 END AS code FROM orders;
--> code ? status

-- [snowflake] IFF
SELECT IFF(status = 'x', amount, 0) AS v FROM orders;
--> v <- amount ? status

-- [tsql] IIF
SELECT IIF(status = 'x', amount, discount) AS v FROM orders;
--> v <- amount, discount ? status

-- [spark, bigquery, mysql, trino, clickhouse, hive] IF
SELECT IF(amount > 10, status, 'low') AS v FROM orders;
--> v <- status ? amount

-- [clickhouse] multiIf
SELECT multiIf(status = 'a', amount, status = 'b', discount, 0) AS v FROM orders;
--> v <- amount, discount ? status

-- [oracle, snowflake, redshift, spark] DECODE
SELECT DECODE(status, 'a', amount, 'b', discount, 0) AS v FROM orders;
--> v <- amount, discount ? status

-- [oracle, snowflake, redshift, spark] NVL2
SELECT NVL2(status, amount, discount) AS v FROM orders;
--> v <- amount, discount ? status

-- [tsql] CHOOSE
SELECT CHOOSE(customer_id, amount, discount) AS v FROM orders;
--> v <- amount, discount ? customer_id

-- [duckdb, snowflake, tsql, oracle] COALESCE takes from every argument
SELECT COALESCE(amount, discount, 0) AS v FROM orders;
--> v <- amount, discount

-- [duckdb, postgres] an aggregate of a CASE
SELECT customer_id, SUM(CASE WHEN status = 'paid' THEN amount ELSE 0 END) AS paid FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> paid <- amount ? status
--> rows ? customer_id

-- [duckdb, postgres, bigquery] a comparison is a value of its own
SELECT amount > discount AS more FROM orders;
--> more <- amount, discount

-- [duckdb, snowflake] nested conditions
SELECT CASE WHEN amount > 1 THEN CASE WHEN status = 'x' THEN discount END ELSE id END AS v FROM orders;
--> v <- discount, id ? amount, status

-- [snowflake, databricks] ZEROIFNULL and IFNULL
SELECT ZEROIFNULL(amount) AS a, IFNULL(status, 'n') AS s FROM orders;
--> a <- amount ? (amount)
--> s <- status

-- [clickhouse] the ternary operator
SELECT status = 'x' ? amount : discount AS v FROM orders;
--> v <- amount, discount ? status
