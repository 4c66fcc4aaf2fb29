-- Inserting
-- INSERT in all its forms, files into tables, tables into files.

-- [spark, databricks, hive, bigquery, snowflake, redshift, postgres, trino, athena, duckdb, mysql, oracle, clickhouse, tsql] by position where the columns are known
CREATE TABLE mart.t (k INT, net INT);
INSERT INTO mart.t SELECT id, amount FROM raw.orders;
--> mart.t.k <- raw.orders.id
--> mart.t.net <- raw.orders.amount

-- [spark, databricks, hive, bigquery, snowflake, redshift, postgres, trino, athena, duckdb, mysql, oracle, clickhouse, tsql] by a list in another order
CREATE TABLE mart.t (k INT, net INT, n INT);
INSERT INTO mart.t (net, k) SELECT amount - discount, id FROM raw.orders;
--> mart.t.k <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount

-- [tsql, bigquery, mysql] INTO left out
INSERT mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [databricks, duckdb] by name
CREATE TABLE mart.t (net INT, id INT);
INSERT INTO mart.t BY NAME SELECT id, amount AS net FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount

-- [spark] by name in Snowflake and Spark
INSERT INTO mart.t BY NAME SELECT id, amount AS net FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount

-- [spark, databricks, hive, snowflake] overwrite
CREATE TABLE mart.t (k INT, n VARCHAR(10));
INSERT OVERWRITE TABLE mart.t SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [snowflake] overwrite of Snowflake
INSERT OVERWRITE INTO mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [spark, databricks, hive] overwrite into files
INSERT OVERWRITE DIRECTORY 's3://b/out/' USING parquet SELECT id, name AS n FROM raw.customers;
--> s3://b/out.id <- raw.customers.id
--> s3://b/out.n <- raw.customers.name

-- [hive, spark] overwrite into local files
INSERT OVERWRITE LOCAL DIRECTORY '/tmp/out' ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE SELECT id, name FROM raw.customers;
--> /tmp/out.id <- raw.customers.id
--> /tmp/out.name <- raw.customers.name

-- [spark, databricks] the path among the options
INSERT OVERWRITE DIRECTORY USING json OPTIONS (path 's3://b/out', compression 'gzip') SELECT id, name FROM raw.customers;
--> s3://b/out.id <- raw.customers.id
--> s3://b/out.name <- raw.customers.name

-- [spark, databricks, hive] a static partition
CREATE TABLE mart.t (k INT, n STRING) PARTITIONED BY (dt STRING);
INSERT OVERWRITE TABLE mart.t PARTITION (dt = '2024-01-01') SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [spark, hive] a dynamic partition comes last
CREATE TABLE mart.t (k INT, n STRING) PARTITIONED BY (country STRING, dt STRING);
INSERT OVERWRITE TABLE mart.t PARTITION (country = 'de', dt) SELECT id, name, region FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.t.dt <- raw.customers.region

-- [spark, databricks] partitions and a list
CREATE TABLE mart.t (k INT, n STRING, dt STRING) USING parquet PARTITIONED BY (dt);
INSERT INTO mart.t PARTITION (dt = '2024') (n, k) SELECT name, id FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [hive, spark] a dynamic partition where the table is not known
INSERT INTO TABLE mart.t PARTITION (dt) SELECT id AS k, name AS n, region AS dt FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.t.dt <- raw.customers.region

-- [hive, spark] if not exists
INSERT OVERWRITE TABLE mart.t PARTITION (dt = '1') IF NOT EXISTS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [hive, spark] one source and several inserts
CREATE TABLE mart.a (k INT);
CREATE TABLE mart.b (k INT, n STRING);
FROM raw.customers c
INSERT OVERWRITE TABLE mart.a SELECT c.id WHERE c.region = 'X'
INSERT INTO TABLE mart.b SELECT c.id, c.name WHERE c.region <> 'X';
--> mart.a.k <- raw.customers.id
--> mart.b.k <- raw.customers.id
--> mart.b.n <- raw.customers.name
--> mart.a ? raw.customers.region
--> mart.b ? raw.customers.region

-- [hive, spark] one query and several inserts
FROM (SELECT o.id, o.amount, c.region FROM raw.orders o JOIN raw.customers c ON o.customer_id = c.id) j
INSERT OVERWRITE TABLE mart.a PARTITION (dt = '1') SELECT j.id, sum(j.amount) AS s GROUP BY j.id
INSERT OVERWRITE DIRECTORY '/out/x' SELECT DISTINCT j.region;
--> mart.a.id <- raw.orders.id
--> mart.a.s <- raw.orders.amount
--> /out/x.region <- raw.customers.region

