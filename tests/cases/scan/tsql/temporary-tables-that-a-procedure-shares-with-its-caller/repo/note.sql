CREATE PROCEDURE dbo.note @message varchar(100) AS INSERT INTO dbo.notes (message) VALUES (@message);
