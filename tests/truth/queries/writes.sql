-- INSERT by position
INSERT INTO out.o SELECT id, k, x, s FROM t;
-- id: identity t.id
-- k: identity t.k
-- v: identity t.x
-- s: identity t.s

-- INSERT with a list
INSERT INTO out.o (v, id) SELECT x, id FROM t;
-- id: identity t.id
-- v: identity t.x

-- INSERT by name
INSERT INTO out.o BY NAME SELECT s, x AS v, id FROM t;
-- id: identity t.id
-- v: identity t.x
-- s: identity t.s

-- INSERT by position under other names
INSERT INTO out.o SELECT k AS s1, id AS k1, y AS id1, name AS v1 FROM (SELECT t.k, t.id, u.y, d.name FROM t JOIN u ON u.k = t.k JOIN d ON d.k = t.k);
-- id: identity t.k
-- k: identity t.id
-- v: identity u.y
-- s: identity d.name
-- rows: join d.k t.k u.k

-- INSERT of VALUES
INSERT INTO out.o VALUES (50, 5, 5, 'x');

-- UPDATE with FROM
UPDATE out.o SET v = u.y FROM u WHERE u.k = o.k AND u.z = 1;
-- v: identity u.y
-- rows: filter u.k u.z

-- UPDATE by a subquery
UPDATE out.o SET v = (SELECT max(y) FROM u WHERE u.k = o.k);
-- v: aggregation u.y, conditional u.k

-- UPDATE with a filter by a subquery
UPDATE out.o SET s = 'hit' WHERE k IN (SELECT k FROM d WHERE w > 1);
-- rows: filter d.k d.w

-- UPDATE of two columns
UPDATE out.o SET v = d.w, s = d.name FROM d WHERE d.k = o.k;
-- v: identity d.w
-- s: identity d.name
-- rows: filter d.k

-- DELETE with USING
DELETE FROM out.o USING d WHERE d.k = o.k AND d.w > 1;
-- rows: filter d.k d.w

-- DELETE by a subquery
DELETE FROM out.o WHERE id IN (SELECT id FROM t WHERE b);
-- rows: filter t.b t.id

-- MERGE
MERGE INTO out.o AS o USING d ON d.k = o.k WHEN MATCHED THEN UPDATE SET v = d.w WHEN NOT MATCHED THEN INSERT (id, k, v, s) VALUES (99, d.k, d.w, d.name);
-- k: identity d.k
-- v: identity d.w
-- s: identity d.name
-- rows: join d.k

-- MERGE with conditions
MERGE INTO out.o AS o USING (SELECT k, sum(y) AS total, max(z) AS z FROM u WHERE k IS NOT NULL GROUP BY k) AS c ON c.k = o.k WHEN MATCHED AND c.z > 2 THEN DELETE WHEN MATCHED THEN UPDATE SET v = c.total WHEN NOT MATCHED THEN INSERT (k, v) VALUES (c.k, c.total);
-- k: identity u.k
-- v: aggregation u.y
-- rows: filter u.k u.z, group_by u.k, join u.k

-- MERGE with USING
MERGE INTO out.o AS o USING (SELECT k, name FROM d) AS c USING (k) WHEN MATCHED THEN UPDATE SET s = c.name;
-- s: identity d.name
-- rows: join d.k

-- CREATE OR REPLACE TABLE AS
CREATE OR REPLACE TABLE out.o AS SELECT k, count(*) AS n FROM t GROUP BY k;
-- k: identity t.k
-- rows: group_by t.k

-- a view between
CREATE TEMP VIEW seen AS SELECT id, x * 2 AS twice FROM t WHERE b; CREATE OR REPLACE TABLE out.o AS SELECT id, twice + 1 AS v FROM seen;
-- id: identity t.id
-- v: transformation t.x
-- rows: filter t.b

-- a temporary table between
CREATE TEMP TABLE mid AS SELECT k, sum(x) AS total FROM t GROUP BY k; CREATE OR REPLACE TABLE out.o AS SELECT k, total FROM mid WHERE total > 4;
-- total: aggregation t.x
-- k: identity t.k
-- rows: filter t.x, group_by t.k

-- a temporary table filled later
CREATE TEMP TABLE mid (k INT, v INT); INSERT INTO mid SELECT k, x FROM t; CREATE OR REPLACE TABLE out.o AS SELECT k, max(v) AS v FROM mid GROUP BY k;
-- k: identity t.k
-- v: aggregation t.x
-- rows: group_by t.k

-- a temporary view
CREATE TEMP VIEW mid AS SELECT id, k FROM t WHERE x > 3; INSERT INTO out.o (id, k) SELECT id, k FROM mid;
-- id: identity t.id
-- k: identity t.k
-- rows: filter t.x

-- CTEs before an INSERT
INSERT INTO out.o (id, v) WITH c AS (SELECT id, x FROM t) SELECT id, x FROM c;
-- id: identity t.id
-- v: identity t.x

-- a CTE around an INSERT
WITH c AS (SELECT k, y FROM u) INSERT INTO out.o (k, v) SELECT k, y FROM c;
-- k: identity u.k
-- v: identity u.y

-- a CTE around an UPDATE
WITH c AS (SELECT k, max(y) AS top FROM u GROUP BY k) UPDATE out.o SET v = c.top FROM c WHERE c.k = o.k;
-- v: aggregation u.y
-- rows: filter u.k, group_by u.k
