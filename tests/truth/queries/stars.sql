-- a star
SELECT * FROM u;
-- k: identity u.k
-- y: identity u.y
-- z: identity u.z
-- s: identity u.s

-- a star of one side
SELECT u.* FROM t JOIN u ON u.k = t.k;
-- k: identity u.k
-- y: identity u.y
-- z: identity u.z
-- s: identity u.s
-- rows: join t.k u.k

-- EXCLUDE
SELECT * EXCLUDE (day, b) FROM t;
-- id: identity t.id
-- k: identity t.k
-- x: identity t.x
-- s: identity t.s

-- REPLACE
SELECT * REPLACE (x + k AS x) FROM t;
-- id: identity t.id
-- k: identity t.k
-- x: transformation t.k t.x
-- s: identity t.s
-- b: identity t.b
-- day: identity t.day

-- EXCLUDE and REPLACE
SELECT * EXCLUDE (s) REPLACE (y * 2 AS y) FROM u;
-- k: identity u.k
-- y: transformation u.y
-- z: identity u.z

-- RENAME
SELECT * RENAME (y AS amount) FROM u;
-- k: identity u.k
-- amount: identity u.y
-- z: identity u.z
-- s: identity u.s

-- EXCLUDE of a qualified star
SELECT t.id, u.* EXCLUDE (k) FROM t JOIN u ON u.k = t.k;
-- id: identity t.id
-- y: identity u.y
-- z: identity u.z
-- s: identity u.s
-- rows: join t.k u.k

-- a star beside a column
SELECT *, y + z AS total FROM u;
-- k: identity u.k
-- y: identity u.y
-- z: identity u.z
-- s: identity u.s
-- total: transformation u.y u.z

-- COLUMNS with a pattern
SELECT id, COLUMNS('q[12]') FROM g;
-- id: identity g.id
-- q1: identity g.q1
-- q2: identity g.q2

-- COLUMNS with a pattern in an expression
SELECT id, COLUMNS('q.') + 1 FROM g;
-- id: identity g.id
-- q1: transformation g.q1
-- q2: transformation g.q2
-- q3: transformation g.q3

-- COLUMNS with a lambda
SELECT COLUMNS(lambda c: c LIKE 'q%') FROM g;
-- q1: identity g.q1
-- q2: identity g.q2
-- q3: identity g.q3

-- COLUMNS of a star
SELECT id, min(COLUMNS(* EXCLUDE (id))) FROM g GROUP BY id;
-- id: identity g.id
-- q1: aggregation g.q1
-- q2: aggregation g.q2
-- q3: aggregation g.q3
-- rows: group_by g.id

-- COLUMNS of a list of names
SELECT COLUMNS(['id', 'q3']) FROM g;
-- id: identity g.id
-- q3: identity g.q3

-- COLUMNS in a filter
SELECT id FROM g WHERE COLUMNS('q[12]') > 1;
-- id: identity g.id
-- rows: filter g.q1 g.q2

-- COLUMNS renamed by its pattern
SELECT COLUMNS('q(.)') AS 'v_\1' FROM g;
-- v_1: identity g.q1
-- v_2: identity g.q2
-- v_3: identity g.q3

-- unpacked COLUMNS
SELECT id, coalesce(*COLUMNS('q.')) AS v FROM g;
-- id: identity g.id
-- v: transformation g.q1 g.q2 g.q3

-- a star that looks like a pattern
SELECT * LIKE 'q%' FROM g;
-- q1: identity g.q1
-- q2: identity g.q2
-- q3: identity g.q3

-- a lateral alias
SELECT x + 1 AS a, a * 2 AS c, id FROM t;
-- a: transformation t.x
-- c: transformation t.x
-- id: identity t.id

-- a lateral alias hidden by a column
SELECT x + 1 AS k, k * 2 AS c FROM t;
-- k: transformation t.x
-- c: transformation t.k

-- a lateral alias in a filter
SELECT id, x * 2 AS v FROM t WHERE v > 5;
-- id: identity t.id
-- v: transformation t.x
-- rows: filter t.x

-- FROM first
FROM t SELECT id, x + k AS v WHERE s = 'a';
-- id: identity t.id
-- v: transformation t.k t.x
-- rows: filter t.s

-- FROM alone
FROM u;
-- k: identity u.k
-- y: identity u.y
-- z: identity u.z
-- s: identity u.s

-- a table function of numbers
SELECT t.id, r.i FROM t, range(3) r(i) WHERE r.i < t.k;
-- id: identity t.id
-- rows: filter t.k

-- a sample of all
SELECT id, x FROM t USING SAMPLE 100%;
-- id: identity t.id
-- x: identity t.x

-- a table with its columns renamed
SELECT c.a, c.f FROM u AS c(a, f);
-- a: identity u.k
-- f: identity u.y

-- case differences
SELECT T.ID, X AS Val FROM T WHERE "S" = 'a';
-- id: identity t.id
-- val: identity t.x
-- rows: filter t.s

-- quoted names with spaces
SELECT "my id" + 1 AS v FROM (SELECT id AS "my id" FROM t);
-- v: transformation t.id

