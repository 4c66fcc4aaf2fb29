-- Joins
-- USING and NATURAL merge their keys; a USING key comes from the left side, of a full outer join from both.

-- [duckdb, snowflake, tsql, bigquery, spark] an inner join
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id;
--> id <- id
--> name <- customers.name
--> rows ? customer_id, customers.id

-- [duckdb, postgres, snowflake, oracle, mysql, spark, trino, bigquery] USING takes the left side's key
-- with a(k int, x int)
-- with b(k int, y int)
SELECT k, x, y FROM a LEFT JOIN b USING (k);
--> k <- a.k
--> x <- a.x
--> y <- b.y
--> rows ? a.k, b.k

-- [duckdb, postgres, snowflake, trino, spark] USING of a full outer join takes both
-- with a(k int, x int)
-- with b(k int, y int)
SELECT * FROM a FULL OUTER JOIN b USING (k);
--> k <- a.k, b.k
--> x <- a.x
--> y <- b.y
--> rows ? a.k, b.k

-- [duckdb, postgres, oracle, snowflake, mysql] NATURAL JOIN
-- with a(k int, x int)
-- with b(k int, y int)
SELECT * FROM a NATURAL JOIN b;
--> k <- a.k
--> x <- a.x
--> y <- b.y
--> rows ? a.k, b.k

-- [duckdb, postgres] NATURAL FULL JOIN
-- with a(k int, x int)
-- with b(k int, y int)
SELECT * FROM a NATURAL FULL JOIN b;
--> k <- a.k, b.k
--> x <- a.x
--> y <- b.y
--> rows ? a.k, b.k

-- [oracle] (+) marks the optional side
SELECT o.id, c.name FROM orders o, customers c WHERE o.customer_id = c.id(+) AND o.status = 'x';
--> id <- id
--> name <- customers.name
--> rows ? customer_id, customers.id, status

-- [duckdb, snowflake, spark] LEFT SEMI and ANTI joins give the left side's columns
SELECT * FROM (SELECT id, customer_id FROM orders) o LEFT SEMI JOIN customers c ON o.customer_id = c.id;
--> id <- id
--> customer_id <- customer_id
--> rows ? customer_id, customers.id

-- [clickhouse] ANY LEFT JOIN
SELECT o.id, c.name FROM orders AS o ANY LEFT JOIN customers AS c ON o.customer_id = c.id;
--> id <- id
--> name <- customers.name
--> rows ? customer_id, customers.id

-- [duckdb] ASOF JOIN
-- with rates(status varchar, ts timestamp, rate int)
SELECT o.id, o.amount * r.rate AS v FROM orders o ASOF JOIN rates r ON o.status = r.status AND o.ts >= r.ts;
--> id <- id
--> v <- amount, rates.rate
--> rows ? status, ts, rates.status, rates.ts

-- [duckdb] ASOF JOIN with USING
-- with rates(status varchar, ts timestamp, rate int)
SELECT o.id, r.rate FROM orders o ASOF LEFT JOIN rates r USING (status, ts);
--> id <- id
--> rate <- rates.rate
--> rows ? status, ts, rates.status, rates.ts

-- [snowflake] ASOF JOIN with MATCH_CONDITION
-- with rates(status varchar, ts timestamp, rate int)
SELECT o.id, r.rate FROM orders o ASOF JOIN rates r MATCH_CONDITION (o.ts >= r.ts) ON o.status = r.status;
--> id <- id
--> rate <- rates.rate
--> rows ? status, ts, rates.status, rates.ts

-- [duckdb, postgres, tsql] joins in brackets
SELECT o.id, i.sku FROM customers c JOIN (orders o JOIN items i ON i.order_id = o.id) ON o.customer_id = c.id;
--> id <- id
--> sku <- items.sku
--> rows ? customers.id, customer_id, id, items.order_id

-- [duckdb, tsql, snowflake] commas and WHERE
SELECT o.id, c.name FROM orders o, customers c WHERE c.id = o.customer_id;
--> id <- id
--> name <- customers.name
--> rows ? customer_id, customers.id

-- [duckdb, snowflake, bigquery] a right join
SELECT o.id, c.name FROM orders o RIGHT JOIN customers c ON c.id = o.customer_id;
--> id <- id
--> name <- customers.name
--> rows ? customer_id, customers.id

-- [duckdb, snowflake, bigquery] a chain of USING
-- with a(k int, x int)
-- with b(k int, y int)
-- with c(k int, z int)
SELECT k, a.x, b.y, c.z FROM a JOIN b USING (k) JOIN c USING (k);
--> k <- a.k
--> x <- a.x
--> y <- b.y
--> z <- c.z
--> rows ? a.k, b.k, c.k

-- [duckdb, postgres] a key of USING with its table's name before it
-- with a(k int, x int)
-- with b(k int, y int)
SELECT b.k AS bk, a.k AS ak FROM a JOIN b USING (k);
--> bk <- b.k
--> ak <- a.k
--> rows ? a.k, b.k

-- [duckdb] a positional join
SELECT o.id, c.name FROM orders o POSITIONAL JOIN customers c;
--> id <- id
--> name <- customers.name

-- [duckdb, postgres, snowflake, tsql] a table joined with itself
SELECT a.id, b.amount AS other FROM orders a JOIN orders b ON a.id = b.customer_id;
--> id <- id
--> other <- amount
--> rows ? id, customer_id

-- [oracle] (+) with a constant, beside an inner join
SELECT o.id, NVL(c.name, 'x') AS n, TO_CHAR(o.ts, 'YYYY') AS y, o.amount AS "Amt" FROM orders o, customers c, items i WHERE o.customer_id = c.id(+) AND o.id = i.order_id AND c.region(+) = 'EU';
--> ID <- ORDERS.ID
--> N <- CUSTOMERS.NAME
--> Y <- ORDERS.TS
--> Amt <- ORDERS.AMOUNT
--> rows ? ORDERS.CUSTOMER_ID, CUSTOMERS.ID, ORDERS.ID, ITEMS.ORDER_ID, CUSTOMERS.REGION

-- [duckdb] SEMI JOIN by its own word
SELECT o.id, o.amount FROM orders o SEMI JOIN customers c ON c.id = o.customer_id WHERE o.status IN ('a', 'b') ORDER BY ALL;
--> id <- id
--> amount <- amount
--> rows ? customers.id, customer_id, status, (id), (amount)

-- [oracle] (+) upon (+)
SELECT c.id, o.amount, i.sku FROM customers c, orders o, items i WHERE c.id = o.customer_id(+) AND o.id = i.order_id(+);
--> id <- customers.id
--> amount <- amount
--> sku <- items.sku
--> rows ? customers.id, customer_id, id, items.order_id

-- [bigquery, duckdb, postgres] each side's own key in a full join by USING
SELECT id, o.id AS of_order, c.id AS of_customer FROM orders o FULL JOIN customers c USING (id);
--> id <- id, customers.id
--> of_order <- id
--> of_customer <- customers.id
--> rows ? id, customers.id

-- [bigquery, duckdb, postgres, snowflake] the key of a side whose columns nobody tells
SELECT id, u.id AS theirs, u.x, name FROM customers FULL JOIN elsewhere u USING (id);
--> id <- customers.id, elsewhere.id
--> theirs <- elsewhere.id
--> x <- elsewhere.x
--> name <- customers.name
--> rows ? customers.id, elsewhere.id
