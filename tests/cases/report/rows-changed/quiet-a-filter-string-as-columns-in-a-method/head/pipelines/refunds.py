from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, upper

from pipelines.base import Pipeline

SMALLEST, LARGEST = 0.01, 10000


class RefundPipeline(Pipeline):
    source = "bronze.refunds"
    target = "silver.refunds"
    keys = ["refund_id"]

    @staticmethod
    def _plausible(df: DataFrame) -> DataFrame:
        return df.where((col("amount") <= LARGEST) & (col("amount") >= SMALLEST))

    def transform(self, df: DataFrame) -> DataFrame:
        kept = self._plausible(df)
        return kept.withColumn("reason", upper(col("reason"))).select("refund_id", "order_id", "amount", "reason")


def main() -> None:
    spark = SparkSession.builder.appName("refunds").getOrCreate()
    RefundPipeline(spark).run()


if __name__ == "__main__":
    main()
