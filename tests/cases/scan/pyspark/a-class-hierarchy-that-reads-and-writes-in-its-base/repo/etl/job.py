from pyspark.sql import DataFrame, SparkSession


class Job:
    def __init__(self, spark: SparkSession, target: str) -> None:
        self.spark = spark
        self.target = target

    def extract(self) -> dict[str, DataFrame]:
        return {name: self.spark.table(table) for name, table in self.inputs.items()}

    def run(self) -> None:
        self.transform(**self.extract()).write.mode("overwrite").format("delta").saveAsTable(self.target)
