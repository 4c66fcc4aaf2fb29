-- Aggregates
-- Arguments flow; FILTER, the inner ORDER BY and what a pick is chosen by decide.

-- [duckdb, snowflake, bigquery, spark, postgres, tsql, oracle] counts
SELECT COUNT(*) AS n, COUNT(status) AS m, COUNT(DISTINCT customer_id) AS d, COUNT(1) AS one FROM orders;
--> n <- -
--> m <- status
--> d <- customer_id
--> one <- -

-- [mysql, spark, hive, snowflake, databricks, duckdb] COUNT(DISTINCT a, b)
SELECT COUNT(DISTINCT customer_id, status) AS n FROM orders;
--> n <- customer_id, status

-- [postgres, duckdb, snowflake, trino, bigquery] ARRAY_AGG with ORDER BY
SELECT customer_id, ARRAY_AGG(amount ORDER BY ts) AS xs FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> xs <- amount ? ts
--> rows ? customer_id

-- [postgres, duckdb, bigquery] STRING_AGG with ORDER BY
SELECT STRING_AGG(status, ',' ORDER BY ts) AS s FROM orders;
--> s <- status ? ts

-- [tsql, postgres] STRING_AGG
SELECT customer_id, STRING_AGG(status, ',') AS s FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> s <- status
--> rows ? customer_id

-- [tsql] STRING_AGG WITHIN GROUP
SELECT STRING_AGG(status, ',') WITHIN GROUP (ORDER BY ts) AS s FROM orders;
--> s <- status ? ts

-- [snowflake, oracle, redshift, duckdb, trino] LISTAGG WITHIN GROUP
SELECT customer_id, LISTAGG(status, ',') WITHIN GROUP (ORDER BY ts) AS s FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> s <- status ? ts
--> rows ? customer_id

-- [mysql] GROUP_CONCAT
SELECT GROUP_CONCAT(DISTINCT status ORDER BY ts SEPARATOR ';') AS s FROM orders;
--> s <- status ? ts

-- [postgres, duckdb, spark, trino, databricks] FILTER
SELECT SUM(amount) FILTER (WHERE status = 'x') AS s, COUNT(*) FILTER (WHERE discount > 0) AS n FROM orders;
--> s <- amount ? status
--> n ? discount

-- [postgres, snowflake, oracle, tsql, redshift] PERCENTILE_CONT WITHIN GROUP
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount) AS med FROM orders GROUP BY customer_id;
--> med <- amount
--> rows ? customer_id

-- [duckdb, postgres] MODE and PERCENTILE_DISC
SELECT MODE() WITHIN GROUP (ORDER BY status) AS m FROM orders;
--> m <- status

-- [oracle] KEEP (DENSE_RANK FIRST ORDER BY …)
SELECT customer_id, MAX(amount) KEEP (DENSE_RANK FIRST ORDER BY ts DESC) AS latest FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> latest <- amount ? ts
--> rows ? customer_id

-- [oracle] KEEP (DENSE_RANK LAST ORDER BY …) over a window
SELECT id, MIN(amount) KEEP (DENSE_RANK LAST ORDER BY ts) OVER (PARTITION BY customer_id) AS latest FROM orders;
--> id <- id
--> latest <- amount ? ts, customer_id

-- [bigquery] ANY_VALUE HAVING MAX
SELECT customer_id, ANY_VALUE(status HAVING MAX ts) AS last FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> last <- status ? ts
--> rows ? customer_id

-- [spark, databricks, trino, snowflake, duckdb] MAX_BY and MIN_BY
SELECT MAX_BY(status, ts) AS last, MIN_BY(amount, ts) AS first FROM orders;
--> last <- status ? ts
--> first <- amount ? ts

-- [duckdb, clickhouse] ARG_MAX
SELECT argMax(status, ts) AS last FROM orders;
--> last <- status ? ts

-- [clickhouse] the combinators -If, -Array, -OrNull
SELECT sumIf(amount, status = 'x') AS s, countIf(discount > 1) AS n, uniqExactIf(customer_id, amount > 0) AS u, argMaxIf(status, ts, id > 0) AS a FROM orders;
--> s <- amount ? status
--> n ? discount
--> u <- customer_id ? amount
--> a <- status ? ts, id

-- [clickhouse] a parametric aggregate
SELECT quantile(0.9)(amount) AS q, groupArray(10)(status) AS g, topK(3)(customer_id) AS t FROM orders;
--> q <- amount
--> g <- status
--> t <- customer_id

