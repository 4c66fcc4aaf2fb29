CREATE TABLE iot.readings (device STRING, metric STRING, raw STRING, at TIMESTAMP);
