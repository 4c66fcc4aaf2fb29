DROP TABLE IF EXISTS web.sessions;

CREATE TABLE web.sessions
USING delta
AS
SELECT session_id, MIN(at) AS started_at, COUNT(1) AS hits
FROM web.hits
GROUP BY session_id;
