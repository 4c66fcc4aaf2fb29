-- Whole queries
-- Several constructs at once, as jobs have them.

-- [tsql] FOR JSON and FOR XML in a subquery
SELECT c.id, (SELECT o.id, o.amount FROM orders o WHERE o.customer_id = c.id FOR JSON PATH) AS os, STUFF((SELECT ',' + o.status FROM orders o WHERE o.customer_id = c.id FOR XML PATH('')), 1, 1, '') AS ss FROM customers c;
--> id <- customers.id
--> os <- id, amount ? customer_id, customers.id
--> ss <- status ? customer_id, customers.id

-- [bigquery] a session of events
-- with ev(user_id string, name string, ts int64, params array<struct<key string, value struct<string_value string, int_value int64>>>)
WITH base AS (
  SELECT user_id, name, TIMESTAMP_MICROS(ts) AS at,
    (SELECT value.int_value FROM UNNEST(params) WHERE key = 'session') AS session
  FROM ev
), ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id, session ORDER BY at) AS n FROM base
)
SELECT user_id, session, MIN(at) AS started, COUNTIF(name = 'view') AS views, ARRAY_AGG(name ORDER BY n)[SAFE_OFFSET(0)] AS first
FROM ranked GROUP BY 1, 2;
--> user_id <- ev.user_id
--> session <- ev.params.value.int_value ? ev.params.key, ev.params
--> started <- ev.ts
--> views ? ev.name
--> first <- ev.name ? ev.user_id, ev.params.value.int_value, ev.params.key, ev.params, ev.ts
--> rows ? ev.user_id, ev.params.value.int_value, ev.params.key, ev.params

-- [snowflake] a document flattened, typed and deduplicated
-- with ev(id int, payload variant, loaded timestamp)
WITH lines AS (
  SELECT e.id, l.index AS pos, l.value:sku::string AS sku, l.value:qty::int AS qty, e.loaded
  FROM ev e, LATERAL FLATTEN(input => e.payload:lines, outer => true) l
  QUALIFY ROW_NUMBER() OVER (PARTITION BY e.id, pos ORDER BY e.loaded DESC) = 1
)
SELECT id, sku, SUM(qty) AS qty FROM lines GROUP BY ALL;
--> id <- ev.id
--> sku <- ev.payload
--> qty <- ev.payload
--> rows ? ev.payload, ev.id, ev.loaded

-- [spark, databricks] the latest row of each key through a struct
WITH last AS (SELECT customer_id, max(struct(ts, status, amount)) AS m FROM orders GROUP BY customer_id)
SELECT customer_id, m.status, m.amount AS amount FROM last;
--> customer_id <- customer_id
--> status <- status ? (ts), (amount)
--> amount <- amount ? (ts), (status)
--> rows ? customer_id

-- [duckdb, postgres, snowflake, bigquery, tsql] nested CTEs that share a name
WITH a AS (SELECT id, amount FROM orders), b AS (SELECT x.id, x.amount * 2 AS amount FROM (SELECT * FROM a) x)
SELECT a.id, b.amount FROM a JOIN b ON a.id = b.id;
--> id <- id
--> amount <- amount
--> rows ? id

-- [duckdb, postgres, snowflake] a CTE that hides a table
WITH orders AS (SELECT id AS oid, name FROM customers) SELECT oid, name FROM orders;
--> oid <- customers.id
--> name <- customers.name

-- [duckdb, postgres, snowflake, tsql] a CTE with column names
WITH c (k, total) AS (SELECT customer_id, SUM(amount) FROM orders GROUP BY customer_id) SELECT k, total / 2 AS half FROM c;
--> k <- customer_id
--> half <- amount
--> rows ? customer_id

-- [oracle] ROWNUM and nested inline views
SELECT id, amount FROM (SELECT id, amount FROM orders ORDER BY amount DESC) WHERE ROWNUM <= 10;
--> id <- id
--> amount <- amount
--> rows ? amount

-- [hive, spark] SORT BY, DISTRIBUTE BY and a sampled table
SELECT id, amount FROM orders DISTRIBUTE BY customer_id SORT BY ts;
--> id <- id
--> amount <- amount
--> rows ? (customer_id), (ts)

