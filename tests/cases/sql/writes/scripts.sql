-- Scripts
-- Statements that build on each other, procedures, tasks, dynamic SQL.

-- [spark, snowflake, postgres, bigquery] two inserts are a union
CREATE TABLE mart.t (k INT, n VARCHAR(10));
INSERT INTO mart.t SELECT id, name FROM raw.customers;
INSERT INTO mart.t SELECT order_id, sku FROM raw.items;
--> mart.t.k <- raw.customers.id, raw.items.order_id
--> mart.t.n <- raw.customers.name, raw.items.sku

-- [snowflake, postgres, redshift, mysql] a temporary table filled twice
CREATE TEMPORARY TABLE x (k INT, n VARCHAR(10));
INSERT INTO x SELECT id, name FROM raw.customers;
INSERT INTO x (n, k) SELECT sku, order_id FROM raw.items;
INSERT INTO mart.t (k, n) SELECT k, n FROM x;
--> mart.t.k <- raw.customers.id, raw.items.order_id
--> mart.t.n <- raw.customers.name, raw.items.sku

-- [snowflake, postgres] a temporary table emptied and filled again
CREATE TEMPORARY TABLE x (k INT);
INSERT INTO x SELECT id FROM raw.customers;
TRUNCATE TABLE x;
INSERT INTO x SELECT order_id FROM raw.items;
INSERT INTO mart.t (k) SELECT k FROM x;
--> mart.t.k <- raw.items.order_id

-- [postgres, snowflake] a temporary table dropped and made again
CREATE TEMP TABLE x AS SELECT id AS k FROM raw.customers;
INSERT INTO mart.a (k) SELECT k FROM x;
DROP TABLE x;
CREATE TEMP TABLE x AS SELECT order_id AS k FROM raw.items;
INSERT INTO mart.b (k) SELECT k FROM x;
--> mart.a.k <- raw.customers.id
--> mart.b.k <- raw.items.order_id

-- [snowflake, redshift, postgres, mysql] a temporary table like another
CREATE TEMPORARY TABLE x (LIKE raw.items);
INSERT INTO x SELECT id, name, region, email FROM raw.customers;
INSERT INTO mart.t (p, q) SELECT sku, price FROM x;
--> mart.t.p <- raw.customers.name
--> mart.t.q <- raw.customers.email

-- [postgres, redshift, tsql] delete, then insert
DELETE FROM mart.t;
INSERT INTO mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [snowflake] a merge into a temporary table
CREATE TEMPORARY TABLE x (k INT, n VARCHAR);
MERGE INTO x USING raw.customers s ON x.k = s.id WHEN NOT MATCHED THEN INSERT (k, n) VALUES (s.id, s.name);
INSERT INTO mart.t (k, n) SELECT k, n FROM x;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [snowflake] a task
CREATE OR REPLACE TASK mart.load WAREHOUSE = wh SCHEDULE = '5 MINUTE' WHEN SYSTEM$STREAM_HAS_DATA('RAW.S') AS INSERT INTO mart.t (k, n) SELECT id, name FROM raw.customers;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [snowflake] a task of several statements
CREATE TASK mart.load SCHEDULE = 'USING CRON 0 9 * * * UTC' AS BEGIN
  INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  INSERT INTO mart.u (k) SELECT order_id FROM raw.items;
END;
--> mart.t.k <- raw.customers.id
--> mart.u.k <- raw.items.order_id

-- [snowflake] a stream is its table
CREATE OR REPLACE STREAM raw.s ON TABLE raw.customers APPEND_ONLY = TRUE;
MERGE INTO mart.t t USING (SELECT id, name FROM raw.s WHERE METADATA$ACTION = 'INSERT') s ON t.id = s.id
WHEN MATCHED THEN UPDATE SET t.name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name);
--> mart.t.id <- raw.customers.id
--> mart.t.name <- raw.customers.name

-- [snowflake] a pipe
CREATE OR REPLACE PIPE raw.p AUTO_INGEST = TRUE AS COPY INTO mart.t (id, n) FROM (SELECT $1, $2 FROM @raw.stage) FILE_FORMAT = (TYPE = CSV);
--> MART.T.ID <- @raw.stage.$1
--> MART.T.N <- @raw.stage.$2

