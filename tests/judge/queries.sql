SELECT id, CASE WHEN x BETWEEN 2 AND 6 THEN 'mid' WHEN x > 6 THEN 'high' ELSE 'low' END AS band FROM t WHERE k IN (1, 2) OR s = 'a'

SELECT id, coalesce(x, k, 0) AS v, nullif(x, 5) AS w FROM t WHERE x >= 2 AND x <= 7 AND s IS NOT NULL

SELECT id, CASE s WHEN 'a' THEN 1 WHEN 'b' THEN 2 END AS code, coalesce(x, 0) * 2 + k AS score FROM t WHERE NOT (k = 1 AND x > 5)

SELECT s, sum(CASE WHEN b THEN x END) AS paid, count(*) AS n, count(DISTINCT k) AS ks FROM t WHERE s LIKE 'a%' OR s = 'b' OR s = 'c' GROUP BY s HAVING count(*) > 1

WITH paid AS (SELECT k, sum(y) AS total, max(z) AS top FROM u WHERE y > 1 GROUP BY k), named AS (SELECT k, name FROM d WHERE w IS NOT NULL), joined AS (SELECT paid.k, paid.total, named.name FROM paid JOIN named ON named.k = paid.k AND paid.top >= 1) SELECT k, total, name FROM joined WHERE total > 5

WITH a AS (SELECT k, x FROM t WHERE x > 2), b AS (SELECT k, y FROM u WHERE z < 3) SELECT a.k, a.x, b.y FROM a LEFT JOIN b ON a.k = b.k AND b.y > 5 WHERE a.x <> 7

SELECT k, x FROM t WHERE x > 3 UNION ALL SELECT k, y FROM u WHERE z = 2 UNION ALL SELECT k, w FROM d

SELECT k FROM t WHERE x > 3 UNION SELECT k FROM u WHERE y >= 9

SELECT k, s FROM t WHERE x < 6 EXCEPT SELECT k, s FROM u

SELECT DISTINCT k, s FROM t WHERE x IN (5, 7, 10)

SELECT k, s FROM t GROUP BY s, k

SELECT t.s, u.s AS other, sum(t.x) AS total, avg(u.y) AS mean FROM t JOIN u ON u.k = t.k AND u.z > 1 WHERE t.b GROUP BY t.s, u.s

SELECT id, k, row_number() OVER (PARTITION BY k, s ORDER BY x DESC, id) AS n, sum(x) OVER (PARTITION BY k ORDER BY id) AS running, lag(x) OVER (PARTITION BY k ORDER BY id, x) AS before FROM t WHERE x IS NOT NULL

SELECT id, s, x FROM t QUALIFY row_number() OVER (PARTITION BY s ORDER BY x DESC, id) = 1

SELECT id, avg(x) OVER w AS mean, max(x) OVER w AS top FROM t WINDOW w AS (PARTITION BY s ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)

SELECT id, x FROM t WHERE x NOT IN (0, 5) ORDER BY x DESC, id LIMIT 3

SELECT t.id, d.name FROM t LEFT JOIN d USING (k) WHERE t.x > 1 AND (d.name IS NULL OR d.name <> 'one')

SELECT t.id FROM t WHERE t.k IN (SELECT u.k FROM u WHERE u.y > 5) AND NOT EXISTS (SELECT 1 FROM d WHERE d.k = t.k AND d.w > 2)

SELECT t.id, (SELECT max(u.y) FROM u WHERE u.k = t.k AND u.z < 3) AS top FROM t WHERE t.day >= DATE '2024-01-02'

SELECT e.name, m.name AS boss, e.pay - m.pay AS gap FROM e JOIN e AS m ON e.parent = m.id WHERE e.pay / 2 < m.pay AND m.pay > 2

SELECT extract(month FROM day) AS m, date_trunc('month', day) AS month, count(*) AS n, min(x) AS least FROM t WHERE day < DATE '2024-03-01' + INTERVAL 2 DAY GROUP BY 1, 2

SELECT id, round(x / 3.0, 1) AS third, x // 2 AS half, upper(s) AS big, CAST(k AS VARCHAR) AS label FROM t WHERE lower(s) <> 'c'

SELECT q.k, q.n FROM (SELECT k, count(*) AS n, sum(x) AS total FROM t GROUP BY k) AS q JOIN d ON d.k = q.k WHERE q.n > 1 OR q.total > 9

SELECT u.k, sum(u.y) FILTER (WHERE u.z > 1) AS late, count(u.y) AS known, string_agg(u.s, ',' ORDER BY u.s, u.y) AS codes FROM u GROUP BY u.k

SELECT t.id, u.y, d.name FROM t JOIN u ON t.k = u.k JOIN d ON d.k = u.k AND d.w > 0 WHERE u.y > 1 AND t.x BETWEEN 1 AND 9

SELECT id, first_value(x) OVER (PARTITION BY k ORDER BY id) AS first, dense_rank() OVER (ORDER BY x NULLS FIRST) AS place FROM t
