-- Altering
-- Columns, names and partitions that change hands; maintenance, which says nothing.

-- [postgres, snowflake, redshift, duckdb, bigquery] added, dropped and renamed columns
CREATE TABLE mart.s (a INT, b INT, c INT);
ALTER TABLE mart.s ADD COLUMN d INT;
ALTER TABLE mart.s DROP COLUMN b;
ALTER TABLE mart.s RENAME COLUMN c TO e;
CREATE TABLE mart.t AS SELECT * FROM mart.s;
--> mart.t.a <- mart.s.a
--> mart.t.e <- mart.s.e
--> mart.t.d <- mart.s.d

-- [spark, databricks, hive] columns of Spark and Hive
CREATE TABLE mart.s (a INT, b INT);
ALTER TABLE mart.s ADD COLUMNS (c STRING COMMENT 'x', d INT);
ALTER TABLE mart.s CHANGE COLUMN b bb INT;
CREATE TABLE mart.t AS SELECT * FROM mart.s;
--> mart.t.a <- mart.s.a
--> mart.t.bb <- mart.s.bb
--> mart.t.c <- mart.s.c
--> mart.t.d <- mart.s.d

-- [hive, spark] columns of Hive replaced
CREATE TABLE mart.s (a INT, b INT);
ALTER TABLE mart.s REPLACE COLUMNS (x INT, y INT);
CREATE TABLE mart.t AS SELECT * FROM mart.s;
--> mart.t.x <- mart.s.x
--> mart.t.y <- mart.s.y

-- [mysql] columns of MySQL
CREATE TABLE mart.s (a INT, b INT);
ALTER TABLE mart.s ADD c INT AFTER a, CHANGE b bb VARCHAR(10) NOT NULL, MODIFY a BIGINT;
INSERT INTO mart.t (p, q, r) SELECT a, c, bb FROM mart.s;
--> mart.t.p <- mart.s.a
--> mart.t.q <- mart.s.c
--> mart.t.r <- mart.s.bb

-- [oracle] columns of Oracle
CREATE TABLE mart.s (a NUMBER, b NUMBER);
ALTER TABLE mart.s ADD (c NUMBER, d VARCHAR2(10));
ALTER TABLE mart.s MODIFY (a VARCHAR2(20));
ALTER TABLE mart.s RENAME COLUMN b TO e;
CREATE TABLE mart.t AS SELECT * FROM mart.s;
--> mart.t.a <- mart.s.a
--> mart.t.e <- mart.s.e
--> mart.t.c <- mart.s.c
--> mart.t.d <- mart.s.d

-- [tsql] columns of T-SQL
CREATE TABLE mart.s (a INT, b INT);
ALTER TABLE mart.s ADD c INT, d VARCHAR(10);
ALTER TABLE mart.s DROP COLUMN b;
ALTER TABLE mart.s ALTER COLUMN a BIGINT NOT NULL;
GO
EXEC sp_rename 'mart.s.c', 'cc', 'COLUMN';
SELECT * INTO mart.t FROM mart.s;
--> mart.t.a <- mart.s.a
--> mart.t.cc <- mart.s.cc
--> mart.t.d <- mart.s.d

-- [postgres] types alone say nothing of lineage
ALTER TABLE raw.orders ALTER COLUMN amount TYPE BIGINT USING amount::BIGINT;
CREATE TABLE mart.t AS SELECT amount FROM raw.orders;
--> mart.t.amount <- raw.orders.amount