-- [postgres] a function in SQL
CREATE OR REPLACE FUNCTION mart.load() RETURNS void LANGUAGE sql AS $$
  DELETE FROM mart.t;
  INSERT INTO mart.t (k, n) SELECT id, name FROM raw.customers;
$$;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [postgres] a function in PL/pgSQL
CREATE OR REPLACE FUNCTION mart.load(p_day date) RETURNS integer AS $body$
DECLARE
  r record;
  n integer := 0;
BEGIN
  CREATE TEMP TABLE x ON COMMIT DROP AS SELECT id, amount FROM raw.orders WHERE ts > p_day;
  IF n = 0 THEN
    INSERT INTO mart.t (k, a) SELECT id, amount FROM x;
  ELSIF n > 5 THEN
    RAISE NOTICE 'x %', n;
  ELSE
    UPDATE mart.t SET a = o.discount FROM raw.orders o WHERE o.id = mart.t.k;
  END IF;
  FOR r IN SELECT id, name FROM raw.customers LOOP
    INSERT INTO mart.u (k, n) VALUES (r.id, r.name);
  END LOOP;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
EXCEPTION WHEN others THEN
  RAISE;
END;
$body$ LANGUAGE plpgsql;
--> mart.t.k <- raw.orders.id
--> mart.t.a <- raw.orders.amount, raw.orders.discount
--> mart.u.k <- raw.customers.id
--> mart.u.n <- raw.customers.name

-- [postgres] a procedure of Postgres with SELECT INTO a variable
CREATE PROCEDURE mart.load() LANGUAGE plpgsql AS $$
DECLARE v_max int;
BEGIN
  SELECT max(id) INTO v_max FROM mart.t;
  INSERT INTO mart.t (id) SELECT id FROM raw.orders WHERE id > v_max;
  PERFORM mart.other();
  COMMIT;
END $$;
--> mart.t.id <- raw.orders.id
--: writes mart.t
--: reads raw.orders, (mart.t)

-- [postgres] dynamic SQL of Postgres that is a literal
DO $$
BEGIN
  EXECUTE 'INSERT INTO mart.t (k, n) SELECT id, name FROM raw.customers';
  EXECUTE 'TRUNCATE mart.z';
END $$;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name
--: writes mart.t, mart.z

-- [postgres] a function with a body between BEGIN ATOMIC and END
CREATE PROCEDURE mart.load() LANGUAGE SQL BEGIN ATOMIC
  INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  INSERT INTO mart.u (k) SELECT order_id FROM raw.items;
END;
--> mart.t.k <- raw.customers.id
--> mart.u.k <- raw.items.order_id

-- [redshift] a procedure of Redshift
CREATE OR REPLACE PROCEDURE mart.load(d IN date) AS $$
BEGIN
  DELETE FROM mart.t USING raw.orders o WHERE o.id = mart.t.k;
  INSERT INTO mart.t (k) SELECT id FROM raw.orders;
END;
$$ LANGUAGE plpgsql;
--> mart.t.k <- raw.orders.id

-- [bigquery] scripting of BigQuery
DECLARE d DATE DEFAULT CURRENT_DATE();
DECLARE n INT64;
SET n = (SELECT COUNT(*) FROM mart.t);
IF n = 0 THEN
  INSERT INTO mart.t (k) SELECT id FROM raw.customers;
ELSEIF n > 5 THEN
  INSERT INTO mart.t (k) SELECT order_id FROM raw.items;
ELSE
  SELECT 1;
END IF;
FOR r IN (SELECT id, name FROM raw.customers) DO
  INSERT INTO mart.u (k, n) VALUES (r.id, r.name);
END FOR;
WHILE n > 0 DO
  SET n = n - 1;
  INSERT INTO mart.w (k) SELECT id FROM raw.orders;
END WHILE;
LOOP
  INSERT INTO mart.x (k) SELECT id FROM raw.orders;
  BREAK;
END LOOP;
BEGIN
  INSERT INTO mart.y (k) SELECT id FROM raw.orders;
EXCEPTION WHEN ERROR THEN
  INSERT INTO mart.z (k) SELECT id FROM raw.orders;
  RAISE USING MESSAGE = 'x';
END;
--> mart.t.k <- raw.customers.id, raw.items.order_id
--> mart.u.k <- raw.customers.id
--> mart.u.n <- raw.customers.name
--> mart.w.k <- raw.orders.id
--> mart.x.k <- raw.orders.id
--> mart.y.k <- raw.orders.id
--> mart.z.k <- raw.orders.id
--: reads raw.customers, raw.items, raw.orders, (mart.t)

