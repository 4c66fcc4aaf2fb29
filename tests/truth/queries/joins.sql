-- an inner join
SELECT t.id, u.y FROM t JOIN u ON u.k = t.k;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- a left join on what is not unique
SELECT t.id, u.y FROM t LEFT JOIN u ON u.k = t.k;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- a left join on a key
SELECT t.id, d.name FROM t LEFT JOIN d ON d.k = t.k;
-- id: identity t.id
-- name: identity d.name
-- rows kept: join d.k t.k

-- a right join
SELECT t.id, u.y FROM t RIGHT JOIN u ON u.k = t.k;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- a full join
SELECT t.id, u.y FROM t FULL JOIN u ON u.k = t.k;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- a cross join
SELECT t.id, d.w FROM t CROSS JOIN d;
-- id: identity t.id
-- w: identity d.w

-- a comma and a filter
SELECT t.id, u.y FROM t, u WHERE t.k = u.k AND u.z > 1;
-- id: identity t.id
-- y: identity u.y
-- rows: filter t.k u.k u.z

-- an inequality join
SELECT t.id, u.z FROM t JOIN u ON t.x < u.z AND t.k IS NOT NULL;
-- id: identity t.id
-- z: identity u.z
-- rows: join t.k t.x u.z

-- USING takes the left key
SELECT k, t.id, u.y FROM t JOIN u USING (k);
-- k: identity t.k
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- USING of a left join
SELECT k, t.id, u.y FROM t LEFT JOIN u USING (k);
-- k: identity t.k
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- USING of a right join takes the right key
SELECT k, t.id, u.y FROM t RIGHT JOIN u USING (k);
-- k: identity u.k
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- USING of a full join takes both keys
SELECT k, t.id, u.y FROM t FULL JOIN u USING (k);
-- k: transformation t.k u.k
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- the keys of USING by their tables
SELECT t.k AS mine, u.k AS theirs, t.id FROM t LEFT JOIN u USING (k);
-- mine: identity t.k
-- theirs: identity u.k
-- id: identity t.id
-- rows: join t.k u.k

-- a star over USING
SELECT * FROM t JOIN d USING (k);
-- id: identity t.id
-- k: identity t.k
-- x: identity t.x
-- s: identity t.s
-- b: identity t.b
-- day: identity t.day
-- name: identity d.name
-- w: identity d.w
-- rows: join d.k t.k

-- a natural join
SELECT * FROM t NATURAL JOIN u;
-- id: identity t.id
-- k: identity t.k
-- x: identity t.x
-- s: identity t.s
-- b: identity t.b
-- day: identity t.day
-- y: identity u.y
-- z: identity u.z
-- rows: join t.k t.s u.k u.s

-- a natural left join
SELECT t.id, y, z, s FROM t NATURAL LEFT JOIN u;
-- id: identity t.id
-- y: identity u.y
-- z: identity u.z
-- s: identity t.s
-- rows: join t.k t.s u.k u.s

-- three tables in a chain of USING
SELECT k, t.id, u.y, d.w FROM t JOIN u USING (k) LEFT JOIN d USING (k);
-- k: identity t.k
-- id: identity t.id
-- y: identity u.y
-- w: identity d.w
-- rows: join t.k u.k
-- rows kept: join d.k

-- full joins of three
SELECT k, t.id, u.y, d.w FROM t FULL JOIN u USING (k) FULL JOIN d USING (k);
-- k: transformation d.k t.k u.k
-- id: identity t.id
-- y: identity u.y
-- w: identity d.w
-- rows: join d.k t.k u.k

-- a self-join
SELECT a.id, b.name AS boss, a.pay - b.pay AS gap FROM e a JOIN e b ON b.id = a.parent;
-- id: identity e.id
-- boss: identity e.name
-- gap: transformation e.pay
-- rows: join e.id e.parent

-- a left self-join
SELECT a.id, b.name AS boss FROM e a LEFT JOIN e b ON b.id = a.parent;
-- id: identity e.id
-- boss: identity e.name
-- rows: join e.id e.parent

-- a semi join
SELECT t.id, t.x FROM t SEMI JOIN u ON u.k = t.k AND u.y > 50;
-- id: identity t.id
-- x: identity t.x
-- rows: join t.k u.k u.y

-- an anti join
SELECT t.id FROM t ANTI JOIN u ON u.k = t.k;
-- id: identity t.id
-- rows: join t.k u.k

-- a join with a condition on the optional side
SELECT t.id, u.y FROM t LEFT JOIN u ON u.k = t.k AND u.z = 1;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k u.z

-- a join with a condition on the kept side
SELECT t.id, d.name FROM t LEFT JOIN d ON d.k = t.k AND t.b;
-- id: identity t.id
-- name: identity d.name
-- rows kept: join d.k t.b t.k

-- a filter on the optional side
SELECT t.id, u.y FROM t LEFT JOIN u ON u.k = t.k WHERE u.z > 1;
-- id: identity t.id
-- y: identity u.y
-- rows: filter u.z, join t.k u.k

-- looking for what is missing
SELECT t.id FROM t LEFT JOIN u ON u.k = t.k WHERE u.k IS NULL;
-- id: identity t.id
-- rows: join t.k u.k

-- joins in parentheses
SELECT t.id, u.y, d.name FROM t LEFT JOIN (u JOIN d ON d.k = u.k) ON u.k = t.k;
-- id: identity t.id
-- y: identity u.y
-- name: identity d.name
-- rows: join d.k t.k u.k

