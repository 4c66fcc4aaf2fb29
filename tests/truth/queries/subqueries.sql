-- IN
SELECT id, x FROM t WHERE k IN (SELECT k FROM u WHERE z > 1);
-- id: identity t.id
-- x: identity t.x
-- rows: filter t.k u.k u.z

-- NOT IN
SELECT id FROM t WHERE k NOT IN (SELECT k FROM d WHERE w > 1);
-- id: identity t.id
-- rows: filter d.k d.w t.k

-- IN of two columns
SELECT id FROM t WHERE (k, s) IN (SELECT k, s FROM u);
-- id: identity t.id
-- rows: filter t.k t.s u.k u.s

-- EXISTS
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND u.y > 50);
-- id: identity t.id
-- rows: filter t.k u.k u.y

-- NOT EXISTS
SELECT id FROM t WHERE NOT EXISTS (SELECT * FROM u WHERE u.k = t.k AND u.z = t.x);
-- id: identity t.id
-- rows: filter t.k t.x u.k u.z

-- EXISTS under OR
SELECT id FROM t WHERE x > 6 OR EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND u.z = 3);
-- id: identity t.id
-- rows: filter t.k t.x u.k u.z

-- EXISTS as a value
SELECT id, EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND u.y > 50) AS has FROM t;
-- id: identity t.id
-- has: conditional t.k u.k u.y

-- IN as a value
SELECT id, k IN (SELECT w FROM d) AS among FROM t;
-- id: identity t.id
-- among: conditional d.w t.k

-- EXISTS without correlation
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE y > 100);
-- id: identity t.id
-- rows: filter u.y

-- a scalar subquery
SELECT id, (SELECT max(y) FROM u) AS top FROM t;
-- id: identity t.id
-- top: aggregation u.y

-- a correlated scalar subquery
SELECT id, (SELECT max(y) FROM u WHERE u.k = t.k) AS top FROM t;
-- id: identity t.id
-- top: aggregation u.y, conditional t.k u.k

-- a correlated scalar subquery that uses the outer value
SELECT id, (SELECT t.x * max(u.y) FROM u WHERE u.k = t.k) AS v FROM t;
-- id: identity t.id
-- v: aggregation u.y, conditional t.k u.k, transformation t.x

-- a scalar subquery in a filter
SELECT id FROM t WHERE x > (SELECT avg(x) FROM t);
-- id: identity t.id
-- rows: filter t.x

-- a correlated scalar subquery in a filter
SELECT id FROM t WHERE x > (SELECT avg(i.x) FROM t AS i WHERE i.k = t.k);
-- id: identity t.id
-- rows: filter t.k t.x

-- a count of partners
SELECT id, (SELECT count(*) FROM u WHERE u.k = t.k) AS n FROM t;
-- id: identity t.id
-- n: conditional t.k u.k

-- a subquery by key
SELECT id, (SELECT name FROM d WHERE d.k = t.k) AS name FROM t;
-- id: identity t.id
-- name: conditional d.k t.k, transformation d.name

-- the first partner by order
SELECT id, (SELECT y FROM u WHERE u.k = t.k ORDER BY z, y LIMIT 1) AS first FROM t;
-- id: identity t.id
-- first: conditional t.k u.k u.y u.z, transformation u.y

-- a comparison with ANY
SELECT id FROM t WHERE x < ANY (SELECT z FROM u WHERE s = 'a');
-- id: identity t.id
-- rows: filter t.x u.s u.z

-- a comparison with ALL
SELECT id FROM t WHERE x >= ALL (SELECT w FROM d WHERE w IS NOT NULL);
-- id: identity t.id
-- rows: filter d.w t.x

-- subqueries in a condition of CASE
SELECT id, CASE WHEN k IN (SELECT k FROM d WHERE w > 2) THEN x ELSE 0 END AS v FROM t;
-- id: identity t.id
-- v: conditional d.k d.w t.k, transformation t.x

-- two levels of correlation
SELECT id, (SELECT max((SELECT d.w + t.x FROM d WHERE d.k = u.k)) FROM u WHERE u.k = t.k) AS v FROM t;
-- id: identity t.id
-- v: aggregation d.w t.x, conditional d.k t.k u.k

-- a subquery in FROM
SELECT a.id, a.v + 1 AS w FROM (SELECT id, x * 2 AS v FROM t WHERE b) a WHERE a.v > 3;
-- id: identity t.id
-- w: transformation t.x
-- rows: filter t.b t.x

