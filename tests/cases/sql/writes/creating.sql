-- Creating
-- Tables and views of a query, copies, clones, and what engines put around them.

-- [spark, databricks, hive, bigquery, snowflake, redshift, postgres, trino, athena, duckdb, mysql, oracle, clickhouse] a table of a query
CREATE TABLE mart.t AS SELECT id, amount - discount AS net FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount

-- [spark, duckdb, snowflake, postgres] a column that is called pivot
CREATE TABLE mart.t AS SELECT id, amount AS pivot FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.pivot <- raw.orders.amount

-- [postgres, redshift, snowflake, trino, oracle] a table of a query under other names
CREATE TABLE mart.t (k, net) AS SELECT id, amount - discount FROM raw.orders;
--> mart.t.k <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount

-- [snowflake, bigquery, clickhouse] a table of a query with typed columns
CREATE OR REPLACE TABLE mart.t (k INT, net DECIMAL(10, 2)) AS SELECT id, amount FROM raw.orders;
--> mart.t.k <- raw.orders.id
--> mart.t.net <- raw.orders.amount

-- [mysql] mysql fills declared columns by name and puts the others first
CREATE TABLE mart.t (n INT, id INT) SELECT id, amount FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [postgres, spark, mysql] all of a table
CREATE TABLE mart.t AS TABLE raw.items;
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty
--> mart.t.price <- raw.items.price

-- [postgres, trino] a table of no rows yet
CREATE TABLE mart.t AS SELECT id, name FROM raw.customers WITH NO DATA;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [spark, hive, databricks, postgres, mysql, trino, redshift, snowflake, bigquery] a table like another holds nothing
CREATE TABLE mart.t LIKE raw.items;
INSERT INTO mart.t SELECT id, name, region, email FROM raw.customers;
--> mart.t.order_id <- raw.customers.id
--> mart.t.sku <- raw.customers.name
--> mart.t.qty <- raw.customers.region
--> mart.t.price <- raw.customers.email

-- [postgres, redshift, trino] a table like another, in brackets
CREATE TABLE mart.t (LIKE raw.items);
INSERT INTO mart.t SELECT id, name, region, email FROM raw.customers;
--> mart.t.order_id <- raw.customers.id
--> mart.t.sku <- raw.customers.name
--> mart.t.qty <- raw.customers.region
--> mart.t.price <- raw.customers.email

-- [postgres] a table like another and more
CREATE TABLE mart.t (LIKE raw.items INCLUDING ALL, note TEXT);
INSERT INTO mart.t SELECT id, name, region, email, name FROM raw.customers;
--> mart.t.order_id <- raw.customers.id
--> mart.t.sku <- raw.customers.name
--> mart.t.qty <- raw.customers.region
--> mart.t.price <- raw.customers.email
--> mart.t.note <- raw.customers.name

-- [snowflake] a clone is a copy
CREATE OR REPLACE TABLE mart.t CLONE raw.items COPY GRANTS;
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty
--> mart.t.price <- raw.items.price

-- [snowflake] a clone of what was
CREATE TABLE mart.t CLONE raw.items AT (OFFSET => -3600);
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty
--> mart.t.price <- raw.items.price

-- [bigquery] clones and copies of BigQuery
CREATE TABLE mart.t CLONE raw.items;
CREATE SNAPSHOT TABLE mart.s CLONE raw.customers FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR);
CREATE TABLE mart.c COPY raw.customers;
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty
--> mart.t.price <- raw.items.price
--> mart.s.id <- raw.customers.id
--> mart.s.name <- raw.customers.name
--> mart.s.region <- raw.customers.region
--> mart.s.email <- raw.customers.email
--> mart.c.id <- raw.customers.id
--> mart.c.name <- raw.customers.name
--> mart.c.region <- raw.customers.region
--> mart.c.email <- raw.customers.email