-- [snowflake] several tables at once
CREATE TABLE mart.a (k INT, n VARCHAR);
CREATE TABLE mart.b (k INT);
INSERT ALL INTO mart.a VALUES (id, name) INTO mart.b (k) VALUES (id) SELECT id, name FROM raw.customers;
--> mart.a.k <- raw.customers.id
--> mart.a.n <- raw.customers.name
--> mart.b.k <- raw.customers.id

-- [snowflake, oracle] several tables by condition
INSERT FIRST
  WHEN amount > 100 THEN INTO mart.big (id, amt) VALUES (id, amount)
  WHEN amount > 10 THEN INTO mart.mid (id) VALUES (id)
  ELSE INTO mart.small (id) VALUES (id)
SELECT id, amount FROM raw.orders;
--> mart.big.id <- raw.orders.id
--> mart.big.amt <- raw.orders.amount
--> mart.mid.id <- raw.orders.id
--> mart.small.id <- raw.orders.id
--> mart.big ? raw.orders.amount
--> mart.mid ? raw.orders.amount
--> mart.small ? raw.orders.amount

-- [snowflake, oracle] several tables by condition, no values
CREATE TABLE mart.a (x INT, y VARCHAR(10));
INSERT ALL WHEN region = 'X' THEN INTO mart.a INTO mart.c (p, q) ELSE INTO mart.b (k, n) SELECT id, name FROM raw.customers;
--> mart.a.x <- raw.customers.id
--> mart.a.y <- raw.customers.name
--> mart.c.p <- raw.customers.id
--> mart.c.q <- raw.customers.name
--> mart.b.k <- raw.customers.id
--> mart.b.n <- raw.customers.name

-- [oracle] rows of Oracle at once
INSERT ALL INTO mart.a (x) VALUES (1) INTO mart.a (x) VALUES (2) SELECT * FROM dual;
--: writes mart.a
--: reads (dual)

-- [databricks, spark] replace where
CREATE TABLE mart.t (k INT, n STRING);
INSERT INTO mart.t REPLACE WHERE k > 10 SELECT id, name FROM raw.customers WHERE id > 10;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.t ? raw.customers.id

-- [databricks] replace using and on
CREATE TABLE mart.t (k INT, n STRING);
INSERT INTO mart.t REPLACE USING (k) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [mysql] replace into
REPLACE INTO mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [duckdb, sqlite] insert or replace
INSERT OR REPLACE INTO mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [mysql] insert ignore
INSERT IGNORE INTO mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [postgres, duckdb] on conflict do update
CREATE TABLE mart.t (id INT PRIMARY KEY, total INT, seen INT, label TEXT);
INSERT INTO mart.t (id, total, label) SELECT id, amount, status FROM raw.orders
ON CONFLICT (id) DO UPDATE SET total = mart.t.total + EXCLUDED.total, seen = 1, label = COALESCE(EXCLUDED.label, 'x');
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount, (mart.t.total)
--> mart.t.label <- raw.orders.status

-- [postgres] on conflict with a condition and an alias
INSERT INTO mart.t AS x (id, total) SELECT id, amount FROM raw.orders
ON CONFLICT ON CONSTRAINT pk DO UPDATE SET total = EXCLUDED.total WHERE x.total IS DISTINCT FROM EXCLUDED.total;
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount

-- [postgres] on conflict sets several at once
INSERT INTO mart.t (id, a, b) SELECT id, amount, discount FROM raw.orders
ON CONFLICT (id) DO UPDATE SET (a, b) = (EXCLUDED.b, EXCLUDED.a);
--> mart.t.id <- raw.orders.id
--> mart.t.a <- raw.orders.amount, raw.orders.discount
--> mart.t.b <- raw.orders.amount, raw.orders.discount

-- [postgres, duckdb] on conflict do nothing
INSERT INTO mart.t (id) SELECT id FROM raw.orders ON CONFLICT DO NOTHING;
--> mart.t.id <- raw.orders.id

-- [mysql] on duplicate key update
INSERT INTO mart.t (id, total, n) SELECT id, amount, discount FROM raw.orders
ON DUPLICATE KEY UPDATE total = total + VALUES(total), n = VALUES(total) - 1;
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount, (mart.t.total)
--> mart.t.n <- raw.orders.discount, raw.orders.amount

-- [mysql] on duplicate key update with the alias of a row
INSERT INTO mart.t (id, total) SELECT s.id, s.amount FROM raw.orders s
ON DUPLICATE KEY UPDATE total = s.discount;
--> mart.t.id <- raw.orders.id
--> mart.t.total <- raw.orders.amount, raw.orders.discount

