-- a sum by key
SELECT k, sum(x) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x
-- rows: group_by t.k

-- a group whose key is not selected
SELECT sum(x) AS v FROM t GROUP BY k;
-- v: aggregation t.x
-- rows: group_by t.k

-- no key at all
SELECT sum(x) AS v, count(*) AS n FROM t;
-- v: aggregation t.x

-- a filter before
SELECT k, sum(x) AS v FROM t WHERE s <> 'a' GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x
-- rows: filter t.s, group_by t.k

-- HAVING
SELECT k, sum(x) AS v FROM t GROUP BY k HAVING count(DISTINCT s) > 1;
-- k: identity t.k
-- v: aggregation t.x
-- rows: filter t.s, group_by t.k

-- HAVING by an alias
SELECT k, sum(x) AS v FROM t GROUP BY k HAVING v > 5;
-- k: identity t.k
-- v: aggregation t.x
-- rows: filter t.x, group_by t.k

-- a key by position
SELECT s, k % 2 AS odd, count(*) AS n FROM t GROUP BY 1, 2;
-- s: identity t.s
-- odd: transformation t.k
-- rows: group_by t.k t.s

-- a key by alias
SELECT upper(s) AS big, count(*) AS n FROM t GROUP BY big;
-- big: transformation t.s
-- rows: group_by t.s

-- GROUP BY ALL
SELECT s, k, sum(x) AS v FROM t GROUP BY ALL;
-- s: identity t.s
-- k: identity t.k
-- v: aggregation t.x
-- rows: group_by t.k t.s

-- GROUP BY ALL with an expression
SELECT s || '!' AS loud, max(x) - min(x) AS spread FROM t GROUP BY ALL;
-- loud: transformation t.s
-- spread: aggregation t.x
-- rows: group_by t.s

-- an expression over keys and aggregates
SELECT k, sum(x) / k AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x, transformation t.k
-- rows: group_by t.k

-- ROLLUP
SELECT k, s, sum(x) AS v FROM t GROUP BY ROLLUP (k, s);
-- k: identity t.k
-- s: identity t.s
-- v: aggregation t.x
-- rows: group_by t.k t.s

-- CUBE
SELECT k, s, count(*) AS n FROM t GROUP BY CUBE (k, s);
-- k: identity t.k
-- s: identity t.s
-- rows: group_by t.k t.s

-- GROUPING SETS
SELECT k, s, sum(x) AS v FROM t GROUP BY GROUPING SETS ((k), (s), ());
-- k: identity t.k
-- s: identity t.s
-- v: aggregation t.x
-- rows: group_by t.k t.s

-- GROUPING
SELECT k, grouping(k) AS g, sum(x) AS v FROM t GROUP BY ROLLUP (k);
-- k: identity t.k
-- g: conditional t.k
-- v: aggregation t.x
-- rows: group_by t.k

-- FILTER
SELECT k, sum(x) FILTER (WHERE b) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x, conditional t.b
-- rows: group_by t.k

-- a count with a filter
SELECT k, count(*) FILTER (WHERE s = 'a') AS n FROM t GROUP BY k;
-- k: identity t.k
-- n: conditional t.s
-- rows: group_by t.k

-- a sum of CASE
SELECT k, sum(CASE WHEN s = 'a' THEN x ELSE 0 END) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x, conditional t.s
-- rows: group_by t.k

-- a count of CASE
SELECT k, count(CASE WHEN x > 3 THEN 1 END) AS n FROM t GROUP BY k;
-- k: identity t.k
-- n: conditional t.x
-- rows: group_by t.k

-- count_if
SELECT k, count_if(x > 3) AS n FROM t GROUP BY k;
-- k: identity t.k
-- n: conditional t.x
-- rows: group_by t.k

-- a distinct count
SELECT k, count(DISTINCT s) AS n FROM t GROUP BY k;
-- k: identity t.k
-- n: aggregation t.s
-- rows: group_by t.k

-- an ordered aggregate
SELECT k, string_agg(s, ',' ORDER BY x, id) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.s, conditional t.id t.x
-- rows: group_by t.k

-- a list by order
SELECT k, list(x ORDER BY day, id DESC) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x, conditional t.day t.id
-- rows: group_by t.k

-- arg_max and arg_min
SELECT k, arg_max(s, x) AS latest, arg_min(id, day) AS first FROM t GROUP BY k;
-- k: identity t.k
-- latest: aggregation t.s, conditional t.x
-- first: aggregation t.id, conditional t.day
-- rows: group_by t.k

-- any_value
SELECT k, any_value(s) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: identity t.s
-- rows: group_by t.k

-- first and last by order
SELECT k, first(x ORDER BY id) AS f, last(x ORDER BY day, id) AS l FROM t GROUP BY k;
-- k: identity t.k
-- f: aggregation t.x, conditional t.id
-- l: aggregation t.x, conditional t.day t.id
-- rows: group_by t.k

