-- Structs, arrays and maps
-- A field of a declared struct is a column of its own, `address.city`; taken out unchanged it is the same value.

-- [duckdb, spark, databricks, bigquery, hive] a field by a dot
-- with people(id int, address struct<city string, zip int>)
SELECT id, address.city, p.address.zip AS zip FROM people p;
--> id <- people.id
--> city <- people.address.city
--> zip <- people.address.zip

-- [trino] a field of a ROW
-- with people(id int, address row(city varchar, zip int))
SELECT id, address.city AS city, p.address.zip AS zip FROM people p;
--> id <- people.id
--> city <- people.address.city
--> zip <- people.address.zip

-- [postgres] a field of a composite
-- with people(id int, address addr)
SELECT (address).city AS city, (p.address).zip AS zip FROM people p;
--> city <- people.address.city
--> zip <- people.address.zip

-- [duckdb] a field by a bracket
-- with people(id int, address struct(city varchar, zip int))
SELECT address['city'] AS city, struct_extract(address, 'zip') AS zip FROM people;
--> city <- people.address.city
--> zip <- people.address.zip

-- [spark, databricks] a struct made and taken apart again
SELECT s.a AS x, s.b AS y FROM (SELECT struct(amount AS a, status AS b) AS s FROM orders) q;
--> x <- amount
--> y <- status

-- [bigquery] STRUCT made and taken apart again
SELECT s.a AS x, s.b AS y FROM (SELECT STRUCT(amount AS a, status AS b) AS s FROM orders);
--> x <- amount
--> y <- status

-- [duckdb] a literal struct taken apart again
SELECT s.a AS x FROM (SELECT {'a': amount, 'b': status} AS s FROM orders) q;
--> x <- amount

-- [bigquery] AS STRUCT and AS VALUE
SELECT x.s.amount AS v FROM (SELECT (SELECT AS STRUCT o.amount, o.status) AS s FROM orders o) x;
--> v <- amount

-- [spark, databricks, hive] NAMED_STRUCT and MAP
SELECT named_struct('a', amount, 'b', status) AS s, map('k', discount)['k'] AS m FROM orders;
--> s <- amount, status
--> m <- discount

-- [spark, databricks, trino] element of a map and of an array
-- with ev(id int, attrs map<string, string>, tags array<string>)
SELECT attrs['k'] AS v, element_at(tags, 1) AS t FROM ev;
--> v <- ev.attrs
--> t <- ev.tags

-- [bigquery] the element of an array of structs
-- with ev(id int, params array<struct<key string, value string>>)
SELECT params[OFFSET(0)].value AS v, params[SAFE_ORDINAL(1)].key AS k FROM ev;
--> v <- ev.params.value
--> k <- ev.params.key

-- [spark, databricks] a field of every element of an array
-- with ev(id int, items array<struct<sku: string, qty: int>>)
SELECT items.sku AS skus, items[0].qty AS first FROM ev;
--> skus <- ev.items.sku
--> first <- ev.items.qty

-- [spark, databricks] TRANSFORM, FILTER and EXISTS with lambdas
-- with ev(id int, xs array<int>, items array<struct<sku: string, qty: int>>)
SELECT transform(xs, x -> x * id) AS a, filter(xs, x -> x > 0) AS b, exists(xs, x -> x = 1) AS c, transform(items, i -> i.sku) AS d FROM ev;
--> a <- ev.xs, ev.id
--> b <- ev.xs
--> c <- ev.xs
--> d <- ev.items.sku

-- [spark, databricks] AGGREGATE folds an array
-- with ev(id int, xs array<int>)
SELECT aggregate(xs, 0, (acc, x) -> acc + x, acc -> acc * id) AS s, zip_with(xs, xs, (a, b) -> a + b) AS z FROM ev;
--> s <- ev.xs, ev.id
--> z <- ev.xs

-- [trino, athena] REDUCE and TRANSFORM_VALUES
-- with ev(id int, xs array(int), m map(varchar, int))
SELECT reduce(xs, 0, (s, x) -> s + x, s -> s) AS total, transform_values(m, (k, v) -> v + id) AS m2 FROM ev;
--> total <- ev.xs
--> m2 <- ev.m, ev.id

-- [snowflake] TRANSFORM and FILTER
-- with ev(id int, xs array)
SELECT TRANSFORM(xs, x INT -> x * 2) AS a, FILTER(xs, x -> x > 1) AS b FROM ev;
--> a <- ev.xs
--> b <- ev.xs

-- [clickhouse] arrayMap, tuples and dots
-- with ev(id Int32, xs Array(Int32))
SELECT arrayMap(x -> x + id, xs) AS a, arrayFilter(x -> x > 1, xs) AS b, tuple(id, xs).1 AS c FROM ev;
--> a <- ev.xs, ev.id
--> b <- ev.xs
--> c <- ev.id

