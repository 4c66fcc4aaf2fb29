"""A seed: its header is the columns, its lines are the rows that dbt writes."""

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from guardian.languages.dbt.project import ModelFile
from guardian.languages.dbt.rendering import Renderer
from guardian.languages.dbt.write_options import write_options
from guardian.model.lineage import Column, Diagnostic, Location
from guardian.model.names import fold
from guardian.model.plan import (
    Call,
    Constant,
    Declaration,
    Expr,
    Item,
    Lowered,
    PlanBuilder,
    Project,
    Ref,
    Values,
    Write,
)
from guardian.model.source import SourceFile

MAX_ROWS = 100_000
TOLD_ROWS = 50  # as many as `Values` keeps; of more, their number and a fingerprint
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?\Z")
_ROW = "row"


class Seed(msgspec.Struct, frozen=True):
    """The table of a seed: columns, and rows of as many texts, sorted; empty is NULL.

    In a row the columns stand in an order of their own.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    problem: str = ""


def lower_seed(model: ModelFile, file: SourceFile, renderer: Renderer, dialect: str) -> Lowered:
    """Return the write of a seed and the declaration of its columns.

    Nothing without a header, or where the seed is disabled. The order of lines and of columns in
    the file is none of the table's.
    """
    lowered = Lowered(path=file.path, language="dbt")
    config = renderer.naming(model)
    seed = read_seed(file.text, config, dialect) if config["enabled"] else None
    if seed is None or not seed.columns:
        return lowered
    dataset, at = renderer.relation_of(model).dataset, Location(file.path, 1)
    options = write_options(config, "seeds")
    builder = PlanBuilder()
    # A row is one value, so that a column keeps its name when another comes or goes before it.
    rows = builder.add(_values(seed, file))
    items = tuple(Item(_taken(column), column.name, at, column.name) for column in seed.columns)
    write = Write(
        job=file.path, dataset=dataset, plan=builder.add(Project(rows, items)),
        options=options, at=at,
    )  # fmt: skip
    declared = Declaration(
        dataset=dataset, columns=seed.columns, origin="dbt", job=file.path, at=at, options=options
    )
    problems = (Diagnostic(file.path, 1, seed.problem),) if seed.problem else ()
    return msgspec.structs.replace(
        lowered, nodes=tuple(builder.nodes), writes=(write,), declarations=(declared,),
        warnings=problems,
    )  # fmt: skip


def read_seed(text: str, config: Mapping[str, Any], dialect: str) -> Seed | None:
    """Return the table that a file holds under a configuration; None without a header."""
    delimiter = str(config.get("delimiter") or ",")[:1]
    lines = _lines(text, delimiter)
    try:
        header = next(lines, [])
    except csv.Error:
        return None
    places = tuple(place for place, name in enumerate(header) if name.strip())
    columns = tuple(_columns([header[place].strip() for place in places], config, dialect))
    try:
        found = [line for line in islice(lines, MAX_ROWS + 1) if line]
    except csv.Error as error:
        return Seed(columns, problem=f"the rows are compared as text only: {error}")
    if len(found) > MAX_ROWS:
        return Seed(columns, problem=f"more than {MAX_ROWS} rows are compared as text only")
    cells = [[_cell(line, place) for line in found] for place in places]
    # By what the columns hold: neither another name nor another place of one alters the rows.
    cells.sort(key=lambda column: (_numeric(column), sorted(column)))
    return Seed(columns, tuple(sorted(zip(*cells, strict=True))))


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(text.splitlines(keepends=True), delimiter=delimiter)


def _cell(line: Sequence[str], place: int) -> str:
    return line[place].strip() if place < len(line) else ""


def _columns(names: Sequence[str], config: Mapping[str, Any], dialect: str) -> Iterator[Column]:
    types = config.get("column_types")
    given = types if isinstance(types, Mapping) else {}
    lowered = {str(name).lower(): str(kind) for name, kind in given.items()}
    quoted = config.get("quote_columns") is True
    for name in names:
        yield Column(fold(name, dialect, quoted=quoted), lowered.get(name.lower()))


def _values(seed: Seed, file: SourceFile) -> Values:
    if seed.problem:
        return Values((_ROW,), (), file.blob)
    digest = hashlib.blake2b(repr(seed.rows).encode(), digest_size=16).hexdigest()
    if len(seed.rows) > TOLD_ROWS:
        told = Constant("string", f"{len(seed.rows)} rows, {digest[:8]}")
        return Values((_ROW,), ((told,),), digest)
    kinds = [_numeric(column) for column in zip(*seed.rows, strict=True)]
    rows = tuple(tuple(map(_constant, row, kinds)) for row in seed.rows)
    return Values((_ROW,), rows, digest)


def _numeric(column: Sequence[str]) -> bool:
    """Return whether dbt takes a column for numbers: all of its values are."""
    return all(not value or _NUMBER.match(value) for value in column)


def _constant(text: str, numeric: bool) -> Constant:  # noqa: FBT001 - one of two mapped sequences
    if not text:
        return Constant("null", "")
    return Constant("number" if numeric else "string", text)


def _taken(column: Column) -> Expr:
    taken = Call("field", (Ref(_ROW),), column.name)
    return Call("cast", (taken,), column.type.lower()) if column.type else taken