-- a lateral join
SELECT t.id, l.top FROM t, LATERAL (SELECT max(u.y) AS top FROM u WHERE u.k = t.k) AS l;
-- id: identity t.id
-- top: aggregation u.y
-- rows kept: filter t.k u.k

-- a left lateral join
SELECT t.id, l.y FROM t LEFT JOIN LATERAL (SELECT u.y FROM u WHERE u.k = t.k AND u.z > t.x) AS l ON TRUE;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k t.x u.k u.z

-- a lateral join that computes from the row
SELECT t.id, l.twice FROM t, LATERAL (SELECT t.x * 2 AS twice) AS l;
-- id: identity t.id
-- twice: transformation t.x

-- an AS OF join
SELECT t.id, p.price FROM t ASOF JOIN p ON t.k = p.sym AND t.x >= p.ts;
-- id: identity t.id
-- price: identity p.price
-- rows: join p.sym p.ts t.k t.x

-- an AS OF left join
SELECT t.id, p.price FROM t ASOF LEFT JOIN p ON t.k = p.sym AND t.x >= p.ts;
-- id: identity t.id
-- price: identity p.price
-- rows: join p.sym p.ts t.k t.x

-- an AS OF join with USING
SELECT a.sym, a.ts, b.price FROM p a ASOF JOIN p b USING (sym, ts);
-- sym: identity p.sym
-- ts: identity p.ts
-- price: identity p.price
-- rows: join p.sym p.ts

-- a positional join
SELECT t.id, u.y FROM t POSITIONAL JOIN u;
-- id: identity t.id
-- y: identity u.y

-- a join on an expression of both
SELECT t.id, u.y FROM t JOIN u ON t.k + 1 = u.z;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.z

-- a join on OR
SELECT t.id, u.y FROM t JOIN u ON t.k = u.k OR t.s = u.s;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k t.s u.k u.s

-- a join with IS NOT DISTINCT FROM
SELECT t.id, u.y FROM t JOIN u ON t.k IS NOT DISTINCT FROM u.k;
-- id: identity t.id
-- y: identity u.y
-- rows: join t.k u.k

-- a join of subqueries
SELECT a.id, b.total FROM (SELECT id, k FROM t WHERE b) a JOIN (SELECT k, sum(y) AS total FROM u GROUP BY k) b ON b.k = a.k;
-- id: identity t.id
-- total: aggregation u.y
-- rows: filter t.b, group_by u.k, join t.k u.k

-- a left join of a grouped side
SELECT t.id, c.n, c.total FROM t LEFT JOIN (SELECT k, count(*) AS n, sum(y) AS total FROM u GROUP BY k) c ON c.k = t.k;
-- id: identity t.id
-- total: aggregation u.y
-- rows kept: group_by u.k, join t.k u.k

-- an aggregate over a left join
SELECT t.id, count(u.y) AS n FROM t LEFT JOIN u ON u.k = t.k GROUP BY t.id;
-- id: identity t.id
-- n: aggregation u.y
-- rows: group_by t.id
-- rows kept: join t.k u.k

-- a left join nobody uses
SELECT t.id, t.x FROM t LEFT JOIN d ON d.k = t.k;
-- id: identity t.id
-- x: identity t.x
-- rows kept: join d.k t.k

-- columns of one name from both sides
SELECT t.s AS mine, u.s AS theirs FROM t JOIN u ON t.k = u.k;
-- mine: identity t.s
-- theirs: identity u.s
-- rows: join t.k u.k

-- all columns of both sides
SELECT t.*, d.* FROM t JOIN d ON d.k = t.k;
-- id: identity t.id
-- k: identity t.k
-- x: identity t.x
-- s: identity t.s
-- b: identity t.b
-- day: identity t.day
-- k_1: identity d.k
-- name: identity d.name
-- w: identity d.w
-- rows: join d.k t.k

-- a filter on a side input that is looked up by its key
SELECT t.id FROM t LEFT JOIN d ON d.k = t.k WHERE coalesce(d.w, 0) > 1;
-- id: identity t.id
-- rows: filter d.w, join d.k t.k

-- groups by a column that is looked up
SELECT d.w, count(*) AS n FROM t LEFT JOIN d ON d.k = t.k GROUP BY d.w;
-- w: identity d.w
-- rows: group_by d.w, join d.k t.k

-- different rows of a column that is looked up
SELECT DISTINCT d.w FROM t LEFT JOIN d ON d.k = t.k;
-- w: identity d.w
-- rows: group_by d.w, join d.k t.k

-- a limit by a column that is looked up
SELECT t.id FROM t LEFT JOIN d ON d.k = t.k ORDER BY d.w NULLS LAST, t.id LIMIT 3;
-- id: identity t.id
-- rows: join d.k t.k, sort d.w t.id

-- an unused lookup in a scalar subquery
SELECT u.y, (SELECT max(t.x) FROM t LEFT JOIN d ON d.k = t.k) AS top FROM u;
-- y: identity u.y
-- top: aggregation t.x

-- a lookup in a scalar subquery
SELECT u.y, (SELECT max(d.w) FROM t LEFT JOIN d ON d.k = t.k) AS top FROM u;
-- y: identity u.y
-- top: aggregation d.w, conditional d.k t.k

-- EXISTS for a column that is looked up
SELECT t.id FROM t LEFT JOIN d ON d.k = t.k WHERE EXISTS (SELECT 1 FROM u WHERE u.z = d.w);
-- id: identity t.id
-- rows: filter d.w u.z, join d.k t.k
