CREATE TABLE raw.web_events (
  event_id STRING NOT NULL, session_id STRING, user_id BIGINT, event_name STRING, page STRING, received_at TIMESTAMP
);
