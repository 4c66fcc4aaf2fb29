-- Set operations
-- UNION takes its columns by position under the first arm's names; BY NAME and CORRESPONDING by name.

-- [duckdb, snowflake, bigquery, spark, tsql, oracle, postgres] UNION ALL by position
SELECT id, name AS label FROM customers UNION ALL SELECT order_id, sku FROM items;
--> id <- customers.id, items.order_id
--> label <- customers.name, items.sku

-- [duckdb, postgres, tsql] UNION keeps each row once
SELECT id FROM customers UNION SELECT order_id FROM items;
--> id <- customers.id, items.order_id
--> rows ? customers.id, items.order_id

-- [duckdb, snowflake] UNION ALL BY NAME
SELECT id, name FROM customers UNION ALL BY NAME SELECT sku AS name, order_id AS id FROM items;
--> id <- customers.id, items.order_id
--> name <- customers.name, items.sku

-- [duckdb] UNION ALL BY NAME fills what one side lacks
SELECT id, name FROM customers UNION ALL BY NAME SELECT order_id AS id, qty FROM items;
--> id <- customers.id, items.order_id
--> name <- customers.name
--> qty <- items.qty

-- [bigquery] UNION ALL BY NAME
SELECT id, name FROM customers UNION ALL BY NAME SELECT sku AS name, order_id AS id FROM items;
--> id <- customers.id, items.order_id
--> name <- customers.name, items.sku

-- [bigquery] UNION ALL CORRESPONDING
SELECT id, name FROM customers UNION ALL CORRESPONDING SELECT sku AS name, qty, order_id AS id FROM items;
--> id <- customers.id, items.order_id
--> name <- customers.name, items.sku

-- [bigquery, spark] EXCEPT DISTINCT gives the first arm's rows
SELECT id FROM customers EXCEPT DISTINCT SELECT customer_id FROM orders WHERE status = 'x';
--> id <- customers.id
--> rows ? customers.id, customer_id, status

-- [oracle] MINUS
SELECT id FROM customers MINUS SELECT customer_id FROM orders;
--> id <- customers.id
--> rows ? customers.id, customer_id

-- [duckdb, postgres, tsql, snowflake] INTERSECT
SELECT id FROM customers INTERSECT SELECT customer_id FROM orders;
--> id <- customers.id
--> rows ? customers.id, customer_id

-- [duckdb, snowflake, spark] a star in each arm
-- with a(k int, x int)
-- with b(m int, y int)
SELECT * FROM a UNION ALL SELECT * FROM b;
--> k <- a.k, b.m
--> x <- a.x, b.y

-- [duckdb, postgres, snowflake] ORDER BY and LIMIT behind all arms
SELECT id, name AS n FROM customers UNION ALL SELECT order_id, sku FROM items ORDER BY n LIMIT 5;
--> id <- customers.id, items.order_id
--> n <- customers.name, items.sku
--> rows ? customers.name, items.sku

-- [duckdb, snowflake, tsql] a literal in one arm
SELECT id, amount AS v FROM orders UNION ALL SELECT id, 0 FROM customers;
--> id <- id, customers.id
--> v <- amount

-- [duckdb, snowflake, spark, postgres, trino, oracle] a table of a bracketed query and one less it
CREATE TABLE t AS (SELECT id FROM customers UNION ALL SELECT id FROM orders) EXCEPT SELECT order_id FROM items;
--> id <- customers.id, id
--> rows ? customers.id, id, items.order_id

-- [snowflake] UNION ALL BY NAME of Snowflake fills up as well
SELECT id, name FROM customers UNION ALL BY NAME SELECT order_id AS id, qty FROM items;
--> id <- customers.id, items.order_id
--> name <- customers.name
--> qty <- items.qty

-- [bigquery] FULL UNION ALL BY NAME keeps the columns of both sides
SELECT id, name FROM customers FULL OUTER UNION ALL BY NAME SELECT order_id AS id, qty FROM items;
--> id <- customers.id, items.order_id
--> name <- customers.name
--> qty <- items.qty