-- quantiles
SELECT k, quantile_cont(x, 0.5) AS q, median(x) AS m, mode(s) AS o FROM t GROUP BY k;
-- k: identity t.k
-- q: aggregation t.x
-- m: aggregation t.x
-- o: aggregation t.s
-- rows: group_by t.k

-- a percentile within a group
SELECT k, percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x
-- rows: group_by t.k

-- statistics of two columns
SELECT s, corr(x, k) AS c, covar_pop(x, id) AS v FROM t GROUP BY s;
-- s: identity t.s
-- c: aggregation t.k t.x
-- v: aggregation t.id t.x
-- rows: group_by t.s

-- boolean aggregates
SELECT k, bool_and(b) AS every, bool_or(x > 5) AS some FROM t GROUP BY k;
-- k: identity t.k
-- every: aggregation t.b
-- some: aggregation t.x
-- rows: group_by t.k

-- DISTINCT
SELECT DISTINCT k, s FROM t;
-- k: identity t.k
-- s: identity t.s
-- rows: group_by t.k t.s

-- DISTINCT ON
SELECT DISTINCT ON (k) k, id, x, s FROM t ORDER BY k, x DESC NULLS LAST, id;
-- k: identity t.k
-- id: identity t.id
-- x: identity t.x
-- s: identity t.s
-- rows: group_by t.k, sort t.id t.x
-- rows kept: sort t.k

-- DISTINCT ON what is not selected
SELECT DISTINCT ON (k) id FROM t ORDER BY k, x, id;
-- id: identity t.id
-- rows: group_by t.k, sort t.id t.x
-- rows kept: sort t.k

-- DISTINCT over an expression
SELECT DISTINCT k % 2 AS odd, s FROM t WHERE x > 0;
-- odd: transformation t.k
-- s: identity t.s
-- rows: filter t.x, group_by t.k t.s

-- grouping twice
SELECT n, count(*) AS how_many FROM (SELECT k, count(*) AS n FROM t GROUP BY k) GROUP BY n;
-- rows: group_by t.k

-- grouping a grouping with a filter between
SELECT sum(total) AS v FROM (SELECT k, sum(x) AS total FROM t GROUP BY k) WHERE total > 5;
-- v: aggregation t.x
-- rows: filter t.x, group_by t.k

-- LIMIT with order
SELECT id, s FROM t ORDER BY x DESC NULLS LAST, id LIMIT 3;
-- id: identity t.id
-- s: identity t.s
-- rows: sort t.id t.x

-- LIMIT with OFFSET
SELECT id FROM t ORDER BY day, id LIMIT 2 OFFSET 3;
-- id: identity t.id
-- rows: sort t.day t.id

-- LIMIT in percent
SELECT id FROM t ORDER BY x, id LIMIT 40%;
-- id: identity t.id
-- rows: sort t.id t.x

-- order without a limit
SELECT id, s FROM t ORDER BY x;
-- id: identity t.id
-- s: identity t.s
-- rows kept: sort t.x

-- ORDER BY ALL with a limit
SELECT k, x FROM t ORDER BY ALL LIMIT 4;
-- k: identity t.k
-- x: identity t.x
-- rows: sort t.k
-- unseen rows: sort t.x (both columns move with it)

-- an order by position
SELECT s, x, id FROM t ORDER BY 2, 1 LIMIT 4;
-- s: identity t.s
-- x: identity t.x
-- id: identity t.id
-- rows: sort t.s t.x

-- an order over groups
SELECT k, count(*) AS n FROM t GROUP BY k ORDER BY sum(x) DESC NULLS LAST, k LIMIT 2;
-- k: identity t.k
-- rows: group_by t.k, sort t.k t.x

-- a limit below
SELECT count(*) AS n, max(s) AS v FROM (SELECT s FROM t ORDER BY x, id LIMIT 4);
-- v: aggregation t.s
-- rows: sort t.id t.x

-- a histogram
SELECT k, histogram(s) AS h FROM t GROUP BY k;
-- k: identity t.k
-- h: aggregation t.s
-- rows: group_by t.k

-- an aggregate of a struct
SELECT k, max({'x': x, 's': s}) AS top FROM t GROUP BY k;
-- k: identity t.k
-- top: aggregation t.s t.x
-- rows: group_by t.k

-- a grouped join
SELECT d.name, sum(t.x) AS v FROM t JOIN d ON d.k = t.k GROUP BY d.name;
-- name: identity d.name
-- v: aggregation t.x
-- rows: group_by d.name, join d.k t.k

-- a key from a join with a filter on the other side
SELECT t.s, count(*) AS n FROM t JOIN u ON u.k = t.k AND u.z > 1 GROUP BY t.s;
-- s: identity t.s
-- rows: group_by t.s, join t.k u.k u.z

-- max_by written as arg_max of an expression
SELECT k, max_by(x + id, day) AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.id t.x, conditional t.day
-- rows: group_by t.k

-- an aggregate with a constant
SELECT k, sum(1) AS n, max(7) AS seven FROM t GROUP BY k;
-- k: identity t.k
-- rows: group_by t.k
