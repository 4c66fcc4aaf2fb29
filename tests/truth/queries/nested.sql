-- UNNEST in the list
SELECT id, unnest(tags) AS tag FROM n;
-- id: identity n.id
-- tag: transformation n.tags
-- rows: join n.tags

-- UNNEST in FROM
SELECT n.id, v.tag FROM n, UNNEST(n.tags) AS v(tag);
-- id: identity n.id
-- tag: transformation n.tags
-- rows: join n.tags

-- UNNEST of structs
SELECT n.id, r.v.a AS a FROM n, UNNEST(n.pts) AS r(v);
-- id: identity n.id
-- a: transformation n.pts.a
-- rows: join n.pts

-- UNNEST of structs with their fields
SELECT id, unnest(pts, recursive := true) FROM n;
-- id: identity n.id
-- a: transformation n.pts.a
-- b: transformation n.pts.b
-- rows: join n.pts

-- UNNEST with an ordinal
SELECT n.id, v.tag, v.place FROM n, UNNEST(n.tags) WITH ORDINALITY AS v(tag, place);
-- id: identity n.id
-- tag: transformation n.tags
-- rows: join n.tags

-- a struct field
SELECT id, pt.a AS a, pt['b'] AS b FROM n;
-- id: identity n.id
-- a: identity n.pt.a
-- b: identity n.pt.b

-- a struct field in a filter
SELECT id FROM n WHERE pt.a > 1;
-- id: identity n.id
-- rows: filter n.pt.a

-- a star of a struct
SELECT id, pt.* FROM n;
-- id: identity n.id
-- a: identity n.pt.a
-- b: identity n.pt.b

-- a struct built and taken apart
SELECT id, p.a AS v FROM (SELECT id, {'a': x, 'b': k} AS p FROM t);
-- id: identity t.id
-- v: identity t.x

-- struct_pack and struct_extract
SELECT id, struct_extract(struct_pack(a := x, b := k), 'b') AS v FROM t;
-- id: identity t.id
-- v: identity t.k

-- a struct of structs
SELECT id, o.i.a AS v FROM (SELECT id, {'i': {'a': x}, 'j': k} AS o FROM t);
-- id: identity t.id
-- v: identity t.x

-- a row with a field more
SELECT id, struct_insert(pt, c := id) AS v FROM n;
-- id: identity n.id
-- v: transformation n.id n.pt

-- an element of a list
SELECT id, tags[1] AS f, pts[1].a AS a, len(tags) AS l FROM n;
-- id: identity n.id
-- f: transformation n.tags
-- a: transformation n.pts.a
-- l: transformation n.tags

-- a slice
SELECT id, tags[1:1] AS v FROM n;
-- id: identity n.id
-- v: transformation n.tags

-- a map
SELECT id, m['p'] AS v, map_keys(m) AS ks FROM n;
-- id: identity n.id
-- v: transformation n.m
-- ks: transformation n.m

-- a lambda
SELECT id, list_transform(pts, lambda e: e.a + id) AS v FROM n;
-- id: identity n.id
-- v: transformation n.id n.pts.a

-- a filtering lambda
SELECT id, list_filter(tags, lambda v: v <> 'b') AS v FROM n;
-- id: identity n.id
-- v: identity n.tags

-- a reduction
SELECT id, list_reduce([x, k, id], lambda acc, v: coalesce(acc, 0) + coalesce(v, 0)) AS v FROM t;
-- id: identity t.id
-- v: transformation t.id t.k t.x

-- a list comprehension
SELECT id, [v || '!' FOR v IN tags IF v <> 'b'] AS v FROM n;
-- id: identity n.id
-- v: transformation n.tags

-- a list of columns
SELECT id, [x, k] AS v, list_contains([x, 5], k) AS c FROM t;
-- id: identity t.id
-- v: transformation t.k t.x
-- c: transformation t.k t.x

-- lists gathered and spread again
SELECT k, unnest(xs) AS x FROM (SELECT k, list(x ORDER BY id) AS xs FROM t GROUP BY k);
-- k: identity t.k
-- x: aggregation t.x
-- unseen x: conditional t.id (the order within a list is no promise of its rows)
-- unseen rows: group_by t.k, join t.id t.x (a list may leave out NULLs, as in Spark)

-- structs gathered, one field taken
SELECT k, list_transform(r, lambda e: e.x) AS xs FROM (SELECT k, list({'x': x, 's': s} ORDER BY id) AS r FROM t GROUP BY k);
-- k: identity t.k
-- xs: aggregation t.x, conditional t.id
-- rows: group_by t.k

-- the best struct's field
SELECT k, max({'x': x, 's': s}).s AS v FROM t GROUP BY k;
-- k: identity t.k
-- v: aggregation t.s, conditional t.x
-- rows: group_by t.k

-- JSON paths
SELECT id, js -> '$.a' ->> 'b' AS v, json_extract_string(js, '$.c[0]') AS c FROM n;
-- id: identity n.id
-- v: transformation n.js
-- c: transformation n.js

-- generate_series by a column
SELECT t.id, r.i FROM t, generate_series(1, t.k) AS r(i);
-- id: identity t.id
-- i: transformation t.k
-- rows: join t.k

-- generate_series in the list
SELECT id, unnest(range(k)) AS i FROM t;
-- id: identity t.id
-- i: transformation t.k
-- rows: join t.k

-- a row as a struct
SELECT u AS whole FROM u;
-- whole: transformation u.k u.s u.y u.z

-- a field of a row
SELECT c.r.y AS v FROM (SELECT u AS r FROM u) c;
-- v: identity u.y

-- a union of structs
SELECT v.a AS a FROM (SELECT pt AS v FROM n UNION ALL SELECT {'a': x, 'b': k} FROM t);
-- a: identity n.pt.a t.x
