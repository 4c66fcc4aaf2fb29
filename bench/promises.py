"""What it costs to hold the code of a wide table against its contract, beside linking that code."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.table import row
from guardian import contracts, pipeline
from guardian.config import parse
from guardian.contracts import difference
from guardian.lineage.link import World, link
from guardian.model.plan import Lowered
from guardian.sources.folder import open_folder

COLUMNS = 300
TURNS = 5
_HEAD = """apiVersion: v3.1.0
kind: DataContract
id: wide
version: 1.0.0
status: active
schema:
  - name: wide
    physicalName: silver.wide
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
"""
_VALUES = (
    "COALESCE(r.v{n}, 0)",
    "CASE r.v{n} WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END",
    "CAST(r.v{n} AS DECIMAL(10, 2))",
    "MAX(x.v{n}) OVER (PARTITION BY r.id)",
    "UPPER(TRIM(r.v{n}))",
)
_CLAUSES = (
    "logicalType: number, required: true, logicalTypeOptions: {minimum: 0}",
    "logicalType: string, required: true, enum: [{value: a}, {value: b}, {value: c}]",
    "physicalType: 'decimal(10,2)'",
    "logicalType: string, classification: personal",
    "logicalType: string, logicalTypeOptions: {maxLength: 40, pattern: '^[A-Z]+$'}",
)


def measure() -> None:
    """Print the cost for one revision, and for two of which each column is made otherwise."""
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as folder:
        base = _lowered(Path(folder) / "base", "x.id = r.id")
        head = _lowered(Path(folder) / "head", "x.id = r.id + 0")
        linked = _best(lambda: _definitions(link(head)))
        before, after = link(base), link(head)
        contract = contracts.by_dataset(head)["silver.wide"]
        _definitions(before)
        _definitions(after)
        one = _best(lambda: list(contracts.breaches(contract, after)))
        edited = contracts.by_dataset(_lowered(Path(folder) / "edited", "x.id = r.id", cut=100))
        compared = _best(lambda: list(difference.changes(contract, edited["silver.wide"])))
        two = _best(lambda: list(contracts.breaches(contract, after, before)))
    row(f"one job of {COLUMNS} columns: link", linked, 1.0)
    row("  against its contract", one, one / linked)
    row("  + against what it did before", two, two / linked)
    row("  its contract against another", compared, compared / linked)


def _lowered(folder: Path, condition: str, cut: int = 0) -> tuple[Lowered, ...]:
    """Return a job and its contract, which promises the types of the first `cut` columns alone."""
    names = [f"c{n}" for n in range(COLUMNS - 1)]
    clauses = [_CLAUSES[n % len(_CLAUSES)] for n in range(len(names))]
    listed = [
        f"      - {{name: {name}, {text if not cut or n < cut else 'required: true'}}}\n"
        for n, (name, text) in enumerate(zip(names, clauses, strict=True))
    ]
    values = [_VALUES[n % len(_VALUES)].format(n=n) + f" AS c{n}" for n in range(len(names))]
    query = f"SELECT r.id, {', '.join(values)} FROM raw.r AS r LEFT JOIN raw.x AS x ON {condition}"  # noqa: S608 - made up here
    texts = {
        "contracts/wide.odcs.yaml": _HEAD + "".join(listed),
        "jobs/wide.sql": f"CREATE TABLE silver.wide AS {query}",
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    files = open_folder(folder, parse("version: 1"))
    return pipeline.lower(files, files.selected())[0]


def _definitions(world: World) -> None:
    for dataset in world.definitions:
        assert world.definitions[dataset]  # noqa: S101 - each has its write


def _best(work: Callable[[], object]) -> float:
    found = []
    for _ in range(TURNS):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


if __name__ == "__main__":
    measure()
