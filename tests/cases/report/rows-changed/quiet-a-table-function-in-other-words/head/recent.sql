CREATE TABLE raw.orders (id INT, amount MONEY, discount MONEY, status VARCHAR(10), day DATE);
GO
ALTER FUNCTION dbo.recent (@from DATE)
RETURNS TABLE
AS RETURN
  WITH paid AS (SELECT id, amount, discount, day FROM raw.orders WHERE status = 'paid')
  SELECT id, amount - discount AS net FROM paid WHERE @from <= day;
GO