-- [postgres, redshift, snowflake, duckdb, spark] a new table takes the name
CREATE TABLE mart.t_new AS SELECT id, amount FROM raw.orders;
DROP TABLE IF EXISTS mart.t;
ALTER TABLE mart.t_new RENAME TO mart.t;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [postgres, redshift, oracle, bigquery] a name without its schema
CREATE TABLE mart.t_new AS SELECT id, amount FROM raw.orders;
ALTER TABLE mart.t_new RENAME TO t;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [postgres, redshift] old out, new in
CREATE TABLE mart.t_new AS SELECT id, amount FROM raw.orders;
ALTER TABLE mart.t RENAME TO t_old;
ALTER TABLE mart.t_new RENAME TO t;
DROP TABLE mart.t_old;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [mysql] rename table of MySQL
CREATE TABLE mart.t_new AS SELECT id, amount FROM raw.orders;
RENAME TABLE mart.t TO mart.t_old, mart.t_new TO mart.t;
DROP TABLE mart.t_old;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [clickhouse] rename table of ClickHouse
CREATE TABLE mart.t_new ENGINE = Log AS SELECT id, amount FROM raw.orders;
RENAME TABLE mart.t TO mart.t_old, mart.t_new TO mart.t;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [clickhouse] exchange tables
CREATE TABLE mart.t_new ENGINE = Log AS SELECT id, amount FROM raw.orders;
EXCHANGE TABLES mart.t AND mart.t_new;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [snowflake] a swap
CREATE OR REPLACE TABLE mart.t_new AS SELECT id, amount FROM raw.orders;
ALTER TABLE mart.t SWAP WITH mart.t_new;
DROP TABLE mart.t_new;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [tsql] a rename of T-SQL
SELECT id, amount INTO mart.t_new FROM raw.orders;
DROP TABLE IF EXISTS mart.t;
EXEC sp_rename 'mart.t_new', 't';
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount

-- [tsql] a switch of T-SQL
CREATE TABLE mart.t (k INT, n VARCHAR(10));
CREATE TABLE mart.stage (k INT, n VARCHAR(10));
INSERT INTO mart.stage (k, n) SELECT id, name FROM raw.customers;
ALTER TABLE mart.stage SWITCH PARTITION 1 TO mart.t PARTITION 1;
--> mart.stage.k <- raw.customers.id
--> mart.stage.n <- raw.customers.name
--> mart.t.k <- mart.stage.k
--> mart.t.n <- mart.stage.n

-- [hive] an exchange of Hive
CREATE TABLE mart.t (k INT, n STRING) PARTITIONED BY (dt STRING);
CREATE TABLE mart.stage (k INT, n STRING) PARTITIONED BY (dt STRING);
INSERT OVERWRITE TABLE mart.stage PARTITION (dt = '1') SELECT id, name FROM raw.customers;
ALTER TABLE mart.t EXCHANGE PARTITION (dt = '1') WITH TABLE mart.stage;
--> mart.stage.k <- raw.customers.id
--> mart.stage.n <- raw.customers.name
--> mart.t.k <- mart.stage.k
--> mart.t.n <- mart.stage.n
--> mart.t.dt <- (mart.stage.dt)

-- [oracle] an exchange of Oracle
CREATE TABLE mart.t (k NUMBER, n VARCHAR2(10));
CREATE TABLE mart.stage (k NUMBER, n VARCHAR2(10));
INSERT INTO mart.stage (k, n) SELECT id, name FROM raw.customers;
ALTER TABLE mart.t EXCHANGE PARTITION p1 WITH TABLE mart.stage INCLUDING INDEXES WITHOUT VALIDATION;
--> mart.stage.k <- raw.customers.id
--> mart.stage.n <- raw.customers.name
--> mart.t.k <- mart.stage.k
--> mart.t.n <- mart.stage.n

-- [clickhouse] a partition of another table in ClickHouse
CREATE TABLE mart.t (k Int32, n String) ENGINE = Log;
CREATE TABLE mart.stage (k Int32, n String) ENGINE = Log;
INSERT INTO mart.stage (k, n) SELECT id, name FROM raw.customers;
ALTER TABLE mart.t REPLACE PARTITION 1 FROM mart.stage;
--> mart.stage.k <- raw.customers.id
--> mart.stage.n <- raw.customers.name
--> mart.t.k <- mart.stage.k
--> mart.t.n <- mart.stage.n

-- [redshift] redshift appends a table
CREATE TABLE mart.t (k INT, n VARCHAR(10));
CREATE TABLE mart.stage (k INT, n VARCHAR(10));
INSERT INTO mart.stage (k, n) SELECT id, name FROM raw.customers;
ALTER TABLE mart.t APPEND FROM mart.stage;
--> mart.stage.k <- raw.customers.id
--> mart.stage.n <- raw.customers.name
--> mart.t.k <- mart.stage.k
--> mart.t.n <- mart.stage.n

