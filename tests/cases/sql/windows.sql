-- Window functions
-- Partition and order keys decide one column (INDIRECT); ranking functions have no DIRECT source.

-- [duckdb, snowflake, bigquery, spark, postgres, redshift, tsql, trino, mysql, oracle, clickhouse, hive] ranking
SELECT id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ts DESC) AS rn FROM orders;
--> id <- id
--> rn ? customer_id, ts

-- [duckdb, snowflake, postgres, tsql] an aggregate over a window
SELECT id, SUM(amount) OVER (PARTITION BY customer_id ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS run FROM orders;
--> id <- id
--> run <- amount ? customer_id, ts

-- [duckdb, postgres, bigquery, spark, mysql, trino, clickhouse, redshift] a named window
SELECT id, SUM(amount) OVER w AS s, RANK() OVER w AS r FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY ts);
--> id <- id
--> s <- amount ? customer_id, ts
--> r ? customer_id, ts

-- [duckdb, postgres, bigquery] a named window built upon another
SELECT LAG(amount) OVER (w ORDER BY ts) AS prev FROM orders WINDOW w AS (PARTITION BY customer_id);
--> prev <- amount ? customer_id, ts

-- [duckdb, snowflake, bigquery, spark] LAG with a default
SELECT LAG(amount, 1, discount) OVER (PARTITION BY customer_id ORDER BY ts) AS prev FROM orders;
--> prev <- amount, discount ? customer_id, ts

-- [duckdb, snowflake, oracle, redshift, bigquery] FIRST_VALUE IGNORE NULLS
SELECT FIRST_VALUE(status IGNORE NULLS) OVER (PARTITION BY customer_id ORDER BY ts) AS f FROM orders;
--> f <- status ? customer_id, ts

-- [snowflake, tsql, oracle, redshift] LAST_VALUE with IGNORE NULLS behind it
SELECT LAST_VALUE(status) IGNORE NULLS OVER (PARTITION BY customer_id ORDER BY ts) AS f FROM orders;
--> f <- status ? customer_id, ts

-- [duckdb, snowflake, bigquery, databricks, redshift, teradata, clickhouse] QUALIFY
SELECT id, amount FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ts DESC) = 1;
--> id <- id
--> amount <- amount
--> rows ? customer_id, ts

-- [duckdb, snowflake, bigquery, databricks] QUALIFY names an item
SELECT id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ts) AS rn FROM orders QUALIFY rn = 1;
--> id <- id
--> rn ? customer_id, ts
--> rows ? customer_id, ts

-- [duckdb, postgres, tsql, spark] a filter on the number of a row
SELECT id, amount FROM (SELECT id, amount, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ts) AS rn FROM orders) x WHERE rn = 1;
--> id <- id
--> amount <- amount
--> rows ? customer_id, ts

-- [duckdb, postgres, snowflake] a filtered count over a window
SELECT COUNT(*) OVER (PARTITION BY customer_id) AS n, COUNT(status) OVER () AS m FROM orders;
--> n ? customer_id
--> m <- status

-- [duckdb, postgres] FILTER within a window
SELECT SUM(amount) FILTER (WHERE status = 'x') OVER (PARTITION BY customer_id) AS s FROM orders;
--> s <- amount ? status, customer_id

-- [snowflake] RATIO_TO_REPORT and CONDITIONAL_TRUE_EVENT
SELECT RATIO_TO_REPORT(amount) OVER (PARTITION BY customer_id) AS share FROM orders;
--> share <- amount ? customer_id

-- [duckdb, snowflake, postgres] windows over groups
SELECT customer_id, SUM(amount) AS s, RANK() OVER (ORDER BY SUM(amount) DESC) AS r FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> s <- amount
--> r ? amount
--> rows ? customer_id

-- [snowflake, duckdb, bigquery] QUALIFY over groups
SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY customer_id QUALIFY RANK() OVER (ORDER BY SUM(amount) DESC) <= 3;
--> customer_id <- customer_id
--> s <- amount
--> rows ? customer_id, amount

-- [oracle, snowflake, postgres] NTH_VALUE
SELECT NTH_VALUE(amount, 2) OVER (PARTITION BY customer_id ORDER BY ts) AS second FROM orders;
--> second <- amount ? customer_id, ts

-- [duckdb, snowflake, spark, tsql] PERCENT_RANK, NTILE, CUME_DIST
SELECT PERCENT_RANK() OVER (ORDER BY amount) AS p, NTILE(4) OVER (ORDER BY ts) AS n, CUME_DIST() OVER (ORDER BY id) AS c FROM orders;
--> p ? amount
--> n ? ts
--> c ? id

-- [postgres] a named window in a derived table
SELECT x.id, x.rn FROM (SELECT *, ROW_NUMBER() OVER w AS rn FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY ts)) x WHERE x.rn <= 3;
--> id <- id
--> rn ? customer_id, ts
--> rows ? customer_id, ts

-- [redshift] a share of the groups
SELECT customer_id, status, COUNT(*) AS n, RATIO_TO_REPORT(SUM(amount)) OVER (PARTITION BY customer_id) AS r FROM orders GROUP BY 1, 2;
--> customer_id <- customer_id
--> status <- status
--> n <- -
--> r <- amount ? customer_id
--> rows ? customer_id, status

-- [teradata] QUALIFY by SEL
SEL customer_id, status FROM orders QUALIFY RANK() OVER (PARTITION BY customer_id ORDER BY ts DESC) = 1;
--> customer_id <- customer_id
--> status <- status
--> rows ? customer_id, ts

-- [snowflake] frames of LAST_VALUE and BOOLOR_AGG
SELECT o.id, LAST_VALUE(o.status IGNORE NULLS) OVER (PARTITION BY o.customer_id ORDER BY o.ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s, BOOLOR_AGG(o.amount > 1) OVER (PARTITION BY o.status) AS b FROM orders o;
--> id <- id
--> s <- status ? customer_id, ts
--> b <- amount ? status
