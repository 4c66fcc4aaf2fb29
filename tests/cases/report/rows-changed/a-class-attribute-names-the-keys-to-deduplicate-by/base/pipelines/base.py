from abc import ABC, abstractmethod

from pyspark.sql import DataFrame, SparkSession


class Pipeline(ABC):
    source: str
    target: str
    keys: list[str] = []

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark

    @abstractmethod
    def transform(self, df: DataFrame) -> DataFrame: ...

    def run(self) -> None:
        df = self.spark.table(self.source)
        if self.keys:
            df = df.dropDuplicates(self.keys)
        self.transform(df).write.mode("overwrite").saveAsTable(self.target)