-- [bigquery] a procedure of BigQuery
CREATE OR REPLACE PROCEDURE mart.load(IN d DATE, OUT n INT64)
OPTIONS (strict_mode = false)
BEGIN
  DECLARE x INT64;
  CREATE TEMP TABLE tmp AS SELECT id, amount FROM raw.orders WHERE DATE(ts) = d;
  MERGE mart.t t USING tmp s ON t.id = s.id WHEN MATCHED THEN UPDATE SET amount = s.amount WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (id, amount);
  EXECUTE IMMEDIATE 'INSERT INTO mart.u (k) SELECT id FROM raw.customers';
  EXECUTE IMMEDIATE """
    INSERT INTO mart.v (k) SELECT order_id FROM raw.items WHERE sku = @s
  """ USING 'a' AS s;
END;
--> mart.t.id <- raw.orders.id
--> mart.t.amount <- raw.orders.amount
--> mart.u.k <- raw.customers.id
--> mart.v.k <- raw.items.order_id

-- [bigquery] case statements of BigQuery
CASE
  WHEN EXISTS (SELECT 1 FROM mart.t) THEN INSERT INTO mart.a (k) SELECT id FROM raw.customers;
  ELSE INSERT INTO mart.b (k) SELECT id FROM raw.orders;
END CASE;
--> mart.a.k <- raw.customers.id
--> mart.b.k <- raw.orders.id
--: reads raw.customers, raw.orders, (mart.t)

-- [snowflake] a procedure of Snowflake in SQL
CREATE OR REPLACE PROCEDURE mart.load(d DATE) RETURNS VARCHAR LANGUAGE SQL EXECUTE AS CALLER AS
$$
DECLARE
  n INTEGER DEFAULT 0;
  res RESULTSET;
BEGIN
  LET x := 1;
  CREATE OR REPLACE TEMPORARY TABLE tmp AS SELECT id, amount FROM raw.orders WHERE ts > :d;
  INSERT INTO mart.t (k, a) SELECT id, amount FROM tmp;
  n := SQLROWCOUNT;
  IF (n > 0) THEN
    UPDATE mart.t SET a = o.discount FROM raw.orders o WHERE o.id = mart.t.k;
  END IF;
  EXECUTE IMMEDIATE 'INSERT INTO mart.u (k) SELECT id FROM raw.customers';
  RETURN 'ok';
EXCEPTION
  WHEN OTHER THEN
    ROLLBACK;
    RETURN SQLERRM;
END;
$$;
--> mart.t.k <- raw.orders.id
--> mart.t.a <- raw.orders.amount, raw.orders.discount
--> mart.u.k <- raw.customers.id

-- [snowflake] a procedure of Snowflake without dollars
CREATE OR REPLACE PROCEDURE mart.load() RETURNS VARCHAR LANGUAGE SQL AS
BEGIN
  INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  INSERT INTO mart.u (k) SELECT order_id FROM raw.items;
  RETURN 'ok';
END;
--> mart.t.k <- raw.customers.id
--> mart.u.k <- raw.items.order_id

-- [snowflake] an anonymous block of Snowflake
EXECUTE IMMEDIATE $$
DECLARE c CURSOR FOR SELECT id, name FROM raw.customers;
BEGIN
  FOR r IN c DO
    INSERT INTO mart.t (k, n) VALUES (r.id, r.name);
  END FOR;
  FOR i IN 1 TO 10 DO
    INSERT INTO mart.u (k) SELECT id FROM raw.orders;
  END FOR;
END;
$$;
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.u.k <- raw.orders.id

-- [snowflake] a procedure in another language
CREATE OR REPLACE PROCEDURE mart.load() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS $$
  snowflake.execute({sqlText: "INSERT INTO mart.t SELECT id FROM raw.customers"});
$$;
INSERT INTO mart.u (k) SELECT id FROM raw.customers;
--> mart.u.k <- raw.customers.id
--! JAVASCRIPT

-- [oracle] a block of PL/SQL
DECLARE
  v_n NUMBER;
  CURSOR c IS SELECT id, name FROM raw.customers;