-- [databricks] shallow and deep clones
CREATE OR REPLACE TABLE mart.t SHALLOW CLONE raw.items VERSION AS OF 3;
CREATE TABLE IF NOT EXISTS mart.u DEEP CLONE raw.customers TBLPROPERTIES ('delta.logRetentionDuration' = '3650 days') LOCATION 's3://b/u';
--> mart.t.order_id <- raw.items.order_id
--> mart.t.sku <- raw.items.sku
--> mart.t.qty <- raw.items.qty
--> mart.t.price <- raw.items.price
--> mart.u.id <- raw.customers.id
--> mart.u.name <- raw.customers.name
--> mart.u.region <- raw.customers.region
--> mart.u.email <- raw.customers.email

-- [spark, databricks] a table of a query with all its options
CREATE TABLE IF NOT EXISTS mart.t USING delta PARTITIONED BY (day) CLUSTERED BY (id) INTO 8 BUCKETS LOCATION 's3://b/t' COMMENT 'x' TBLPROPERTIES ('a' = 'b') AS SELECT id, CAST(ts AS DATE) AS day FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.day <- raw.orders.ts

-- [databricks] liquid clustering
CREATE OR REPLACE TABLE mart.t CLUSTER BY (id) AS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [bigquery] options of BigQuery
CREATE OR REPLACE TABLE `p.mart.t` PARTITION BY DATE(ts) CLUSTER BY id OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01', labels = [('a', 'b')]) AS SELECT id, ts FROM raw.orders;
--> p.mart.t.id <- raw.orders.id
--> p.mart.t.ts <- raw.orders.ts

-- [snowflake] options of Snowflake
CREATE OR REPLACE TRANSIENT TABLE mart.t CLUSTER BY (id) DATA_RETENTION_TIME_IN_DAYS = 1 COPY GRANTS COMMENT = 'x' AS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [redshift] options of Redshift
CREATE TABLE mart.t DISTSTYLE KEY DISTKEY (id) COMPOUND SORTKEY (id, name) AS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [athena, trino] options of Athena
CREATE TABLE mart.t WITH (format = 'PARQUET', external_location = 's3://b/t/', partitioned_by = ARRAY['region']) AS SELECT id, region FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.region <- raw.customers.region

-- [clickhouse] options of ClickHouse
CREATE TABLE mart.t ENGINE = MergeTree ORDER BY (id) PARTITION BY region AS SELECT id, region FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.region <- raw.customers.region

-- [oracle] options of Oracle
CREATE TABLE mart.t TABLESPACE users NOLOGGING PARALLEL 4 COMPRESS AS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [hive] a stored format of Hive
CREATE TABLE mart.t ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS PARQUET LOCATION '/data/t' AS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [tsql, postgres, snowflake, bigquery, spark] a table of the query of a CTE
CREATE VIEW mart.t AS WITH c AS (SELECT id, name FROM raw.customers) SELECT id AS k, name AS n FROM c;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [spark, databricks, hive, bigquery, snowflake, redshift, postgres, trino, athena, duckdb, mysql, oracle, clickhouse, tsql] a view under other names
CREATE VIEW mart.v (k, n) AS SELECT id, UPPER(name) FROM raw.customers;
--> mart.v.k <- raw.customers.id
--> mart.v.n <- raw.customers.name

-- [spark, databricks, hive, snowflake] a view with comments on its columns
CREATE OR REPLACE VIEW mart.v (k COMMENT 'the key', n COMMENT 'name') COMMENT 'x' AS SELECT id, name FROM raw.customers;
--> mart.v.k <- raw.customers.id
--> mart.v.n <- raw.customers.name

-- [snowflake] views with words before them
CREATE OR REPLACE SECURE VIEW mart.v COPY GRANTS COMMENT = 'x' AS SELECT id FROM raw.customers;
CREATE OR REPLACE SECURE MATERIALIZED VIEW mart.m CLUSTER BY (id) AS SELECT id, name FROM raw.customers;
CREATE OR REPLACE RECURSIVE VIEW mart.r (id) AS SELECT id FROM raw.customers;
--> mart.v.id <- raw.customers.id
--> mart.m.id <- raw.customers.id
--> mart.m.name <- raw.customers.name
--> mart.r.id <- raw.customers.id

