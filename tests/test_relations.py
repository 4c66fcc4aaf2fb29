"""Queries that mean the same are no change; their nearest neighbours that do not, are.

Each pair runs in DuckDB on rows with NULLs, repeats and partners that are missing: pairs called equal must give the
same rows, pairs called different must not.
"""

from collections.abc import Iterator

import duckdb
import pytest

from tests import casebook

SCHEMA = """
CREATE TABLE t (id INT PRIMARY KEY, k INT, x INT, s VARCHAR);
CREATE TABLE u (k INT, y INT, flag BOOLEAN);
CREATE TABLE d (k INT PRIMARY KEY, name VARCHAR);
CREATE TABLE r (id INT NOT NULL PRIMARY KEY, k INT, x INT, s VARCHAR);
CREATE TABLE e (k INT NOT NULL PRIMARY KEY, name VARCHAR);
CREATE TABLE o (k INT UNIQUE, n INT);
CREATE TABLE two (a INT, b INT, n INT, PRIMARY KEY (a, b));
"""
DATA = """
INSERT INTO t VALUES (1, 1, 10, 'a'), (2, 1, NULL, 'b'), (3, 2, 5, NULL), (4, NULL, 7, 'a'), (5, 3, 0, 'c'), (6, 2, 5, 'a');
INSERT INTO u VALUES (1, 100, TRUE), (1, 200, FALSE), (2, NULL, NULL), (NULL, 5, TRUE), (7, 1, TRUE), (2, 9, FALSE);
INSERT INTO d VALUES (1, 'one'), (2, NULL), (9, 'nine');
INSERT INTO r SELECT * FROM t;
INSERT INTO r VALUES (7, 2, 11, 'a');
INSERT INTO e SELECT * FROM d;
INSERT INTO o VALUES (1, 4), (NULL, 5), (NULL, 5), (NULL, 6);
INSERT INTO two VALUES (1, 1, 1), (1, 2, 1), (2, 1, NULL);
"""

