CREATE TABLE gold.sessions (session_id STRING, variant STRING, converted BOOLEAN);
