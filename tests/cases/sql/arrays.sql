-- Arrays turned into rows
-- UNNEST, EXPLODE, LATERAL VIEW, FLATTEN, ARRAY JOIN: the element comes from the array, its number from nothing; the array decides the rows.

-- [bigquery] UNNEST of an array column
-- with ev(id int, tags array<string>)
SELECT e.id, tag FROM ev e, UNNEST(e.tags) AS tag;
--> id <- ev.id
--> tag <- ev.tags
--> rows ? ev.tags

-- [bigquery] UNNEST WITH OFFSET, with and without an alias
-- with ev(id int, tags array<string>)
SELECT e.id, tag, pos, offset FROM ev e, UNNEST(e.tags) AS tag WITH OFFSET AS pos, UNNEST(e.tags) AS other WITH OFFSET;
--> id <- ev.id
--> tag <- ev.tags
--> pos <- -
--> offset <- -
--> rows ? ev.tags

-- [bigquery] the array alone as a table
-- with ev(id int, tags array<string>)
SELECT e.id, t FROM ev e CROSS JOIN e.tags AS t;
--> id <- ev.id
--> t <- ev.tags
--> rows ? ev.tags

-- [bigquery] an array of structs
-- with ev(id int, params array<struct<key string, value struct<string_value string, int_value int64>>>)
SELECT e.id, p.key, p.value.int_value AS v FROM ev e, UNNEST(e.params) AS p;
--> id <- ev.id
--> key <- ev.params.key
--> v <- ev.params.value.int_value
--> rows ? ev.params

-- [bigquery] the fields of an array of structs without an alias
-- with ev(id int, params array<struct<key string, value string>>)
SELECT id, key, value FROM ev, UNNEST(params);
--> id <- ev.id
--> key <- ev.params.key
--> value <- ev.params.value
--> rows ? ev.params

-- [bigquery] a scalar subquery over an array
-- with ev(id int, params array<struct<key string, value struct<string_value string>>>)
SELECT id, (SELECT value.string_value FROM UNNEST(params) WHERE key = 'page') AS page FROM ev;
--> id <- ev.id
--> page <- ev.params.value.string_value ? ev.params.key, ev.params

-- [bigquery] LEFT JOIN UNNEST and a star of a struct
-- with ev(id int, params array<struct<key string, value string>>)
SELECT e.id, p.* FROM ev e LEFT JOIN UNNEST(e.params) p;
--> id <- ev.id
--> key <- ev.params.key
--> value <- ev.params.value
--> rows ? ev.params

-- [bigquery] EXISTS over an array and IN UNNEST
-- with ev(id int, tags array<string>)
SELECT id FROM ev WHERE EXISTS (SELECT 1 FROM UNNEST(tags) t WHERE t = 'x') OR 'y' IN UNNEST(tags);
--> id <- ev.id
--> rows ? ev.tags

-- [trino, athena, presto] UNNEST WITH ORDINALITY
-- with ev(id int, tags array(varchar))
SELECT e.id, t.tag, t.n FROM ev e CROSS JOIN UNNEST(e.tags) WITH ORDINALITY AS t (tag, n);
--> id <- ev.id
--> tag <- ev.tags
--> n <- -
--> rows ? ev.tags

-- [trino, duckdb, postgres] UNNEST of several arrays
-- with ev(id int, a int[], b int[])
SELECT e.id, t.x, t.y FROM ev e CROSS JOIN UNNEST(e.a, e.b) AS t (x, y);
--> id <- ev.id
--> x <- ev.a
--> y <- ev.b
--> rows ? ev.a, ev.b

-- [trino, athena] UNNEST of a map
-- with ev(id int, attrs map(varchar, varchar))
SELECT id, k, v FROM ev CROSS JOIN UNNEST(attrs) AS t (k, v);
--> id <- ev.id
--> k <- ev.attrs
--> v <- ev.attrs
--> rows ? ev.attrs

-- [trino] UNNEST of an array of rows gives its fields
-- with ev(id int, items array(row(sku varchar, qty int)))
SELECT id, sku, qty FROM ev CROSS JOIN UNNEST(items) AS t (sku, qty);
--> id <- ev.id
--> sku <- ev.items.sku
--> qty <- ev.items.qty
--> rows ? ev.items

-- [postgres] UNNEST WITH ORDINALITY
-- with ev(id int, tags text[])
SELECT e.id, t.tag, t.n FROM ev e, UNNEST(e.tags) WITH ORDINALITY AS t(tag, n);
--> id <- ev.id
--> tag <- ev.tags
--> n <- -
--> rows ? ev.tags

