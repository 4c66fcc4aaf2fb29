-- An item that names another
-- Where the engine allows it, a later item, WHERE or GROUP BY may use the alias of an earlier one; a column of that name wins.

-- [snowflake, redshift, spark, databricks, duckdb, clickhouse, teradata] a later item uses an alias
SELECT amount - discount AS net, net * 2 AS twice FROM orders;
--> net <- amount, discount
--> twice <- amount, discount

-- [snowflake, duckdb, clickhouse, redshift] WHERE uses an alias
SELECT id, amount - discount AS net FROM orders WHERE net > 10;
--> id <- id
--> net <- amount, discount
--> rows ? amount, discount

-- [snowflake, redshift, duckdb, spark] a column of that name wins
SELECT UPPER(status) AS amount, amount + 1 AS v FROM orders;
--> amount <- status
--> v <- amount

-- [clickhouse] an alias given inside of an expression
SELECT (amount - discount AS net) * 2 AS twice, net + 1 AS more FROM orders;
--> twice <- amount, discount
--> more <- amount, discount

-- [clickhouse] WITH an expression
WITH amount - discount AS net SELECT id, net FROM orders;
--> id <- id
--> net <- amount, discount

-- [snowflake, duckdb, spark, databricks] an alias of an aggregate
SELECT customer_id, SUM(amount) AS s, s / COUNT(*) AS mean FROM orders GROUP BY customer_id;
--> customer_id <- customer_id
--> s <- amount
--> mean <- amount
--> rows ? customer_id

-- [bigquery, postgres, tsql, mysql] ORDER BY names an item
SELECT id, amount - discount AS net FROM orders ORDER BY net;
--> id <- id
--> net <- amount, discount
--> rows ? amount, discount

-- [tsql] the alias before an equals sign
SELECT net = amount - discount, id FROM orders;
--> net <- amount, discount
--> id <- id

-- [snowflake, databricks] an alias of a window used in another item
SELECT ROW_NUMBER() OVER (ORDER BY ts) AS rn, rn % 2 AS odd FROM orders;
--> rn ? ts
--> odd ? ts

-- [snowflake] a chain of aliases in WHERE and QUALIFY
SELECT id AS key, key * 2 AS dbl, SUM(dbl) OVER (PARTITION BY status) AS s FROM orders WHERE dbl > 5 QUALIFY s > 1;
--> key <- id
--> dbl <- id
--> s <- id ? status
--> rows ? id, status

-- [snowflake] a chain of aliases in WHERE and ORDER BY
SELECT amount - discount AS net, net * 2 AS twice, twice + id AS more FROM orders WHERE more > 1 ORDER BY more;
--> net <- amount, discount
--> twice <- amount, discount
--> more <- amount, discount, id
--> rows ? amount, discount, id

-- [redshift, snowflake] a column of that name wins in WHERE
SELECT status AS region, UPPER(name) AS label FROM (SELECT o.status, c.name, c.region AS label FROM orders o, customers c) x WHERE label = 'x';
--> region <- status
--> label <- customers.name
--> rows ? customers.region
