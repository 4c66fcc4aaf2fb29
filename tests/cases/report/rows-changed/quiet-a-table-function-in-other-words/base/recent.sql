CREATE TABLE raw.orders (id INT, amount MONEY, discount MONEY, status VARCHAR(10), day DATE);
GO
CREATE FUNCTION dbo.recent (@since DATE) RETURNS TABLE AS
RETURN (SELECT o.id, o.amount - o.discount AS net FROM raw.orders o WHERE o.day >= @since AND o.status = 'paid');
GO
