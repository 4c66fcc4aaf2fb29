-- Functions that are written in SQL
-- A call stands for what the function's body computes of its arguments; a table that the body reads
-- decides, and gives, the value.

-- [bigquery] an expression
CREATE TEMP FUNCTION net(a FLOAT64, d FLOAT64) AS (a - d);
CREATE TABLE t AS SELECT id, net(amount, discount) AS net FROM orders;
--> id <- id
--> net <- amount, discount

-- [bigquery] arguments that the body does not use, or tests only
CREATE TEMP FUNCTION kept(a FLOAT64, b FLOAT64, c STRING) AS (IF(c = 'x', a, 0));
CREATE TABLE t AS SELECT kept(amount, discount, status) AS v FROM orders;
--> v <- amount ? status

-- [bigquery] a table read in the body
CREATE OR REPLACE FUNCTION region_of(cid INT64) AS ((SELECT region FROM customers WHERE id = cid));
CREATE TABLE t AS SELECT id, region_of(customer_id) AS region FROM orders;
--> id <- id
--> region <- customers.region ? customers.id, customer_id

-- [bigquery] a function that calls another
CREATE TEMP FUNCTION half(a FLOAT64) AS (a / 2);
CREATE TEMP FUNCTION least_half(a FLOAT64, b FLOAT64) AS (LEAST(half(a), half(b)));
CREATE TABLE t AS SELECT least_half(amount, discount) AS v FROM orders;
--> v <- amount, discount

-- [bigquery] another language: any argument may be in the value
CREATE TEMP FUNCTION js(x STRING) RETURNS STRING LANGUAGE js AS "return x;";
CREATE TABLE t AS SELECT js(status) AS v FROM orders;
--> v <- status

-- [duckdb] a macro
CREATE MACRO net(a, d) AS a - d;
CREATE TABLE t AS SELECT id, net(amount, discount) AS net FROM orders;
--> id <- id
--> net <- amount, discount

-- [databricks] RETURN, with and without a query
CREATE FUNCTION net(a DOUBLE, d DOUBLE) RETURNS DOUBLE RETURN a - d;
CREATE FUNCTION region_of(cid INT) RETURNS STRING RETURN SELECT max(region) FROM customers WHERE id = cid;
CREATE TABLE t AS SELECT net(amount, discount) AS net, region_of(customer_id) AS region FROM orders;
--> net <- amount, discount
--> region <- customers.region ? customers.id, customer_id

-- [postgres] a body in quotes, its arguments by name and by number
CREATE FUNCTION net(a numeric, d numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT a - d $$;
CREATE FUNCTION region_of(int) RETURNS text LANGUAGE sql AS 'SELECT region FROM customers WHERE id = $1';
CREATE TABLE t AS SELECT net(amount, discount) AS net, region_of(customer_id) AS region FROM orders;
--> net <- amount, discount
--> region <- customers.region ? customers.id, customer_id

-- [snowflake] a body that is an expression, and one that is a query
CREATE FUNCTION net(a number, d number) RETURNS number AS 'a - d';
CREATE FUNCTION region_of(cid number) RETURNS varchar AS $$ SELECT max(region) FROM customers WHERE id = cid $$;
CREATE TABLE t AS SELECT net(amount, discount) AS net, region_of(customer_id) AS region FROM orders;
--> net <- amount, discount
--> region <- customers.region ? customers.id, customer_id

-- [tsql] a scalar function with a variable
CREATE FUNCTION dbo.region_of (@customer int) RETURNS varchar(20) AS
BEGIN
  DECLARE @found varchar(20);
  SELECT @found = c.region FROM dbo.customers c WHERE c.id = @customer;
  RETURN @found;
END
GO
SELECT o.id, dbo.region_of(o.customer_id) AS region INTO t FROM dbo.orders o;
--> id <- id
--> region <- customers.region ? customers.id, customer_id

-- [tsql] a function that returns in several places
CREATE FUNCTION dbo.price (@net int, @discount int) RETURNS int AS
BEGIN
  IF @discount IS NULL
    RETURN @net;
  RETURN @net - @discount;
END
GO
SELECT o.id, dbo.price(o.amount, o.discount) AS price INTO t FROM dbo.orders o;
--> id <- id
--> price <- amount, discount
