import argparse

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from etl.columns import PaymentColumns as C
from etl.job import Job


class PaymentsPerUser(Job):
    inputs = {"payments": "raw.payments"}

    def transform(self, payments: DataFrame) -> DataFrame:
        return (
            payments.filter(F.col(C.STATE) == "settled")
            .withColumn(C.AMOUNT, F.col("cents") / 100)
            .groupBy(C.USER)
            .agg(F.sum(C.AMOUNT).alias(f"total_{C.AMOUNT}"), F.countDistinct("currency").alias("currencies"))
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", default="gold.payments_per_user")
    PaymentsPerUser(SparkSession.builder.getOrCreate(), parser.parse_args().target).run()
