"""The lineage document of `guardian scan`: datasets, columns, jobs, edges, warnings."""

from typing import Literal

import msgspec

EdgeType = Literal["DIRECT", "INDIRECT"]
Subtype = Literal[
    "IDENTITY",
    "TRANSFORMATION",
    "AGGREGATION",
    "JOIN",
    "FILTER",
    "GROUP_BY",
    "SORT",
    "WINDOW",
    "CONDITIONAL",
]


class Location(msgspec.Struct, frozen=True, order=True):
    """A place in the code: a path from the repository's root and a line, counted from 1."""

    file: str
    line: int


class Diagnostic(msgspec.Struct, frozen=True, order=True):
    """Something in the input that was not understood, and where."""

    file: str
    line: int
    message: str


class ColumnRef(msgspec.Struct, frozen=True):
    """A column of a dataset; `column` is None where every row is meant.

    `*` where a star could not be expanded.
    """

    dataset: str
    column: str | None


class Edge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={"source": "from", "target": "to"},
):
    """One column flowing into another, or bearing on it.

    Types and subtypes as OpenLineage has them. `decides_rows` is false where the target is all rows
    and yet none comes or goes with the source: the key of a side input that is left-joined on what
    is unique in it, or an ORDER BY that no LIMIT follows.
    """

    source: ColumnRef
    target: ColumnRef
    type: EdgeType
    subtype: Subtype
    job: str
    location: Location
    confidence: float
    decides_rows: bool = True


class RowFlow(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    order=True,
    omit_defaults=True,
    rename={"source": "from", "target": "to"},
):
    """Which rows `target` holds depends on which rows `source` holds; both are datasets.

    A side input that is left-joined without adding or losing a row bears on its own columns only.
    Where one of these is no column's but its rows' (COUNT(*) over the side), `column` names it: its
    value depends on the rows of `source`, the rows of `target` do not. `confidence` is below 1
    where a hint or a search by name tells of it, and no statement that was read.
    """

    source: str
    target: str
    job: str
    location: Location
    column: str = ""
    confidence: float = 1.0


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a dataset; `type` is as the code declares it, None where nothing tells."""

    name: str
    type: str | None = None
    nullable: bool | None = None


class Dataset(msgspec.Struct, frozen=True):
    """A table, view or location; `complete` is false where columns may be missing from the list."""

    name: str
    columns: tuple[Column, ...]
    complete: bool


class Job(msgspec.Struct, frozen=True, omit_defaults=True):
    """One unit that reads and writes datasets: a file, or a part of one (`path#name`).

    `calls` are the jobs that it runs: procedures of this repository, without those that log.
    """

    id: str
    language: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    calls: tuple[str, ...] = ()


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the code was understood, so that silence means something."""

    files: int = 0
    understood: int = 0
    failed: tuple[str, ...] = ()


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document; every list is sorted, so that equal input gives equal bytes."""

    schema_version: Literal["1"] = "1"
    datasets: tuple[Dataset, ...] = ()
    jobs: tuple[Job, ...] = ()
    edges: tuple[Edge, ...] = ()
    rows: tuple[RowFlow, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    coverage: Coverage = Coverage()


def edge_order(edge: Edge) -> tuple[str, ...]:
    """Return the key that edges are sorted by in every document."""
    return (
        edge.target.dataset,
        edge.target.column or "",
        edge.type,
        edge.subtype,
        edge.source.dataset,
        edge.source.column or "",
        edge.job,
        edge.location.file,
        f"{edge.location.line:09}",
    )
