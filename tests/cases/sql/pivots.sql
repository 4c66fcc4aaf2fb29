-- PIVOT and UNPIVOT
-- The pivoted column decides each value; what remains are the keys of the rows.

-- [snowflake, spark, databricks, duckdb, bigquery, redshift] PIVOT of one aggregate
-- with s(region varchar, quarter varchar, amount int)
SELECT * FROM s PIVOT (SUM(amount) FOR quarter IN ('q1' AS a, 'q2' AS b));
--> region <- s.region
--> a <- s.amount ? s.quarter
--> b <- s.amount ? s.quarter
--> rows ? s.region

-- [snowflake] the names of a PIVOT's columns
-- with s(region varchar, quarter varchar, amount int)
SELECT * FROM s PIVOT (SUM(amount) FOR quarter IN ('q1', 'q2'));
--> REGION <- S.REGION
--> 'q1' <- S.AMOUNT ? S.QUARTER
--> 'q2' <- S.AMOUNT ? S.QUARTER
--> rows ? S.REGION

-- [snowflake] a PIVOT with names for all its columns
-- with s(region varchar, quarter varchar, amount int)
SELECT r, x, y FROM s PIVOT (SUM(amount) FOR quarter IN ('q1', 'q2')) AS p (r, x, y);
--> r <- s.region
--> x <- s.amount ? s.quarter
--> y <- s.amount ? s.quarter
--> rows ? s.region

-- [snowflake] ANY: the columns are not known
-- with s(region varchar, quarter varchar, amount int)
SELECT region FROM s PIVOT (SUM(amount) FOR quarter IN (ANY ORDER BY quarter)) p;
--> region <- s.region
--> rows ? s.region

-- [bigquery] several aggregates with names
-- with s(region string, quarter string, amount int64, qty int64)
SELECT * FROM s PIVOT (SUM(amount) AS total, COUNT(qty) AS n FOR quarter IN ('q1', 'q2' AS second));
--> region <- s.region
--> total_q1 <- s.amount ? s.quarter
--> n_q1 <- s.qty ? s.quarter
--> total_second <- s.amount ? s.quarter
--> n_second <- s.qty ? s.quarter
--> rows ? s.region

-- [spark, databricks] several aggregates
-- with s(region string, quarter string, amount int, qty int)
SELECT * FROM s PIVOT (SUM(amount) AS total, MAX(qty) AS top FOR quarter IN ('q1', 'q2' AS second));
--> region <- s.region
--> q1_total <- s.amount ? s.quarter
--> q1_top <- s.qty ? s.quarter
--> second_total <- s.amount ? s.quarter
--> second_top <- s.qty ? s.quarter
--> rows ? s.region

-- [spark, databricks] a PIVOT by several columns
-- with s(region string, quarter string, kind string, amount int)
SELECT * FROM s PIVOT (SUM(amount) FOR (quarter, kind) IN (('q1', 'x') AS a, ('q2', 'y') AS b));
--> region <- s.region
--> a <- s.amount ? s.quarter, s.kind
--> b <- s.amount ? s.quarter, s.kind
--> rows ? s.region

-- [tsql] PIVOT with brackets
-- with s(region varchar(9), quarter varchar(9), amount int)
SELECT region, [q1], p.[q2] AS second FROM (SELECT region, quarter, amount FROM s) src PIVOT (SUM(amount) FOR quarter IN ([q1], [q2])) p;
--> region <- s.region
--> q1 <- s.amount ? s.quarter
--> second <- s.amount ? s.quarter
--> rows ? s.region

-- [oracle] PIVOT of two aggregates
-- with s(region varchar(9), quarter varchar(9), amount int)
SELECT * FROM s PIVOT (SUM(amount) AS t, COUNT(*) AS n FOR quarter IN ('q1' AS a, 'q2' AS b));
--> region <- s.region
--> a_t <- s.amount ? s.quarter
--> a_n ? s.quarter
--> b_t <- s.amount ? s.quarter
--> b_n ? s.quarter
--> rows ? s.region

-- [duckdb] the short PIVOT
-- with s(region varchar, quarter varchar, amount int)
PIVOT s ON quarter IN ('q1', 'q2') USING SUM(amount) GROUP BY region;
--> region <- s.region
--> q1 <- s.amount ? s.quarter
--> q2 <- s.amount ? s.quarter
--> rows ? s.region

-- [snowflake, spark, databricks, duckdb, bigquery, redshift, oracle, tsql] UNPIVOT
-- with w(id int, q1 int, q2 int)
SELECT id, quarter, amount FROM w UNPIVOT (amount FOR quarter IN (q1, q2)) u;
--> id <- w.id
--> quarter <- -
--> amount <- w.q1, w.q2
--> rows ? w.q1, w.q2

