-- Recursion and hierarchies
-- A recursive CTE is followed to a fixed point; CONNECT BY walks the same rows again.

-- [postgres, duckdb, snowflake, mysql, bigquery] a walk over a hierarchy
-- with emp(id int, boss int, name varchar)
WITH RECURSIVE tree AS (SELECT id, name, 1 AS depth FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, e.name, t.depth + 1 FROM emp e JOIN tree t ON e.boss = t.id)
SELECT id, name, depth FROM tree;
--> id <- emp.id
--> name <- emp.name
--> depth <- -
--> rows ? emp.boss, emp.id

-- [tsql, oracle, teradata] recursion without the word
-- with emp(id int, boss int, name varchar(9))
WITH tree (id, path) AS (SELECT id, name FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, t.path FROM emp e JOIN tree t ON e.boss = t.id)
SELECT id, path FROM tree;
--> id <- emp.id
--> path <- emp.name
--> rows ? emp.boss, emp.id

-- [postgres, duckdb] a value that wanders from column to column
-- with e(a int, b int, c int)
WITH RECURSIVE r(x, y, z) AS (SELECT a, b, c FROM e UNION ALL SELECT y, z, 0 FROM r WHERE x > 0)
SELECT x FROM r;
--> x <- e.a, e.b, e.c
--> rows ? e.a, e.b, e.c

-- [oracle] CONNECT BY with LEVEL, PRIOR and a path
-- with emp(id int, boss int, name varchar(9))
SELECT id, LEVEL AS depth, PRIOR name AS parent, SYS_CONNECT_BY_PATH(name, '/') AS path, CONNECT_BY_ROOT name AS top FROM emp START WITH boss IS NULL CONNECT BY PRIOR id = boss;
--> id <- emp.id
--> depth <- -
--> parent <- emp.name
--> path <- emp.name
--> top <- emp.name
--> rows ? emp.boss, emp.id

-- [snowflake] CONNECT BY
-- with emp(id int, boss int, name varchar)
SELECT id, SYS_CONNECT_BY_PATH(name, ' -> ') AS path FROM emp START WITH boss IS NULL CONNECT BY boss = PRIOR id;
--> id <- emp.id
--> path <- emp.name
--> rows ? emp.boss, emp.id

-- [snowflake, oracle, trino, databricks] MATCH_RECOGNIZE
SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY customer_id ORDER BY ts MEASURES FIRST(a.amount) AS lo, LAST(b.status) AS hi ONE ROW PER MATCH PATTERN (a b+) DEFINE b AS b.amount > a.amount) m;
--> customer_id <- customer_id
--> lo <- amount ? (ts)
--> hi <- status ? (ts)
--> rows ? (customer_id), (ts), (amount)

-- [oracle] MODEL is not read
SELECT id, amount FROM orders MODEL DIMENSION BY (id) MEASURES (amount) RULES (amount[1] = 2);
--! is not understood

-- [postgres] SEARCH and CYCLE
-- with emp(id int, boss int)
WITH RECURSIVE tree AS (SELECT id, boss FROM emp UNION ALL SELECT e.id, e.boss FROM emp e JOIN tree t ON e.boss = t.id) SEARCH DEPTH FIRST BY id SET ord
SELECT id FROM tree ORDER BY ord;
--> id <- emp.id
--> rows ? emp.boss, emp.id

-- [bigquery] numbers counted by recursion
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT o.id, n.i FROM n JOIN orders o ON o.customer_id = n.i;
--> id <- id
--> i <- -
--> rows ? customer_id
