"""One write → its definition: the columns it gives the dataset, the rows, the edges."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import msgspec

from guardian.lineage.joins import freeze
from guardian.lineage.operators import Binder, inputs_of
from guardian.lineage.relation import Attribute, Relation
from guardian.lineage.schemas import Schema
from guardian.lineage.trace import Tracer, edges_of_column, edges_of_rows, flows_of, flows_of_column
from guardian.lineage.types import Types
from guardian.model.definition import Definition, Output
from guardian.model.expression import Expression, const, make
from guardian.model.lineage import ColumnRef, Edge, Location, RowFlow, edge_order
from guardian.model.plan import Constant, Handle, Lowered, Scan, Subquery, Write

UNCONFIRMED = 0.9  # the source's columns are not known, so the name was taken at its word


def define(
    file: Lowered,
    write: Write,
    schema: Callable[[str], Schema],
    actual: Callable[[str], str],
    reads: Iterable[str],
    warn: Callable[[Location | None, str], None],
) -> Definition:
    """Return how `write` makes its dataset.

    Args:
        file: what holds the plan.
        write: the write.
        schema: tells what is known of a dataset's columns.
        actual: returns the dataset behind a synonym.
        reads: the datasets that it takes as inputs.
        warn: is told what was not understood, and where.
    """
    types = Types(_declared(schema))
    binder = Binder(file.nodes, schema, warn, actual=actual, place=write.at, types=types)
    relation, rows = freeze(binder.relation(write.plan), binder.notes)
    columns = tuple(_outputs(relation, write, schema(write.dataset), types))
    tracer = Tracer(binder.notes)
    return Definition(
        job=write.job,
        language=file.language,
        dataset=write.dataset,
        columns=columns,
        rows=rows,
        options=write.options,
        reads=tuple(sorted(reads)),
        at=write.at,
        positional=write.positional,
        complete=not relation.rest,
        confidence=write.confidence,
        words=binder.notes.words,
        edges=_edges(columns, rows, tracer, write, schema),
        flows=_flows(columns, rows, tracer, write),
        keys=_keys(relation, columns),
        file=file,
        write=write,
    )


def unknown(file: Lowered, write: Write, reads: Iterable[str]) -> Definition:
    """Return the definition of a write that could not be resolved: confidence 0, no columns."""
    return Definition(
        job=write.job,
        language=file.language,
        dataset=write.dataset,
        columns=(),
        rows=make("opaque_rows", (), ("unresolved", file.path)),
        options=write.options,
        reads=tuple(sorted(reads)),
        at=write.at,
        complete=False,
        confidence=0.0,
        file=file,
        write=write,
    )


def _declared(schema: Callable[[str], Schema]) -> Callable[[str, str], str | None]:
    """Return what tells the declared type of a dataset's column."""
    known: dict[str, dict[str, str | None]] = {}

    def declared(dataset: str, column: str) -> str | None:
        if dataset not in known:
            known[dataset] = {item.name: item.type for item in schema(dataset).columns}
        return known[dataset].get(column)

    return declared


def _outputs(relation: Relation, write: Write, target: Schema, types: Types) -> Iterable[Output]:
    """Yield the written columns under the names that the dataset gives them."""
    visible = relation.visible()
    seen: set[str] = set()
    for name, column in zip(_names(visible, relation, write, target), visible, strict=True):
        if name not in seen:
            seen.add(name)
            kind = types.of(column.expression)
            at = column.at or write.at
            yield Output(name, column.expression, kind, at, column.text, column.named_at)
    for name, value in write.static:
        yield Output(name, const("string", value), None, write.at)
    if relation.rest:
        yield Output("*", relation.rest[0].column("*"), None, write.at)
    for number, rest in enumerate(relation.rest[1:], start=2):
        yield Output(f"*{number}", rest.column("*"), None, write.at)


def _names(
    visible: Sequence[Attribute], relation: Relation, write: Write, target: Schema
) -> list[str]:
    own = [column.name for column in visible]
    given: Sequence[str] = write.columns
    if not given and write.positional and target.complete and not relation.rest:
        fixed = {name for name, _ in write.static}
        given = [name for name in target.names() if name not in fixed]
    return [*given[: len(own)], *own[len(given) :]]


def _flows(
    columns: Iterable[Output], rows: Expression, tracer: Tracer, write: Write
) -> tuple[RowFlow, ...]:
    """Return which datasets' rows decide the rows written, and which a column's value alone."""
    found = flows_of(rows, dataset=write.dataset, job=write.job, at=write.at)
    whole = {flow.source for flow in found}
    for column in columns:
        target = ColumnRef(write.dataset, column.name)
        traced = tracer.value(column.expression)
        own = flows_of_column(column.expression, traced, target=target, job=write.job, at=column.at)
        found += tuple(flow for flow in own if flow.source not in whole)
    return found


def _edges(
    columns: Iterable[Output],
    rows: Expression,
    tracer: Tracer,
    write: Write,
    schema: Callable[[str], Schema],
) -> tuple[Edge, ...]:
    found: list[Edge] = []
    for column in columns:
        name = "*" if column.name.startswith("*") else column.name
        found += edges_of_column(
            tracer.value(column.expression),
            target=ColumnRef(write.dataset, name),
            job=write.job,
            at=column.at,
            confidence=write.confidence,
        )
    found += edges_of_rows(
        tracer.rows(rows),
        decisive=Tracer(replace(tracer.notes, neutral={}, sorts={})).rows(rows).keys(),
        dataset=write.dataset,
        job=write.job,
        at=write.at,
        confidence=write.confidence,
    )
    sure = {
        dataset: schema(dataset).complete for dataset in {edge.source.dataset for edge in found}
    }
    return tuple(sorted((_weighed(edge, sure) for edge in found), key=edge_order))


def _weighed(edge: Edge, sure: dict[str, bool]) -> Edge:
    """Return the edge, less sure where nobody has told us the columns of its source."""
    if sure[edge.source.dataset]:
        return edge
    return msgspec.structs.replace(edge, confidence=round(edge.confidence * UNCONFIRMED, 3))


def _keys(relation: Relation, columns: Sequence[Output]) -> tuple[tuple[str, ...], ...]:
    """Return the sets of written columns that no two rows share."""
    names = {column.expression: column.name for column in columns}
    whole = (key for key in relation.keys if all(part in names for part in key))
    return tuple(sorted(tuple(sorted(names[part] for part in key)) for key in whole))


# --- what a plan scans ---------------------------------------------------------------------------


def scans(file: Lowered, root: Handle) -> list[Scan]:
    """Return the scans of a plan, those in subqueries among them."""
    seen: set[Handle] = set()
    found: list[Scan] = []
    stack = [root]
    while stack:
        handle = stack.pop()
        if handle in seen:
            continue
        seen.add(handle)
        node = file.nodes[handle]
        if isinstance(node, Scan):
            found.append(node)
        stack.extend(inputs_of(node))
        stack.extend(_inner_plans(node))
    return found


def _inner_plans(node: object) -> Iterable[Handle]:
    """Yield the plans inside an operator's expressions, and those that see the rows around them."""
    stack: list[object] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, Subquery):
            yield part.plan
            stack.extend(part.operand)
        elif isinstance(part, tuple):
            stack.extend(part)
        elif hasattr(part, "__struct_fields__") and not isinstance(part, Location | Constant):
            if getattr(part, "lateral", False) and hasattr(part, "right"):
                yield part.right
            if hasattr(part, "step"):
                yield part.step
            stack.extend(getattr(part, name) for name in part.__struct_fields__)