-- [postgres] postgres attaches a partition
CREATE TABLE mart.t (k INT, n TEXT) PARTITION BY RANGE (k);
CREATE TABLE mart.t_1 (k INT, n TEXT);
INSERT INTO mart.t_1 (k, n) SELECT id, name FROM raw.customers;
ALTER TABLE mart.t ATTACH PARTITION mart.t_1 FOR VALUES FROM (1) TO (10);
--> mart.t_1.k <- raw.customers.id
--> mart.t_1.n <- raw.customers.name
--> mart.t.k <- mart.t_1.k
--> mart.t.n <- mart.t_1.n

-- [hive, spark, athena] partitions of Hive
CREATE TABLE mart.t (k INT) PARTITIONED BY (dt STRING);
ALTER TABLE mart.t ADD IF NOT EXISTS PARTITION (dt = '1') LOCATION 's3://b/1';
ALTER TABLE mart.t DROP IF EXISTS PARTITION (dt = '0');
MSCK REPAIR TABLE mart.t;
CREATE VIEW mart.v AS SELECT k, dt FROM mart.t;
--> mart.v.k <- mart.t.k
--> mart.v.dt <- mart.t.dt
--: writes mart.v

-- [oracle, tsql] a synonym is the table behind it
CREATE SYNONYM mart.syn FOR raw.customers;
CREATE VIEW mart.v AS SELECT id, name FROM mart.syn;
--> mart.v.id <- raw.customers.id
--> mart.v.name <- raw.customers.name