BEGIN
  SELECT COUNT(*) INTO v_n FROM mart.t;
  IF v_n > 0 THEN
    DELETE FROM mart.t WHERE k = 1;
  END IF;
  INSERT INTO mart.t (k, a) SELECT id, amount FROM raw.orders;
  FOR r IN (SELECT id, region FROM raw.customers WHERE name IS NOT NULL) LOOP
    INSERT INTO mart.u (k, g) VALUES (r.id, UPPER(r.region));
    UPDATE mart.w SET g = r.region WHERE k = r.id;
  END LOOP;
  FOR x IN c LOOP
    INSERT INTO mart.y (k, n) VALUES (x.id, x.name);
  END LOOP;
  EXECUTE IMMEDIATE 'TRUNCATE TABLE mart.z';
  EXECUTE IMMEDIATE 'INSERT INTO mart.z (k) SELECT id FROM raw.orders';
  DBMS_OUTPUT.PUT_LINE('done');
  COMMIT;
EXCEPTION
  WHEN NO_DATA_FOUND THEN NULL;
  WHEN OTHERS THEN
    ROLLBACK;
    RAISE;
END;
/
--> mart.t.k <- raw.orders.id
--> mart.t.a <- raw.orders.amount
--> mart.u.k <- raw.customers.id
--> mart.u.g <- raw.customers.region
--> mart.w.g <- raw.customers.region
--> mart.y.k <- raw.customers.id
--> mart.y.n <- raw.customers.name
--> mart.z.k <- raw.orders.id

-- [oracle] a procedure of Oracle
CREATE OR REPLACE PROCEDURE mart.load (p_day IN DATE, p_n OUT NUMBER) AS
  v_id raw.orders.id%TYPE;
BEGIN
  MERGE INTO mart.t t USING raw.orders s ON (t.id = s.id)
  WHEN MATCHED THEN UPDATE SET t.a = s.amount
  WHEN NOT MATCHED THEN INSERT (id, a) VALUES (s.id, s.amount);
  p_n := SQL%ROWCOUNT;
END load;
/
CREATE OR REPLACE PROCEDURE mart.load2 IS
BEGIN
  INSERT INTO mart.u (k) SELECT id FROM raw.customers;
END;
/
--> mart.t.id <- raw.orders.id
--> mart.t.a <- raw.orders.amount
--> mart.u.k <- raw.customers.id

-- [oracle] a package of Oracle
CREATE OR REPLACE PACKAGE BODY mart.pkg AS
  g_x CONSTANT NUMBER := 1;
  PROCEDURE a IS
    v NUMBER;
  BEGIN
    INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  END a;
  FUNCTION b (p NUMBER) RETURN NUMBER IS
  BEGIN
    UPDATE mart.t SET n = (SELECT MAX(name) FROM raw.customers) WHERE k = p;
    RETURN 1;
  END b;
END pkg;
/
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [oracle] rows collected in bulk
DECLARE
  CURSOR c IS SELECT id, name FROM raw.customers;
  TYPE tab IS TABLE OF c%ROWTYPE;
  l_rows tab;
BEGIN
  OPEN c;
  LOOP
    FETCH c BULK COLLECT INTO l_rows LIMIT 1000;
    FORALL i IN 1 .. l_rows.COUNT
      INSERT INTO mart.t (k, n) VALUES (l_rows(i).id, l_rows(i).name);
    EXIT WHEN c%NOTFOUND;
  END LOOP;
  CLOSE c;
END;
/
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [oracle] bulk collect of a query
DECLARE
  TYPE tab IS TABLE OF raw.customers%ROWTYPE;
  l_rows tab;
BEGIN
  SELECT * BULK COLLECT INTO l_rows FROM raw.customers;
  FORALL i IN l_rows.FIRST .. l_rows.LAST
    INSERT INTO mart.t (k, n) VALUES (l_rows(i).id, l_rows(i).name);
END;
/
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [oracle] a variable taken from a query
DECLARE
  v_id NUMBER;
  v_name VARCHAR2(100);
BEGIN
  SELECT id, name INTO v_id, v_name FROM raw.customers WHERE ROWNUM = 1;
  INSERT INTO mart.t (k, n) VALUES (v_id, v_name);
END;
/
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [oracle] dynamic SQL that is put together
BEGIN
  EXECUTE IMMEDIATE 'INSERT INTO ' || v_table || ' SELECT 1 FROM dual';
