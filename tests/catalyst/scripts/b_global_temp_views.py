# table raw.logs(level string, message string, at timestamp, host string)
"""Global temporary views and views made in SQL."""
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
logs = spark.read.table("raw.logs")
logs.where("level in ('ERROR', 'FATAL')").createOrReplaceGlobalTempView("bad_logs")
spark.sql(
    """
    CREATE OR REPLACE TEMPORARY VIEW hourly AS
    SELECT date_trunc('HOUR', at) AS hour, host, count(*) AS n, collect_set(level) AS levels
    FROM global_temp.bad_logs GROUP BY 1, 2
    """
)
spark.sql("CREATE TABLE ops.error_hours USING parquet AS SELECT hour, host, n FROM hourly WHERE n > 10")
spark.table("global_temp.bad_logs").selectExpr("host", "substr(message, 1, 80) as head", "at as seen_at").write.saveAsTable("ops.heads")