-- [postgres, tsql, snowflake, redshift, spark] an insert with CTEs before it
WITH c AS (SELECT id, name FROM raw.customers WHERE region = 'X') INSERT INTO mart.t (k, n) SELECT id, name FROM c;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.t ? raw.customers.region

-- [hive, spark, bigquery, snowflake, postgres, trino, mysql, oracle, clickhouse, duckdb, redshift] an insert with CTEs behind it
INSERT INTO mart.t (k, n) WITH c AS (SELECT id, name FROM raw.customers) SELECT id, name FROM c;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [postgres, bigquery, spark] an insert of a union
INSERT INTO mart.t (k, n) SELECT id, name FROM raw.customers UNION ALL SELECT order_id, sku FROM raw.items;
--> mart.t.k <- raw.customers.id, raw.items.order_id
--> mart.t.n <- raw.customers.name, raw.items.sku

-- [postgres] inserted rows handed on
WITH ins AS (INSERT INTO mart.a (k, n) SELECT id, name FROM raw.customers RETURNING k, n AS label)
INSERT INTO mart.b (x, y) SELECT k, label FROM ins;
--> mart.a.k <- raw.customers.id
--> mart.a.n <- raw.customers.name
--> mart.b.x <- raw.customers.id | mart.a.k
--> mart.b.y <- raw.customers.name | mart.a.n

-- [postgres] updated rows handed on
WITH upd AS (UPDATE mart.a SET n = c.name FROM raw.customers c WHERE c.id = mart.a.k RETURNING mart.a.k, n)
INSERT INTO mart.log (k, n) SELECT k, n FROM upd;
--> mart.a.n <- raw.customers.name
--> mart.log.k <- mart.a.k
--> mart.log.n <- raw.customers.name | mart.a.n

-- [tsql] deleted rows kept elsewhere
DELETE FROM raw.customers OUTPUT deleted.id, deleted.name INTO mart.arch (id, name) WHERE region = 'X';
--> mart.arch.id <- raw.customers.id
--> mart.arch.name <- raw.customers.name

-- [postgres, snowflake, bigquery, spark, mysql, tsql, oracle, duckdb, trino] literal rows
INSERT INTO mart.t (k, n) VALUES (1, 'a'), (2, 'b');
--: writes mart.t

-- [postgres, mysql, snowflake, bigquery] one of the rows is a query
INSERT INTO mart.t (k, n) VALUES (1, (SELECT max(name) FROM raw.customers));
--> mart.t.n <- raw.customers.name

-- [mysql] set form of MySQL
INSERT INTO mart.t SET k = 1, n = (SELECT max(name) FROM raw.customers);
--> mart.t.n <- raw.customers.name

-- [postgres, tsql] default values
INSERT INTO mart.t DEFAULT VALUES;
--: writes mart.t

-- [clickhouse] from a procedure's result
INSERT INTO mart.t (k, n) SELECT id, name FROM raw.customers SETTINGS async_insert = 1;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [clickhouse] into a table function
INSERT INTO FUNCTION s3('https://b/out.parquet', 'Parquet') SELECT id, name FROM raw.customers;
--> https://b/out.parquet.id <- raw.customers.id
--> https://b/out.parquet.name <- raw.customers.name

-- [tsql, postgres, redshift] select into
SELECT id, amount - discount AS net INTO mart.t FROM raw.orders WHERE status = 'x';
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount
--> mart.t ? raw.orders.status

-- [tsql, postgres] select into with a union
SELECT id AS k INTO mart.t FROM raw.orders UNION ALL SELECT id FROM raw.customers;
--> mart.t.k <- raw.orders.id, raw.customers.id

-- [tsql, postgres, redshift] select into from CTEs
WITH c AS (SELECT id, name FROM raw.customers) SELECT id AS k, name INTO mart.t FROM c;
--> mart.t.k <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [postgres, redshift] select into a temporary table
SELECT id, name INTO TEMP x FROM raw.customers;
INSERT INTO mart.t (k, n) SELECT id, name FROM x;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [mysql] select into an outfile
SELECT id, name FROM raw.customers INTO OUTFILE '/tmp/out.csv' FIELDS TERMINATED BY ',';
--> /tmp/out.csv.id <- raw.customers.id
--> /tmp/out.csv.name <- raw.customers.name

