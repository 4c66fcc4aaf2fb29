CREATE TABLE bronze.sessions (session_id STRING, user_id BIGINT, device STRING, started_at TIMESTAMP, pages INT);