-- [postgres] a writable CTE
CREATE TABLE t (id int, name text);
WITH moved AS (DELETE FROM customers WHERE region = 'X' RETURNING id, name) INSERT INTO t (id, name) SELECT id, name FROM moved;
--> id <- customers.id
--> name <- customers.name
--> rows ? (customers.region)

-- [duckdb, snowflake] functions over several columns
SELECT CONCAT(status, '-', id) AS a, CONCAT_WS('|', status, customer_id) AS b, DATE_TRUNC('month', ts) AS c, DATEDIFF('day', ts, CURRENT_DATE) AS d, NULLIF(amount, 0) AS e, GREATEST(amount, discount) AS f FROM orders;
--> a <- status, id
--> b <- status, customer_id
--> c <- ts
--> d <- ts
--> e <- amount ? (amount)
--> f <- amount, discount

-- [tsql, snowflake, redshift, databricks] DATEADD and DATEDIFF by their units
SELECT DATEADD(day, 1, ts) AS a, DATEDIFF(month, ts, ts) AS b FROM orders;
--> a <- ts
--> b <- ts

-- [bigquery] dates and safe functions
SELECT DATE_ADD(DATE(ts), INTERVAL customer_id DAY) AS a, SAFE_DIVIDE(amount, discount) AS b, SAFE_CAST(status AS INT64) AS c, FORMAT_TIMESTAMP('%Y', ts) AS d, IFNULL(status, 'x') AS e FROM orders;
--> a <- ts, customer_id
--> b <- amount, discount
--> c <- status
--> d <- ts
--> e <- status

-- [snowflake] a table function of the user and a staged file
SELECT $1 AS id, $2:a::string AS a, METADATA$FILENAME AS f FROM @stage/path (FILE_FORMAT => 'x');
--> id <- (@stage/path.$1)
--> a <- (@stage/path.$2)
--> f <- (@stage/path.metadata$filename)

-- [trino, athena] approximate aggregates and maps
SELECT customer_id, APPROX_PERCENTILE(amount, 0.5) AS p, MAP_AGG(status, amount) AS m, HISTOGRAM(status) AS h, ARRAY_JOIN(ARRAY_AGG(status), ',') AS j FROM orders GROUP BY 1;
--> customer_id <- customer_id
--> p <- amount
--> m <- status, amount
--> h <- status
--> j <- status
--> rows ? customer_id

-- [trino, athena] TRY, AT TIME ZONE and a filter with a lambda
SELECT TRY(CAST(status AS INTEGER)) AS a, ts AT TIME ZONE 'UTC' AS b FROM orders;
--> a <- status
--> b <- ts

-- [clickhouse] dictGet, toStartOf and tuples
SELECT toStartOfMonth(ts) AS m, dictGet('d', 'name', toUInt64(customer_id)) AS n, if(amount > 1, status, 'x') AS s FROM orders;
--> m <- ts
--> n <- customer_id
--> s <- status ? amount

-- [clickhouse] GLOBAL ANY JOIN and IN
SELECT o.id, c.name FROM orders o GLOBAL ANY INNER JOIN customers c ON o.customer_id = c.id WHERE o.status GLOBAL IN (SELECT region FROM customers);
--> id <- id
--> name <- customers.name
--> rows ? customer_id, customers.id, status, customers.region

-- [mysql] variables, STRAIGHT_JOIN and IFNULL
SELECT STRAIGHT_JOIN o.id, IFNULL(c.name, 'x') AS n FROM orders o JOIN customers c ON c.id = o.customer_id;
--> id <- id
--> n <- customers.name
--> rows ? customer_id, customers.id

-- [redshift] APPROXIMATE COUNT and MEDIAN
SELECT APPROXIMATE COUNT(DISTINCT customer_id) AS n, MEDIAN(amount) AS m, LISTAGG(DISTINCT status, ',') WITHIN GROUP (ORDER BY status) AS s FROM orders;
--> n <- customer_id
--> m <- amount
--> s <- status ? status

-- [postgres] operators, arrays and casts of intervals
SELECT ARRAY[amount, discount] AS a, (ts + INTERVAL '1 day')::date AS d, status ~ 'x' AS m, id = ANY(ARRAY[1, customer_id]) AS i, amount IS DISTINCT FROM discount AS x FROM orders;
--> a <- amount, discount
--> d <- ts
--> m <- status
--> i <- id, customer_id
--> x <- amount, discount