-- [postgres, duckdb, redshift] UNNEST in the list
-- with ev(id int, tags int[])
SELECT id, UNNEST(tags) AS tag FROM ev;
--> id <- ev.id
--> tag <- ev.tags
--> rows ? ev.tags

-- [spark, databricks, hive] LATERAL VIEW explode
-- with ev(id int, tags array<string>)
SELECT id, tag FROM ev LATERAL VIEW explode(tags) t AS tag;
--> id <- ev.id
--> tag <- ev.tags
--> rows ? ev.tags

-- [spark, databricks, hive] LATERAL VIEW OUTER posexplode
-- with ev(id int, tags array<string>)
SELECT e.id, t.pos, t.tag FROM ev e LATERAL VIEW OUTER posexplode(e.tags) t AS pos, tag;
--> id <- ev.id
--> pos <- -
--> tag <- ev.tags
--> rows ? ev.tags

-- [spark, databricks, hive] LATERAL VIEW explode of a map
-- with ev(id int, attrs map<string, string>)
SELECT id, k, v FROM ev LATERAL VIEW explode(attrs) t AS k, v;
--> id <- ev.id
--> k <- ev.attrs
--> v <- ev.attrs
--> rows ? ev.attrs

-- [spark, databricks, hive] one LATERAL VIEW upon another
-- with ev(id int, groups array<array<string>>)
SELECT id, x FROM ev LATERAL VIEW explode(groups) a AS g LATERAL VIEW explode(g) b AS x;
--> id <- ev.id
--> x <- ev.groups
--> rows ? ev.groups

-- [spark, databricks, hive] LATERAL VIEW inline
-- with ev(id int, items array<struct<sku: string, qty: int>>)
SELECT id, sku, qty FROM ev LATERAL VIEW inline(items) t AS sku, qty;
--> id <- ev.id
--> sku <- ev.items.sku
--> qty <- ev.items.qty
--> rows ? ev.items

-- [hive, spark] LATERAL VIEW json_tuple
-- with ev(id int, doc string)
SELECT id, a, b FROM ev LATERAL VIEW json_tuple(doc, 'a', 'b') t AS a, b;
--> id <- ev.id
--> a <- ev.doc
--> b <- ev.doc

-- [spark, hive, databricks] LATERAL VIEW stack
SELECT id, k, v FROM orders LATERAL VIEW stack(2, 'a', amount, 'd', discount) t AS k, v;
--> id <- id
--> k <- -
--> v <- amount, discount

-- [spark, databricks] stack in the list
SELECT id, stack(2, 'a', amount, 'd', discount) AS (k, v) FROM orders;
--> id <- id
--> k <- -
--> v <- amount, discount

-- [spark, databricks, hive] explode in the list
-- with ev(id int, tags array<string>)
SELECT id, explode(tags) AS tag FROM ev;
--> id <- ev.id
--> tag <- ev.tags
--> rows ? ev.tags

-- [spark, databricks] explode of a map in the list
-- with ev(id int, attrs map<string, string>)
SELECT id, explode(attrs) FROM ev;
--> id <- ev.id
--> key <- ev.attrs
--> value <- ev.attrs
--> rows ? ev.attrs

-- [spark, databricks] posexplode in the list
-- with ev(id int, tags array<string>)
SELECT id, posexplode(tags) AS (p, tag) FROM ev;
--> id <- ev.id
--> p <- -
--> tag <- ev.tags
--> rows ? ev.tags

-- [spark, databricks] inline in the list
-- with ev(id int, items array<struct<sku: string, qty: int>>)
SELECT id, inline(items) FROM ev;
--> id <- ev.id
--> sku <- ev.items.sku
--> qty <- ev.items.qty
--> rows ? ev.items

-- [databricks, spark] explode as a lateral function
-- with ev(id int, tags array<string>)
SELECT e.id, t.col FROM ev e, LATERAL explode(e.tags) t;
--> id <- ev.id
--> col <- ev.tags
--> rows ? ev.tags

-- [snowflake] all that FLATTEN gives
-- with ev(id int, payload variant)
SELECT f.seq, f.key, f.path, f.index, f.value, f.this FROM ev e, LATERAL FLATTEN(input => e.payload:items) f;
--> seq <- -
--> key <- (ev.payload)
--> path <- (ev.payload)
--> index <- -
--> value <- ev.payload
--> this <- ev.payload
--> rows ? ev.payload

