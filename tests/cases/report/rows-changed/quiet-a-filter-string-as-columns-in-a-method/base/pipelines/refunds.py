from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.base import Pipeline


class Refunds(Pipeline):
    source = "bronze.refunds"
    target = "silver.refunds"
    keys = ["refund_id"]

    def transform(self, df: DataFrame) -> DataFrame:
        return df.filter("amount between 0.01 and 10000").select("refund_id", "order_id", "amount", F.upper("reason").alias("reason"))


if __name__ == "__main__":
    Refunds(SparkSession.builder.getOrCreate()).run()
