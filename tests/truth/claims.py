"""What lineage says of one script, as plain sets that a truth beside a query can be compared with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from guardian import pipeline
from guardian.engines.deep import deep
from guardian.model.lineage import Coverage, Edge, Lineage
from guardian.model.plan import Lowered
from tests.casebook import InMemory

# (output column, `rows` or `rows kept`; subtype in lower case; `table.column`)
Claim: TypeAlias = tuple[str, str, str]

ROWS, ROWS_KEPT = "rows", "rows kept"


@dataclass(frozen=True, slots=True)
class Case:
    """One query of a file: what it shows, its text, and the edges that are true of it.

    `unseen` are edges that no data could show, each with its reason beside it in the file.
    """

    name: str
    text: str
    truth: frozenset[Claim]
    unseen: frozenset[Claim] = frozenset()

    @property
    def is_query(self) -> bool:
        """Return whether the text is one query; else a script that writes `out.o`."""
        return "out.o" not in self.text

    def mentions(self, column: str) -> bool:
        """Return whether a column may matter to the text: by its name, or by a star or a pattern."""
        whole = re.search(r"\*|COLUMNS|NATURAL|FROM u|SELECT u", self.text)
        return (
            whole is not None or re.search(rf"\b{column}\b", self.text, re.IGNORECASE) is not None
        )


def cases(path: Path) -> Iterator[Case]:
    """Yield the cases of a file: a comment that names it, the text, comments that tell its edges."""
    for block in re.split(r"\n{2,}(?=-- )", path.read_text(encoding="utf-8").strip()):
        first, *lines = block.splitlines()
        told = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
        text = "\n".join(line for line in lines if not line.startswith("-- "))
        unseen = [line.removeprefix("unseen ") for line in told if line.startswith("unseen ")]
        seen = [line for line in told if not line.startswith("unseen ")]
        yield Case(
            first.removeprefix("-- "),
            text.strip().removesuffix(";"),
            frozenset(_read(seen) | _read(unseen)),
            frozenset(_read(unseen)),
        )


def _read(lines: Iterable[str]) -> set[Claim]:
    """Return `v: transformation t.x u.y, conditional t.s` as claims; `(why)` at the end is prose."""
    found: set[Claim] = set()
    for line in lines:
        target, _, rest = re.sub(r"\s*\(.*\)$", "", line).partition(": ")
        for part in rest.split(", "):
            subtype, *sources = part.split()
            found |= {(target, subtype, source) for source in sources}
    return found


def written(claims: Iterable[Claim]) -> list[str]:
    """Return claims as the lines that a file tells them by."""
    grouped: dict[str, dict[str, list[str]]] = {}
    for target, subtype, source in sorted(claims):
        grouped.setdefault(target, {}).setdefault(subtype, []).append(source)
    return [
        f"{target}: " + ", ".join(f"{kind} {' '.join(names)}" for kind, names in kinds.items())
        for target, kinds in grouped.items()
    ]


def lineage(text: str, tables: str, dialect: str = "duckdb") -> Lineage:
    """Return the lineage document of a script beside the statements that make its tables."""

    def work() -> Lineage:
        job, coverage = _lowered("job.sql", text, dialect)
        return pipeline.scan((*_declared(tables, dialect), *job), coverage)

    return deep(work)


@cache
def _declared(tables: str, dialect: str) -> tuple[Lowered, ...]:
    """Return what the CREATE TABLE statements of a text say; the rows they hold are no lineage."""
    statements = re.findall(r"^CREATE TABLE .*?;$", tables, re.MULTILINE | re.DOTALL)
    return _lowered("tables.sql", "\n".join(statements), dialect)[0]


def _lowered(path: str, text: str, dialect: str) -> tuple[tuple[Lowered, ...], Coverage]:
    return pipeline.lower(InMemory({path: text}, dialect), [path])


def into(document: Lineage, dataset: str) -> frozenset[Claim]:
    """Return the edges that end in a dataset and begin in another one, as claims."""
    return frozenset(
        (_target(edge), edge.subtype.lower(), f"{edge.source.dataset}.{edge.source.column}")
        for edge in document.edges
        if edge.target.dataset == dataset != edge.source.dataset
    )


def _target(edge: Edge) -> str:
    if edge.target.column is not None:
        return edge.target.column
    return ROWS if edge.decides_rows else ROWS_KEPT


def outputs(document: Lineage, dataset: str) -> list[str]:
    """Return the columns that the document gives a dataset."""
    found: Mapping[str, list[str]] = {
        item.name: [column.name for column in item.columns] for item in document.datasets
    }
    return found[dataset]