END;
/
--: writes {V_TABLE}

-- [oracle] a trigger
CREATE OR REPLACE TRIGGER mart.trg AFTER INSERT OR UPDATE ON mart.t FOR EACH ROW
BEGIN
  INSERT INTO mart.log (k, n) VALUES (:NEW.k, :OLD.n);
END;
/
--> mart.log.k <- mart.t.k
--> mart.log.n <- mart.t.n

-- [mysql] a trigger of MySQL
DELIMITER //
CREATE TRIGGER trg AFTER INSERT ON mart.t FOR EACH ROW
BEGIN
  INSERT INTO mart.log (k, n) VALUES (NEW.k, NEW.n);
END//
DELIMITER ;
--> mart.log.k <- mart.t.k
--> mart.log.n <- mart.t.n

-- [mysql] a procedure of MySQL
DELIMITER $$
CREATE PROCEDURE mart.load(IN d DATE)
BEGIN
  DECLARE done INT DEFAULT 0;
  DECLARE v_id INT;
  DECLARE cur CURSOR FOR SELECT id FROM raw.customers;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  START TRANSACTION;
  DROP TEMPORARY TABLE IF EXISTS x;
  CREATE TEMPORARY TABLE x AS SELECT id, amount FROM raw.orders WHERE ts > d;
  INSERT INTO mart.t (k, a) SELECT id, amount FROM x;
  OPEN cur;
  read_loop: LOOP
    FETCH cur INTO v_id;
    IF done THEN LEAVE read_loop; END IF;
    INSERT INTO mart.u (k) VALUES (v_id);
  END LOOP;
  CLOSE cur;
  COMMIT;
END$$
DELIMITER ;
INSERT INTO mart.w (k) SELECT id FROM raw.customers;
--> mart.t.k <- raw.orders.id
--> mart.t.a <- raw.orders.amount
--> mart.u.k <- raw.customers.id
--> mart.w.k <- raw.customers.id

-- [mysql] an event of MySQL
CREATE EVENT mart.e ON SCHEDULE EVERY 1 DAY DO INSERT INTO mart.t (k) SELECT id FROM raw.customers;
--> mart.t.k <- raw.customers.id

-- [mysql] a prepared statement of MySQL
SET @s = 'INSERT INTO mart.t (k) SELECT id FROM raw.customers';
PREPARE p FROM @s;
EXECUTE p;
DEALLOCATE PREPARE p;
--> mart.t.k <- raw.customers.id

-- [databricks] scripting of Databricks
BEGIN
  DECLARE n INT DEFAULT 0;
  CREATE OR REPLACE TEMPORARY VIEW x AS SELECT id, amount FROM raw.orders;
  IF n = 0 THEN
    INSERT INTO mart.t (k, a) SELECT id, amount FROM x;
  END IF;
  FOR r AS SELECT id, name FROM raw.customers DO
    INSERT INTO mart.u (k, n) VALUES (r.id, r.name);
  END FOR;
END;
--> mart.t.k <- raw.orders.id
--> mart.t.a <- raw.orders.amount
--> mart.u.k <- raw.customers.id
--> mart.u.n <- raw.customers.name

-- [databricks] a procedure of Databricks
CREATE OR REPLACE PROCEDURE mart.load(d DATE) LANGUAGE SQL SQL SECURITY INVOKER AS BEGIN
  INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  INSERT INTO mart.u (k) SELECT order_id FROM raw.items;
END;
--> mart.t.k <- raw.customers.id
--> mart.u.k <- raw.items.order_id

-- [databricks] dynamic SQL of Databricks
EXECUTE IMMEDIATE 'INSERT INTO mart.t (k) SELECT id FROM raw.customers';
--> mart.t.k <- raw.customers.id

-- [trino] a prepared statement of Trino
PREPARE p FROM INSERT INTO mart.t (k) SELECT id FROM raw.customers;
EXECUTE p;
--> mart.t.k <- raw.customers.id

-- [postgres, spark, trino, mysql] an explained statement writes nothing
EXPLAIN INSERT INTO mart.t (k) SELECT id FROM raw.customers;
--: writes -

