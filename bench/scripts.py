"""PySpark scripts of some 200 lines each over a package of shared modules, the same each time.

Every script is put together from passages as real jobs have them: settings, classes, functions,
chains of columns, windows, joins, unions, loops over lists, temporary views.
"""

# ruff: noqa: E501, S608 - text that is written into files to be read again; nothing ever runs it

import random
from collections.abc import Iterator, Sequence
from textwrap import dedent

from bench.generate import AMOUNTS, COLUMNS, LABELS, QUANTITIES, STATUSES, TABLES

LINES = 200


def files(*, scripts: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """Yield every file as (path, text): the shared package, then the scripts."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is a secret
    yield "guardian.yml", "version: 1\nsql:\n  dialect: spark\n"
    for name, text in _PACKAGE.items():
        yield f"shared/{name}.py", text
    for number in range(scripts):
        yield f"shared/jobs/job_{number:04}.py", _script(number, chance)


def chain(steps: int) -> str:
    """Return a script with one chain of `steps` new columns."""
    added = "\n".join(f'    .withColumn("c{n}", F.col("id") + {n})' for n in range(steps))
    return _around(f"df = (\n    df\n{added}\n)")


def statements(steps: int) -> str:
    """Return a script with `steps` statements, each of which adds a column."""
    return _around(
        "\n".join(f'df = df.withColumn("c{n}", F.col("id") + {n})' for n in range(steps))
    )


def columns_in_a_loop(steps: int) -> str:
    """Return a script that adds `steps` columns in a loop, each on top of the one before."""
    body = 'df = df.withColumn(f"c{n}", F.coalesce(F.col("id"), F.lit(0)) + n)'
    return _around(f"for n in range({steps}):\n    {body}")


def unions_in_a_loop(steps: int) -> str:
    """Return a script that puts `steps` tables on top of each other."""
    body = 'df = df.unionByName(spark.table(f"raw.orders_{n}").select("id", "amount"))'
    return _around(f'df = df.select("id", "amount")\nfor n in range({steps}):\n    {body}')


def joins(steps: int) -> str:
    """Return a script that joins `steps` tables, one after the other."""
    body = 'df = df.join(spark.table(f"raw.side_{n}").select("id", f"v{n}"), "id", "left")'
    return _around(f"for n in range({steps}):\n    {body}")


def _around(body: str) -> str:
    return (
        "from pyspark.sql import SparkSession\nfrom pyspark.sql import functions as F\n\n"
        'spark = SparkSession.builder.getOrCreate()\ndf = spark.table("raw.orders")\n'
        f'{body}\ndf.write.mode("overwrite").saveAsTable("mart.orders")\n'
    )


def _script(number: int, chance: random.Random) -> str:
    name = f"job_{number:04}"
    sources = [f"raw.t_{index:03}" for index in chance.sample(range(TABLES), 4)]
    head = _HEAD.format(name=name, main=sources[0], side=sources[1])
    lines = head.splitlines()
    functions: list[str] = []
    body = ["def transform(spark: SparkSession, settings: Settings) -> DataFrame:"]
    body.append(f'    df = read(spark, "{sources[0]}", OrderSchema)')
    passages = list(_PASSAGES)
    chance.shuffle(passages)
    step = 0
    while len(lines) + len(functions) + len(body) < LINES - 12:
        outside, inside = passages[step % len(passages)](step, sources, chance)
        functions += [*dedent(outside).strip().splitlines(), "", ""] if outside else []
        body += [f"    {line}".rstrip() for line in dedent(inside).strip().splitlines()]
        step += 1
    tail = _TAIL.format(name=name, choice=_CHOICE if number % 3 == 0 else "").splitlines()
    return "\n".join([*lines, *functions, *body, *tail]) + "\n"


# --- passages: (functions, statements of the transformation) -------------------------------------


def _chain(step: int, _: Sequence[str], chance: random.Random) -> tuple[str, str]:
    a, b = chance.sample(AMOUNTS, 2)
    label = chance.choice(LABELS)
    return (
        "",
        f"""
        df = (
            df.withColumn("net_{step}", F.col("{a}") - F.coalesce(F.col("{b}"), F.lit(0)))
            .withColumn("rate_{step}", F.round(F.col("net_{step}") / F.col("quantity_1"), 2))
            .withColumn("{label}", F.lower(F.trim(F.col("{label}"))))
            .withColumn("year_{step}", F.year("event_date"))
            .withColumn(
                "size_{step}",
                F.when(F.col("net_{step}") > {chance.randint(10, 999)}, F.lit("large"))
                .when(F.col("net_{step}").isNull(), "none")
                .otherwise("small"),
            )
        )
    """,
    )


def _window(step: int, _: Sequence[str], chance: random.Random) -> tuple[str, str]:
    key = chance.choice(("customer_id", "account_id", "region"))
    return (
        "",
        f"""
        by_{key}_{step} = Window.partitionBy("{key}").orderBy(F.col("event_at").desc())
        df = df.withColumn("rank_{step}", F.row_number().over(by_{key}_{step}))
        df = df.withColumn("before_{step}", F.lag("{chance.choice(AMOUNTS)}", 1).over(by_{key}_{step}))
        df = df.filter(F.col("rank_{step}") <= {chance.randint(1, 9)}).drop("rank_{step}")
    """,
    )


def _join(step: int, sources: Sequence[str], chance: random.Random) -> tuple[str, str]:
    source, how = chance.choice(sources[1:]), chance.choice(("left", "inner"))
    label = chance.choice(LABELS)
    return (
        f'''
        def with_side_{step}(df: DataFrame, spark: SparkSession) -> DataFrame:
            """Return the rows with the names of another table."""
            side = (
                spark.table("{source}")
                .where(F.col("status") != "{chance.choice(STATUSES)}")
                .select("id", F.col("{label}").alias("side_{step}"), F.col("region").alias("r_{step}"))
                .dropDuplicates(["id"])
            )
            return df.join(F.broadcast(side), on=["id"], how="{how}").drop("r_{step}")
    ''',
        f"df = with_side_{step}(df, spark)",
    )


def _loop(step: int, _: Sequence[str], chance: random.Random) -> tuple[str, str]:
    chosen = ", ".join(f'"{name}"' for name in chance.sample(AMOUNTS, 5))
    return (
        "",
        f"""
        measures_{step} = [{chosen}]
        for name in measures_{step}:
            df = df.withColumn(name, F.coalesce(F.col(name), F.lit(0)).cast("decimal(18,2)"))
        if settings.strict:
            for name in settings.required:
                df = df.filter(F.col(name).isNotNull())
    """,
    )


def _renamed(step: int, _: Sequence[str], chance: random.Random) -> tuple[str, str]:
    old = chance.sample(QUANTITIES, 2)
    return (
        f'''
        NAMES_{step} = {{"{old[0]}": "{old[0]}_{step}", "{old[1]}": "{old[1]}_{step}"}}


        def copied_{step}(df: DataFrame) -> DataFrame:
            """Return the rows with copies under the names of the report."""
            for old, new in NAMES_{step}.items():
                df = df.withColumn(new, F.col(old).cast("int"))
            return df
    ''',
        f"""
        df = copied_{step}(df)
        log.info(f"renamed {{len(NAMES_{step})}} columns")
    """,
    )


def _viewed(step: int, sources: Sequence[str], chance: random.Random) -> tuple[str, str]:
    return (
        "",
        f'''
        df.createOrReplaceTempView("step_{step}")
        limits_{step} = spark.sql(
            f"""
            SELECT s.customer_id, MAX(s.{chance.choice(AMOUNTS)}) AS most_{step}, COUNT(*) AS orders_{step}
            FROM step_{step} AS s
            LEFT JOIN {chance.choice(sources[1:])} AS t ON t.id = s.id AND t.region = s.region
            WHERE s.event_date >= '{{settings.start}}'
            GROUP BY s.customer_id
            """
        )
        df = df.join(limits_{step}, "customer_id", "left")
    ''',
    )


def _unioned(step: int, sources: Sequence[str], chance: random.Random) -> tuple[str, str]:
    names = ", ".join(f'"{name}"' for name in ("id", "region", *chance.sample(AMOUNTS, 3)))
    return (
        "",
        f"""
        parts_{step} = [
            spark.table(table).select({names}).withColumn("origin", F.lit(table))
            for table in ("{sources[2]}", "{sources[3]}")
        ]
        both_{step} = reduce(DataFrame.unionByName, parts_{step})
        totals_{step} = both_{step}.groupBy("region").agg(
            F.sum("{chance.choice(AMOUNTS)}").alias("unused") if settings.debug else F.count("id").alias("n_{step}"),
            F.countDistinct("origin").alias("origins_{step}"),
        )
        df = df.join(totals_{step}, "region", "left")
    """,
    )


def _classed(step: int, _: Sequence[str], chance: random.Random) -> tuple[str, str]:
    return (
        f'''
        class Scorer{step}(Transformer):
            """Scores one kind of row."""

            name = "score_{step}"
            weights = {{"{chance.choice(AMOUNTS)}": {chance.randint(1, 5)}, "{chance.choice(QUANTITIES)}": 2}}

            def __init__(self, limit: int = {chance.randint(1, 90)}) -> None:
                super().__init__()
                self.limit = limit

            def apply(self, df: DataFrame) -> DataFrame:
                """Return the rows with their score."""
                score = sum([F.col(name) * weight for name, weight in self.weights.items()])
                return df.withColumn(self.name, F.least(score, F.lit(self.limit)))
    ''',
        f"df = Scorer{step}(limit={chance.randint(1, 50)}).run(df)",
    )


def _cleaned(step: int, _: Sequence[str], chance: random.Random) -> tuple[str, str]:
    label = chance.choice(LABELS)
    return (
        "",
        f"""
        df = df.transform(clean_text("{label}")).transform(lambda d: flag(d, "flag_{step}", "{label}"))
        df = latest(df, "id", "event_date")
        df = df.withColumn("day_{step}", F.date_format(F.to_date("event_at"), "yyyy-MM-dd"))
        df = df.withColumn("key_{step}", F.sha2(F.concat_ws("|", *OrderSchema.keys()), 256))
    """,
    )


_PASSAGES = (_chain, _window, _join, _loop, _renamed, _viewed, _unioned, _classed, _cleaned)

# --- what every script begins and ends with ------------------------------------------------------

_HEAD = '''\
"""Builds {name} from {main} and {side}."""

import argparse
import logging
import os
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, StringType, StructField, StructType

from shared.config import ENVIRONMENTS, Settings, load_settings
from shared.io import read, write
from shared.schemas import OrderSchema
from shared.session import spark_session
from shared.transforms import Transformer, clean_text, flag, latest

log = logging.getLogger(__name__)
JOB = "{name}"
TARGET = os.environ.get("TARGET_SCHEMA", "mart")
RESULT = StructType(
    [
        StructField("id", StringType(), False),
        StructField("net_amount", DecimalType(18, 2)),
    ]
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", choices=list(ENVIRONMENTS), default="dev")
    parser.add_argument("--day", default=str(date.today() - timedelta(days=1)))
    parser.add_argument("--mode", default="overwrite")
    return parser.parse_args()


'''

# What only a run would tell opens a second path through the script.
_CHOICE = """\
    if options.mode == "append":
        df = df.withColumn("appended", F.lit(True))
"""
_TAIL = """\
    return df


def main() -> None:
    options = arguments()
    settings = load_settings(options.env)
    spark = spark_session(JOB, settings)
    df = transform(spark, settings)
{choice}    write(df, f"{{TARGET}}.{name}", mode=options.mode, partition_by=["event_date"])


if __name__ == "__main__":
    main()
"""

_FIELDS = "\n".join(f'    {name} = "{name}"' for name in COLUMNS)
_PACKAGE = {
    "__init__": "",
    "jobs/__init__": "",
    "config": '''\
"""Settings by environment."""

import os
from dataclasses import dataclass, field

ENVIRONMENTS = {
    "dev": {"root": "s3://lake-dev", "strict": False, "start": "2024-01-01"},
    "test": {"root": "s3://lake-test", "strict": True, "start": "2024-01-01"},
    "prod": {"root": "s3://lake", "strict": True, "start": "2018-01-01"},
}
REQUIRED = ["id", "customer_id", "event_at"]


@dataclass
class Settings:
    """What a job is run with."""

    root: str = "s3://lake-dev"
    strict: bool = True
    debug: bool = False
    start: str = "2024-01-01"
    required: list = field(default_factory=lambda: list(REQUIRED))


def load_settings(env: str) -> Settings:
    """Return the settings of an environment, with what the shell says on top."""
    chosen = ENVIRONMENTS.get(env, ENVIRONMENTS["prod"])
    root = os.environ.get("LAKE_ROOT", chosen["root"])
    return Settings(root=root, strict=chosen["strict"], start=chosen["start"])
''',
    "schemas": f'''\
"""The columns of each kind of row."""

from enum import Enum

from pyspark.sql.types import LongType, StringType, StructField, StructType


class Status(Enum):
    OPEN = "open"
    PAID = "paid"
    SHIPPED = "shipped"


class BaseSchema:
    """Names of columns, as attributes."""

    id = "id"

    @classmethod
    def keys(cls):
        return [cls.id, cls.event_date]


class OrderSchema(BaseSchema):
{_FIELDS}


class CustomerSchema(BaseSchema):
{_FIELDS}


ORDERS = StructType([StructField(name, StringType()) for name in {list(COLUMNS)!r}])
KEYS = StructType([StructField("id", LongType(), False), StructField("event_date", StringType())])
''',
    "session": '''\
"""The session that all jobs share."""

import logging

from pyspark.sql import SparkSession

from shared.config import Settings

log = logging.getLogger(__name__)


def spark_session(name: str, settings: Settings) -> SparkSession:
    """Return the session of a job."""
    builder = SparkSession.builder.appName(name)
    for key, value in {"spark.sql.shuffle.partitions": "64", "spark.root": settings.root}.items():
        builder = builder.config(key, value)
    log.info("started %s", name)
    return builder.getOrCreate()
''',
    "io": '''\
"""Reading and writing."""

import logging

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

log = logging.getLogger(__name__)


def read(spark: SparkSession, table: str, schema=None) -> DataFrame:
    """Return a table, without what was deleted."""
    df = spark.table(table)
    if schema is not None:
        log.info("reading %s", table)
    return df.where(F.col("status").isNotNull())


def write(df: DataFrame, table: str, mode: str = "overwrite", partition_by=None) -> None:
    """Write a table, by day where that is asked for."""
    writer = df.withColumn("loaded_at", F.current_timestamp()).write.format("delta").mode(mode)
    if partition_by:
        writer = writer.partitionBy(*partition_by)
    writer.saveAsTable(table)
''',
    "transforms": '''\
"""What all jobs do to their rows."""

from abc import ABC, abstractmethod

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

FLAGS = ("yes", "y", "true", "1")


class Transformer(ABC):
    """One step; `run` checks what `apply` makes."""

    name = ""

    def __init__(self) -> None:
        self.checks = []

    @abstractmethod
    def apply(self, df: DataFrame) -> DataFrame: ...

    def run(self, df: DataFrame) -> DataFrame:
        made = self.apply(df)
        for check in self.checks:
            made = check(made)
        return made


def latest(df: DataFrame, *keys: str) -> DataFrame:
    """Return the newest row of each key."""
    newest = Window.partitionBy(*keys).orderBy(F.col("event_at").desc())
    return df.withColumn("_rn", F.row_number().over(newest)).where("_rn = 1").drop("_rn")


def clean_text(name: str):
    """Return a function that cleans one column."""

    def inner(df: DataFrame) -> DataFrame:
        return df.withColumn(name, F.regexp_replace(F.trim(F.col(name)), "\\\\s+", " "))

    return inner


def flag(df: DataFrame, name: str, source: str) -> DataFrame:
    """Return the rows with a flag."""
    return df.withColumn(name, F.lower(F.col(source)).isin(*FLAGS))
''',
}
