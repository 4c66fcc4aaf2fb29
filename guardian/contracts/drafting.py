"""A first contract of a table, from what its code tells: nothing is measured, nothing guessed.

Each clause says where it comes from (`guardian.evidence`), so that a reader can doubt it. What only
the data can tell, such as ranges and volumes, is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from guardian.contracts.breach import Side, side_of
from guardian.contracts.nulls import Nulls
from guardian.contracts.values import giving, literal
from guardian.contracts.writing.odcs import Notes
from guardian.lineage.link import World
from guardian.lineage.schemas import UNKNOWN
from guardian.model.contract import Clause, ClauseKind, Contract, TypeName, Value
from guardian.model.definition import Definition, Output
from guardian.model.expression import NULL, Expression, is_const
from guardian.model.lineage import Column, Location
from guardian.model.types import family

EVIDENCE = "guardian.evidence"
MOST_VALUES = 200
MOST_WORDS = 1_000  # characters of the author's own words
_LINE = 1  # nobody has written the contract yet


class Draft(NamedTuple):
    """A first contract, what is said beside its clauses, and what the code does not tell."""

    contract: Contract
    notes: Notes
    open: tuple[str, ...]


class _Told(NamedTuple):
    clause: Clause
    evidence: str


def draft(world: World, dataset: str) -> Draft:
    """Return a first contract of a dataset that some code here writes or declares."""
    side = side_of(dataset, world)
    columns = [
        column
        for column in world.schemas.get(dataset, UNKNOWN).columns
        if not column.name.startswith(("*", "{"))
    ]
    told = [item for column in columns for item in _of_column(column, side, world, dataset)]
    told += [*_keys(side, {column.name for column in columns}), *_partitions(side)]
    spelled = Clause(kind="dataset", value=dataset, line=_LINE)
    contract = Contract(
        names=(dataset,),
        format="odcs",
        at=Location("", _LINE),
        id=dataset,
        version="1.0.0",
        status="draft",
        clauses=(spelled, *(item.clause for item in told)),
    )
    return Draft(contract, _notes(told, side, columns), tuple(_open(world, dataset, side, columns)))


def _told(
    kind: ClauseKind, column: str | None, evidence: str, *, value: Value = True, name: str = ""
) -> _Told:
    clause = Clause(kind=kind, column=column, name=name, value=value, line=_LINE)
    return _Told(clause, evidence)


# --- columns -------------------------------------------------------------------------------------


def _of_column(column: Column, side: Side, world: World, dataset: str) -> Iterator[_Told]:
    """Yield what the code tells of one column."""
    name, declared = column.name, side.declared.get(column.name)
    places = _places(name, side)
    listed = next(
        (item.at for item in world.declarations.get(dataset, ()) if _lists(item.columns, name)),
        None,
    )
    where = _at(listed) if declared is not None and listed is not None else ", ".join(places[:1])
    yield _told("column", name, "", value=name)
    if column.type:
        how = "declared" if declared is not None else "computed"
        value = TypeName(logical=family(column.type), physical=column.type.lower())
        yield _told("type", name, f"type {how}, {where}", value=value)
    if declared is not None and declared.nullable is False:
        yield _told("required", name, f"declared not null, {where}")
    elif _never_null(name, side):
        yield _told("required", name, f"never null in {', '.join(places)}")
    values = _values(name, side)
    if values and not column.type:
        yield _told("type", name, f"texts, {where}", value=TypeName(logical="string"))
    if values:
        yield _told("values", name, f"all that {', '.join(places)} writes", value=values)


def _lists(columns: Sequence[Column], name: str) -> bool:
    return any(column.name == name for column in columns)


def _places(name: str, side: Side) -> list[str]:
    """Return where a column is written, each place once."""
    found = (made.column(name) for made in side.writes())
    return list(dict.fromkeys(_at(output.at) for output in found if output is not None))


def _at(place: Location) -> str:
    return f"{place.file}:{place.line}"


def _outputs(name: str, side: Side) -> list[tuple[Definition, Output]] | None:
    """Return how each write fills a column; None where one does not tell."""
    found = []
    for made in side.writes():
        output = made.column(name)
        if output is None or (not made.complete and made.write.columns):
            return None
        found.append((made, output))
    return found or None


def _never_null(name: str, side: Side) -> bool:
    """Return whether no write, all of which are known, can leave a column empty."""
    outputs = _outputs(name, side)
    return outputs is not None and all(
        Nulls(side.facts, made.rows).never(output.expression) for made, output in outputs
    )


def _values(name: str, side: Side) -> tuple[str, ...]:
    """Return all texts that a column can hold; empty where others may come beside them."""
    texts: set[str] = set()
    for _, output in _outputs(name, side) or ():
        found = _texts(output.expression, 0)
        if found is None:
            return ()
        texts |= found
    return tuple(sorted(texts)) if len(texts) <= MOST_VALUES else ()


def _texts(node: Expression, depth: int) -> frozenset[str] | None:
    """Return the texts that an expression gives, NULL aside; None where it may give others."""
    if node is NULL:
        return frozenset()
    if is_const(node):
        text = literal(node) if is_const(node, "string") else None
        return None if text is None else frozenset({text})
    parts = giving(node)
    found: set[str] = set()
    for part in parts:
        inner = _texts(part, depth + 1) if depth < 100 else None
        if inner is None:
            return None
        found |= inner
    return frozenset(found) if parts else None


# --- the table -----------------------------------------------------------------------------------


def _keys(side: Side, columns: set[str]) -> Iterator[_Told]:
    """Yield the shortest set of columns of which the code makes one row each, where there is one.

    A key of which a part may be NULL is unique, and no primary key.
    """
    whole = side.whole()
    if len(side.definitions) != 1 or len(whole) != 1 or whole[0].options.mode == "append":
        return
    made = whole[0]
    keys = sorted((key for key in made.keys if key and set(key) <= columns), key=_size)
    if not keys:
        return
    key = keys[0]
    evidence = f"one row per {', '.join(key)}, {_at(made.at)}"
    if all(_never_null(name, side) or _declared_required(name, side) for name in key):
        yield _told("primary-key", None, evidence, value=key)
    elif len(key) == 1:
        yield _told("unique", key[0], evidence)
    else:
        yield _told(
            "unique-key", None, evidence, value=tuple(sorted(key)), name=", ".join(sorted(key))
        )


def _declared_required(name: str, side: Side) -> bool:
    declared = side.declared.get(name)
    return declared is not None and declared.nullable is False


def _size(key: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(key), key


def _partitions(side: Side) -> Iterator[_Told]:
    found = {made.options.partition_by for made in side.whole() if made.options.partition_by}
    if len(found) == 1:
        (columns,) = found
        known = {output.name for made in side.whole() for output in made.columns}
        if set(columns) <= known:
            yield _told(
                "partition", None, f"partitioned by, {_at(side.whole()[0].at)}", value=columns
            )


def _open(world: World, dataset: str, side: Side, columns: Sequence[Column]) -> Iterator[str]:
    """Yield what the code does not tell, and what to do about it."""
    schema = world.schemas.get(dataset, UNKNOWN)
    if not schema.complete:
        yield "there may be more columns than these: add those that the code does not name"
    untyped = [column.name for column in columns if not column.type]
    if untyped:
        more = f" and {len(untyped) - 5} more" if len(untyped) > 5 else ""
        yield f"no type is known of {', '.join(untyped[:5])}{more}: add `physicalType`"
    if not any(_keys(side, {column.name for column in columns})):
        yield "no key is known: mark its columns with `primaryKey: true`"


# --- what stands beside the clauses --------------------------------------------------------------


def _notes(told: Sequence[_Told], side: Side, columns: Sequence[Column]) -> Notes:
    """Return evidence and lineage, by column; what is told of the table stands with the table."""
    notes: dict[str | None, Mapping[str, Any]] = {}
    for name in (None, *(column.name for column in columns)):
        evidence = [item.evidence for item in told if item.evidence and item.clause.column == name]
        found = dict(_lineage(name, side)) if name is not None else {}
        if evidence:
            value = evidence[0] if len(evidence) == 1 else evidence
            found["customProperties"] = [{"property": EVIDENCE, "value": value}]
        notes[name] = found
    return notes


def _lineage(name: str, side: Side) -> Iterator[tuple[str, Any]]:
    """Yield what a column is made of, and how, in its author's words."""
    outputs = _outputs(name, side) or []
    sources = {
        f"{edge.source.dataset}.{edge.source.column}"
        for made, _ in outputs
        for edge in made.edges
        if edge.type == "DIRECT" and edge.target.column == name
    }
    if sources:
        yield "transformSourceObjects", sorted(sources)
    words = list(dict.fromkeys(" ".join(output.text.split()) for _, output in outputs))
    said = "; ".join(word for word in words if word and word != name)
    if said:
        yield "transformLogic", said[:MOST_WORDS]
