CREATE PROCEDURE dbo.load_recent @day DATE AS
INSERT INTO mart.recent (id, net)
SELECT r.id, r.net FROM dbo.recent(@day) AS r;
GO
