-- JSON and other documents
-- A path into a document comes from the document's column: it declares no fields.

-- [snowflake, databricks] paths with a colon
-- with ev(id int, payload variant)
SELECT payload:a.b[0]::string AS x, payload:user.id AS u FROM ev;
--> x <- ev.payload
--> u <- ev.payload

-- [snowflake] brackets, GET_PATH and PARSE_JSON
-- with ev(id int, payload variant, raw varchar)
SELECT payload['a']['b'] AS x, GET_PATH(payload, 'c.d') AS y, PARSE_JSON(raw):k::int AS z, payload:"Mixed Key" AS m FROM ev;
--> x <- ev.payload
--> y <- ev.payload
--> z <- ev.raw
--> m <- ev.payload

-- [postgres, duckdb] arrows
-- with ev(id int, doc json)
SELECT doc->'a'->>'b' AS x, (doc->>'n')::int AS n FROM ev WHERE doc->>'kind' = 'k';
--> x <- ev.doc
--> n <- ev.doc
--> rows ? ev.doc

-- [postgres] paths by an array of keys
-- with ev(id int, doc jsonb)
SELECT doc#>>'{a,b}' AS x, jsonb_extract_path_text(doc, 'a', 'b') AS y, doc @> '{"a": 1}' AS has, doc ? 'k' AS there FROM ev;
--> x <- ev.doc
--> y <- ev.doc
--> has <- ev.doc
--> there <- ev.doc

-- [bigquery, mysql, sqlite, duckdb] JSON_EXTRACT
-- with ev(id int, doc json)
SELECT JSON_EXTRACT(doc, '$.a.b') AS x FROM ev;
--> x <- ev.doc

-- [bigquery] JSON_VALUE, JSON_QUERY_ARRAY and dots
-- with ev(id int, doc json)
SELECT JSON_VALUE(doc, '$.a') AS x, JSON_QUERY_ARRAY(doc, '$.b') AS y, doc.c.d AS z, JSON_EXTRACT_SCALAR(doc, '$.e') AS w FROM ev;
--> x <- ev.doc
--> y <- ev.doc
--> z <- ev.doc
--> w <- ev.doc

-- [trino, athena, presto] JSON_EXTRACT_SCALAR and a cast to rows
-- with ev(id int, doc varchar)
SELECT JSON_EXTRACT_SCALAR(doc, '$.a') AS x, CAST(JSON_PARSE(doc) AS MAP(VARCHAR, INTEGER))['k'] AS y FROM ev;
--> x <- ev.doc
--> y <- ev.doc

-- [spark, hive, databricks] GET_JSON_OBJECT
-- with ev(id int, doc string)
SELECT get_json_object(doc, '$.a.b') AS x FROM ev;
--> x <- ev.doc

-- [spark, databricks] FROM_JSON with a schema
-- with ev(id int, doc string)
SELECT from_json(doc, 'a INT, b STRUCT<c: STRING>').b.c AS x, from_json(doc, 'a INT') AS y FROM ev;
--> x <- ev.doc
--> y <- ev.doc

-- [spark, databricks] FROM_JSON given a name first
-- with ev(id int, doc string)
SELECT p.a, p.b.c AS c FROM (SELECT from_json(doc, 'a INT, b STRUCT<c: STRING>') AS p FROM ev) x;
--> a <- ev.doc
--> c <- ev.doc

-- [tsql] JSON_VALUE and JSON_QUERY
-- with ev(id int, doc nvarchar(max))
SELECT JSON_VALUE(doc, '$.a') AS x, JSON_QUERY(doc, '$.b') AS y FROM ev WHERE ISJSON(doc) = 1;
--> x <- ev.doc
--> y <- ev.doc
--> rows ? ev.doc

-- [tsql] OPENJSON WITH
-- with ev(id int, doc nvarchar(max))
SELECT e.id, j.sku, j.qty FROM ev e CROSS APPLY OPENJSON(e.doc, '$.items') WITH (sku VARCHAR(20) '$.sku', qty INT '$.q') j;
--> id <- ev.id
--> sku <- ev.doc
--> qty <- ev.doc
--> rows ? ev.doc

-- [tsql] OPENJSON without a schema
-- with ev(id int, doc nvarchar(max))
SELECT e.id, j.[key], j.value FROM ev e CROSS APPLY OPENJSON(e.doc) j;
--> id <- ev.id
--> key <- (ev.doc)
--> value <- ev.doc
--> rows ? ev.doc