-- [snowflake] FLATTEN as a table function, OUTER and PATH
-- with ev(id int, payload variant)
SELECT e.id, f.value:sku::string AS sku FROM ev e, TABLE(FLATTEN(input => e.payload, path => 'items', outer => true)) f;
--> id <- ev.id
--> sku <- ev.payload
--> rows ? ev.payload

-- [snowflake] FLATTEN of a FLATTEN
-- with ev(id int, payload variant)
SELECT e.id, g.value::string AS tag FROM ev e, LATERAL FLATTEN(e.payload:items) f, LATERAL FLATTEN(f.value:tags) g;
--> id <- ev.id
--> tag <- ev.payload
--> rows ? ev.payload

-- [snowflake] SPLIT_TO_TABLE
SELECT o.id, s.index, s.value FROM orders o, LATERAL SPLIT_TO_TABLE(o.status, ',') s;
--> id <- id
--> index <- -
--> value <- status
--> rows ? status

-- [clickhouse] ARRAY JOIN
-- with ev(id Int32, tags Array(String), nums Array(Int32))
SELECT id, tag, n FROM ev ARRAY JOIN tags AS tag, nums AS n;
--> id <- ev.id
--> tag <- ev.tags
--> n <- ev.nums
--> rows ? ev.nums, ev.tags

-- [clickhouse] LEFT ARRAY JOIN under the column's own name
-- with ev(id Int32, tags Array(String))
SELECT id, tags FROM ev LEFT ARRAY JOIN tags;
--> id <- ev.id
--> tags <- ev.tags
--> rows ? ev.tags

-- [clickhouse] arrayJoin in the list
-- with ev(id Int32, tags Array(String))
SELECT id, arrayJoin(tags) AS tag FROM ev;
--> id <- ev.id
--> tag <- ev.tags

-- [redshift] navigation of a SUPER array
-- with ev(id int, items super)
SELECT e.id, i.sku, idx FROM ev e, e.items AS i AT idx;
--> id <- ev.id
--> sku <- ev.items
--> idx <- -
--> rows ? ev.items

-- [tsql] STRING_SPLIT
SELECT o.id, s.value FROM orders o CROSS APPLY STRING_SPLIT(o.status, ',') s;
--> id <- id
--> value <- status
--> rows ? status

-- [postgres] functions that return rows
-- with ev(id int, doc jsonb)
SELECT e.id, k, v->>'a' AS a, r FROM ev e CROSS JOIN LATERAL jsonb_each(e.doc) AS j(k, v), regexp_split_to_table(e.doc->>'s', ',') AS r;
--> id <- ev.id
--> k <- ev.doc
--> a <- ev.doc
--> r <- ev.doc
--> rows ? ev.doc

-- [postgres] json_to_recordset with a column list
-- with ev(id int, doc jsonb)
SELECT e.id, x.sku, x.qty FROM ev e CROSS JOIN LATERAL jsonb_to_recordset(e.doc->'items') AS x(sku text, qty int);
--> id <- ev.id
--> sku <- ev.doc
--> qty <- ev.doc
--> rows ? ev.doc

-- [duckdb] a list comprehension and list functions
-- with ev(id int, xs int[])
SELECT id, [x + 1 FOR x IN xs IF x > 0] AS ys, list_transform(xs, x -> x + id) AS zs FROM ev;
--> id <- ev.id
--> ys <- ev.xs
--> zs <- ev.xs, ev.id

-- [bigquery] an array of structs with arrays, by commas
-- with ev(id int64, items array<struct<sku string, tags array<string>>>)
SELECT e.id, i.sku, t FROM ev e, e.items i, i.tags t;
--> id <- ev.id
--> sku <- ev.items.sku
--> t <- ev.items.tags
--> rows ? ev.items, ev.items.tags

-- [bigquery] subqueries over an array of structs
-- with ev(id int64, items array<struct<sku string, qty int64>>)
SELECT id, (SELECT SUM(i.qty) FROM UNNEST(items) i) AS q, ARRAY(SELECT i.sku FROM UNNEST(items) AS i WHERE i.qty > 1) AS skus, ARRAY_LENGTH(items) AS n FROM ev;
--> id <- ev.id
--> q <- ev.items.qty ? ev.items
--> skus <- ev.items.sku ? ev.items.qty, ev.items
--> n <- ev.items

-- [spark] inline of structs that are written out
SELECT id, size(split(status, ',')) AS n, element_at(split(status, ','), 1) AS f, inline_outer(array(struct(amount AS a, discount AS d))) FROM orders;
--> id <- id
--> n <- status
--> f <- status
--> a <- amount
--> d <- discount

