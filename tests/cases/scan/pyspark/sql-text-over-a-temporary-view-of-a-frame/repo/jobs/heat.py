from pyspark.sql import SparkSession
from pyspark.sql.functions import col

THRESHOLD = 70
spark = SparkSession.builder.getOrCreate()
readings = spark.table("iot.readings").select("device_id", "at", "celsius", col("site.name").alias("site"))
readings.createOrReplaceTempView("readings")
hot = spark.sql(f"""
    SELECT site, device_id, MAX(celsius) AS hottest
    FROM readings
    WHERE celsius > {THRESHOLD}
    GROUP BY site, device_id
""")
hot.writeTo("iot.hot_devices").createOrReplace()