EQUAL = {
    "a condition on the optional one of two uses of a table": (
        "SELECT a.id, b.x FROM t a LEFT JOIN (SELECT * FROM t WHERE x > 5) b ON a.k = b.id",
        "SELECT a.id, b.x FROM t a LEFT JOIN t b ON a.k = b.id AND b.x > 5",
    ),
    "a CTE inlined": (
        "WITH c AS (SELECT k, sum(x) AS total FROM t GROUP BY k) SELECT k, total FROM c WHERE total > 5",
        "SELECT k, sum(x) AS total FROM t GROUP BY k HAVING sum(x) > 5",
    ),
    "aliases renamed": (
        "SELECT a.id, b.y FROM t a JOIN u b ON a.k = b.k",
        "SELECT t1.id, t2.y FROM t AS t1 INNER JOIN u AS t2 ON t2.k = t1.k",
    ),
    "ON and WHERE of an inner join": (
        "SELECT t.id FROM t JOIN u ON t.k = u.k AND u.flag WHERE t.x > 1",
        "SELECT t.id FROM t, u WHERE u.flag AND t.x > 1 AND u.k = t.k",
    ),
    "inner joins in another order": (
        "SELECT t.id, d.name, u.y FROM t JOIN u ON t.k = u.k JOIN d ON d.k = t.k",
        "SELECT t.id, d.name, u.y FROM d JOIN t ON d.k = t.k JOIN u ON t.k = u.k",
    ),
    "a right join turned": (
        "SELECT t.id, u.y FROM u RIGHT JOIN t ON t.k = u.k",
        "SELECT t.id, u.y FROM t LEFT JOIN u ON t.k = u.k",
    ),
    "USING for ON": (
        "SELECT t.id, u.y FROM t LEFT JOIN u USING (k)",
        "SELECT t.id, u.y FROM t LEFT JOIN u ON t.k = u.k",
    ),
    "a left join whose matches a filter demands": (
        "SELECT t.id, u.y FROM t LEFT JOIN u ON t.k = u.k WHERE u.y > 5",
        "SELECT t.id, u.y FROM t JOIN u ON t.k = u.k WHERE u.y > 5",
    ),
    "an unused left join on a key": (
        "SELECT t.id, t.x FROM t LEFT JOIN d ON d.k = t.k",
        "SELECT t.id, t.x FROM t",
    ),
    "QUALIFY for a numbered subquery": (
        "SELECT id, k FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY id) = 1",
        "SELECT id, k FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY id) AS rn FROM t) WHERE rn = 1",
    ),
    "EXISTS for IN": (
        "SELECT id FROM t WHERE k IN (SELECT k FROM u WHERE flag)",
        "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND u.flag)",
    ),
    "a semi join for EXISTS": (
        "SELECT t.id FROM t SEMI JOIN u ON u.k = t.k",
        "SELECT t.id FROM t WHERE EXISTS (SELECT * FROM u WHERE u.k = t.k)",
    ),
    "DISTINCT for GROUP BY": ("SELECT DISTINCT k, s FROM t", "SELECT k, s FROM t GROUP BY s, k"),
    "DISTINCT over a unique key that is asked for": (
        "SELECT DISTINCT k, n FROM o WHERE k IS NOT NULL",
        "SELECT k, n FROM o WHERE k IS NOT NULL",
    ),
    "DISTINCT over a key of two columns": (
        "SELECT DISTINCT a, b, n FROM two",
        "SELECT a, b, n FROM two",
    ),
    "DISTINCT over a key": ("SELECT DISTINCT id, x FROM t", "SELECT id, x FROM t"),
    "UNION for DISTINCT of UNION ALL": (
        "SELECT k FROM t UNION SELECT k FROM u",
        "SELECT DISTINCT k FROM (SELECT k FROM u UNION ALL SELECT k FROM t)",
    ),
    "union arms in another order": (
        "SELECT k, x FROM t UNION ALL SELECT k, y FROM u UNION ALL SELECT k, 0 FROM d",
        "SELECT k, 0 AS x FROM d UNION ALL (SELECT k, y FROM u UNION ALL SELECT k, x FROM t)",
    ),
    "a filter on a key above its grouping": (
        "SELECT k, count(*) AS n FROM t GROUP BY k HAVING k > 1",
        "SELECT k, count(*) AS n FROM t WHERE k > 1 GROUP BY k",
    ),
    "a conditional aggregate": (
        "SELECT k, sum(x) FILTER (WHERE s = 'a') AS a FROM t GROUP BY k",
        "SELECT k, sum(CASE WHEN s = 'a' THEN x END) AS a FROM t GROUP BY k",
    ),
    "count of one for count of rows": (
        "SELECT count(*) AS n FROM t",
        "SELECT count(1) AS n FROM t",
    ),
    "the other side's key to group by": (
        "SELECT t.k, sum(u.y) AS n FROM t JOIN u ON t.k = u.k GROUP BY t.k",
        "SELECT u.k, sum(u.y) AS n FROM t JOIN u ON t.k = u.k GROUP BY u.k",
    ),
    "the other side's key to join with": (
        "SELECT t.id, d.name FROM t JOIN u ON t.k = u.k JOIN d ON d.k = u.k",
        "SELECT t.id, d.name FROM t JOIN u ON t.k = u.k JOIN d ON d.k = t.k",
    ),
    "a self-join on one key with its sides exchanged": (
        "SELECT a.id, b.x FROM t a JOIN t b ON a.k = b.k",
        "SELECT a.id, b.x FROM t b JOIN t a ON b.k = a.k",
    ),
    "a self-join with its sides exchanged": (
        "SELECT a.id, b.id AS other FROM t a JOIN t b ON a.k = b.x",
        "SELECT b.id, a.id AS other FROM t a JOIN t b ON b.k = a.x",
    ),
    "the other side's key": (
        "SELECT t.k, u.y FROM t JOIN u ON t.k = u.k",
        "SELECT u.k, u.y FROM t JOIN u ON t.k = u.k",
    ),
    "a column computed one level further down": (
        "SELECT a + 1 AS b FROM (SELECT x * 2 AS a FROM t)",
        "SELECT x * 2 + 1 AS b FROM t",
    ),
    "ordering without a limit": ("SELECT id FROM t ORDER BY x", "SELECT id FROM t"),
    "a condition that is always true": (
        "SELECT id FROM t WHERE 1 = 1 AND x > 2",
        "SELECT id FROM t WHERE x > 2",
    ),
    "default frame written out": (
        "SELECT id, sum(x) OVER (PARTITION BY k ORDER BY id) AS r FROM t",
        "SELECT id, sum(x) OVER (PARTITION BY k ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS r FROM t",
    ),
    "a left join that looks for what is missing": (
        "SELECT t.id FROM t LEFT JOIN u ON u.k = t.k WHERE u.k IS NULL",
        "SELECT t.id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.k)",
    ),
    "an anti join for NOT EXISTS": (
        "SELECT t.id FROM t ANTI JOIN u ON u.k = t.k",
        "SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.k)",
    ),
    "a filter above a union": (
        "SELECT * FROM (SELECT k, x FROM t UNION ALL SELECT k, y FROM u) WHERE x > 5",
        "SELECT k, x FROM t WHERE x > 5 UNION ALL SELECT k, y FROM u WHERE y > 5",
    ),
    "a test for null that another condition implies": (
        "SELECT id FROM t WHERE s = 'a' AND s IS NOT NULL",
        "SELECT id FROM t WHERE s = 'a'",
    ),
    "a lateral query that is a join": (
        "SELECT t.id, b.y FROM t, LATERAL (SELECT u.y FROM u WHERE u.k = t.k) AS b",
        "SELECT t.id, u.y FROM t JOIN u ON u.k = t.k",
    ),
    "an offset written out": (
        "SELECT id, lag(x) OVER (ORDER BY id) AS before FROM t",
        "SELECT id, lag(x, 1) OVER (ORDER BY id) AS before FROM t",
    ),
    "counting a key": (
        "SELECT k, count(*) AS n FROM t GROUP BY k",
        "SELECT k, count(id) AS n FROM t GROUP BY k",
    ),
    "a flag compared with true": (
        "SELECT k FROM u WHERE flag",
        "SELECT k FROM u WHERE flag IS TRUE",
    ),
    "DISTINCT ON for the first of each partition": (
        "SELECT DISTINCT ON (k) k, id FROM t ORDER BY k, x DESC, id",
        "SELECT k, id FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY x DESC, id) = 1",
    ),
    "at most the first of each partition": (
        "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM t) WHERE n <= 1",
        "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM t) WHERE n = 1",
    ),
    "a DISTINCT below IN": (
        "SELECT id FROM t WHERE k IN (SELECT DISTINCT k FROM u WHERE flag)",
        "SELECT id FROM t WHERE k IN (SELECT k FROM u WHERE flag)",
    ),
    "a total beside each row": (
        "SELECT t.id FROM t CROSS JOIN (SELECT sum(y) AS total FROM u) AS s",
        "SELECT t.id FROM t",
    ),
    "not null by declaration": (
        "SELECT id, coalesce(id, 0) AS n FROM t WHERE id IS NOT NULL",
        "SELECT id, id AS n FROM t",
    ),
    "QUALIFY on a rank that is kept": (
        "SELECT id, rank() OVER (PARTITION BY k ORDER BY id DESC) AS r FROM t QUALIFY r <= 2",
        "SELECT id, r FROM (SELECT id, rank() OVER (PARTITION BY k ORDER BY id DESC) AS r FROM t) WHERE r <= 2",
    ),
    "a filter on a partition's key, above its window": (
        "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY k, s ORDER BY id) AS n FROM t) WHERE n = 1 AND s <> 'b'",
        "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY k, s ORDER BY id) AS n FROM t WHERE s <> 'b') WHERE n = 1",
    ),
    "ones and zeros summed in a group": (
        "SELECT k, sum(CASE WHEN x > 5 THEN 1 ELSE 0 END) AS n FROM t GROUP BY k",
        "SELECT k, count(*) FILTER (WHERE x > 5) AS n FROM t GROUP BY k",
    ),
    "a cast to the declared type": (
        "SELECT id, CAST(s AS VARCHAR) AS s FROM t",
        "SELECT id, s FROM t",
    ),
    "a chain of CTEs and stars": (
        "WITH a AS (SELECT * FROM t), b AS (SELECT * FROM a WHERE x > 1), c AS (SELECT id, x FROM b) SELECT * FROM c",
        "SELECT id, x FROM t WHERE x > 1",
    ),
    "a join on a key for IN": (
        "SELECT r.id FROM r JOIN e ON e.k = r.k",
        "SELECT id FROM r WHERE k IN (SELECT k FROM e)",
    ),
    "a join with distinct values for IN": (
        "SELECT r.id FROM r JOIN (SELECT DISTINCT k FROM u) v ON v.k = r.k",
        "SELECT id FROM r WHERE k IN (SELECT k FROM u)",
    ),
    "a lookup for a left join on a key": (
        "SELECT r.id, (SELECT name FROM e WHERE e.k = r.k) AS n FROM r",
        "SELECT r.id, e.name AS n FROM r LEFT JOIN e ON e.k = r.k",
    ),
    "a correlated sum for a join with groups": (
        "SELECT r.id, (SELECT sum(y) FROM u WHERE u.k = r.k) AS n FROM r",
        "SELECT r.id, v.n FROM r LEFT JOIN (SELECT k, sum(y) AS n FROM u GROUP BY k) v ON v.k = r.k",
    ),
    "a correlated count for a join with groups": (
        "SELECT r.id, (SELECT count(*) FROM u WHERE u.k = r.k) AS n FROM r",
        "SELECT r.id, coalesce(v.n, 0) AS n FROM r LEFT JOIN (SELECT k, count(*) AS n FROM u GROUP BY k) v ON v.k = r.k",
    ),
    "a total looked up for one beside each row": (
        "SELECT id, x * 1.0 / (SELECT sum(x) FROM r) AS share FROM r",
        "SELECT id, x * 1.0 / total.s AS share FROM r CROSS JOIN (SELECT sum(x) AS s FROM r) AS total",
    ),
    "a total over all rows for one looked up": (
        "SELECT id, sum(x) OVER () AS s FROM r",
        "SELECT id, (SELECT sum(x) FROM r) AS s FROM r",
    ),
    "a partition's total for a join with groups": (
        "SELECT id, sum(x) OVER (PARTITION BY k) AS s FROM r WHERE k IS NOT NULL",
        "SELECT r.id, v.s FROM r JOIN (SELECT k, sum(x) AS s FROM r GROUP BY k) v ON v.k = r.k",
    ),
    "counting for EXISTS": (
        "SELECT id FROM r WHERE (SELECT count(*) FROM u WHERE u.k = r.k) > 0",
        "SELECT id FROM r WHERE EXISTS (SELECT 1 FROM u WHERE u.k = r.k)",
    ),
    "NOT IN for NOT EXISTS where nothing is NULL": (
        "SELECT id FROM r WHERE id NOT IN (SELECT k FROM e)",
        "SELECT id FROM r WHERE NOT EXISTS (SELECT 1 FROM e WHERE e.k = r.id)",
    ),
    "EXCEPT for NOT IN": (
        "SELECT id FROM r EXCEPT SELECT k FROM e",
        "SELECT id FROM r WHERE id NOT IN (SELECT k FROM e)",
    ),
    "INTERSECT for a join on a key": (
        "SELECT k FROM r INTERSECT SELECT k FROM e",
        "SELECT DISTINCT r.k FROM r JOIN e ON e.k = r.k",
    ),
    "UNION for OR": (
        "SELECT id FROM r WHERE x > 5 UNION SELECT id FROM r WHERE k = 1",
        "SELECT id FROM r WHERE x > 5 OR k = 1",
    ),
    "UNION ALL of what excludes each other for OR": (
        "SELECT id, x FROM r WHERE x > 5 UNION ALL SELECT id, x FROM r WHERE x <= 5",
        "SELECT id, x FROM r WHERE x IS NOT NULL",
    ),
    "a sum of sums": (
        "SELECT k, sum(x) AS n FROM r GROUP BY k",
        "SELECT k, sum(n) AS n FROM (SELECT k, s, sum(x) AS n FROM r GROUP BY k, s) GROUP BY k",
    ),
    "distinct values counted": (
        "SELECT k, count(DISTINCT s) AS n FROM r GROUP BY k",
        "SELECT k, count(s) AS n FROM (SELECT DISTINCT k, s FROM r) GROUP BY k",
    ),
    "DISTINCT of DISTINCT": (
        "SELECT DISTINCT k FROM (SELECT DISTINCT k, s FROM r)",
        "SELECT DISTINCT k FROM r",
    ),
    "groups of one row": ("SELECT id, max(x) AS x FROM r GROUP BY id", "SELECT id, x FROM r"),
    "a key that another one determines": (
        "SELECT e.k, e.name, count(*) AS n FROM r JOIN e ON e.k = r.k GROUP BY e.k, e.name",
        "SELECT e.k, max(e.name) AS name, count(*) AS n FROM r JOIN e ON e.k = r.k GROUP BY e.k",
    ),
    "grouped before a join on a key": (
        "SELECT e.k, sum(r.x) AS n FROM r JOIN e ON e.k = r.k GROUP BY e.k",
        "SELECT e.k, v.n FROM (SELECT k, sum(x) AS n FROM r GROUP BY k) v JOIN e ON e.k = v.k",
    ),
    "the greatest for the first": (
        "SELECT k, max(id) AS id FROM r GROUP BY k",
        "SELECT k, id FROM r QUALIFY row_number() OVER (PARTITION BY k ORDER BY id DESC) = 1",
    ),
    "LEAD in the other order": (
        "SELECT id, lag(x) OVER (PARTITION BY k ORDER BY id) AS l FROM r",
        "SELECT id, lead(x) OVER (PARTITION BY k ORDER BY id DESC) AS l FROM r",
    ),
    "VALUES for UNION ALL": (
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(i, n)",
        "SELECT 2 AS i, 'b' AS n UNION ALL SELECT 1, 'a'",
    ),
    "a table joined with itself on its key": (
        "SELECT a.id, b.x FROM r a JOIN r b ON a.id = b.id",
        "SELECT id, x FROM r",
    ),
    "a full join with its sides exchanged": (
        "SELECT coalesce(r.k, u.k) AS k FROM r FULL JOIN u ON r.k = u.k",
        "SELECT coalesce(u.k, r.k) AS k FROM u FULL JOIN r ON u.k = r.k",
    ),
}