-- [snowflake] FLATTEN of an object
-- with ev(id int, o object, a array)
SELECT f.key AS k, f.value AS v, a[0]:x::int AS x, OBJECT_KEYS(o) AS ks, ARRAY_SIZE(a) AS n, o:a.b:c AS abc FROM ev, LATERAL FLATTEN(o) f;
--> k <- ev.o
--> v <- ev.o
--> x <- ev.a
--> ks <- ev.o
--> n <- ev.a
--> abc <- ev.o
--> rows ? ev.o

-- [snowflake] FLATTEN of parsed text without an alias
-- with ev(id int, raw varchar)
SELECT id, value:name::string AS name FROM ev, LATERAL FLATTEN(input => PARSE_JSON(raw):items);
--> id <- ev.id
--> name <- ev.raw
--> rows ? ev.raw

-- [databricks] variant_explode
-- with ev(id int, v variant)
SELECT e.id, t.value:sku::string AS sku FROM ev e, LATERAL variant_explode(e.v:items) t;
--> id <- ev.id
--> sku <- ev.v
--> rows ? ev.v

-- [spark] explode of FROM_JSON
-- with ev(id int, doc string)
SELECT id, x.sku, x.qty FROM ev LATERAL VIEW explode(from_json(doc, 'array<struct<sku:string,qty:int>>')) t AS x;
--> id <- ev.id
--> sku <- ev.doc
--> qty <- ev.doc
--> rows ? ev.doc

-- [spark] a map of structs
-- with ev(id int, m map<string, struct<a: int, b: int>>)
SELECT id, k, v.a AS a, m['x'].b AS b FROM ev LATERAL VIEW OUTER explode(m) t AS k, v;
--> id <- ev.id
--> k <- ev.m
--> a <- ev.m
--> b <- ev.m
--> rows ? ev.m

-- [trino] UNNEST of an array and a map WITH ORDINALITY
-- with ev(id int, a array(int), m map(varchar, int))
SELECT id, x, k, v, n FROM ev CROSS JOIN UNNEST(a, m) WITH ORDINALITY AS t(x, k, v, n);
--> id <- ev.id
--> x <- ev.a
--> k <- ev.m
--> v <- ev.m
--> n <- -
--> rows ? ev.a, ev.m

-- [postgres] jsonb_array_elements WITH ORDINALITY
-- with ev(id int, doc jsonb)
SELECT e.id, i->>'sku' AS sku, t.n FROM ev e, jsonb_array_elements(e.doc->'items') WITH ORDINALITY AS t(i, n);
--> id <- ev.id
--> sku <- ev.doc
--> n <- -
--> rows ? ev.doc

-- [duckdb] UNNEST in a list, then its fields
-- with ev(id int, items struct(sku varchar, qty int)[])
SELECT id, i.sku, i.qty FROM (SELECT id, UNNEST(items) AS i FROM ev) x;
--> id <- ev.id
--> sku <- ev.items.sku
--> qty <- ev.items.qty
--> rows ? ev.items

-- [duckdb] UNNEST of structs beside its table
-- with ev(id int, items struct(sku varchar, qty int)[])
SELECT e.id, u.i.sku AS sku FROM ev e, UNNEST(e.items) AS u(i);
--> id <- ev.id
--> sku <- ev.items.sku
--> rows ? ev.items

-- [duckdb] UNNEST of structs into columns
-- with ev(id int, items struct(sku varchar, qty int)[])
SELECT id, UNNEST(items, recursive := true) FROM ev;
--> id <- ev.id
--> sku <- ev.items.sku
--> qty <- ev.items.qty
--> rows ? ev.items

-- [clickhouse] ARRAY JOIN of a nested column
-- with ev(id Int32, items Nested(sku String, qty Int32))
SELECT id, items.sku AS s, q FROM ev ARRAY JOIN items.qty AS q;
--> id <- ev.id
--> s <- ev.items.sku
--> q <- ev.items.qty
--> rows ? ev.items.qty

-- [hive] LATERAL VIEW parse_url_tuple
SELECT id, h, p FROM orders LATERAL VIEW parse_url_tuple(status, 'HOST', 'PATH') u AS h, p;
--> id <- id
--> h <- status
--> p <- status

-- [redshift] a SUPER array by a comma
-- with ev(id int, items super)
SELECT e.id, i.sku, i.tags[0] AS t FROM ev e, e.items i;
--> id <- ev.id
--> sku <- ev.items
--> t <- ev.items
--> rows ? ev.items