-- [duckdb] slices and list functions
-- with ev(id int, xs int[])
SELECT xs[1:2] AS a, list_filter(xs, x -> x > id) AS b, xs[1] AS c FROM ev;
--> a <- ev.xs
--> b <- ev.xs ? ev.id
--> c <- ev.xs

-- [bigquery] a struct in an IN list and a comparison of structs
SELECT id FROM orders WHERE STRUCT(customer_id, status) IN UNNEST([STRUCT(1 AS a, 'x' AS b)]);
--> id <- id
--> rows ? customer_id, status

-- [trino] fields of rows in rows, and of a cast
-- with ev(id int, r row(a int, b row(c varchar)))
SELECT id, r.a, ev.r.b.c AS c, CAST(ROW(id, 'x') AS ROW(k INT, v VARCHAR)).k AS k FROM ev;
--> id <- ev.id
--> a <- ev.r.a
--> c <- ev.r.b.c
--> k <- ev.id

-- [hive] maps and structs made on the way
SELECT id, map_keys(str_to_map(status)) AS k, named_struct('a', amount).a AS a, concat_ws(',', collect_set(status)) AS s FROM orders GROUP BY id, status, amount;
--> id <- id
--> k <- status
--> a <- amount
--> s <- status
--> rows ? id, status, amount

-- [postgres] fields of a whole row
SELECT (x).amount AS a, (x).status AS s FROM (SELECT o AS x FROM orders o) q;
--> a <- amount
--> s <- status

-- [bigquery] the fields of one of two rows
SELECT IF(o.id IS NULL, c, o).* FROM (SELECT id, status FROM orders) o FULL JOIN (SELECT id, name AS status FROM customers) c USING (id);
--> id <- id, customers.id
--> status <- status, customers.name ? id
--> rows ? id, customers.id

-- [bigquery] a field of COALESCE and of CASE
SELECT COALESCE(a, b).x AS x, CASE WHEN id > 1 THEN a ELSE NULL END.y AS y FROM (SELECT id, STRUCT(amount AS x, status AS y) AS a, STRUCT(discount AS x, status AS y) AS b FROM orders);
--> x <- amount, discount
--> y <- status ? id

-- [bigquery] fields of a value by a star, with EXCEPT and REPLACE
SELECT STRUCT(amount AS a, discount AS b, status AS s).* EXCEPT (b) REPLACE (UPPER(status) AS s) FROM orders;
--> a <- amount
--> s <- status

-- [bigquery] fields of a picked struct
SELECT id, ANY_VALUE(STRUCT(amount AS a, status AS s)).*, ARRAY_AGG(STRUCT(discount AS d) ORDER BY ts DESC)[OFFSET(0)].d AS d FROM orders GROUP BY id;
--> id <- id
--> a <- amount
--> s <- status
--> d <- discount ? ts
--> rows ? id

-- [bigquery] the newest row of each key, as a value
SELECT AS VALUE ARRAY_AGG(i ORDER BY qty DESC LIMIT 1)[OFFSET(0)] FROM items i GROUP BY order_id;
--> order_id <- items.order_id ? items.qty
--> sku <- items.sku ? items.qty
--> qty <- items.qty ? items.qty
--> price <- items.price ? items.qty
--> rows ? items.order_id

-- [bigquery] AS STRUCT in FROM is a table, in an expression a value
SELECT q.sku, qty, (SELECT AS STRUCT q.price, q.sku AS s).s AS s FROM (SELECT AS STRUCT * EXCEPT (order_id) FROM items) q;
--> sku <- items.sku
--> qty <- items.qty
--> s <- items.sku

-- [bigquery] an array of grouped structs
-- with ev(id int64, tags array<struct<k string, v int64>>)
SELECT id, ARRAY(SELECT AS STRUCT k, SUM(v) AS v FROM UNNEST(tags) GROUP BY k) AS tags FROM ev;
--> id <- ev.id
--> tags <- ev.tags.k, ev.tags.v ? ev.tags, ev.tags.k

-- [bigquery] a struct of which nobody tells the fields
SELECT id, kind, shape FROM (SELECT id, udf.parse(status).* EXCEPT (raw), udf.parse(region).shape FROM orders JOIN customers USING (id));
--> id <- id
--> kind <- status
--> shape <- customers.region
--> rows ? id, customers.id

-- [bigquery] a field deep inside names the struct's field
-- with ev(id int64, a struct<b struct<c struct<d struct<e int64>>>>)
SELECT STRUCT(ev.a.b.c.d.e, id).e AS e FROM ev;
--> e <- ev.a.b.c.d.e