-- [snowflake, bigquery, spark, duckdb] COUNT_IF
SELECT COUNTIF(amount > 10) AS n FROM orders;
--> n ? amount

-- [snowflake] OBJECT_AGG and ARRAY_UNIQUE_AGG
SELECT OBJECT_AGG(status, amount) AS o, ARRAY_UNIQUE_AGG(status) AS u FROM orders;
--> o <- status, amount
--> u <- status

-- [spark, databricks, hive] COLLECT_LIST and COLLECT_SET
SELECT customer_id, COLLECT_LIST(status) AS l, COLLECT_SET(named_struct('a', amount, 'd', discount)) AS s FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> l <- status
--> s <- amount, discount
--> rows ? customer_id

-- [bigquery] ARRAY_AGG of a struct with LIMIT
SELECT ARRAY_AGG(STRUCT(id, amount) ORDER BY ts DESC LIMIT 1)[OFFSET(0)].amount AS last FROM orders;
--> last <- amount ? ts

-- [bigquery, snowflake, spark] APPROX_COUNT_DISTINCT and APPROX_QUANTILES
SELECT APPROX_COUNT_DISTINCT(customer_id) AS n FROM orders;
--> n <- customer_id

-- [postgres, duckdb] JSON_AGG of an object
SELECT JSON_AGG(JSON_BUILD_OBJECT('id', id, 'a', amount)) AS j FROM orders;
--> j <- id, amount

-- [snowflake, postgres, duckdb, bigquery] BOOL_OR, CORR and STDDEV
SELECT STDDEV(amount) AS s, CORR(amount, discount) AS c FROM orders;
--> s <- amount
--> c <- amount, discount

-- [tsql] COUNT_BIG and CHECKSUM_AGG
SELECT COUNT_BIG(*) AS n, COUNT_BIG(status) AS m, CHECKSUM_AGG(id) AS c FROM orders;
--> n <- -
--> m <- status
--> c <- id

-- [spark, databricks] first with ignore nulls
SELECT FIRST(status, true) AS f, LAST(amount) AS l FROM orders;
--> f <- status
--> l <- amount

-- [snowflake] ARRAY_AGG WITHIN GROUP of objects
SELECT c.id, ARRAY_AGG(OBJECT_CONSTRUCT('s', o.status, 'a', o.amount)) WITHIN GROUP (ORDER BY o.ts) AS os FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
--> id <- customers.id
--> os <- status, amount ? ts
--> rows ? customers.id, customer_id

-- [trino] MAX_BY of several, COUNT_IF and ARRAY_AGG with FILTER
SELECT id, MAX_BY(status, amount, 3) AS t, COUNT_IF(amount > 3) AS c, ARRAY_AGG(status ORDER BY ts) FILTER (WHERE amount > 0) AS a FROM orders GROUP BY id;
--> id <- id
--> t <- status ? amount
--> c ? amount
--> a <- status ? ts, amount
--> rows ? id

-- [postgres] aggregates over an outer join
SELECT c.id, COUNT(o.id) FILTER (WHERE o.status = 'x') AS n, (ARRAY_AGG(o.amount ORDER BY o.ts DESC))[1] AS last, BOOL_OR(o.discount > 0) AS d FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
--> id <- customers.id
--> n <- id ? status, (customer_id), (customers.id)
--> last <- amount ? ts, (customer_id), (customers.id)
--> d <- discount ? (customer_id), (customers.id)
--> rows ? customers.id, customer_id

-- [duckdb] LIST, FIRST with ORDER BY and the n largest
SELECT customer_id, LIST(status ORDER BY ts) AS l, FIRST(amount ORDER BY ts) AS f, MAX(amount, 2) AS m, HISTOGRAM(status) AS h FROM orders GROUP BY ALL;
--> customer_id <- customer_id
--> l <- status ? ts
--> f <- amount ? ts
--> m <- amount
--> h <- status
--> rows ? customer_id

-- [spark] a count of cases, and any value
SELECT count(DISTINCT CASE WHEN status = 'x' THEN customer_id END) AS n, sum(amount) FILTER (WHERE status = 'y') AS s, percentile_approx(amount, 0.5) AS p, any_value(status) AS a FROM orders;
--> n <- customer_id ? status
--> s <- amount ? status
--> p <- amount
--> a <- status