-- [snowflake] from a stage into a table
CREATE TABLE mart.t (id INT, n VARCHAR);
COPY INTO mart.t (id, n) FROM (SELECT $1:id::INT, $1:name::VARCHAR FROM @raw.stage/path (FILE_FORMAT => 'ff', PATTERN => '.*[.]json')) ON_ERROR = 'CONTINUE';
--> MART.T.ID <- @raw.stage/path.$1
--> MART.T.N <- @raw.stage/path.$1

-- [snowflake] files of a stage into a table
COPY INTO mart.t FROM @raw.stage/path/ FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) FORCE = TRUE;
--: writes mart.t
--: reads @raw.stage/path

-- [snowflake] match by column name
CREATE TABLE mart.t (id INT, n VARCHAR);
COPY INTO mart.t FROM 's3://b/in/' CREDENTIALS = (AWS_KEY_ID = 'x' AWS_SECRET_KEY = 'y') FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE;
--: writes mart.t
--: reads s3://b/in

-- [snowflake] from a table into a stage
COPY INTO @raw.stage/out/ FROM (SELECT id, name FROM raw.customers) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE OVERWRITE = TRUE;
--> @raw.stage/out.ID <- RAW.CUSTOMERS.ID
--> @raw.stage/out.NAME <- RAW.CUSTOMERS.NAME

-- [snowflake] a whole table into a bucket
COPY INTO 's3://b/out/' FROM raw.items FILE_FORMAT = (TYPE = CSV) STORAGE_INTEGRATION = si;
--> s3://b/out.ORDER_ID <- RAW.ITEMS.ORDER_ID
--> s3://b/out.SKU <- RAW.ITEMS.SKU
--> s3://b/out.QTY <- RAW.ITEMS.QTY
--> s3://b/out.PRICE <- RAW.ITEMS.PRICE

-- [databricks] a copy of files in Databricks
COPY INTO mart.t FROM 's3://b/in/' FILEFORMAT = CSV PATTERN = '*.csv' FORMAT_OPTIONS ('header' = 'true') COPY_OPTIONS ('mergeSchema' = 'true');
--: writes mart.t
--: reads s3://b/in

-- [databricks] a copy of chosen columns of files in Databricks
COPY INTO mart.t FROM (SELECT _c0::INT AS id, upper(_c1) AS name FROM 's3://b/in') FILEFORMAT = CSV;
--> mart.t.id <- s3://b/in._c0
--> mart.t.name <- s3://b/in._c1

-- [redshift] a copy from a bucket in Redshift
COPY mart.t (id, name) FROM 's3://b/in/part' IAM_ROLE 'arn:aws:iam::1:role/r' FORMAT AS PARQUET;
--: writes mart.t
--: reads s3://b/in/part

-- [redshift] an unload
UNLOAD ('SELECT id, name FROM raw.customers WHERE region = ''X''') TO 's3://b/out/' IAM_ROLE 'arn:aws:iam::1:role/r' FORMAT PARQUET PARTITION BY (name) ALLOWOVERWRITE;
--> s3://b/out.id <- raw.customers.id
--> s3://b/out.name <- raw.customers.name
--> s3://b/out ? raw.customers.region

-- [athena] an unload of Athena
UNLOAD (SELECT id, name FROM raw.customers) TO 's3://b/out/' WITH (format = 'PARQUET', compression = 'SNAPPY');
--> s3://b/out.id <- raw.customers.id
--> s3://b/out.name <- raw.customers.name

-- [postgres] copies of Postgres
COPY mart.t (id, name) FROM '/data/in.csv' WITH (FORMAT csv, HEADER);
COPY (SELECT id, name FROM raw.customers) TO '/data/out.csv' CSV HEADER;
COPY raw.items TO STDOUT;
--> /data/out.csv.id <- raw.customers.id
--> /data/out.csv.name <- raw.customers.name
--: writes mart.t, /data/out.csv
--: reads /data/in.csv, raw.customers

-- [duckdb] copies of DuckDB
COPY (SELECT id, name FROM raw.customers) TO 'out.parquet' (FORMAT parquet, PARTITION_BY (name));
COPY mart.t FROM 'in.csv' (HEADER);
CREATE TABLE mart.u AS SELECT a, b FROM read_csv('x.csv');
--> out.parquet.id <- raw.customers.id
--> out.parquet.name <- raw.customers.name
--> mart.u.a <- x.csv.a
--> mart.u.b <- x.csv.b
--: writes out.parquet, mart.t, mart.u
--: reads raw.customers, in.csv, x.csv

-- [hive, spark] load data of Hive
LOAD DATA LOCAL INPATH '/data/in' OVERWRITE INTO TABLE mart.t PARTITION (dt = '1');
--: writes mart.t
--: reads /data/in

