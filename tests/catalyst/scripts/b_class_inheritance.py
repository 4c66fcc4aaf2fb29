# table crm.leads(lead_id bigint, source string, score double, created date, owner_id bigint)
# table crm.owners(owner_id bigint, owner_name string, team string)
"""A base job with hooks, two jobs that override them."""
from abc import ABC, abstractmethod

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


class BaseJob(ABC):
    target: str = ""
    write_mode = "overwrite"

    def __init__(self, spark: SparkSession):
        self.spark = spark

    @abstractmethod
    def extract(self) -> dict:
        ...

    def transform(self, frames: dict) -> DataFrame:
        raise NotImplementedError

    def load(self, df: DataFrame) -> None:
        df.write.mode(self.write_mode).saveAsTable(self.target)

    def run(self):
        frames = self.extract()
        df = self.transform(frames)
        self.load(self.audit(df))

    def audit(self, df):
        return df.withColumn("loaded_by", F.lit(type(self).__name__))


class LeadsJob(BaseJob):
    target = "mart.leads"

    def extract(self):
        return {"leads": self.spark.table("crm.leads"), "owners": self.spark.table("crm.owners")}

    def transform(self, frames):
        leads, owners = frames["leads"], frames["owners"]
        return leads.join(owners, on="owner_id", how="inner").select(
            "lead_id", "source", F.round("score", 2).alias("score"), "owner_name"
        )


class TeamScoreJob(LeadsJob):
    target = "mart.team_scores"
    write_mode = "append"

    def transform(self, frames):
        joined = frames["leads"].join(frames["owners"], "owner_id")
        return joined.groupBy("team").agg(F.avg("score").alias("avg_score"), F.max("created").alias("last_lead"))

    def audit(self, df):
        return super().audit(df).withColumn("is_good", F.col("avg_score") > 50)


if __name__ == "__main__":
    spark = SparkSession.builder.getOrCreate()
    for job in (LeadsJob, TeamScoreJob):
        job(spark).run()
