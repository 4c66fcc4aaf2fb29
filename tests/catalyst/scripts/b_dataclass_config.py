# table fin.ledger(entry_id bigint, account string, debit double, credit double, posted date, memo string)
# table fin.accounts(account string, account_name string, class string)
"""Configuration as dataclasses, enums and named tuples."""
from collections import namedtuple
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class Layer(str, Enum):
    RAW = "fin"
    MART = "fin_mart"


@dataclass(frozen=True)
class TableRef:
    layer: Layer
    name: str

    @property
    def full(self) -> str:
        return f"{self.layer.value}.{self.name}"


class Measure(NamedTuple):
    alias: str
    expression: str
    function: str = "sum"


Output = namedtuple("Output", ["table", "keys"])


@dataclass
class JobConfig:
    source: TableRef
    lookup: TableRef
    outputs: list = field(default_factory=lambda: [Output("by_account", ["account", "account_name"]), Output("by_class", ["class"])])
    measures: list[Measure] = field(default_factory=list)

    def __post_init__(self):
        if not self.measures:
            self.measures = [Measure("debit", "debit"), Measure("net", "debit - credit"), Measure("last", "posted", "max")]


config = JobConfig(TableRef(Layer.RAW, "ledger"), TableRef(Layer.RAW, "accounts"))
spark = SparkSession.builder.getOrCreate()
base = spark.table(config.source.full).join(spark.table(config.lookup.full), "account", "left")
for output in config.outputs:
    aggs = [F.expr(f"{m.function}({m.expression})").alias(m.alias) for m in config.measures]
    base.groupBy(*output.keys).agg(*aggs).write.mode("overwrite").saveAsTable(TableRef(Layer.MART, output.table).full)
