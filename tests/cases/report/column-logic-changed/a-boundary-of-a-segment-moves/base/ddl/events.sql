CREATE TABLE web.events (event_id STRING NOT NULL, user_pseudo_id STRING, event_name STRING, event_timestamp TIMESTAMP, engagement_msec INT64);