DIFFERENT = {
    "one column from the other side of a self-join": (
        "SELECT a.id, b.x, a.s FROM t a JOIN t b ON a.k = b.k",
        "SELECT a.id, b.x, b.s FROM t a JOIN t b ON a.k = b.k",
    ),
    "one side of a self-join alone": (
        "SELECT a.id, b.x FROM t a JOIN t b ON a.k = b.k AND a.x > 1",
        "SELECT a.id, b.x FROM t a JOIN t b ON a.k = b.k AND b.x > 1",
    ),
    "a join that repeats the rows that HAVING counts": (
        "SELECT t.k, sum(t.k) AS b FROM t LEFT JOIN d ON t.x = d.k GROUP BY t.k HAVING count(*) > 3",
        "SELECT t.k, sum(t.k) AS b FROM t LEFT JOIN u d ON t.k = d.k GROUP BY t.k HAVING count(*) > 3",
    ),
    "a repeating join under one arm of a union": (
        "SELECT k, y FROM u UNION SELECT t.k, count(*) FROM t LEFT JOIN u ON t.k = u.k GROUP BY t.k",
        "SELECT k, y FROM u UNION SELECT t.k, count(*) FROM t LEFT JOIN u ON t.k <> u.k GROUP BY t.k",
    ),
    "a repeating join under what is taken away": (
        "SELECT k, 2 FROM t EXCEPT ALL SELECT t.k, count(*) FROM t LEFT JOIN u ON u.k = t.k AND u.flag GROUP BY t.k",
        "SELECT k, 2 FROM t EXCEPT ALL SELECT t.k, count(*) FROM t LEFT JOIN u ON u.k = t.k GROUP BY t.k",
    ),
    "DISTINCT over a unique key that may be NULL": (
        "SELECT DISTINCT k, n FROM o",
        "SELECT k, n FROM o",
    ),
    "one row for each value of a unique key that may be NULL": (
        "SELECT DISTINCT ON (k) k, n IS NULL AS m FROM o",
        "SELECT k, n IS NULL AS m FROM o",
    ),
    "a null-safe join on a unique key that may be NULL, further down": (
        "SELECT t.id FROM t LEFT JOIN (SELECT k FROM o ORDER BY n LIMIT 9) q ON q.k IS NOT DISTINCT FROM t.k",
        "SELECT t.id FROM t",
    ),
    "DISTINCT over a part of a key": ("SELECT DISTINCT a, n FROM two", "SELECT a, n FROM two"),
    "the condition on the other of two uses of a table": (
        "SELECT a.id, b.x FROM t a LEFT JOIN (SELECT * FROM t WHERE x > 5) b ON a.k = b.id",
        "SELECT a.id, b.x FROM t a LEFT JOIN t b ON a.k = b.id AND a.x > 5",
    ),
    "the last match for all of them": (
        "SELECT t.id, u.y FROM t ASOF JOIN u USING (k)",
        "SELECT t.id, u.y FROM t JOIN u USING (k)",
    ),
    "NOT IN for NOT EXISTS": (
        "SELECT id FROM t WHERE k NOT IN (SELECT k FROM u)",
        "SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.k)",
    ),
    "left for inner": (
        "SELECT t.id, u.y FROM t LEFT JOIN u ON t.k = u.k",
        "SELECT t.id, u.y FROM t JOIN u ON t.k = u.k",
    ),
    "a filter moved from ON to WHERE of a left join": (
        "SELECT t.id, u.y FROM t LEFT JOIN u ON t.k = u.k AND u.y > 5",
        "SELECT t.id, u.y FROM t LEFT JOIN u ON t.k = u.k WHERE u.y > 5",
    ),
    "an unused left join that is no key": (
        "SELECT t.id FROM t LEFT JOIN u ON u.k = t.k",
        "SELECT t.id FROM t",
    ),
    "UNION for UNION ALL": (
        "SELECT k FROM t UNION ALL SELECT k FROM u",
        "SELECT k FROM t UNION SELECT k FROM u",
    ),
    "EXCEPT for INTERSECT": (
        "SELECT k FROM t EXCEPT SELECT k FROM u",
        "SELECT k FROM t INTERSECT SELECT k FROM u",
    ),
    "columns exchanged in one arm": (
        "SELECT k, x FROM t UNION ALL SELECT k, y FROM u",
        "SELECT k, x FROM t UNION ALL SELECT y, k FROM u",
    ),
    "a filter above a window": (
        "SELECT * FROM (SELECT id, x, row_number() OVER (ORDER BY id) AS n FROM t) WHERE x > 5",
        "SELECT id, x, row_number() OVER (ORDER BY id) AS n FROM t WHERE x > 5",
    ),
    "a filter above a limit": (
        "SELECT id FROM (SELECT id, x FROM t ORDER BY id LIMIT 3) WHERE x > 5",
        "SELECT id FROM t WHERE x > 5 ORDER BY id LIMIT 3",
    ),
    "HAVING for WHERE on what is summed": (
        "SELECT k, sum(x) AS n FROM t GROUP BY k HAVING sum(x) > 5",
        "SELECT k, sum(x) AS n FROM t WHERE x > 5 GROUP BY k",
    ),
    "another grain": (
        "SELECT k, count(*) AS n FROM t GROUP BY k",
        "SELECT k, count(*) AS n FROM t GROUP BY k, s",
    ),
    "rows for range": (
        "SELECT id, sum(x) OVER (ORDER BY x) AS r FROM t",
        "SELECT id, sum(x) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS r FROM t",
    ),
    "the other side of a left join": (
        "SELECT t.k, u.y FROM t LEFT JOIN u ON t.k = u.k",
        "SELECT u.k, u.y FROM t LEFT JOIN u ON t.k = u.k",
    ),
    "count of a column for count of rows": (
        "SELECT count(x) AS n FROM t",
        "SELECT count(*) AS n FROM t",
    ),
    "a left join that looks for a column that may be null": (
        "SELECT t.id FROM t LEFT JOIN u ON u.k = t.k WHERE u.y IS NULL",
        "SELECT t.id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.k)",
    ),
    "a lateral query that counts": (
        "SELECT t.id, b.n FROM t, LATERAL (SELECT count(*) AS n FROM u WHERE u.k = t.k) AS b",
        "SELECT t.id, count(*) AS n FROM t JOIN u ON u.k = t.k GROUP BY t.id",
    ),
    "the first of each partition, ties with it": (
        "SELECT id FROM t QUALIFY rank() OVER (PARTITION BY k ORDER BY x) = 1",
        "SELECT id FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY x) = 1",
    ),
    "an aggregate that may have no row": (
        "SELECT t.id FROM t CROSS JOIN (SELECT sum(y) AS s FROM u HAVING sum(y) > 1000) AS v",
        "SELECT t.id FROM t",
    ),
    "a filter on no partition's key, above its window": (
        "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM t) WHERE n = 1 AND id <> 1",
        "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM t WHERE id <> 1) WHERE n = 1",
    ),
    "ones and zeros summed over no rows": (
        "SELECT sum(CASE WHEN x > 5 THEN 1 ELSE 0 END) AS n FROM t WHERE id > 99",
        "SELECT count(*) FILTER (WHERE x > 5) AS n FROM t WHERE id > 99",
    ),
    "the same filter on the other table": (
        "SELECT t.id FROM t JOIN u ON t.k = u.k WHERE t.k > 1 OR u.y > 50",
        "SELECT t.id FROM t JOIN u ON t.k = u.k WHERE t.k > 1 OR t.x > 50",
    ),
    "a column dropped from DISTINCT": (
        "SELECT count(*) AS n FROM (SELECT DISTINCT k, s FROM t)",
        "SELECT count(*) AS n FROM (SELECT DISTINCT k FROM t)",
    ),
    "a join on no key for IN": (
        "SELECT r.id FROM r JOIN u ON u.k = r.k",
        "SELECT id FROM r WHERE k IN (SELECT k FROM u)",
    ),
    "a null-safe join on a key of which NULLs are many": (
        "SELECT r.id FROM r LEFT JOIN o ON o.k IS NOT DISTINCT FROM r.k",
        "SELECT r.id FROM r",
    ),
    "groups by a unique column that may be NULL": (
        "SELECT k, max(n) AS n FROM o GROUP BY k",
        "SELECT k, n FROM o",
    ),
    "a count of what a left join did not find": (
        "SELECT r.id, (SELECT count(*) FROM u WHERE u.k = r.k) AS n FROM r",
        "SELECT r.id, v.n FROM r LEFT JOIN (SELECT k, count(*) AS n FROM u GROUP BY k) v ON v.k = r.k",
    ),
    "a sum of sums over a join for an inner join": (
        "SELECT r.id, (SELECT sum(y) FROM u WHERE u.k = r.k) AS n FROM r",
        "SELECT r.id, v.n FROM r JOIN (SELECT k, sum(y) AS n FROM u GROUP BY k) v ON v.k = r.k",
    ),
    "more than one for EXISTS": (
        "SELECT id FROM r WHERE (SELECT count(*) FROM u WHERE u.k = r.k AND u.y < 150) > 1",
        "SELECT id FROM r WHERE EXISTS (SELECT 1 FROM u WHERE u.k = r.k AND u.y < 150)",
    ),
    "UNION ALL of what overlaps for OR": (
        "SELECT id FROM r WHERE x > 4 UNION ALL SELECT id FROM r WHERE x < 10",
        "SELECT id FROM r WHERE x > 4 OR x < 10",
    ),
    "a mean of means": (
        "SELECT k, avg(x) AS n FROM r GROUP BY k",
        "SELECT k, avg(n) AS n FROM (SELECT k, s, avg(x) AS n FROM r GROUP BY k, s) GROUP BY k",
    ),
    "a sum of counts over no rows": (
        "SELECT count(*) AS n FROM r WHERE id > 99",
        "SELECT sum(n) AS n FROM (SELECT k, count(*) AS n FROM r WHERE id > 99 GROUP BY k)",
    ),
    "distinct values summed": (
        "SELECT k, sum(x) AS n FROM r GROUP BY k",
        "SELECT k, sum(x) AS n FROM (SELECT DISTINCT k, x FROM r) GROUP BY k",
    ),
    "the least for the first, NULLs first": (
        "SELECT k, min(x) AS x FROM r GROUP BY k",
        "SELECT k, x FROM r QUALIFY row_number() OVER (PARTITION BY k ORDER BY x NULLS FIRST) = 1",
    ),
    "LEAD in the same order": (
        "SELECT id, lag(x) OVER (PARTITION BY k ORDER BY id) AS l FROM r",
        "SELECT id, lead(x) OVER (PARTITION BY k ORDER BY id) AS l FROM r",
    ),
    "DISTINCT over a total of all joined rows": (
        "SELECT DISTINCT sum(x) OVER () AS s FROM r",
        "SELECT DISTINCT sum(x) OVER () AS s FROM r JOIN u ON u.k = r.k",
    ),
    "a table joined with itself on what is no key": (
        "SELECT a.id, b.x FROM r a JOIN r b ON a.k = b.k",
        "SELECT id, x FROM r WHERE k IS NOT NULL",
    ),
    "one row more of VALUES": (
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(i, n)",
        "SELECT 2 AS i, 'b' AS n UNION ALL SELECT 1, 'a' UNION ALL SELECT 1, 'a'",
    ),
}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SCHEMA + DATA)
        yield connection


