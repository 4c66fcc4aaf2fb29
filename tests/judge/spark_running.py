"""Runs PySpark scripts in a local Spark; a write is the rows that would be written."""

import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.judge.running import Ran, plain
from tests.judge.spark_jobs import ROWS, TABLES


class Spark:
    """One Spark for many scripts, over the rows that are kept and some random ones."""

    def __init__(self, seed: int = 0) -> None:
        from pyspark.sql import DataFrameWriter, SparkSession  # noqa: PLC0415 - installed with Java

        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        self.folder = tempfile.mkdtemp()
        builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
        for key, value in (
            ("sql.warehouse.dir", self.folder), ("sql.shuffle.partitions", "1"), ("log.level", "OFF"),
            ("sql.adaptive.enabled", "false"), ("sql.codegen.wholeStage", "false"), ("driver.memory", "700m"),
        ):  # fmt: skip
            builder = builder.config(f"spark.{key}", value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")
        self.written: list[Any] = []

        def save(writer: Any, name: str, *_: Any, **__: Any) -> None:
            frame = writer._df  # noqa: SLF001 - what it would write
            rows = Counter(
                tuple(map(plain, row)) for row in frame.select(sorted(frame.columns)).collect()
            )
            self.written.append((name, tuple(sorted(frame.columns)), rows))

        DataFrameWriter.saveAsTable = save
        chance = random.Random(seed)
        self.data = {name: f"{rows}, {_made(name, chance)}" for name, rows in ROWS.items()}
        self._load()

    def _load(self) -> None:
        for name, rows in self.data.items():
            columns = _columns(name)
            self.session.sql(f"SELECT * FROM VALUES {rows} AS v({', '.join(columns)})").selectExpr(
                *(f"CAST({column} AS {kind}) AS {column}" for column, kind in columns.items())
            ).createOrReplaceTempView(name)

    def run(self, texts: Mapping[str, str], script: str) -> Ran:
        """Return what a script writes beside other files; None where it fails."""
        return Ran((self._once(texts, script),))

    def _once(self, texts: Mapping[str, str], script: str) -> Any:
        self.written.clear()
        with tempfile.TemporaryDirectory() as place:
            for path, text in texts.items():
                (Path(place) / path).write_text(text, encoding="utf-8")
            sys.path.insert(0, place)
            try:
                exec(compile(script, "job.py", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own scripts
            except Exception:  # noqa: BLE001 - a mutation may well not run
                return None
            finally:
                sys.path.remove(place)
                for path in texts:
                    sys.modules.pop(path.removesuffix(".py"), None)
        rows = {(name, *row): n for name, _, found in self.written for row, n in found.items()}
        return tuple(f"{name}{columns}" for name, columns, _ in self.written), Counter(rows)

    def stop(self) -> None:
        """Stop Spark."""
        self.session.stop()


def _columns(table: str) -> dict[str, str]:
    listed = TABLES.split(f"CREATE TABLE {table} (")[1].split(");")[0]
    return {part.split()[0]: part.split()[1] for part in listed.split(", ")}


def _made(table: str, chance: random.Random) -> str:
    pools = {"INT": ["NULL", "0", "1", "2", "2", "3", "5", "6", "7"], "BOOLEAN": ["true", "false", "NULL"],
             "STRING": ["'a'", "'b'", "'c'", "'d'", "'A'", "NULL"]}  # fmt: skip
    rows = []
    for number in range(20, 32):
        cells = [
            str(number) if name == "id" else chance.choice(pools[kind])
            for name, kind in _columns(table).items()
        ]
        rows.append(f"({', '.join(cells)})")
    return ", ".join(rows)
