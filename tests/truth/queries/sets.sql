-- UNION ALL
SELECT k, x FROM t UNION ALL SELECT k, y FROM u;
-- k: identity t.k u.k
-- x: identity t.x u.y

-- UNION
SELECT k, s FROM t UNION SELECT k, s FROM u;
-- k: identity t.k u.k
-- s: identity t.s u.s
-- rows: group_by t.k t.s u.k u.s

-- UNION by name
SELECT k, x AS v FROM t UNION ALL BY NAME SELECT y AS v, z FROM u;
-- k: identity t.k
-- v: identity t.x u.y
-- z: identity u.z

-- UNION of rows once by name
SELECT k, s FROM t UNION BY NAME SELECT s, k FROM u;
-- k: identity t.k u.k
-- s: identity t.s u.s
-- rows: group_by t.k t.s u.k u.s

-- INTERSECT
SELECT k, s FROM t INTERSECT SELECT k, s FROM u;
-- k: identity t.k
-- s: identity t.s
-- rows: filter t.k t.s u.k u.s, group_by t.k t.s

-- INTERSECT ALL
SELECT s FROM t INTERSECT ALL SELECT s FROM u;
-- s: identity t.s
-- rows: filter t.s u.s

-- EXCEPT
SELECT k, s FROM t EXCEPT SELECT k, s FROM u;
-- k: identity t.k
-- s: identity t.s
-- rows: filter u.k u.s, group_by t.k t.s

-- EXCEPT ALL
SELECT s FROM t EXCEPT ALL SELECT s FROM u;
-- s: identity t.s
-- rows: filter t.s u.s

-- three arms
SELECT k FROM t WHERE b UNION ALL SELECT z FROM u UNION ALL SELECT w FROM d WHERE name IS NOT NULL;
-- k: identity d.w t.k u.z
-- rows: filter d.name t.b

-- arms of different kinds
SELECT k FROM t UNION SELECT z FROM u EXCEPT SELECT w FROM d;
-- k: identity t.k u.z
-- rows: filter d.w, group_by t.k u.z

-- arms in parentheses
(SELECT s FROM t ORDER BY x, id LIMIT 4) UNION ALL (SELECT s FROM u WHERE y > 5);
-- s: identity t.s u.s
-- rows: filter u.y, sort t.id t.x

-- a filter above a union
SELECT k, v FROM (SELECT k, x AS v FROM t UNION ALL SELECT k, y FROM u) WHERE v > 5;
-- k: identity t.k u.k
-- v: identity t.x u.y
-- rows: filter t.x u.y

-- a grouping above a union
SELECT k, sum(v) AS total FROM (SELECT k, x AS v FROM t UNION ALL SELECT k, y FROM u) GROUP BY k;
-- k: identity t.k u.k
-- total: aggregation t.x u.y
-- rows: group_by t.k u.k

-- an arm of literals
SELECT k, 'here' AS origin FROM t UNION ALL SELECT k, 'there' FROM u;
-- k: identity t.k u.k

-- ORDER BY and LIMIT over a union
SELECT k, x AS v, s FROM t UNION ALL SELECT k, y, s FROM u ORDER BY v NULLS LAST, k LIMIT 5;
-- k: identity t.k u.k
-- v: identity t.x u.y
-- s: identity t.s u.s
-- rows: sort t.k t.x u.k u.y

-- a union in a CTE with stars
WITH arms AS (SELECT * FROM (SELECT k, s FROM t) UNION ALL SELECT k, s FROM u) SELECT * FROM arms;
-- k: identity t.k u.k
-- s: identity t.s u.s

-- a union that is joined
SELECT t.id, c.v FROM t JOIN (SELECT k, y AS v FROM u UNION ALL SELECT k, w FROM d) c ON c.k = t.k;
-- id: identity t.id
-- v: identity d.w u.y
-- rows: join d.k t.k u.k

-- a distinct union that is counted
SELECT count(*) AS n FROM (SELECT k FROM t UNION SELECT k FROM u);
-- rows: group_by t.k u.k

-- VALUES in a union
SELECT k FROM t UNION ALL VALUES (41), (42);
-- k: identity t.k

-- the names of the first arm
SELECT k AS a, s AS b FROM t UNION ALL SELECT z AS b, s AS a FROM u;
-- a: identity t.k u.z
-- b: identity t.s u.s