def files(query: str) -> dict[str, str]:
    return {"schema.sql": SCHEMA, "job.sql": f"CREATE TABLE mart.out AS {query};"}


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return sorted(map(repr, database.execute(query).fetchall()))


@pytest.mark.parametrize("pair", EQUAL.values(), ids=EQUAL)
def test_equal_queries_are_no_change(
    database: duckdb.DuckDBPyConnection, pair: tuple[str, str]
) -> None:
    base, head = pair
    assert rows(database, base) == rows(database, head)
    assert casebook.difference(files(base), files(head)).changes == ()


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_different_queries_are_a_change(
    database: duckdb.DuckDBPyConnection, pair: tuple[str, str]
) -> None:
    base, head = pair
    assert rows(database, base) != rows(database, head)
    assert casebook.difference(files(base), files(head)).changes


def test_a_name_that_one_of_two_undeclared_inputs_has_may_be_qualified() -> None:
    base = "CREATE TABLE mart.out AS SELECT x, y FROM a JOIN b ON a.id = b.id;"
    head = "CREATE TABLE mart.out AS SELECT a.x, b.y FROM a JOIN b ON a.id = b.id;"
    assert casebook.difference({"job.sql": base}, {"job.sql": head}).changes == ()


def test_a_long_clause_is_told_by_the_part_that_differs() -> None:
    base, head = (
        "SELECT id FROM t WHERE md5(concat("
        + ", ".join(f"coalesce(s, 'no text {number}')" for number in range(30))
        + f", 'end {last}')) <> s"
        for last in ("of base", "of head")
    )
    (change,) = casebook.difference(files(base), files(head)).changes
    assert str(change.before).endswith("'end of base'")
    assert str(change.after).endswith("'end of head'")
