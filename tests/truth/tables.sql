-- What the queries beside this file read: few rows, with NULLs, repeats, ties and partners that are missing.
CREATE TABLE t (id INT, k INT, x INT, s VARCHAR, b BOOLEAN, day DATE);
INSERT INTO t VALUES
  (1, 1, 10, 'a', TRUE, '2024-01-01'), (2, 1, NULL, 'b', FALSE, '2024-01-02'),
  (3, 2, 5, 'd', TRUE, '2024-01-02'), (4, NULL, 7, 'a', NULL, NULL),
  (5, 3, 0, 'c', TRUE, '2024-02-01'), (6, 2, 5, 'a', FALSE, '2024-02-03'),
  (7, 3, 2, 'b', TRUE, '2024-02-01'), (8, 1, 3, NULL, NULL, '2024-03-01');
CREATE TABLE u (k INT, y INT, z INT, s VARCHAR);
INSERT INTO u VALUES
  (1, 100, 1, 'a'), (1, 200, 2, 'b'), (2, NULL, 3, 'a'), (NULL, 5, 1, NULL), (7, 1, NULL, 'c'),
  (2, 9, 2, 'b'), (3, 100, 3, 'c');
CREATE TABLE d (k INT PRIMARY KEY, name VARCHAR, w INT);
INSERT INTO d VALUES (1, 'one', 3), (2, NULL, 1), (3, 'three', NULL), (9, 'nine', 2);
CREATE TABLE e (id INT, parent INT, name VARCHAR, pay INT);
INSERT INTO e VALUES
  (1, NULL, 'a', 9), (2, 1, 'b', 5), (3, 1, 'c', 4), (4, 2, 'd', 3), (5, 4, NULL, 2), (6, 7, 'x', 1);
CREATE TABLE p (sym INT, ts INT, price INT);
INSERT INTO p VALUES (1, 1, 10), (1, 3, 12), (1, 7, NULL), (2, 2, 20), (2, 5, 25), (3, 4, 30);
CREATE TABLE g (id INT, q1 INT, q2 INT, q3 INT);
INSERT INTO g VALUES (1, 1, 2, 3), (2, NULL, 5, 6), (3, 7, 7, NULL), (4, NULL, NULL, 8);
CREATE TABLE n (id INT, tags VARCHAR[], pt STRUCT(a INT, b INT), pts STRUCT(a INT, b INT)[], m MAP(VARCHAR, INT), js JSON);
INSERT INTO n VALUES
  (1, ['a', 'b'], {'a': 1, 'b': 2}, [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}], MAP {'p': 1, 'q': 2}, '{"a": {"b": 1}, "c": [1, 2]}'),
  (2, ['b'], {'a': 3, 'b': NULL}, [{'a': 5, 'b': 6}], MAP {'p': 3}, '{"a": {"b": 2}, "c": [3]}'),
  (3, NULL, NULL, NULL, NULL, NULL),
  (4, [], {'a': 1, 'b': 1}, [], MAP {'q': 1}, '{"c": []}');
CREATE SCHEMA out;
CREATE TABLE out.o (id INT, k INT, v INT, s VARCHAR);
INSERT INTO out.o VALUES (1, 1, 10, 'a'), (2, 2, 20, NULL), (3, 3, NULL, 'b'), (40, 4, 4, 'd');