-- columns of one name, once
SELECT t.k, u.k FROM t JOIN u ON u.y > t.x;
-- k: identity t.k
-- k_1: identity u.k
-- rows: join t.x u.y

-- a column named like its table
SELECT u FROM (SELECT y AS u FROM u);
-- u: identity u.y

-- coalesce and nullif
SELECT coalesce(x, k, 0) AS c, nullif(s, 'a') AS n FROM t;
-- c: transformation t.k t.x
-- n: conditional t.s, transformation t.s

-- CASE
SELECT id, CASE WHEN s = 'a' THEN x WHEN b THEN k ELSE 0 END AS v FROM t;
-- id: identity t.id
-- v: conditional t.b t.s, transformation t.k t.x

-- CASE of a value
SELECT id, CASE s WHEN 'a' THEN 1 WHEN 'b' THEN k END AS v FROM t;
-- id: identity t.id
-- v: conditional t.s, transformation t.k

-- if
SELECT id, if(b, x, k) AS v FROM t;
-- id: identity t.id
-- v: conditional t.b, transformation t.k t.x

-- a cast
SELECT id::VARCHAR AS v, CAST(x AS DOUBLE) AS f, try_cast(x AS VARCHAR) AS i FROM t;
-- v: transformation t.id
-- f: transformation t.x
-- i: transformation t.x

-- dates
SELECT date_trunc('month', day) AS m, day + INTERVAL 1 DAY AS next, extract(year FROM day) AS y FROM t;
-- m: transformation t.day
-- next: transformation t.day
-- y: transformation t.day

-- strings
SELECT s || '-' || k AS v, length(s) AS l, s LIKE 'a%' AS m, regexp_extract(s, '[ab]') AS r FROM t;
-- v: transformation t.k t.s
-- l: transformation t.s
-- m: transformation t.s
-- r: transformation t.s

-- comparisons
SELECT x BETWEEN k AND 6 AS v, x IS NULL AS n, s IN ('a', 'b') AS i, x IS DISTINCT FROM k AS d FROM t;
-- v: transformation t.k t.x
-- n: transformation t.x
-- i: transformation t.s
-- d: transformation t.k t.x

-- constants only
SELECT 1 AS one, 'x' AS letter FROM t;

-- greatest and least
SELECT greatest(x, k) AS g, least(x, 3) AS l FROM t;
-- g: transformation t.k t.x
-- l: transformation t.x

-- PIVOT with values
PIVOT (SELECT k, s, x FROM t) ON s IN ('a', 'b') USING sum(x) GROUP BY k;
-- k: identity t.k
-- a: aggregation t.x, conditional t.s
-- b: aggregation t.x, conditional t.s
-- rows: group_by t.k

-- PIVOT of two aggregates
SELECT * FROM (SELECT k, s, x FROM t) PIVOT (sum(x) AS total, count(*) AS n FOR s IN ('a', 'b') GROUP BY k);
-- k: identity t.k
-- a_total: aggregation t.x, conditional t.s
-- a_n: conditional t.s
-- b_total: aggregation t.x, conditional t.s
-- b_n: conditional t.s
-- rows: group_by t.k

-- PIVOT by all other columns
SELECT * FROM (SELECT k, b, s, x FROM t) PIVOT (max(x) FOR s IN ('a' AS one, 'b' AS two));
-- k: identity t.k
-- b: identity t.b
-- one: aggregation t.x, conditional t.s
-- two: aggregation t.x, conditional t.s
-- rows: group_by t.b t.k

-- UNPIVOT
UNPIVOT g ON q1, q2 INTO NAME what VALUE amount;
-- id: identity g.id
-- q3: identity g.q3
-- amount: transformation g.q1 g.q2
-- rows: filter g.q1 g.q2

-- UNPIVOT in FROM
SELECT id, what, amount FROM g UNPIVOT (amount FOR what IN (q1, q2, q3));
-- id: identity g.id
-- amount: transformation g.q1 g.q2 g.q3
-- rows: filter g.q1 g.q2 g.q3

-- UNPIVOT that keeps nulls
SELECT id, what, amount FROM g UNPIVOT INCLUDE NULLS (amount FOR what IN (q1, q2, q3));
-- id: identity g.id
-- amount: identity g.q1 g.q2 g.q3

-- UNPIVOT of COLUMNS
UNPIVOT g ON COLUMNS(* EXCLUDE (id)) INTO NAME what VALUE amount;
-- id: identity g.id
-- amount: transformation g.q1 g.q2 g.q3
-- rows: filter g.q1 g.q2 g.q3

-- an alias that a column hides in a filter
SELECT id, x AS k FROM t WHERE k > 1;
-- id: identity t.id
-- k: identity t.x
-- rows: filter t.k

-- an alias that a column hides in QUALIFY
SELECT id, x AS k, rank() OVER (ORDER BY x) AS r FROM t QUALIFY k > 1 AND r < 7;
-- id: identity t.id
-- k: identity t.x
-- r: window t.x
-- rows: filter t.k t.x

-- COLUMNS of one side
SELECT t.id, COLUMNS(c.* EXCLUDE (k, s)) FROM t JOIN u AS c ON c.k = t.k;
-- id: identity t.id
-- y: identity u.y
-- z: identity u.z
-- rows: join t.k u.k