-- a subquery that hides a column
SELECT id, x FROM (SELECT id, k AS x, x AS k FROM t) WHERE k > 2;
-- id: identity t.id
-- x: identity t.k
-- rows: filter t.x

-- an array of partners
SELECT id, ARRAY(SELECT y FROM u WHERE u.k = t.k ORDER BY z) AS ys FROM t;
-- id: identity t.id
-- ys: conditional t.k u.k u.z, transformation u.y

-- a subquery under an aggregate
SELECT k, sum((SELECT w FROM d WHERE d.k = t.k)) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation d.w, conditional d.k t.k
-- rows: group_by t.k

-- a subquery in HAVING
SELECT k, count(*) AS n FROM t GROUP BY k HAVING sum(x) > (SELECT min(y) FROM u);
-- k: identity t.k
-- rows: filter t.x u.y, group_by t.k

-- a subquery in ORDER BY with LIMIT
SELECT id FROM t ORDER BY (SELECT w FROM d WHERE d.k = t.k) NULLS LAST, id LIMIT 3;
-- id: identity t.id
-- rows: sort d.k d.w t.id t.k

-- a CTE used twice
WITH c AS (SELECT id, parent, pay FROM e WHERE pay > 1) SELECT a.id, b.pay FROM c a JOIN c b ON b.id = a.parent;
-- id: identity e.id
-- pay: identity e.pay
-- rows: filter e.pay, join e.id e.parent

-- CTEs in a chain
WITH a AS (SELECT id, k, x FROM t), b AS (SELECT *, x + 1 AS more FROM a), c AS (SELECT k, sum(more) AS total FROM b GROUP BY k) SELECT * FROM c;
-- k: identity t.k
-- total: aggregation t.x
-- rows: group_by t.k

-- a CTE that hides a table
WITH u AS (SELECT k, x AS y FROM t) SELECT k, y FROM u;
-- k: identity t.k
-- y: identity t.x

-- a CTE with columns named
WITH c (a, b) AS (SELECT id, x FROM t) SELECT a, b FROM c;
-- a: identity t.id
-- b: identity t.x

-- a CTE in a subquery
SELECT id, (WITH c AS (SELECT y FROM u WHERE u.k = t.k) SELECT sum(y) FROM c) AS total FROM t;
-- id: identity t.id
-- total: aggregation u.y, conditional t.k u.k

-- a recursive walk
WITH RECURSIVE walk AS (SELECT id, parent, 0 AS depth, name AS top FROM e WHERE parent IS NULL UNION ALL SELECT e.id, e.parent, w.depth + 1, w.top FROM e JOIN walk w ON e.parent = w.id WHERE w.depth < 4) SELECT id, depth, top FROM walk;
-- id: identity e.id
-- top: identity e.name
-- rows: filter e.parent, join e.id e.parent

-- a recursive sum along the way
WITH RECURSIVE walk(id, total, depth) AS (SELECT id, pay, 0 FROM e WHERE parent IS NULL UNION ALL SELECT e.id, walk.total + e.pay, depth + 1 FROM e JOIN walk ON e.parent = walk.id WHERE depth < 4) SELECT id, total FROM walk;
-- id: identity e.id
-- total: transformation e.pay
-- rows: filter e.parent, join e.id e.parent

-- a recursion that counts
WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < (SELECT max(k) FROM t) AND i < 9) SELECT i FROM up;
-- rows: filter t.k

-- a name of the inner query before the outer one
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE s = 'b' AND u.k = t.k);
-- id: identity t.id
-- rows: filter t.k u.k u.s

-- counting rows of a filtered subquery
SELECT count(*) AS n FROM (SELECT id FROM t WHERE x > 3);
-- rows: filter t.x

-- counting rows of a distinct subquery
SELECT count(*) AS n FROM (SELECT DISTINCT k, s FROM t);
-- rows: group_by t.k t.s

-- counting groups
SELECT count(*) AS n FROM (SELECT k FROM t GROUP BY k HAVING max(x) > 4);
-- rows: filter t.x, group_by t.k

-- counting all rows
SELECT count(*) AS n FROM t;

-- VALUES as rows
SELECT a + 1 AS v, b FROM (VALUES (1, 'x'), (2, 'y')) AS c(a, b);

-- a join with VALUES
SELECT t.id, c.label FROM t JOIN (VALUES (1, 'one'), (2, 'two')) AS c(k, label) ON c.k = t.k;
-- id: identity t.id
-- rows: join t.k