-- [oracle] a write through a synonym
CREATE OR REPLACE PUBLIC SYNONYM syn FOR mart.t;
INSERT INTO syn (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [databricks, spark] maintenance says nothing
OPTIMIZE mart.t WHERE dt > '2024' ZORDER BY (id);
VACUUM mart.t RETAIN 168 HOURS;
ANALYZE TABLE mart.t COMPUTE STATISTICS FOR ALL COLUMNS;
CALL cat.system.expire_snapshots('mart.t', TIMESTAMP '2024-01-01 00:00:00');
CALL cat.system.rewrite_data_files(table => 'mart.t', strategy => 'sort');
GRANT SELECT ON TABLE mart.t TO `x`;
COMMENT ON TABLE mart.t IS 'x';
REFRESH TABLE mart.t;
DESCRIBE HISTORY mart.t;
RESTORE TABLE mart.t TO VERSION AS OF 3;
ALTER TABLE mart.t SET TBLPROPERTIES ('a' = 'b');
ALTER TABLE mart.t SET LOCATION 's3://x';
FSCK REPAIR TABLE mart.t;
REORG TABLE mart.t APPLY (PURGE);
CONVERT TO DELTA parquet.`s3://b/p`;
SET spark.sql.shuffle.partitions = 10;
USE CATALOG c;
CACHE TABLE mart.t;
UNCACHE TABLE mart.t;
SHOW TABLES;
--: writes -

-- [postgres, redshift] maintenance of Postgres and Redshift
VACUUM FULL mart.t;
ANALYZE mart.t;
GRANT ALL ON ALL TABLES IN SCHEMA mart TO x;
COMMENT ON COLUMN mart.t.a IS 'x';
CREATE INDEX i ON mart.t (a);
CREATE SCHEMA IF NOT EXISTS mart;
ALTER TABLE mart.t OWNER TO x;
CREATE SEQUENCE mart.s;
SELECT setval('mart.s', 1);
REINDEX TABLE mart.t;
CLUSTER mart.t USING i;
CREATE EXTENSION IF NOT EXISTS postgis;
ALTER TABLE mart.t ADD CONSTRAINT pk PRIMARY KEY (a);
ALTER TABLE mart.t ENABLE ROW LEVEL SECURITY;
BEGIN; COMMIT; ROLLBACK;
SET search_path TO mart, public;
LOCK TABLE mart.t IN EXCLUSIVE MODE;
--: writes -

-- [snowflake] maintenance of Snowflake
USE WAREHOUSE wh;
ALTER WAREHOUSE wh RESUME IF SUSPENDED;
GRANT SELECT ON ALL TABLES IN SCHEMA mart TO ROLE r;
CREATE OR REPLACE STAGE raw.s URL = 's3://b' FILE_FORMAT = (TYPE = CSV);
CREATE FILE FORMAT IF NOT EXISTS ff TYPE = JSON;
CREATE SEQUENCE IF NOT EXISTS s;
ALTER SESSION SET TIMEZONE = 'UTC';
PUT file:///tmp/x @raw.s;
LIST @raw.s;
REMOVE @raw.s/x;
ALTER TABLE mart.t CLUSTER BY (a);
ALTER TABLE mart.t SET DATA_RETENTION_TIME_IN_DAYS = 3;
ALTER TABLE mart.t ADD SEARCH OPTIMIZATION;
COMMENT ON TABLE mart.t IS 'x';
CREATE TAG cost;
ALTER TASK t RESUME;
EXECUTE TASK t;
CREATE OR REPLACE MASKING POLICY p AS (v STRING) RETURNS STRING -> CASE WHEN CURRENT_ROLE() = 'A' THEN v ELSE '*' END;
CREATE ROLE IF NOT EXISTS r;
SHOW TABLES IN SCHEMA mart;
UNDROP TABLE mart.t;
CALL mart.p();
DROP STAGE IF EXISTS x;
--: writes -

-- [bigquery] maintenance of BigQuery, MySQL, Oracle, ClickHouse, DuckDB
ALTER TABLE mart.t SET OPTIONS (description = 'x');
CREATE SCHEMA IF NOT EXISTS mart OPTIONS (location = 'EU');
GRANT `roles/bigquery.dataViewer` ON TABLE mart.t TO 'user:a@b.c';
CREATE ROW ACCESS POLICY p ON mart.t GRANT TO ('user:a@b.c') FILTER USING (region = 'X');
CREATE SEARCH INDEX i ON mart.t (ALL COLUMNS);
ASSERT (SELECT COUNT(*) FROM raw.orders) > 0 AS 'empty';
CALL BQ.REFRESH_MATERIALIZED_VIEW('p.mart.m');
BEGIN TRANSACTION; COMMIT TRANSACTION;
ALTER TABLE mart.t ALTER COLUMN a SET OPTIONS (description = 'x');
ALTER TABLE mart.t ADD PRIMARY KEY (a) NOT ENFORCED;
--: writes -
--: reads (raw.orders)

-- [oracle] maintenance of Oracle
ALTER SESSION ENABLE PARALLEL DML;
CREATE INDEX mart.i ON mart.t (a) TABLESPACE x PARALLEL 4;
CREATE SEQUENCE mart.s START WITH 1;
GRANT SELECT ON mart.t TO x;
COMMENT ON COLUMN mart.t.a IS 'x';
ALTER TABLE mart.t NOLOGGING;
ALTER INDEX mart.i REBUILD;
ALTER TABLE mart.t ADD CONSTRAINT pk PRIMARY KEY (a);
EXEC DBMS_STATS.GATHER_TABLE_STATS('MART', 'T');
COMMIT;
PURGE RECYCLEBIN;
WHENEVER SQLERROR EXIT FAILURE;
SET SERVEROUTPUT ON
--: writes -

-- [clickhouse] maintenance of ClickHouse
OPTIMIZE TABLE mart.t FINAL;
SYSTEM RELOAD DICTIONARY mart.d;
ALTER TABLE mart.t ADD INDEX i a TYPE minmax GRANULARITY 1;
ALTER TABLE mart.t DROP PARTITION '2024';
CREATE DATABASE IF NOT EXISTS mart ON CLUSTER c;
DETACH TABLE mart.t;
ATTACH TABLE mart.t;
ALTER TABLE mart.t MODIFY TTL ts + INTERVAL 1 DAY;
--: writes (mart.t)

-- [mysql] maintenance of MySQL
SET FOREIGN_KEY_CHECKS = 0;
LOCK TABLES mart.t WRITE;
UNLOCK TABLES;
OPTIMIZE TABLE mart.t;
ANALYZE TABLE mart.t;
ALTER TABLE mart.t ADD INDEX i (a);
ALTER TABLE mart.t ENGINE = InnoDB;
CREATE INDEX i ON mart.t (a);
FLUSH TABLES;
START TRANSACTION; COMMIT;
--: writes -

-- [snowflake] a view swapped in
CREATE OR REPLACE TABLE mart.a AS SELECT id FROM raw.customers;
CREATE OR REPLACE TABLE mart.b CLONE mart.a;
ALTER TABLE mart.c SWAP WITH mart.b;
--> mart.a.id <- raw.customers.id
--> mart.c.id <- mart.a.id
