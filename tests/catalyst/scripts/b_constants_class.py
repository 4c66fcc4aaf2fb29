# table silver.events(user_id string, cell_id string, event_time timestamp, lat double, lon double, error_flag int)
# table silver.cells(cell_id string, zone string, technology string)
"""Column names come from constants classes."""
import pyspark.sql.functions as F
from pyspark.sql import SparkSession, Window


class ColNames:
    user_id = "user_id"
    cell_id = "cell_id"
    timestamp = "event_time"
    latitude = "lat"
    longitude = "lon"
    error_flag = "error_flag"


class StayCols(ColNames):
    zone = "zone"
    next_time = "next_time"
    stay_seconds = "stay_seconds"


class Tables:
    EVENTS = "silver.events"
    CELLS = "silver.cells"
    STAYS = "gold.stays"
    DB = "gold"
    ZONES = DB + ".zone_totals"


spark = SparkSession.builder.getOrCreate()
events = spark.table(Tables.EVENTS).where(F.col(ColNames.error_flag) == F.lit(0))
w = Window.partitionBy(StayCols.user_id).orderBy(StayCols.timestamp)
stays = (
    events.withColumn(StayCols.next_time, F.lead(ColNames.timestamp).over(w))
    .withColumn(
        StayCols.stay_seconds,
        F.unix_timestamp(F.col(StayCols.next_time)) - F.unix_timestamp(F.col(StayCols.timestamp)),
    )
    .join(spark.table(Tables.CELLS), on=[StayCols.cell_id], how="inner")
)
stays.select([StayCols.user_id, StayCols.zone, StayCols.stay_seconds]).write.mode("overwrite").saveAsTable(Tables.STAYS)
stays.groupBy(StayCols.zone).agg(
    F.sum(StayCols.stay_seconds).alias("total"), F.countDistinct(ColNames.user_id).alias("users")
).write.mode("overwrite").saveAsTable(Tables.ZONES)
