"""Our lineage of a script beside the truth: what is missing, what is too much, the score."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tests.casebook import lineage_of
from tests.catalyst.headers import header

SCRIPTS = Path(__file__).parent / "scripts"
ROWS = "(rows)"
DIRECT = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")
# Dataset, column or `(rows)`, subtype and source: `IDENTITY raw.orders.amount`.
Claim: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True)
class Compared:
    """One script: what Catalyst says, what we say, the columns of new datasets by both."""

    name: str
    truth: frozenset[Claim]
    ours: frozenset[Claim]
    columns: frozenset[tuple[str, str]] = frozenset()
    our_columns: frozenset[tuple[str, str]] = frozenset()
    warnings: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Return whether both say the same."""
        return self.truth == self.ours and self.columns == self.our_columns

    def differences(self) -> Iterator[str]:
        """Yield a line for each claim that only one of both makes."""
        for mark, claims in (
            ("missing", self.truth - self.ours),
            ("too much", self.ours - self.truth),
        ):
            for dataset, column, claim in sorted(claims):
                yield f"{mark:9} {dataset} {column} <- {claim}"
        for mark, columns in (
            ("missing", self.columns - self.our_columns),
            ("too much", self.our_columns - self.columns),
        ):
            for dataset, column in sorted(columns):
                yield f"{mark:9} {dataset} column {column}"
        if not self.exact:
            yield from (f"warning   {message}" for message in self.warnings)


def scripts(pattern: str = "*") -> list[Path]:
    """Return the scripts: `x.py`, or the `job.py` of a folder that holds its modules, too."""
    found = [*SCRIPTS.glob(f"{pattern}.py"), *SCRIPTS.glob(f"{pattern}/job.py")]
    return sorted(found)


def recorded(script: Path) -> Path:
    """Return where the truth about a script is kept: beside it, of a folder within it."""
    return script.with_suffix(".json")


def known(script: Path) -> Mapping[str, Any]:
    """Return the recorded truth about a script, by dataset."""
    told: Mapping[str, Any] = json.loads(recorded(script).read_text(encoding="utf-8"))
    return told


def record(script: Path, told: Mapping[str, Any]) -> None:
    """Write the truth about a script down, a claim a line."""
    recorded(script).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def compare(script: Path, told: Mapping[str, Any]) -> Compared:
    """Return a script's lineage by us beside what is told of it."""
    text = script.read_text(encoding="utf-8")
    tables = header(text).tables
    files = {"tables.sql": "\n".join(table.declaration() for table in tables)}
    for path in [script] if script.name != "job.py" else sorted(script.parent.rglob("*.py")):
        files[str(path.relative_to(script.parent))] = path.read_text(encoding="utf-8")
    document = lineage_of(files, "spark")
    declared = {table.name.rstrip("/").lower() for table in tables}
    ours = frozenset(
        (edge.target.dataset, edge.target.column or ROWS,
         f"{edge.subtype} {edge.source.dataset}.{edge.source.column}")
        for edge in document.edges
    )  # fmt: skip
    new = told.keys() - declared
    return Compared(
        script.stem if script.name != "job.py" else script.parent.name,
        frozenset(_claims(told)),
        ours,
        frozenset((name, column) for name in new for column in told[name]["columns"]),
        frozenset(
            (dataset.name, column.name)
            for dataset in document.datasets
            if dataset.name in new
            for column in dataset.columns
        ),
        tuple(f"{one.line}: {one.message}" for one in document.warnings),
    )


def _claims(told: Mapping[str, Any]) -> Iterator[Claim]:
    for dataset, held in told.items():
        for claim in held["rows"]:
            yield dataset, ROWS, claim
        for column, claims in held["columns"].items():
            for claim in claims:
                yield dataset, column, claim


@dataclass(frozen=True)
class Score:
    """How many claims are right, made, true."""

    right: int
    made: int
    true: int

    @property
    def precision(self) -> float:
        """Return the part of the claims made that is right."""
        return self.right / self.made if self.made else 1.0

    @property
    def recall(self) -> float:
        """Return the part of the true claims that is made."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        both = self.made + self.true
        return 2 * self.right / both if both else 1.0


def score(compared: Iterable[Compared], *, direct: bool) -> Score:
    """Return the score over many scripts, of DIRECT or of INDIRECT claims."""
    right = made = true = 0
    for one in compared:
        truth, ours = _of_type(one.truth, direct=direct), _of_type(one.ours, direct=direct)
        right, made, true = right + len(truth & ours), made + len(ours), true + len(truth)
    return Score(right, made, true)


def _of_type(claims: Iterable[Claim], *, direct: bool) -> set[Claim]:
    return {claim for claim in claims if claim[2].startswith(DIRECT) == direct}
