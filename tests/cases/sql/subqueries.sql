-- Subqueries
-- A scalar subquery's value flows; what picks its rows decides. EXISTS and IN only decide.

-- [duckdb, snowflake, bigquery, postgres, tsql, oracle, spark] a correlated scalar subquery
SELECT c.id, (SELECT MAX(o.amount) FROM orders o WHERE o.customer_id = c.id) AS top FROM customers c;
--> id <- customers.id
--> top <- amount ? customer_id, customers.id

-- [duckdb, postgres] a scalar subquery that uses a value from around it
SELECT o.id, (SELECT o.amount * max(i.qty) FROM items i WHERE i.order_id = o.id) AS v FROM orders o;
--> id <- id
--> v <- amount, items.qty ? items.order_id, id

-- [duckdb, snowflake, tsql, oracle, mysql] EXISTS and NOT EXISTS
SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'x') AND NOT EXISTS (SELECT 1 FROM items i WHERE i.order_id = c.id);
--> id <- customers.id
--> rows ? customers.id, customer_id, status, items.order_id

-- [duckdb, snowflake, tsql, hive] IN with a query
SELECT id, amount FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE region = 'EU');
--> id <- id
--> amount <- amount
--> rows ? customer_id, customers.id, customers.region

-- [duckdb, postgres, oracle] IN with a row of values
SELECT id FROM orders WHERE (customer_id, status) IN (SELECT id, region FROM customers);
--> id <- id
--> rows ? customer_id, status, customers.id, customers.region

-- [duckdb, postgres, tsql] a comparison with ALL
SELECT id FROM orders WHERE amount > ALL (SELECT price FROM items WHERE sku = 'x');
--> id <- id
--> rows ? amount, items.price, items.sku

-- [duckdb, postgres, snowflake] EXISTS as a value
SELECT c.id, EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) AS bought FROM customers c;
--> id <- customers.id
--> bought ? customer_id, customers.id

-- [duckdb, snowflake, tsql] a derived table with column names
SELECT d.k, d.total FROM (SELECT customer_id, SUM(amount) FROM orders GROUP BY customer_id) AS d(k, total) WHERE d.total > 10;
--> k <- customer_id
--> total <- amount
--> rows ? customer_id, amount

-- [postgres, duckdb, snowflake, mysql] a lateral subquery
SELECT c.id, l.amount FROM customers c CROSS JOIN LATERAL (SELECT o.amount FROM orders o WHERE o.customer_id = c.id ORDER BY o.ts DESC LIMIT 1) l;
--> id <- customers.id
--> amount <- amount
--> rows ? customer_id, customers.id, ts

-- [tsql, oracle] CROSS APPLY of a query
SELECT c.id, l.amount FROM customers c CROSS APPLY (SELECT o.amount FROM orders o WHERE o.customer_id = c.id) l;
--> id <- customers.id
--> amount <- amount
--> rows ? customer_id, customers.id

-- [tsql] OUTER APPLY
SELECT c.id, l.m FROM customers c OUTER APPLY (SELECT TOP 1 o.amount AS m FROM orders o WHERE o.customer_id = c.id ORDER BY o.ts) l;
--> id <- customers.id
--> m <- amount
--> rows ? customer_id, customers.id, ts

-- [postgres] LEFT JOIN LATERAL ON TRUE
SELECT c.id, l.s FROM customers c LEFT JOIN LATERAL (SELECT SUM(o.amount) AS s FROM orders o WHERE o.customer_id = c.id) l ON TRUE;
--> id <- customers.id
--> s <- amount ? (customer_id), (customers.id)
--> rows ? (customer_id), (customers.id)

-- [tsql] CROSS APPLY of VALUES
SELECT o.id, v.k, v.x FROM orders o CROSS APPLY (VALUES ('a', o.amount), ('d', o.discount)) v(k, x);
--> id <- id
--> k <- -
--> x <- amount, discount

-- [postgres] LATERAL VALUES
SELECT o.id, v.x FROM orders o CROSS JOIN LATERAL (VALUES (o.amount), (o.discount)) v(x);
--> id <- id
--> x <- amount, discount

-- [bigquery, duckdb] ARRAY of a query
SELECT c.id, ARRAY(SELECT o.amount FROM orders o WHERE o.customer_id = c.id) AS amounts FROM customers c;
--> id <- customers.id
--> amounts <- amount ? customer_id, customers.id

-- [bigquery] ARRAY(SELECT AS STRUCT …)
SELECT c.id, ARRAY(SELECT AS STRUCT o.id AS oid, o.amount FROM orders o WHERE o.customer_id = c.id) AS os FROM customers c;
--> id <- customers.id
--> os <- id, amount ? customer_id, customers.id

-- [duckdb, postgres] a subquery in ORDER BY and in HAVING
SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY customer_id HAVING SUM(amount) > (SELECT AVG(price) FROM items);
--> customer_id <- customer_id
--> s <- amount
--> rows ? customer_id, amount, items.price

-- [duckdb] a running value by a subquery on the same table
SELECT id, (SELECT SUM(amount) FROM orders o2 WHERE o2.customer_id = o.customer_id AND o2.ts < o.ts) AS before FROM orders o;
--> id <- id
--> before <- amount ? customer_id, ts

-- [tsql] OUTER APPLY of an aggregate
SELECT c.id, m.total FROM customers c OUTER APPLY (SELECT SUM(o.amount) total FROM orders o WHERE o.customer_id = c.id) m;
--> id <- customers.id
--> total <- amount ? (customer_id), (customers.id)
--> rows ? (customer_id), (customers.id)

-- [snowflake] EXISTS in a condition, a subquery in a branch
SELECT id, CASE WHEN EXISTS (SELECT 1 FROM items i WHERE i.order_id = o.id) THEN o.amount ELSE (SELECT MAX(price) FROM items) END AS v FROM orders o;
--> id <- id
--> v <- amount, items.price ? items.order_id, id
