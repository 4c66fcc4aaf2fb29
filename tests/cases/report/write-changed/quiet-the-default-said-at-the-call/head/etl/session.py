from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession


@dataclass
class LakeSession:
    """What every job of the lake shares."""

    root: str = "s3://acme-lake/curated"
    write_mode: str = "overwrite"
    file_format: str = "parquet"

    @property
    def spark(self) -> SparkSession:
        return SparkSession.builder.getOrCreate()

    def read(self, name: str) -> DataFrame:
        return self.spark.read.format(self.file_format).load(f"{self.root}/{name}")

    def write(self, df: DataFrame, name: str, partitions=None, mode=None) -> None:
        chosen = self.write_mode if mode is None else mode
        path = "/".join([self.root, name])
        df.write.save(path, format=self.file_format, mode=chosen, partitionBy=list(partitions) if partitions else None)
