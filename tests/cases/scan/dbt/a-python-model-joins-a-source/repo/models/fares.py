import pyspark.sql.functions as F


def per_zone(rides):
    return rides.groupBy("zone_id").agg(F.sum("fare").alias("fare"))


def model(dbt, session):
    dbt.config(materialized="table", alias="zone_fares")
    rides = dbt.ref("stg_rides")
    zones = dbt.source("raw", "zones")
    return per_zone(rides).join(zones, "zone_id").select("zone_id", zones.borough, "fare")
