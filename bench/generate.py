"""A lakehouse of any size, the same each time: SQL models and PySpark jobs over shared helpers.

Every dataset has the same 30 columns, so that any model can read any one before it. Models come in
the shapes that real ones have: import CTEs with stars, renames and casts, joins, CASE, windows,
unions, aggregates.
"""

# ruff: noqa: S608 - the SQL is written into files to be read again; nothing ever runs it

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

KEYS = ("id", "account_id", "customer_id", "region", "status", "currency", "event_at", "event_date")
AMOUNTS = tuple(f"amount_{number:02}" for number in range(1, 13))
LABELS = tuple(f"label_{number:02}" for number in range(1, 7))
QUANTITIES = tuple(f"quantity_{number}" for number in range(1, 5))
COLUMNS = (*KEYS, *AMOUNTS, *LABELS, *QUANTITIES)
TABLES = 100
STATUSES = ("open", "paid", "shipped", "returned", "cancelled")

_TYPES = {
    "id": "BIGINT",
    "account_id": "BIGINT",
    "customer_id": "BIGINT",
    "event_at": "TIMESTAMP",
    "event_date": "DATE",
    **dict.fromkeys(AMOUNTS, "DECIMAL(18, 2)"),
    **dict.fromkeys(QUANTITIES, "INT"),
}


def write(directory: Path, *, models: int = 1000, jobs: int = 500, seed: int = 7) -> list[str]:
    """Return the paths of a lakehouse written below `directory`: DDL, SQL models, PySpark jobs."""
    names = []
    for name, text in files(models=models, jobs=jobs, seed=seed):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        names.append(name)
    return names


