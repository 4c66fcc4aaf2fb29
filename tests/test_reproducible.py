"""What is read of a script is the same in every run: Python orders its sets anew each time."""

import os
import subprocess
import sys

import pytest

from guardian.languages.python.values import Unknown, fingerprintable

SCRIPT = """
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
LEFT_OUT = {"_ingested", "_source", "_batch", "_file"}
df = spark.table("raw.orders")
kept = [name for name in df.columns if name not in LEFT_OUT]
df.select(*kept).withColumn("h", F.xxhash64(*kept)).write.saveAsTable("silver.orders")
df.select(*(set(df.columns) - LEFT_OUT)).write.saveAsTable("silver.lean")
df.drop(*LEFT_OUT).write.saveAsTable("silver.dropped")
"""
LOWERED = """
import sys
import msgspec
from guardian import pipeline
from tests.casebook import InMemory
lowered, _ = pipeline.lower(InMemory({"job.py": sys.stdin.read()}), ["job.py"])
sys.stdout.buffer.write(msgspec.json.encode([tuple(item.nodes) for item in lowered]))
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_script_is_read_alike_in_every_run(seed: int) -> None:
    assert read(seed) == read(seed + 10)


def read(seed: int) -> bytes:
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", LOWERED],
        input=SCRIPT.encode(),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        check=True,
    )
    return done.stdout


def test_a_value_is_told_from_those_that_come_to_lie_where_it_lay() -> None:
    assert len({fingerprintable([Unknown()]) for _ in range(100)}) == 100
    held = {"only": "a dict"}
    assert fingerprintable(held) == fingerprintable(held)