-- [postgres, duckdb] LATERAL with an aggregate and a join upon it
SELECT c.id, s.total, r.name AS region FROM customers c LEFT JOIN LATERAL (SELECT SUM(o.amount) AS total FROM orders o WHERE o.customer_id = c.id) s ON TRUE JOIN customers r ON r.region = c.region;
--> id <- customers.id
--> total <- amount ? (customer_id), (customers.id)
--> region <- customers.name
--> rows ? customers.region, (customer_id), (customers.id)

-- [duckdb] a lateral join by a comma, and SUMMARIZE's like
SELECT c.id, x.v FROM customers c, (SELECT c.id + 1 AS v) x;
--> id <- customers.id
--> v <- customers.id

-- [tsql] CROSS APPLY to name an expression
SELECT o.id, x.net, y.gross FROM orders o CROSS APPLY (SELECT o.amount - o.discount AS net) x CROSS APPLY (SELECT x.net * 2 AS gross) y WHERE x.net > 0;
--> id <- id
--> net <- amount, discount
--> gross <- amount, discount
--> rows ? amount, discount

-- [tsql] UNION ALL inside of a CROSS APPLY
SELECT o.id, x.v FROM orders o CROSS APPLY (SELECT o.amount AS v UNION ALL SELECT o.discount) x;
--> id <- id
--> v <- amount, discount

-- [tsql] UPDATE of a CTE, and an aggregate with OVER
CREATE TABLE t (id int, rn int);
WITH c AS (SELECT id, rn, ROW_NUMBER() OVER (ORDER BY id) AS n FROM t) UPDATE c SET rn = n;
--> id <- (t.id)
--> rn <- (t.rn) ? (t.id)
--> rows ? (t.id)

-- [oracle] MERGE with a WHERE and a DELETE
CREATE TABLE t (id int, v int);
MERGE INTO t USING orders o ON (t.id = o.id) WHEN MATCHED THEN UPDATE SET t.v = o.amount WHERE o.status = 'x' DELETE WHERE o.status = 'y' WHEN NOT MATCHED THEN INSERT (id, v) VALUES (o.id, o.amount);
--> id <- id, (t.id)
--> v <- amount, (t.v) ? (status), (t.id), (id)
--> rows ? id, (t.id), (status)

-- [databricks, spark] MERGE with stars
-- with t(id int, customer_id int, amount decimal(10,2), discount decimal(10,2), status varchar(50), ts timestamp)
MERGE INTO t USING orders o ON t.id = o.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
--> id <- id, (t.id)
--> customer_id <- customer_id, (t.customer_id) ? (id), (t.id)
--> amount <- amount, (t.amount) ? (id), (t.id)
--> discount <- discount, (t.discount) ? (id), (t.id)
--> status <- status, (t.status) ? (id), (t.id)
--> ts <- ts, (t.ts) ? (id), (t.id)
--> rows ? id, (t.id)

-- [tsql] TOP, ISNULL, CONVERT and a table hint
SELECT TOP (10) o.id, ISNULL(o.status, c.name) AS s, CONVERT(DATE, o.ts) AS d, o.amount + o.discount AS t, LEN(c.name) AS l FROM orders AS o WITH (NOLOCK) LEFT OUTER JOIN customers AS c WITH (NOLOCK) ON c.id = o.customer_id ORDER BY o.ts DESC;
--> id <- id
--> s <- status, customers.name
--> d <- ts
--> t <- amount, discount
--> l <- customers.name
--> rows ? ts, customers.id, customer_id

-- [mysql] user variables and GROUP_CONCAT over a window
SELECT id, @n := @n + 1 AS n, IF(status = 'a', amount, 0) AS v, GROUP_CONCAT(status) OVER () AS g FROM orders;
--> id <- id
--> n <- -
--> v <- amount ? status
--> g <- status

-- [postgres] functions of text and time
SELECT SPLIT_PART(status, '-', 1) AS a, LEFT(status, 2) || RIGHT(status, 2) AS b, TO_CHAR(ts, 'YYYY') AS c, EXTRACT(EPOCH FROM ts - ts) AS d, regexp_replace(status, 'a', 'b') AS e FROM orders;
--> a <- status
--> b <- status
--> c <- ts
--> d <- ts
--> e <- status