-- [snowflake] a secure view with a masking policy on a column
CREATE OR REPLACE VIEW mart.v (id, email WITH MASKING POLICY p) WITH ROW ACCESS POLICY q ON (id) AS SELECT id, email FROM raw.customers;
--> mart.v.id <- raw.customers.id
--> mart.v.email <- raw.customers.email

-- [postgres, redshift, bigquery, oracle, databricks, trino] materialized views
CREATE MATERIALIZED VIEW mart.m AS SELECT id, name FROM raw.customers;
--> mart.m.id <- raw.customers.id
--> mart.m.name <- raw.customers.name

-- [redshift] materialized views with options
CREATE MATERIALIZED VIEW mart.m BACKUP NO DISTSTYLE KEY DISTKEY (id) SORTKEY (id) AUTO REFRESH YES AS SELECT id, name FROM raw.customers;
--> mart.m.id <- raw.customers.id
--> mart.m.name <- raw.customers.name

-- [oracle] materialized views of Oracle
CREATE MATERIALIZED VIEW mart.m BUILD IMMEDIATE REFRESH FAST ON COMMIT ENABLE QUERY REWRITE AS SELECT id, name FROM raw.customers;
--> mart.m.id <- raw.customers.id
--> mart.m.name <- raw.customers.name

-- [bigquery] materialized views of BigQuery
CREATE MATERIALIZED VIEW mart.m PARTITION BY day CLUSTER BY id OPTIONS (enable_refresh = true, refresh_interval_minutes = 60) AS SELECT id, DATE(ts) AS day FROM raw.orders;
--> mart.m.id <- raw.orders.id
--> mart.m.day <- raw.orders.ts

-- [postgres, redshift] a refresh reads nothing new
CREATE MATERIALIZED VIEW mart.m AS SELECT id FROM raw.customers;
REFRESH MATERIALIZED VIEW mart.m;
--> mart.m.id <- raw.customers.id

-- [redshift] late binding
CREATE OR REPLACE VIEW mart.v AS SELECT id, name FROM raw.customers WITH NO SCHEMA BINDING;
--> mart.v.id <- raw.customers.id
--> mart.v.name <- raw.customers.name

-- [postgres, mysql, oracle] check option and other tails of views
CREATE OR REPLACE VIEW mart.v AS SELECT id, name FROM raw.customers WHERE region = 'X' WITH CHECK OPTION;
--> mart.v.id <- raw.customers.id
--> mart.v.name <- raw.customers.name

-- [oracle] read only and force
CREATE OR REPLACE FORCE EDITIONABLE VIEW mart.v (k, n) AS SELECT id, name FROM raw.customers WITH READ ONLY;
--> mart.v.k <- raw.customers.id
--> mart.v.n <- raw.customers.name

-- [mysql] words of MySQL before a view
CREATE OR REPLACE ALGORITHM = MERGE DEFINER = `root`@`localhost` SQL SECURITY INVOKER VIEW mart.v AS SELECT id, name FROM raw.customers;
--> mart.v.id <- raw.customers.id
--> mart.v.name <- raw.customers.name

-- [tsql] create or alter
CREATE OR ALTER VIEW mart.v WITH SCHEMABINDING AS SELECT id, name FROM raw.customers;
GO
ALTER VIEW mart.w AS SELECT id AS k FROM raw.customers;
--> mart.v.id <- raw.customers.id
--> mart.v.name <- raw.customers.name
--> mart.w.k <- raw.customers.id

-- [spark, databricks, hive, mysql] alter view as
ALTER VIEW mart.v AS SELECT id, name FROM raw.customers;
--> mart.v.id <- raw.customers.id
--> mart.v.name <- raw.customers.name

-- [postgres, duckdb] a recursive view
CREATE RECURSIVE VIEW mart.r (n, label) AS SELECT id, name FROM raw.customers UNION ALL SELECT n + 1, label FROM r WHERE n < 5;
--> mart.r.n <- raw.customers.id
--> mart.r.label <- raw.customers.name