-- [mysql, oracle] JSON_TABLE
-- with ev(id int, doc json)
SELECT e.id, j.sku, j.qty FROM ev e, JSON_TABLE(e.doc, '$.items[*]' COLUMNS (sku VARCHAR(20) PATH '$.sku', qty INT PATH '$.qty')) AS j;
--> id <- ev.id
--> sku <- ev.doc
--> qty <- ev.doc
--> rows ? ev.doc

-- [oracle] dots into a document
-- with ev(id int, doc json)
SELECT e.id, e.doc.address.city AS city FROM ev e;
--> id <- ev.id
--> city <- ev.doc

-- [snowflake] OBJECT_CONSTRUCT and ARRAY_CONSTRUCT
SELECT OBJECT_CONSTRUCT('id', id, 'a', amount) AS o, ARRAY_CONSTRUCT(amount, discount) AS xs FROM orders;
--> o <- id, amount
--> xs <- amount, discount

-- [snowflake] OBJECT_CONSTRUCT(*)
-- with a(k int, x int)
SELECT OBJECT_CONSTRUCT(*) AS o FROM a;
--> o <- a.k, a.x

-- [postgres, duckdb] TO_JSON of a whole row
-- with a(k int, x int)
SELECT TO_JSON(a) AS o FROM a;
--> o <- a.k, a.x

-- [bigquery, spark] TO_JSON of a struct
SELECT TO_JSON(STRUCT(id, amount)) AS o FROM orders;
--> o <- id, amount

-- [clickhouse] JSONExtract
-- with ev(id Int32, doc String)
SELECT JSONExtractString(doc, 'a') AS x, JSONExtractInt(doc, 'b', 'c') AS y FROM ev;
--> x <- ev.doc
--> y <- ev.doc

-- [redshift] JSON_EXTRACT_PATH_TEXT and paths of a SUPER
-- with ev(id int, doc super, raw varchar)
SELECT JSON_EXTRACT_PATH_TEXT(raw, 'a', 'b') AS x, e.doc.items[0].sku AS y FROM ev e;
--> x <- ev.raw
--> y <- ev.doc

-- [mysql] arrows and JSON_UNQUOTE
-- with ev(id int, doc json)
SELECT doc->'$.a' AS x, doc->>'$.b' AS y, JSON_UNQUOTE(JSON_EXTRACT(doc, '$.c')) AS z FROM ev;
--> x <- ev.doc
--> y <- ev.doc
--> z <- ev.doc

-- [tsql] XML methods
-- with ev(id int, doc xml)
SELECT e.id, e.doc.value('(/a/b)[1]', 'int') AS b FROM ev e;
--> id <- ev.id
--> b <- ev.doc

-- [tsql] nodes of XML
-- with ev(id int, doc xml)
SELECT e.id, n.x.value('@sku', 'varchar(20)') AS sku FROM ev e CROSS APPLY e.doc.nodes('/items/item') AS n(x);
--> id <- ev.id
--> sku <- ev.doc
--> rows ? ev.doc

-- [oracle] XMLTABLE
-- with ev(id int, doc varchar2(100))
SELECT e.id, x.sku FROM ev e, XMLTABLE('/items/item' PASSING XMLTYPE(e.doc) COLUMNS sku VARCHAR2(20) PATH 'sku') x;
--> id <- ev.id
--> sku <- ev.doc
--> rows ? ev.doc

-- [snowflake] XMLGET and a dollar
-- with ev(id int, doc variant)
SELECT XMLGET(doc, 'a'):"$"::string AS x FROM ev;
--> x <- ev.doc

-- [databricks] a path into a text that is written out
SELECT id, payload:a.b::int AS x, payload:items[*].sku AS y, try_cast(status AS int) AS z, amount AS `a b` FROM orders, (SELECT '{}' AS payload);
--> id <- id
--> x <- -
--> y <- -
--> z <- status
--> a b <- amount

-- [trino] JSON_VALUE, JSON_QUERY and UNNEST of a cast
-- with ev(id int, doc varchar)
SELECT id, JSON_VALUE(doc, 'lax $.a') AS a, JSON_QUERY(doc, 'lax $.b') AS b, x FROM ev CROSS JOIN UNNEST(CAST(JSON_EXTRACT(doc, '$.xs') AS ARRAY(VARCHAR))) AS t(x);
--> id <- ev.id
--> a <- ev.doc
--> b <- ev.doc
--> x <- ev.doc
--> rows ? ev.doc
