"""One write → its definition: the columns it gives the dataset, the rows, the edges."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import count

from msgspec.structs import replace as replaced

from guardian.lineage.edges import (
    Sureness,
    edges_of_column,
    edges_of_rows,
    flows_of,
    flows_of_column,
)
from guardian.lineage.joins import freeze
from guardian.lineage.nested import Nested
from guardian.lineage.operators import Binder, FindRoutine, no_routine
from guardian.lineage.relation import Attribute, Relation
from guardian.lineage.schemas import Schema
from guardian.lineage.trace import Tracer
from guardian.lineage.types import Types
from guardian.model.definition import Definition, Output
from guardian.model.expression import Expression, const, make
from guardian.model.lineage import ColumnRef, Edge, Location, RowFlow, edge_order
from guardian.model.plan import (
    Lowered,
    Write,
)

UNCONFIRMED = 0.9  # the source's columns are not known, so the name was taken at its word


def define(  # noqa: PLR0913, PLR0917 - what a write is bound to, each from another table
    file: Lowered,
    write: Write,
    schema: Callable[[str], Schema],
    actual: Callable[[str], str],
    reads: Iterable[str],
    warn: Callable[[Location | None, str], None],
    routine: FindRoutine = no_routine,
    functions: Collection[str] = (),
) -> Definition:
    """Return how `write` makes its dataset.

    Args:
        file: what holds the plan.
        write: the write.
        schema: tells what is known of a dataset's columns.
        actual: returns the dataset behind a synonym.
        reads: the datasets that it takes as inputs.
        warn: is told what was not understood, and where.
        routine: finds what a procedure or function returns, and the nodes it is made of.
        functions: the routines that are functions of one value.
    """
    types = Types(_declared(schema))
    binder = Binder(
        file.nodes, schema, warn, actual=actual, place=write.at, types=types, routine=routine,
        functions=functions,
    )  # fmt: skip
    relation, rows = freeze(binder.relation(write.plan), binder.notes)
    columns = tuple(_outputs(relation, write, schema(write.dataset), types))
    # Spark finds `df["person"]["firstName"]` as it finds `person.firstname`.
    tracer = Tracer(binder.notes, Nested(types, folded=file.language == "pyspark"))
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
        complete=not relation.rest or (write.fitted and schema(write.dataset).complete),
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
    if write.fitted and target.complete:
        known = set(target.names())
        visible = tuple(item for item in visible if item.name in known)
        yield from _fitted(relation, write, target, types)
        relation = replaced(relation, rest=())
    seen: set[str] = set()
    for name, column in zip(_names(visible, relation, write, target), visible, strict=True):
        if name in seen and write.numbered:
            name = next(new for new in _numbered(name) if new not in seen)  # noqa: PLW2901 - renamed
        if name not in seen:
            seen.add(name)
            kind = types.of(column.expression)
            at = column.at or write.at
            yield Output(name, column.expression, kind, at, column.text, column.named_at)
    for name, value in write.static:
        yield Output(name, const("string", value), None, write.at)
    unlisted = [rest for rest in relation.rest if not rest.documented]
    for number, rest in enumerate(unlisted, start=1):
        yield Output("*" if number == 1 else f"*{number}", rest.column("*"), None, write.at)


def _fitted(relation: Relation, write: Write, target: Schema, types: Types) -> Iterable[Output]:
    """Yield the target's columns that a star over an open input stands for."""
    own = {item.name for item in relation.visible()}
    for rest in relation.rest[:1]:
        for name in target.names():
            if name not in own:
                value = rest.column(name)
                yield Output(name, value, types.of(value), write.at)


def _numbered(name: str) -> Iterator[str]:
    return (f"{name}_{number}" for number in count(1))


def _names(
    visible: Sequence[Attribute], relation: Relation, write: Write, target: Schema
) -> list[str]:
    own = [column.name for column in visible]
    given: Sequence[str] = write.columns
    if not given and write.positional and target.complete and not relation.rest:
        fixed = {name for name, _ in write.static}
        given = [name for name in target.filled() if name not in fixed]
    return [*given[: len(own)], *own[len(given) :]]


def _flows(
    columns: Iterable[Output], rows: Expression, tracer: Tracer, write: Write
) -> tuple[RowFlow, ...]:
    """Return which datasets' rows decide the rows written, and which a column's value alone."""
    found = list(flows_of(rows, tracer, dataset=write.dataset, job=write.job, at=write.at))
    whole = {flow.source for flow in found}
    for column in columns:
        target = ColumnRef(write.dataset, column.name)
        own = flows_of_column(column.expression, tracer, target=target, job=write.job, at=column.at)
        found += [flow for flow in own if flow.source not in whole]
    return tuple(found)


def _edges(
    columns: Iterable[Output],
    rows: Expression,
    tracer: Tracer,
    write: Write,
    schema: Callable[[str], Schema],
) -> tuple[Edge, ...]:
    sureness = _sureness(write, schema)
    found: list[Edge] = []
    for column in columns:
        name = "*" if column.name.startswith("*") else column.name
        found += edges_of_column(
            tracer.value(column.expression),
            target=ColumnRef(write.dataset, name),
            job=write.job,
            at=column.at,
            sureness=sureness,
            places=tracer.places(column.expression),
        )
    deciders = tracer.rows(rows)
    found += edges_of_rows(
        deciders,
        decisive=tracer.decisive(rows),
        dataset=write.dataset,
        job=write.job,
        at=write.at,
        sureness=sureness,
    )
    found.sort(key=edge_order)
    return tuple(found)


def _sureness(write: Write, schema: Callable[[str], Schema]) -> Sureness:
    """Return what tells how sure an edge is: less where nobody has told us of its source's column.

    Rounded once for the value and once for that, as sureness is told in thousandths.
    """
    schemas: dict[str, Schema] = {}
    listed: dict[str, frozenset[str]] = {}

    def told(dataset: str, column: str) -> bool:
        known = schemas.get(dataset)
        if known is None:
            known = schemas[dataset] = schema(dataset)
            listed[dataset] = frozenset(known.names() if known.documented else ())
        return known.complete or column in listed[dataset]

    def sureness(dataset: str, column: str, sure: float) -> float:
        told_of = round(sure * write.confidence, 3)
        return told_of if told(dataset, column) else round(told_of * UNCONFIRMED, 3)

    return sureness


def _keys(relation: Relation, columns: Sequence[Output]) -> tuple[tuple[str, ...], ...]:
    """Return the sets of written columns that no two rows share."""
    names = {column.expression: column.name for column in columns}
    whole = {key.parts for key in relation.keys if names.keys() >= key.parts}
    return tuple(sorted(tuple(sorted(names[part] for part in key)) for key in whole))
