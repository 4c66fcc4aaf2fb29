# table bronze.variants(variant_id string, chromosome string, position int, ref string, alt string, af double)
# table bronze.studies(study_id string, variant_id string, p_value double, beta double, n_cases bigint, n_controls bigint)
"""Datasets as classes that hold a frame and a schema."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession
from pyspark.sql import functions as f
from pyspark.sql import types as t
from pyspark.sql.window import Window

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass
class Dataset:
    _df: DataFrame
    _schema: t.StructType = field(default_factory=t.StructType)

    @property
    def df(self) -> DataFrame:
        return self._df

    @df.setter
    def df(self, new_df: DataFrame) -> None:
        self._df = new_df

    def filter(self, condition: Column):
        df = self._df.filter(condition)
        return self.__class__(_df=df, _schema=self._schema)


@dataclass
class VariantIndex(Dataset):
    @classmethod
    def from_table(cls, spark, name):
        return cls(_df=spark.table(name), _schema=t.StructType())

    def max_af(self, threshold: float = 0.01) -> VariantIndex:
        return self.filter(f.col("af") >= threshold)


@dataclass
class Associations(Dataset):
    @staticmethod
    def neglog(p: Column) -> Column:
        return -f.log10(p)

    def lead(self) -> Associations:
        w = Window.partitionBy("study_id").orderBy(f.col("p_value").asc())
        df = self.df.withColumn("rank", f.row_number().over(w)).filter(f.col("rank") == 1).drop("rank")
        return Associations(_df=df, _schema=self._schema)

    def annotate(self, variants: VariantIndex) -> Associations:
        self.df = self.df.join(
            variants.df.select("variant_id", "chromosome", "position", "af"), on="variant_id", how="left"
        )
        return self


spark = SparkSession.builder.getOrCreate()
variants = VariantIndex.from_table(spark, "bronze.variants").max_af(0.05)
assoc = Associations(_df=spark.table("bronze.studies"), _schema=t.StructType()).lead().annotate(variants)
out = assoc.df.select(
    "study_id", "variant_id", "chromosome", "position",
    Associations.neglog(f.col("p_value")).alias("neg_log_p"),
    (f.col("n_cases") + f.col("n_controls")).alias("n_samples"),
)
out.write.mode("overwrite").saveAsTable("silver.lead_variants")