-- [mysql] load data of MySQL
LOAD DATA LOCAL INFILE '/data/in.csv' REPLACE INTO TABLE mart.t FIELDS TERMINATED BY ',' LINES TERMINATED BY '\n' IGNORE 1 LINES (id, @v) SET n = UPPER(@v);
--: writes mart.t
--: reads /data/in.csv

-- [bigquery] load data of BigQuery
LOAD DATA OVERWRITE mart.t FROM FILES (format = 'CSV', uris = ['gs://b/in/*.csv']);
--: writes mart.t
--: reads gs://b/in/*.csv

-- [bigquery] export data
EXPORT DATA OPTIONS (uri = 'gs://b/out/*.csv', format = 'CSV', overwrite = true) AS SELECT id, name FROM raw.customers;
--> gs://b/out/*.csv.id <- raw.customers.id
--> gs://b/out/*.csv.name <- raw.customers.name

-- [bigquery] export data with a connection
EXPORT DATA WITH CONNECTION us.c OPTIONS (uri = 'gs://b/out/*.csv', format = 'CSV') AS (SELECT id FROM raw.customers);
--> gs://b/out/*.csv.id <- raw.customers.id

-- [tsql] bulk insert
BULK INSERT mart.t FROM 'D:\in.csv' WITH (FIELDTERMINATOR = ',');
--: writes mart.t
--: reads D:\in.csv

-- [spark, mysql, postgres] a whole table inserted
CREATE TABLE mart.t (a INT, b INT, c INT, d INT);
INSERT INTO mart.t TABLE raw.items;
--> mart.t.a <- raw.items.order_id
--> mart.t.b <- raw.items.sku
--> mart.t.c <- raw.items.qty
--> mart.t.d <- raw.items.price

-- [postgres, mysql, databricks] columns that are generated take no value
CREATE TABLE mart.t (k INT, n VARCHAR(10), u VARCHAR(10) GENERATED ALWAYS AS (UPPER(n)));
INSERT INTO mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.t.u <- mart.t.n

-- [oracle] hints
INSERT /*+ APPEND PARALLEL(4) */ INTO mart.t (k, n) SELECT /*+ FULL(c) */ id, name FROM raw.customers c;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [oracle, mysql] a partition named in an insert
INSERT INTO mart.t PARTITION (p1) (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [snowflake, redshift, databricks] a lateral column in an insert
INSERT INTO mart.t (a, b) SELECT amount - discount AS net, net * 2 AS dbl FROM raw.orders;
--> mart.t.a <- raw.orders.amount, raw.orders.discount
--> mart.t.b <- raw.orders.amount, raw.orders.discount

-- [spark, hive] the same table read and overwritten
INSERT OVERWRITE TABLE mart.t SELECT id, name FROM (SELECT id, name FROM mart.t UNION ALL SELECT id, name FROM raw.customers) u;
--> mart.t.id <- raw.customers.id, (mart.t.id)
--> mart.t.name <- raw.customers.name, (mart.t.name)

-- [snowflake, databricks] an insert from a merge's changes
INSERT INTO mart.t (k, n) SELECT * FROM (SELECT id, name FROM raw.customers);
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [bigquery] an insert into a subset of a struct
INSERT INTO mart.t (k, info) SELECT id, STRUCT(name AS n, region AS r) FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.info <- raw.customers.name, raw.customers.region

-- [postgres] a projection of JSON
INSERT INTO mart.t (k, n) SELECT (payload ->> 'id')::INT, payload -> 'a' ->> 'b' FROM raw.ev;
--> mart.t.k <- raw.ev.payload | raw.ev.payload.id
--> mart.t.n <- raw.ev.payload | raw.ev.payload.a.b

-- [clickhouse, bigquery] an optimised insert with order and limit
INSERT INTO mart.t (k) SELECT id FROM raw.customers ORDER BY name LIMIT 10;
--> mart.t.k <- raw.customers.id

-- [mysql] what a duplicate is given is what the new row holds under that name
CREATE TABLE mart.t (id INT, name VARCHAR(10));
INSERT INTO mart.t (id, name) SELECT c.id, c.name FROM raw.customers c ON DUPLICATE KEY UPDATE name = VALUES(name);
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [postgres, duckdb] an upsert by position
CREATE TABLE mart.t (k INT, total INT);
INSERT INTO mart.t SELECT customer_id, amount FROM raw.orders ON CONFLICT (k) DO UPDATE SET total = EXCLUDED.total;
--> mart.t.k <- raw.orders.customer_id
--> mart.t.total <- raw.orders.amount
