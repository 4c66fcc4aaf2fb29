CREATE OR REPLACE TABLE web.sessions USING DELTA AS
SELECT session_id, min(at) AS started_at, count(*) AS hits FROM web.hits GROUP BY session_id;