-- [snowflake] a dynamic table
CREATE OR REPLACE DYNAMIC TABLE mart.t TARGET_LAG = '20 minutes' WAREHOUSE = wh REFRESH_MODE = AUTO INITIALIZE = ON_CREATE AS SELECT id, amount * 2 AS d FROM raw.orders WHERE status = 'x';
--> mart.t.id <- raw.orders.id
--> mart.t.d <- raw.orders.amount
--> mart.t ? raw.orders.status

-- [databricks] streaming and live tables
CREATE OR REFRESH STREAMING TABLE mart.bronze AS SELECT id, amount FROM STREAM(raw.orders);
CREATE OR REFRESH STREAMING LIVE TABLE silver (CONSTRAINT ok EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW) COMMENT 'x' AS SELECT id, amount AS a FROM STREAM(LIVE.bronze0);
CREATE OR REFRESH LIVE TABLE gold AS SELECT id, a FROM LIVE.silver;
CREATE OR REFRESH MATERIALIZED VIEW mart.g AS SELECT id, amount FROM mart.bronze;
--> mart.bronze.id <- raw.orders.id
--> mart.bronze.amount <- raw.orders.amount
--> silver.id <- bronze0.id
--> silver.a <- bronze0.amount
--> gold.id <- silver.id
--> gold.a <- silver.a
--> mart.g.id <- mart.bronze.id
--> mart.g.amount <- mart.bronze.amount

-- [databricks] a live view is passed through
CREATE TEMPORARY LIVE VIEW clean AS SELECT id, name FROM raw.customers;
CREATE LIVE TABLE out_t AS SELECT id AS k, name FROM LIVE.clean;
--> out_t.k <- raw.customers.id
--> out_t.name <- raw.customers.name

-- [databricks] a flow into a streaming table
CREATE OR REFRESH STREAMING TABLE mart.t;
CREATE FLOW f AS INSERT INTO mart.t BY NAME SELECT id, amount FROM STREAM(raw.orders);
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [databricks] a streaming table over files
CREATE OR REFRESH STREAMING TABLE mart.t AS SELECT a, b AS c FROM STREAM read_files('s3://b/in', format => 'json');
--> mart.t.a <- s3://b/in.a
--> mart.t.c <- s3://b/in.b

-- [databricks] apply changes
CREATE OR REFRESH STREAMING TABLE mart.t;
APPLY CHANGES INTO mart.t FROM STREAM(raw.customers) KEYS (id) SEQUENCE BY name COLUMNS * EXCEPT (email) STORED AS SCD TYPE 1;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name
--> mart.t.region <- raw.customers.region

-- [postgres, redshift, duckdb, mysql, snowflake] temporary tables and views are passed through
CREATE TEMPORARY TABLE x AS SELECT id, amount - discount AS net FROM raw.orders;
CREATE TABLE mart.t AS SELECT id, net FROM x;
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount

-- [spark, databricks, duckdb, postgres] temporary views are passed through
CREATE OR REPLACE TEMPORARY VIEW x AS SELECT id, amount - discount AS net FROM raw.orders;
CREATE TABLE mart.t AS SELECT id, net FROM x;
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount

-- [bigquery] temporary tables of BigQuery and Trino's WITH
CREATE TEMP TABLE x AS SELECT id, amount FROM raw.orders;
CREATE OR REPLACE TABLE mart.t AS SELECT id, amount FROM x;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [oracle] global temporary tables of Oracle last
CREATE GLOBAL TEMPORARY TABLE x (id NUMBER, net NUMBER) ON COMMIT PRESERVE ROWS;
INSERT INTO x (id, net) SELECT id, amount - discount FROM raw.orders;
INSERT INTO mart.t (id, net) SELECT id, net FROM x;
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount

-- [postgres] unlogged tables
CREATE UNLOGGED TABLE mart.t AS SELECT id FROM raw.customers;
--> mart.t.id <- raw.customers.id

-- [clickhouse] a materialized view of ClickHouse fills a table
CREATE TABLE mart.t (id Int32, net Decimal(10, 2)) ENGINE = MergeTree ORDER BY id;
CREATE MATERIALIZED VIEW mart.mv TO mart.t AS SELECT id, amount - discount AS net FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.net <- raw.orders.amount, raw.orders.discount