-- [bigquery] UNPIVOT with labels: values first
-- with w(id int, q1 int, q2 int)
SELECT * FROM w UNPIVOT (amount FOR quarter IN (q1 AS 'one', q2 AS 'two'));
--> id <- w.id
--> amount <- w.q1, w.q2
--> quarter <- -
--> rows ? w.q1, w.q2

-- [spark, databricks] UNPIVOT with labels: names first
-- with w(id int, q1 int, q2 int)
SELECT * FROM w UNPIVOT (amount FOR quarter IN (q1 AS one, q2 AS two));
--> id <- w.id
--> quarter <- -
--> amount <- w.q1, w.q2
--> rows ? w.q1, w.q2

-- [bigquery, spark] UNPIVOT of several columns at once
-- with w(id int, a1 int, b1 int, a2 int, b2 int)
SELECT id, n, a, b FROM w UNPIVOT ((a, b) FOR n IN ((a1, b1) AS 'one', (a2, b2) AS 'two'));
--> id <- w.id
--> n <- -
--> a <- w.a1, w.a2
--> b <- w.b1, w.b2
--> rows ? (w.a1), (w.a2), (w.b1), (w.b2)

-- [snowflake, oracle] UNPIVOT INCLUDE NULLS
-- with w(id int, q1 int, q2 int)
SELECT id, quarter, amount FROM w UNPIVOT INCLUDE NULLS (amount FOR quarter IN (q1, q2));
--> id <- w.id
--> quarter <- -
--> amount <- w.q1, w.q2

-- [duckdb] the short UNPIVOT
-- with w(id int, q1 int, q2 int)
UNPIVOT w ON q1, q2 INTO NAME quarter VALUE amount;
--> id <- w.id
--> quarter <- -
--> amount <- w.q1, w.q2
--> rows ? w.q1, w.q2

-- [duckdb] the short UNPIVOT of a pattern
-- with w(id int, q1 int, q2 int)
UNPIVOT w ON COLUMNS(* EXCLUDE (id)) INTO NAME quarter VALUE amount;
--> id <- w.id
--> quarter <- -
--> amount <- w.q1, w.q2
--> rows ? w.q1, w.q2

-- [redshift] UNPIVOT of a SUPER object
-- with ev(id int, doc super)
SELECT e.id, attr, val FROM ev e, UNPIVOT e.doc AS val AT attr;
--> id <- ev.id
--> attr <- (ev.doc)
--> val <- ev.doc
--> rows ? ev.doc

-- [tsql] UNPIVOT behind a PIVOT's alias
-- with w(id int, q1 int, q2 int)
SELECT u.id, u.quarter, u.amount FROM w UNPIVOT (amount FOR quarter IN (q1, q2)) AS u WHERE u.amount > 5;
--> id <- w.id
--> quarter <- -
--> amount <- w.q1, w.q2
--> rows ? w.q1, w.q2

-- [snowflake] values that a query gives: the columns are not known
-- with s(region varchar, quarter varchar, amount int)
SELECT * FROM s PIVOT (SUM(amount) FOR quarter IN (SELECT DISTINCT quarter FROM s)) p;
--> region <- s.region
--> * <- s.amount ? s.quarter
--> rows ? s.region

-- [spark] PIVOT of a subquery, two aggregates
SELECT * FROM (SELECT id, status, amount FROM orders) PIVOT (SUM(amount) AS s, AVG(amount) AS a FOR status IN ('x', 'y'));
--> id <- id
--> x_s <- amount ? status
--> x_a <- amount ? status
--> y_s <- amount ? status
--> y_a <- amount ? status
--> rows ? id

-- [bigquery] UNPIVOT INCLUDE NULLS of several columns
-- with w(id int64, a1 int64, b1 int64, a2 int64, b2 int64)
SELECT * FROM w UNPIVOT INCLUDE NULLS ((a, b) FOR n IN ((a1, b1) AS '1', (a2, b2) AS '2'));
--> id <- w.id
--> a <- w.a1, w.a2
--> b <- w.b1, w.b2
--> n <- -

-- [tsql] PIVOT joined with a table
SELECT p.id, c.name, p.[x], p.[y] FROM (SELECT customer_id AS id, status, amount FROM orders) s PIVOT (MAX(amount) FOR status IN ([x], [y])) AS p JOIN customers c ON c.id = p.id;
--> id <- customer_id
--> name <- customers.name
--> x <- amount ? status
--> y <- amount ? status
--> rows ? customer_id, customers.id

-- [bigquery] two aggregates with names over a query
SELECT * FROM (SELECT customer_id, status, amount FROM orders) PIVOT (SUM(amount) s, COUNT(*) c FOR status IN ('a', 'b'));
--> customer_id <- customer_id
--> s_a <- amount ? status
--> c_a ? status
--> s_b <- amount ? status
--> c_b ? status
--> rows ? customer_id