-- [duckdb] macros of DuckDB
CREATE MACRO add1(a) AS a + 1;
ATTACH 'x.db' AS x;
CREATE TABLE x.mart.t AS SELECT id FROM raw.customers;
FROM raw.customers SELECT id;
CREATE TABLE mart.u AS FROM raw.customers SELECT id AS k;
INSERT INTO mart.w FROM raw.customers;
--> x.mart.t.id <- raw.customers.id
--> mart.u.k <- raw.customers.id
--> mart.w.id <- raw.customers.id
--> mart.w.name <- raw.customers.name
--> mart.w.region <- raw.customers.region
--> mart.w.email <- raw.customers.email

-- [postgres] an exception for transactions
BEGIN;
TRUNCATE mart.t;
INSERT INTO mart.t (k) SELECT id FROM raw.customers;
SAVEPOINT a;
COMMIT;
--> mart.t.k <- raw.customers.id

-- [snowflake] a procedure returning a table
CREATE OR REPLACE PROCEDURE p() RETURNS TABLE () LANGUAGE SQL AS
$$
DECLARE
  res RESULTSET DEFAULT (SELECT id FROM raw.customers);
BEGIN
  INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  RETURN TABLE(res);
END;
$$;
--> mart.t.k <- raw.customers.id

-- [oracle] nested blocks
BEGIN
  BEGIN
    INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  EXCEPTION WHEN DUP_VAL_ON_INDEX THEN
    UPDATE mart.t SET n = 1;
  END;
  <<outer>>
  FOR i IN 1 .. 3 LOOP
    WHILE TRUE LOOP
      INSERT INTO mart.u (k) SELECT id FROM raw.orders;
      EXIT outer WHEN i > 2;
    END LOOP;
  END LOOP outer;
  load_it(1, 'a');
  pkg.load_all;
END;
/
--> mart.t.k <- raw.customers.id
--> mart.u.k <- raw.orders.id

-- [oracle] a record into a row
BEGIN
  FOR r IN (SELECT id, name FROM raw.customers) LOOP
    INSERT INTO mart.t (k, n) VALUES r;
  END LOOP;
END;
/
--> mart.t.k <- raw.customers.id
--> mart.t.n <- raw.customers.name

-- [mysql] if and case around statements
DELIMITER //
CREATE PROCEDURE p(IN a INT)
BEGIN
  IF a = 1 THEN
    INSERT INTO mart.t (k) SELECT id FROM raw.customers;
  ELSEIF a = 2 THEN
    DELETE FROM mart.t WHERE k = 2;
  ELSE
    REPLACE INTO mart.u (k) SELECT id FROM raw.orders;
  END IF;
  CASE a WHEN 1 THEN UPDATE mart.w SET x = 1; ELSE BEGIN END; END CASE;
END //
DELIMITER ;
--> mart.t.k <- raw.customers.id
--> mart.u.k <- raw.orders.id
--: writes mart.t, mart.u, mart.w
--: reads raw.customers, raw.orders

-- [postgres] perform and notices
DO $$
DECLARE r record;
BEGIN
  FOR r IN EXECUTE 'SELECT id, name FROM raw.customers' LOOP
    RAISE NOTICE '%', r.id;
  END LOOP;
  WITH moved AS (DELETE FROM mart.a WHERE k < 10 RETURNING *) INSERT INTO mart.b SELECT * FROM moved;
  RETURN;
END $$;
--: writes mart.a, mart.b

-- [mysql] an error handler with a block of its own
CREATE PROCEDURE p(IN day DATE)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
  INSERT INTO mart.t (id) SELECT id FROM raw.orders WHERE ts > day;
END;
--> mart.t.id <- raw.orders.id
--> mart.t ? raw.orders.ts

-- [postgres] a row for each that a loop goes through
CREATE PROCEDURE p() LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  FOR r IN SELECT id, name FROM raw.customers WHERE region = 'X' LOOP
    INSERT INTO mart.t (id, n, made) VALUES (r.id, upper(r.name), now());
  END LOOP;
END; $$;
--> mart.t.id <- raw.customers.id
--> mart.t.n <- raw.customers.name
--> mart.t ? raw.customers.region

-- [oracle] dynamic SQL with numbered binds
BEGIN
  EXECUTE IMMEDIATE 'INSERT INTO mart.t (id) SELECT id FROM raw.orders WHERE amount > :1 AND status = :2' USING 5, 'x';
END;
--> mart.t.id <- raw.orders.id
--> mart.t ? raw.orders.amount, raw.orders.status