-- [clickhouse] a materialized view of ClickHouse with a table of its own
CREATE MATERIALIZED VIEW mart.mv ENGINE = SummingMergeTree ORDER BY id POPULATE AS SELECT id, sum(amount) AS s FROM raw.orders GROUP BY id;
--> mart.mv.id <- raw.orders.id
--> mart.mv.s <- raw.orders.amount
--> mart.mv ? raw.orders.id

-- [clickhouse] a refreshable view of ClickHouse
CREATE MATERIALIZED VIEW mart.mv REFRESH EVERY 1 HOUR TO mart.t AS SELECT id FROM raw.orders;
--> mart.t.id <- raw.orders.id

-- [clickhouse] a dictionary of ClickHouse
CREATE DICTIONARY mart.d (id UInt64, name String) PRIMARY KEY id SOURCE(CLICKHOUSE(TABLE 'customers' DB 'raw')) LAYOUT(FLAT()) LIFETIME(300);
--> mart.d.id <- raw.customers.id
--> mart.d.name <- raw.customers.name

-- [clickhouse] a dictionary of a query
CREATE DICTIONARY mart.d (k UInt64, name String) PRIMARY KEY k SOURCE(CLICKHOUSE(QUERY 'SELECT id AS k, name FROM raw.customers')) LAYOUT(HASHED()) LIFETIME(MIN 0 MAX 300);
--> mart.d.k <- raw.customers.id
--> mart.d.name <- raw.customers.name

-- [clickhouse] a copy in ClickHouse
CREATE TABLE mart.t AS raw.items ENGINE = MergeTree ORDER BY order_id;
INSERT INTO mart.t SELECT id, name, region, email FROM raw.customers;
--> mart.t.order_id <- raw.customers.id
--> mart.t.sku <- raw.customers.name
--> mart.t.qty <- raw.customers.region
--> mart.t.price <- raw.customers.email

-- [hive, athena] external tables are declared over files
CREATE EXTERNAL TABLE mart.ext (id INT, name STRING) PARTITIONED BY (dt STRING) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar' = ',') STORED AS TEXTFILE LOCATION 's3://b/ext/' TBLPROPERTIES ('skip.header.line.count' = '1');
CREATE TABLE mart.t AS SELECT id, name, dt FROM mart.ext;
--> mart.t.id <- mart.ext.id
--> mart.t.name <- mart.ext.name
--> mart.t.dt <- mart.ext.dt

-- [redshift] external tables of Redshift, BigQuery, Snowflake
CREATE EXTERNAL TABLE spectrum.ext (id INT, name VARCHAR(10)) STORED AS PARQUET LOCATION 's3://b/ext/';
CREATE TABLE mart.t AS SELECT id, name FROM spectrum.ext;
--> mart.t.id <- spectrum.ext.id
--> mart.t.name <- spectrum.ext.name

-- [bigquery] external tables of BigQuery
CREATE OR REPLACE EXTERNAL TABLE mart.ext (id INT64, name STRING) OPTIONS (format = 'CSV', uris = ['gs://b/*.csv']);
CREATE TABLE mart.t AS SELECT id, name FROM mart.ext;
--> mart.t.id <- mart.ext.id
--> mart.t.name <- mart.ext.name

-- [snowflake] external tables of Snowflake
CREATE OR REPLACE EXTERNAL TABLE mart.ext (id INT AS (value:c1::INT), name VARCHAR AS (value:c2::VARCHAR)) WITH LOCATION = @raw.stage/path AUTO_REFRESH = TRUE FILE_FORMAT = (TYPE = PARQUET);
CREATE TABLE mart.t AS SELECT id, name FROM mart.ext;
--> mart.t.id <- mart.ext.id
--> mart.t.name <- mart.ext.name

