# table claims.lines(claim_id string, icd string, cpt string, billed double, allowed double, paid double, pos string, member_id string)
"""Long when chains with isin, between and like."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.functions import col, lit, when

INPATIENT = ["21", "51", "61"]
OUTPATIENT = {"19", "22", "24"}

spark = SparkSession.builder.getOrCreate()
lines = spark.table("claims.lines")
setting = (
    when(col("pos").isin(INPATIENT), lit("inpatient"))
    .when(col("pos").isin(*sorted(OUTPATIENT)), lit("outpatient"))
    .when(col("pos").isNull(), lit("unknown"))
    .otherwise(F.concat(lit("pos-"), col("pos")))
)
denied = (col("paid") == 0) & (col("billed") > 0)
lines = (
    lines.withColumn("setting", setting)
    .withColumn("is_diabetes", col("icd").like("E11%") | col("icd").between("E08", "E13"))
    .withColumn("denied", when(denied, col("billed")).otherwise(0))
    .withColumn("ratio", when(col("billed") != 0, col("paid") / col("billed")))
)
lines.write.mode("overwrite").saveAsTable("claims_mart.lines")
lines.where(col("is_diabetes")).groupBy("member_id", "setting").agg(
    F.sum(when(denied, 1).otherwise(0)).alias("denials"),
    F.sum(col("allowed") - col("paid")).alias("owed"),
    F.max(when(col("setting") == "inpatient", col("cpt"))).alias("last_inpatient_cpt"),
).filter(col("denials") > 2).write.mode("overwrite").saveAsTable("claims_mart.diabetes")
