-- Rows made from nothing
-- Series, sequences and VALUES have no source; their bounds may be columns.

-- [postgres, duckdb] GENERATE_SERIES
SELECT o.id, g AS n FROM orders o CROSS JOIN GENERATE_SERIES(1, 3) AS g;
--> id <- id
--> n <- -

-- [postgres] GENERATE_SERIES up to a column
SELECT o.id, g.n FROM orders o CROSS JOIN LATERAL GENERATE_SERIES(1, o.customer_id) AS g(n);
--> id <- id
--> n <- customer_id
--> rows ? customer_id

-- [bigquery] GENERATE_DATE_ARRAY
SELECT day, o.amount FROM UNNEST(GENERATE_DATE_ARRAY('2024-01-01', '2024-12-31')) AS day LEFT JOIN orders o ON DATE(o.ts) = day;
--> day <- -
--> amount <- amount
--> rows ? ts

-- [trino, athena] SEQUENCE
SELECT d FROM UNNEST(SEQUENCE(DATE '2024-01-01', DATE '2024-02-01', INTERVAL '1' DAY)) AS t(d);
--> d <- -

-- [spark, databricks] explode of a sequence
SELECT id, explode(sequence(1, customer_id)) AS n FROM orders;
--> id <- id
--> n <- customer_id
--> rows ? customer_id

-- [snowflake] GENERATOR
SELECT SEQ4() AS n, o.id FROM TABLE(GENERATOR(ROWCOUNT => 10)) g CROSS JOIN orders o;
--> n <- -
--> id <- id

-- [duckdb] range
SELECT i, o.id FROM range(10) r(i), orders o;
--> i <- -
--> id <- id

-- [duckdb, postgres, snowflake, tsql] VALUES with column names
SELECT o.id, v.label FROM orders o JOIN (VALUES ('a', 'Open'), ('b', 'Closed')) AS v(code, label) ON v.code = o.status;
--> id <- id
--> label <- -
--> rows ? status

-- [spark, databricks] VALUES as a relation
SELECT o.id, v.label FROM orders o JOIN VALUES ('a', 'Open'), ('b', 'Closed') AS v(code, label) ON v.code = o.status;
--> id <- id
--> label <- -
--> rows ? status

-- [clickhouse] numbers
SELECT n.number, o.id FROM numbers(10) AS n CROSS JOIN orders o;
--> number <- -
--> id <- id

-- [snowflake] VALUES without names
SELECT column1 AS a, column2 AS b FROM VALUES (1, 'x'), (2, 'y');
--> a <- -
--> b <- -

-- [oracle] DUAL
SELECT LEVEL AS n FROM dual CONNECT BY LEVEL <= 10;
--> n <- -

-- [snowflake] VALUES by the places of their columns
SELECT t.$1 AS a, t.column2 AS b FROM (VALUES (1, 2)) t;
--> a <- -
--> b <- -

-- [postgres] a calendar that facts are joined to
SELECT d::date AS day, COALESCE(SUM(o.amount), 0) AS s FROM generate_series('2024-01-01'::date, '2024-02-01', '1 day') d LEFT JOIN orders o ON o.ts::date = d::date GROUP BY 1;
--> day <- -
--> s <- amount ? (ts)
--> rows ? ts

-- [bigquery] fields of structs stand beside the element's name
-- with ev(id int64, tags array<struct<k string, v int64>>)
SELECT id, k, t.v, t AS whole FROM ev, UNNEST(tags) AS t;
--> id <- ev.id
--> k <- ev.tags.k
--> v <- ev.tags.v
--> whole <- ev.tags
--> rows ? ev.tags

-- [bigquery] a star gives the fields of structs, and the place
-- with ev(id int64, tags array<struct<k string, v int64>>)
SELECT * EXCEPT (tags) FROM ev LEFT JOIN UNNEST(tags) WITH OFFSET AS place;
--> id <- ev.id
--> k <- ev.tags.k
--> v <- ev.tags.v
--> place
--> rows ? ev.tags

-- [bigquery] a name that no input has is a field of the element
SELECT id, kind, p.id AS product FROM orders, UNNEST(udf.parts(status)) AS p;
--> id <- id
--> kind <- status
--> product <- status
--> rows ? status

-- [bigquery] structs that are written out, by name and by place
SELECT m.name, m.value, n.v FROM orders, UNNEST([STRUCT('a' AS name, amount AS value), ('b', discount)]) AS m, UNNEST(ARRAY<STRUCT<k STRING, v INT64>>[('x', id), ('y', customer_id)]) AS n;
--> name
--> value <- amount, discount
--> v <- id, customer_id

-- [bigquery] an array of a query's rows, unnested with its place
SELECT id, s.first, place FROM orders LEFT JOIN UNNEST(ARRAY(SELECT AS STRUCT MIN(sku) AS first FROM items WHERE order_id = id)) AS s WITH OFFSET AS place;
--> id <- id
--> first <- items.sku
--> place
--> rows ? id, items.order_id, items.sku
