-- a running sum
SELECT id, sum(x) OVER (ORDER BY id) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, window t.id

-- a sum over a partition
SELECT id, sum(x) OVER (PARTITION BY k) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, window t.k

-- row number
SELECT id, s, row_number() OVER (PARTITION BY k ORDER BY x, id) AS v FROM t;
-- id: identity t.id
-- s: identity t.s
-- v: window t.id t.k t.x

-- rank without partition
SELECT id, rank() OVER (ORDER BY x DESC) AS v FROM t;
-- id: identity t.id
-- v: window t.x

-- ntile
SELECT id, s, ntile(3) OVER (ORDER BY x DESC NULLS LAST, id) AS v FROM t;
-- id: identity t.id
-- s: identity t.s
-- v: window t.id t.x

-- lag
SELECT id, lag(x) OVER (PARTITION BY k ORDER BY id) AS v FROM t;
-- id: identity t.id
-- v: transformation t.x, window t.id t.k

-- lead with a default from a column
SELECT id, lead(x, 1, k) OVER (ORDER BY id) AS v FROM t;
-- id: identity t.id
-- v: transformation t.k t.x, window t.id

-- first and last values
SELECT id, first_value(x) OVER w AS f, last_value(s) OVER w AS l FROM t WINDOW w AS (PARTITION BY k ORDER BY id);
-- id: identity t.id
-- f: transformation t.x, window t.id t.k
-- l: transformation t.s, window t.id
-- unseen l: window t.k (with this frame the last row is the row itself)

-- the nth value
SELECT id, nth_value(x, 2) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS v FROM t;
-- id: identity t.id
-- v: transformation t.x, window t.id t.k

-- ignoring nulls
SELECT id, last_value(x IGNORE NULLS) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS v FROM t;
-- id: identity t.id
-- v: transformation t.x, window t.id

-- a frame of rows
SELECT id, avg(x) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, window t.id

-- a frame by range
SELECT id, count(x) OVER (ORDER BY k RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, window t.k

-- a frame by groups that excludes
SELECT id, sum(x) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, window t.k

-- a count of rows over a window
SELECT id, count(*) OVER (PARTITION BY k) AS n FROM t;
-- id: identity t.id
-- n: window t.k

-- a filtered window
SELECT id, sum(x) FILTER (WHERE b) OVER (PARTITION BY k) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, conditional t.b, window t.k

-- one named window from another
SELECT id, sum(x) OVER w2 AS v FROM t WINDOW w1 AS (PARTITION BY k), w2 AS (w1 ORDER BY id);
-- id: identity t.id
-- v: aggregation t.x, window t.id t.k

-- a window over an expression
SELECT id, x - avg(x) OVER (PARTITION BY k % 2) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, window t.k

-- a window over aggregates
SELECT k, sum(x) AS total, rank() OVER (ORDER BY sum(x) DESC) AS r FROM t GROUP BY k;
-- k: identity t.k
-- total: aggregation t.x
-- r: window t.x
-- rows: group_by t.k

-- a share of the total
SELECT k, sum(x) * 1.0 / sum(sum(x)) OVER () AS share FROM t GROUP BY k;
-- k: identity t.k
-- share: aggregation t.x
-- rows: group_by t.k

-- QUALIFY
SELECT id, x, s FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY x DESC, id) = 1;
-- id: identity t.id
-- x: identity t.x
-- s: identity t.s
-- rows: filter t.id t.k t.x

-- QUALIFY by an alias
SELECT id, rank() OVER (ORDER BY x) AS r FROM t QUALIFY r <= 2;
-- id: identity t.id
-- r: window t.x
-- rows: filter t.x

-- QUALIFY on a count
SELECT id FROM t QUALIFY count(*) OVER (PARTITION BY s) > 2;
-- id: identity t.id
-- rows: filter t.s

-- QUALIFY over grouping
SELECT k, count(*) AS n FROM t GROUP BY k QUALIFY rank() OVER (ORDER BY sum(x) DESC) = 1;
-- k: identity t.k
-- rows: filter t.x, group_by t.k

-- a filter on a rank below
SELECT id, x, s FROM (SELECT id, x, s, row_number() OVER (PARTITION BY k ORDER BY x DESC NULLS LAST, id) AS rn FROM t) WHERE rn = 1;
-- id: identity t.id
-- x: identity t.x
-- s: identity t.s
-- rows: filter t.id t.k t.x

-- a filter on a second row
SELECT id, x, s FROM (SELECT id, x, s, row_number() OVER (PARTITION BY k ORDER BY x, id) AS rn FROM t) WHERE rn = 2;
-- id: identity t.id
-- x: identity t.x
-- s: identity t.s
-- rows: filter t.id t.k t.x

-- a filter above a window
SELECT id, v FROM (SELECT id, b, sum(x) OVER (PARTITION BY k) AS v FROM t) WHERE b;
-- id: identity t.id
-- v: aggregation t.x, window t.k
-- rows: filter t.b

-- a filter below a window
SELECT id, sum(x) OVER (PARTITION BY k) AS v FROM t WHERE b;
-- id: identity t.id
-- v: aggregation t.x, window t.k
-- rows: filter t.b

-- a window over a window
SELECT id, sum(v) OVER (ORDER BY id) AS w FROM (SELECT id, lag(x) OVER (PARTITION BY k ORDER BY id) AS v FROM t);
-- id: identity t.id
-- w: aggregation t.x, window t.id t.k

-- a window in CASE
SELECT id, CASE WHEN row_number() OVER (PARTITION BY k ORDER BY id) = 1 THEN x END AS v FROM t;
-- id: identity t.id
-- v: transformation t.x, window t.id t.k

-- cumulative distribution
SELECT id, cume_dist() OVER (PARTITION BY b ORDER BY x) AS c, percent_rank() OVER (ORDER BY x) AS p FROM t;
-- id: identity t.id
-- c: window t.b t.x
-- p: window t.x

-- an aggregate ordered within a window
SELECT id, list(x ORDER BY x) OVER (PARTITION BY k) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, conditional t.x, window t.k

-- windows over a join
SELECT t.id, sum(u.y) OVER (PARTITION BY t.s) AS v FROM t LEFT JOIN u ON u.k = t.k;
-- id: identity t.id
-- v: aggregation u.y, window t.s
-- rows: join t.k u.k

-- distinct in a window
SELECT id, count(DISTINCT x) OVER (PARTITION BY k) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.x, window t.k

-- arg_max over a window
SELECT id, arg_max(s, x) OVER (PARTITION BY k) AS v FROM t;
-- id: identity t.id
-- v: aggregation t.s, conditional t.x, window t.k
