-- OUTPUT of T-SQL
-- The rows that a statement touches go into another table: old values, new ones, generated keys.

-- [tsql] of an INSERT, into a table
INSERT INTO mart.t (id, v) OUTPUT inserted.id, inserted.v INTO mart.log (id, new) SELECT id, amount FROM raw.orders;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount
--> mart.log.id <- raw.orders.id
--> mart.log.new <- raw.orders.amount

-- [tsql] of an INSERT, through a table variable
DECLARE @new TABLE (id INT, v INT);
INSERT mart.t (id, v) OUTPUT inserted.id, inserted.v INTO @new SELECT id, amount FROM raw.orders;
INSERT INTO mart.log (id, new) SELECT id, v FROM @new;
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount
--> mart.log.id <- raw.orders.id
--> mart.log.new <- raw.orders.amount

-- [tsql] a key that the table has made
CREATE TABLE mart.dim (k INT IDENTITY(1, 1), id INT);
INSERT INTO mart.dim (id) OUTPUT inserted.k, inserted.id INTO mart.log (k, id) SELECT id FROM raw.orders;
--> mart.dim.id <- raw.orders.id
--> mart.log.k <- mart.dim.k
--> mart.log.id <- raw.orders.id

-- [tsql] of an UPDATE: old and new
UPDATE t SET v = o.amount
OUTPUT deleted.id, deleted.v, inserted.v, inserted.w, 'U' INTO mart.log (id, old, new, w, act)
FROM mart.t t JOIN raw.orders o ON o.id = t.id;
--> mart.t.v <- raw.orders.amount
--> mart.log.id <- mart.t.id
--> mart.log.old <- mart.t.v
--> mart.log.new <- raw.orders.amount
--> mart.log.w <- mart.t.w
--> mart.log ? mart.t.id, raw.orders.id
--: reads mart.t, raw.orders
--: writes mart.t, mart.log

-- [tsql] of a DELETE
DELETE FROM mart.t OUTPUT deleted.id, deleted.v INTO mart.log (id, old) WHERE w > 5;
--> mart.log.id <- mart.t.id
--> mart.log.old <- mart.t.v
--> mart.log ? mart.t.w

-- [tsql] of a MERGE, branch by branch
MERGE mart.t AS t USING raw.orders AS s ON s.id = t.id
WHEN MATCHED THEN UPDATE SET v = s.amount
WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.discount)
WHEN NOT MATCHED BY SOURCE THEN DELETE
OUTPUT $action, inserted.v, deleted.v, s.status INTO mart.log (act, new, old, status);
--> mart.t.id <- raw.orders.id
--> mart.t.v <- raw.orders.amount, raw.orders.discount
--> mart.log.new <- raw.orders.amount, raw.orders.discount
--> mart.log.old <- mart.t.v
--> mart.log.status <- raw.orders.status

-- [tsql] a statement inside FROM
INSERT INTO mart.log (id, new)
SELECT m.id, m.v
FROM (
  MERGE mart.t AS t USING raw.orders AS s ON s.id = t.id
  WHEN MATCHED THEN UPDATE SET v = s.amount
  OUTPUT $action, inserted.id, inserted.v
) AS m (act, id, v)
WHERE m.act = 'UPDATE';
--> mart.t.v <- raw.orders.amount
--> mart.log.id <- mart.t.id
--> mart.log.new <- raw.orders.amount

-- [tsql] a DELETE inside FROM
INSERT INTO mart.archive (id, v) SELECT d.id, d.v FROM (DELETE FROM mart.t OUTPUT deleted.id, deleted.v WHERE w > 5) AS d;
--> mart.archive.id <- mart.t.id
--> mart.archive.v <- mart.t.v
--: writes mart.t, mart.archive
