-- Merging
-- MERGE: one projection for each branch, the target itself no input.

-- [databricks, bigquery, tsql, snowflake, postgres] merge with every branch
CREATE TABLE mart.t (id INT, total INT, st VARCHAR(10), gone INT);
MERGE INTO mart.t AS t USING raw.orders AS s ON t.id = s.id
WHEN MATCHED AND s.status = 'D' THEN DELETE
WHEN MATCHED THEN UPDATE SET total = s.amount, st = s.status
WHEN NOT MATCHED THEN INSERT (id, total, st) VALUES (s.id, s.amount - s.discount, s.status);
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount, raw.orders.discount
--> mart.t.st <- raw.orders.status

-- [databricks, bigquery, tsql] not matched by source
CREATE TABLE mart.t (id INT, total INT, gone INT);
MERGE INTO mart.t AS t USING raw.orders AS s ON t.id = s.id
WHEN MATCHED AND t.total <> s.amount THEN UPDATE SET t.total = s.amount
WHEN NOT MATCHED BY TARGET THEN INSERT (id, total) VALUES (s.id, s.amount)
WHEN NOT MATCHED BY SOURCE AND t.gone = 0 THEN UPDATE SET gone = 1;
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount

-- [databricks, bigquery, tsql] not matched by source deletes
MERGE INTO mart.t AS t USING (SELECT id, amount FROM raw.orders WHERE status = 'x') AS s ON t.id = s.id
WHEN NOT MATCHED THEN INSERT (id, total) VALUES (s.id, s.amount)
WHEN NOT MATCHED BY SOURCE THEN DELETE;
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount

-- [databricks, spark] all columns
MERGE INTO mart.t t USING raw.items s ON t.order_id = s.order_id AND t.sku = s.sku
WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty
--> mart.t.price <- raw.items.price

-- [databricks, spark] all columns of a query
WITH u AS (SELECT id, amount * 2 AS dbl FROM raw.orders)
MERGE INTO mart.t USING u ON mart.t.id = u.id
WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
--> mart.t.id <- raw.orders.id
--> mart.t.dbl <- raw.orders.amount

-- [databricks] all columns except some
MERGE INTO mart.t t USING raw.items s ON t.order_id = s.order_id
WHEN MATCHED THEN UPDATE SET * EXCEPT (price) WHEN NOT MATCHED THEN INSERT * EXCEPT (price);
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty

-- [bigquery] insert row
CREATE TABLE mart.t (k INT64, n STRING);
MERGE mart.t t USING (SELECT id, name FROM raw.customers) s ON t.k = s.id
WHEN MATCHED THEN UPDATE SET n = s.name WHEN NOT MATCHED THEN INSERT ROW;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [bigquery, snowflake, tsql, databricks, postgres] values without a list
CREATE TABLE mart.t (k INT, n VARCHAR(10));
MERGE INTO mart.t USING raw.customers s ON mart.t.k = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.name);
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [snowflake] all by name
MERGE INTO mart.t USING raw.items s ON mart.t.order_id = s.order_id WHEN MATCHED THEN UPDATE ALL BY NAME WHEN NOT MATCHED THEN INSERT ALL BY NAME;
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty
--> mart.t.price <- raw.items.price

-- [oracle] conditions of Oracle
MERGE INTO mart.t t USING (SELECT id, amount, status FROM raw.orders) s ON (t.id = s.id)
WHEN MATCHED THEN UPDATE SET t.total = s.amount WHERE s.status = 'A' DELETE WHERE t.total = 0
WHEN NOT MATCHED THEN INSERT (t.id, t.total) VALUES (s.id, s.amount) WHERE s.amount > 0;
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount

-- [snowflake, postgres, bigquery] two sources of a table of no rows
MERGE INTO mart.t USING (SELECT c.id, sum(o.amount) AS s FROM raw.customers c JOIN raw.orders o ON o.customer_id = c.id GROUP BY c.id) u ON mart.t.id = u.id
WHEN MATCHED THEN UPDATE SET s = mart.t.s + u.s
WHEN NOT MATCHED THEN INSERT (id, s) VALUES (u.id, u.s);
--> mart.t.id <- raw.customers.id
--> mart.t.s <- raw.orders.amount, (mart.t.s)

-- [bigquery] a constant condition
MERGE mart.t USING raw.orders s ON FALSE WHEN NOT MATCHED AND status = 'x' THEN INSERT (id) VALUES (id) WHEN NOT MATCHED BY SOURCE AND day > '2024-01-01' THEN DELETE;
--> mart.t.id <- raw.orders.id

-- [tsql] output into
MERGE mart.t AS t USING raw.customers AS s ON t.id = s.id
WHEN MATCHED THEN UPDATE SET t.n = s.name
WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.name)
OUTPUT $action, inserted.id, s.region INTO mart.log (act, id, region);
--> mart.t.id <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.log.id <- mart.t.id | raw.customers.id
--> mart.log.region <- raw.customers.region

-- [databricks, snowflake] a case in a branch
MERGE INTO mart.t t USING raw.orders s ON t.id = s.id
WHEN MATCHED THEN UPDATE SET t.v = CASE WHEN s.status = 'x' THEN s.amount ELSE t.v END;
--> mart.t.v <- raw.orders.amount, (mart.t.v) ? raw.orders.status

-- [snowflake, postgres] values as a source
MERGE INTO mart.t t USING (VALUES (1, 'a')) s (id, n) ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n);
--: writes mart.t

-- [databricks, bigquery] a struct's fields set apart
MERGE INTO mart.t t USING raw.orders s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.info.total = s.amount;
--> mart.t.info.total <- raw.orders.amount

-- [databricks] schema evolution
MERGE WITH SCHEMA EVOLUTION INTO mart.t t USING raw.customers s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name
--> mart.t.region <- raw.customers.region
--> mart.t.email <- raw.customers.email

-- [snowflake] a subquery in a branch
MERGE INTO mart.t t USING raw.customers s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.m = (SELECT max(amount) FROM raw.orders);
--> mart.t.m <- raw.orders.amount

-- [duckdb] duckdb's merge
MERGE INTO mart.t AS t USING raw.customers AS s USING (id) WHEN MATCHED THEN UPDATE SET n = s.name WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.name);
--> mart.t.id <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [postgres] do nothing
MERGE INTO mart.t t USING raw.customers s ON t.id = s.id WHEN MATCHED AND t.name = s.name THEN DO NOTHING WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name);
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [redshift] remove duplicates
MERGE INTO mart.t USING raw.customers s ON mart.t.id = s.id REMOVE DUPLICATES;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name
--> mart.t.region <- raw.customers.region
--> mart.t.email <- raw.customers.email

-- [databricks, spark] all columns are those that the target is declared to have
CREATE TABLE mart.t (id INT, amount INT);
MERGE INTO mart.t USING (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS rn FROM raw.orders) s ON mart.t.id = s.id
WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [databricks] all columns are those of the source where the schema may evolve
CREATE TABLE mart.t (id INT);
MERGE WITH SCHEMA EVOLUTION INTO mart.t USING (SELECT id, amount FROM raw.orders) s ON mart.t.id = s.id
WHEN MATCHED THEN UPDATE SET *;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount
