CREATE TABLE iot.readings (device_id STRING, at TIMESTAMP, celsius DOUBLE, site STRUCT<name: STRING, lat: DOUBLE>);