def files(*, models: int, jobs: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield every file as (path, text); equal arguments give equal bytes."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is a secret
    layers: dict[str, list[str]] = {
        "raw": [f"raw.t_{number:03}" for number in range(TABLES)],
        "stg": [],
        "core": [],
        "marts": [],
    }
    yield "guardian.yml", "version: 1\nsql:\n  dialect: spark\n"
    yield "ddl/raw.sql", "\n".join(_table(name) for name in layers["raw"])
    for number in range(models):
        below, layer = _place(number / models)
        dataset = f"{layer}.m_{number:04}"
        reads = chance.sample(layers[below] + layers[layer][-50:] * (layer != "stg"), 2)
        text = chance.choice(_SHAPES[layer])(dataset, reads, chance)
        layers[layer].append(dataset)
        yield f"sql/{layer}/m_{number:04}.sql", text
    yield "jobs/__init__.py", ""
    yield "jobs/lake.py", _LAKE
    for number in range(jobs):
        reads = chance.sample(layers["core"], 2)
        yield f"jobs/j_{number:04}.py", _job(f"j_{number:04}", reads, chance)


def _place(share: float) -> tuple[str, str]:
    """Return the layer below and the layer of a model that comes after this share of all."""
    if share < 0.4:
        return "raw", "stg"
    return ("stg", "core") if share < 0.75 else ("core", "marts")


# --- SQL -----------------------------------------------------------------------------------------

Shape = Callable[[str, Sequence[str], random.Random], str]


def _table(name: str) -> str:
    typed = _listed([f"{column} {_TYPES.get(column, 'STRING')}" for column in COLUMNS])
    return f"CREATE TABLE {name} (\n  {typed}\n);\n"


def _listed(items: Sequence[str]) -> str:
    return ",\n  ".join(items)


def _staging(dataset: str, reads: Sequence[str], chance: random.Random) -> str:
    """A source cleaned up: everything through import CTEs, casts and defaults column by column."""
    amounts = [f"CAST(COALESCE({name}, 0) AS DECIMAL(18, 2)) AS {name}" for name in AMOUNTS]
    labels = [f"LOWER(TRIM({name})) AS {name}" for name in LABELS]
    status = chance.choice(STATUSES)
    return f"""\
CREATE OR REPLACE TABLE {dataset} AS
WITH source AS (
  SELECT * FROM {reads[0]}
),
renamed AS (
  SELECT
  {_listed([*KEYS, *amounts, *labels, *QUANTITIES])}
  FROM source
)
SELECT * FROM renamed
WHERE status <> '{status}' AND event_date >= DATE '20{chance.randint(18, 24)}-01-01';
"""


def _newest(dataset: str, reads: Sequence[str], chance: random.Random) -> str:
    """The latest row of each key, out of two sources."""
    columns = _listed(COLUMNS)
    return f"""\
CREATE OR REPLACE TABLE {dataset} AS
WITH both_sources AS (
  SELECT {columns} FROM {reads[0]}
  UNION ALL
  SELECT {columns} FROM {reads[1]} WHERE quantity_1 > {chance.randint(0, 9)}
),
ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY event_at DESC, account_id) AS rn
  FROM both_sources
)
SELECT
  {columns}
FROM ranked
WHERE rn = 1;
"""


def _joined(dataset: str, reads: Sequence[str], chance: random.Random) -> str:
    """Two upstream models side by side, with arithmetic and CASE over both."""
    keys = [f"a.{name}" for name in KEYS]
    amounts = [f"a.{name} - COALESCE(b.{name}, 0) AS {name}" for name in AMOUNTS]
    labels = [
        f"IF(a.status = '{chance.choice(STATUSES)}', a.{name}, b.{name}) AS {name}"
        for name in LABELS
    ]
    quantities = [f"a.{name} * {chance.randint(1, 5)} AS {name}" for name in QUANTITIES]
    kind = chance.choice(("LEFT JOIN", "INNER JOIN"))
    return f"""\
CREATE OR REPLACE TABLE {dataset} AS
WITH a AS (
  SELECT * FROM {reads[0]}
),
b AS (
  SELECT * FROM {reads[1]} WHERE region IS NOT NULL
)
SELECT
  {_listed([*keys, *amounts, *labels, *quantities])}
FROM a
{kind} b ON b.id = a.id AND b.event_date = a.event_date;
"""


def _running(dataset: str, reads: Sequence[str], chance: random.Random) -> str:
    """Running totals and earlier values, by window."""
    window = "PARTITION BY account_id ORDER BY event_at"
    amounts = [f"SUM({name}) OVER ({window}) AS {name}" for name in AMOUNTS[:6]]
    amounts += [f"{name} - LAG({name}, 1) OVER ({window}) AS {name}" for name in AMOUNTS[6:]]
    columns = _listed([*KEYS, *amounts, *LABELS, *QUANTITIES])
    return f"""\
CREATE OR REPLACE TABLE {dataset} AS
SELECT
  {columns}
FROM {reads[0]}
WHERE currency IN ('EUR', 'USD') OR amount_01 > {chance.randint(10, 900)};
"""


def _aggregated(dataset: str, reads: Sequence[str], chance: random.Random) -> str:
    """A mart: sums and conditional sums by key."""
    keys = [f"o.{name}" for name in KEYS]
    amounts = [
        f"SUM(CASE WHEN o.status = '{chance.choice(STATUSES)}' THEN o.{name} ELSE 0 END) AS {name}"
        for name in AMOUNTS
    ]
    labels = [f"MAX(c.{name}) AS {name}" for name in LABELS]
    quantities = [f"COUNT(DISTINCT o.{name}) AS {name}" for name in QUANTITIES]
    return f"""\
CREATE OR REPLACE TABLE {dataset} AS
SELECT
  {_listed([*keys, *amounts, *labels, *quantities])}
FROM {reads[0]} AS o
LEFT JOIN (SELECT * FROM {reads[1]} WHERE status = '{chance.choice(STATUSES)}') AS c
  ON c.customer_id = o.customer_id
GROUP BY {", ".join(keys)}
HAVING COUNT(*) > {chance.randint(0, 3)};
"""


_SHAPES: dict[str, tuple[Shape, ...]] = {
    "stg": (_staging,),
    "core": (_newest, _joined, _running),
    "marts": (_aggregated, _joined, _running),
}


# --- PySpark -------------------------------------------------------------------------------------

_LAKE = '''\
"""What all jobs share."""

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F


def session(name):
    return SparkSession.builder.appName(name).getOrCreate()


def latest(df: DataFrame, *keys: str) -> DataFrame:
    newest = Window.partitionBy(*keys).orderBy(F.col("event_at").desc())
    return df.withColumn("_rn", F.row_number().over(newest)).where("_rn = 1").drop("_rn")


def cleaned(df: DataFrame, columns) -> DataFrame:
    for name in columns:
        df = df.withColumn(name, F.coalesce(F.col(name), F.lit(0)))
    return df


def write(df: DataFrame, table: str, mode: str = "overwrite") -> None:
    df.write.format("delta").mode(mode).saveAsTable(f"out.{table}")
'''


def _job(name: str, reads: Sequence[str], chance: random.Random) -> str:
    amounts = ", ".join(f'"{column}"' for column in AMOUNTS)
    sums = "\n".join(f'    F.sum("{column}").alias("{column}"),' for column in AMOUNTS)
    firsts = "\n".join(
        f'    F.max(F.when(F.col("status") == "{chance.choice(STATUSES)}", F.col("{column}")))'
        f'.alias("{column}"),'
        for column in LABELS
    )
    return f'''\
from pyspark.sql import functions as F

from jobs.lake import cleaned, latest, session, write

AMOUNTS = [{amounts}]

spark = session("{name}")
orders = latest(spark.table("{reads[0]}"), "id", "event_date")
homes = spark.table("{reads[1]}").select("customer_id", F.col("region").alias("home")).distinct()

enriched = (
    cleaned(orders, AMOUNTS)
    .join(homes, "customer_id", "left")
    .where(F.col("quantity_1") > {chance.randint(0, 20)})
    .withColumn("margin", F.col("amount_01") - F.col("amount_02") * {chance.randint(1, 9)})
    .withColumn("size", F.when(F.col("margin") > 100, "large").otherwise("small"))
)
daily = enriched.groupBy("customer_id", "home", "event_date", "size").agg(
    F.sum("margin").alias("margin"),
{sums}
{firsts}
    F.countDistinct("id").alias("orders"),
)
write(daily, "{name}")
'''