-- [tsql] CETAS of T-SQL
CREATE EXTERNAL TABLE mart.t WITH (LOCATION = '/t/', DATA_SOURCE = ds, FILE_FORMAT = ff) AS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [spark] Iceberg tables
CREATE OR REPLACE TABLE cat.mart.t USING iceberg PARTITIONED BY (days(ts), bucket(16, id)) TBLPROPERTIES ('write.format.default' = 'orc') AS SELECT id, ts FROM raw.orders;
--> cat.mart.t.id <- raw.orders.id
--> cat.mart.t.ts <- raw.orders.ts

-- [snowflake] Iceberg tables of Snowflake
CREATE OR REPLACE ICEBERG TABLE mart.t CATALOG = 'SNOWFLAKE' EXTERNAL_VOLUME = 'v' BASE_LOCATION = 'x' AS SELECT id, name FROM raw.customers;
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [snowflake] tables that copy into Snowflake files by INFER_SCHEMA say nothing
CREATE TABLE mart.t USING TEMPLATE (SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) FROM TABLE(INFER_SCHEMA(LOCATION => '@raw.s', FILE_FORMAT => 'ff')));
--: writes -

-- [tsql] four parts
SELECT id, name INTO mart.t FROM [srv].[Db].[dbo].[Customers];
--> mart.t.id <- srv.db.dbo.customers.id
--> mart.t.name <- srv.db.dbo.customers.name

-- [snowflake] three parts, quoted as the engine does
CREATE TABLE "Db".mart."T" AS SELECT "Id", name AS "n" FROM Raw.PUBLIC."src";
--> Db.MART.T.Id <- RAW.PUBLIC.src.Id
--> Db.MART.T.n <- RAW.PUBLIC.src.NAME

-- [postgres, redshift] quoted names of Postgres keep their case
CREATE TABLE "Mart"."T" AS SELECT "Id", Name AS "N" FROM Raw."Src";
--> Mart.T.Id <- raw.Src.Id
--> Mart.T.N <- raw.Src.name

-- [spark, databricks] a cached table is passed through
CACHE TABLE x AS SELECT id, name FROM raw.customers;
INSERT INTO mart.t (k, n) SELECT id, name FROM x;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [postgres] a partition is part of its table
CREATE TABLE mart.p (k INT, n TEXT) PARTITION BY LIST (n);
CREATE TABLE mart.p_x PARTITION OF mart.p FOR VALUES IN ('X');
INSERT INTO mart.p_x SELECT id, name FROM raw.customers;
--> mart.p_x.k <- raw.customers.id
--> mart.p_x.n <- raw.customers.name

-- [snowflake] columns of a stage
CREATE OR REPLACE TABLE mart.t AS SELECT $1 AS a, $2::INT AS b, METADATA$FILENAME AS f FROM @raw.stage/x.csv (FILE_FORMAT => 'ff');
--> MART.T.A <- @raw.stage/x.csv.$1
--> MART.T.B <- @raw.stage/x.csv.$2
--> MART.T.F <- (@raw.stage/x.csv.METADATA$FILENAME)

-- [snowflake, databricks] identifiers by function
CREATE OR REPLACE TABLE IDENTIFIER('mart.t') AS SELECT id FROM IDENTIFIER('raw.customers');
--> mart.t.id <- raw.customers.id

-- [bigquery] quoted whole names
CREATE OR REPLACE TABLE `proj-1.mart.t` AS SELECT id FROM `proj-1`.raw.customers AS c;
--> proj-1.mart.t.id <- proj-1.raw.customers.id

-- [clickhouse] alter table as a change of engine
CREATE TABLE mart.t (k Int32) ENGINE = Distributed(c, mart, local_t, rand());
INSERT INTO mart.t SELECT id FROM raw.customers;
--> mart.t.k <- raw.customers.id

-- [spark, postgres, snowflake, duckdb] create table of values
CREATE TABLE mart.t AS SELECT * FROM (VALUES (1, 'a')) AS v (k, n);
--: writes mart.t

-- [bigquery] a table function in SQL
CREATE OR REPLACE TABLE FUNCTION mart.f(d DATE) AS SELECT id FROM raw.customers;
CREATE TABLE mart.t AS SELECT id FROM raw.customers;
--> mart.t.id <- raw.customers.id
