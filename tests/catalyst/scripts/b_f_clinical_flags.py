# table cvd.journals(nhs_number string, code string, journal_date date, value1 double, value2 double)
# table cvd.codes(code string, cluster string)
# table cvd.patients(nhs_number string, dob date, sex string, practice string)
"""Cohorts flagged by code clusters; constants in params."""
from dataclasses import dataclass

import pyspark.sql.functions as F
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.window import Window


@dataclass(frozen=True)
class Params:
    PID: str = "nhs_number"
    DATE: str = "journal_date"
    CODE: str = "code"
    CLUSTER: str = "cluster"
    FLAG: str = "flag"
    BP_CLUSTERS: tuple = ("BP_COD", "ABPM_COD")


params = Params()


def flag_cluster(df: DataFrame, clusters, name: str) -> DataFrame:
    condition = F.col(params.CLUSTER).isin(list(clusters))
    return df.withColumn(name, F.when(condition, F.lit(1)).otherwise(F.lit(0)))


def latest_per_patient(df, order_col=params.DATE, partition=(params.PID,)):
    w = Window.partitionBy(*partition).orderBy(F.col(order_col).desc())
    return df.withColumn("rank", F.dense_rank().over(w)).filter(F.col("rank") == 1).drop("rank")


def main():
    spark = SparkSession.builder.getOrCreate()
    journals = spark.table("cvd.journals").join(spark.table("cvd.codes"), on=params.CODE, how="inner")
    flagged = flag_cluster(journals, params.BP_CLUSTERS, "bp_flag").filter(F.col("bp_flag") == 1)
    latest = latest_per_patient(flagged).withColumnRenamed("value1", "systolic").withColumnRenamed("value2", "diastolic")
    patients = spark.table("cvd.patients").withColumn("age", F.floor(F.datediff(F.current_date(), F.col("dob")) / 365.25))
    result = patients.join(latest.select(params.PID, "systolic", "diastolic", params.DATE), params.PID, "left").withColumn(
        "high_bp", (F.col("systolic") >= 140) | (F.col("diastolic") >= 90)
    )
    result.write.mode("overwrite").saveAsTable("cvd.blood_pressure")


main()
