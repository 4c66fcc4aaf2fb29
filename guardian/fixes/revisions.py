"""Both revisions, and a file of the head read again with other text in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from guardian.diff.equality import nodes_below, translated
from guardian.fixes.computed import Computed, with_computed
from guardian.fixes.successors import Named, Successors
from guardian.lineage.define import define
from guardian.lineage.link import Memory, World
from guardian.lineage.schemas import UNKNOWN, Schema
from guardian.model.definition import Definition
from guardian.model.expression import Expression
from guardian.model.lineage import Column, Diagnostic, Location
from guardian.model.plan import Lowered, Operator, Routine, Write
from guardian.rewriting import Rewriting

Schemas = Callable[[str], Schema]
# The file at a path, lowered where files have these texts in place of their own; None if unread.
Relower = Callable[[str, Mapping[str, str]], Lowered | None]


@dataclass(frozen=True, slots=True)
class Revisions:
    """Two linked revisions, and how to read more of the head.

    `text` is that of one of its files, with line ends as LF; `dialect` that of its SQL;
    `rewriting` tells what may be written in Python. `catalog` tells of datasets that no file makes.
    `memory` is that of both.
    """

    before: World
    after: World
    relower: Relower
    text: Callable[[str], str | None]
    dialect: Callable[[str], str]
    rewriting: Rewriting
    catalog: Mapping[str, Schema] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its writes, bound to schemas, and what was not understood of them."""

    definitions: tuple[Definition, ...]
    warnings: frozenset[Diagnostic] = frozenset()

    def told(self) -> frozenset[str]:
        """Return what was not understood, wherever that stands."""
        return frozenset(warning.message for warning in self.warnings)


def read(file: Lowered, world: World, schema: Schemas, also: Iterable[str] = ()) -> Reading:
    """Return the writes of `file` among those of `world`, bound to what `schema` tells.

    `also` are datasets that each write may read, whatever it says.
    """
    synonyms = world.linker.synonyms
    warnings: set[Diagnostic] = set()

    def actual(name: str) -> str:
        for _ in range(8):
            name = synonyms.get(name, name)
        return name

    def routine(name: str) -> tuple[tuple[Operator, ...], Routine] | None:
        own = next((item for item in file.routines if item.name == name), None)
        if own is not None:
            return file.nodes, own
        known = world.routines.get(name)
        return None if known is None else (known[0].nodes, known[1])

    def bound(write: Write) -> Definition:
        def warn(at: Location | None, message: str) -> None:
            place = at or write.at
            warnings.add(Diagnostic(place.file, place.line, message))

        named = msgspec.structs.replace(write, dataset=actual(write.dataset))
        reads = tuple(also)
        return define(
            file, named, lambda name: schema(actual(name)), actual, reads, warn, routine,
            world.functions(),
        )  # fmt: skip

    return Reading(tuple(map(bound, file.writes)), frozenset(warnings))


def as_if_kept(revisions: Revisions, found: Successors, *, both: bool = False) -> Schemas:
    """Return the schemas that the head would have if nothing had lost its name.

    With `both`, what has a new name is there under this, too.
    """
    old_names: dict[str, dict[str, str]] = {}
    gone = ((each, "") for each in (*found.lost, *found.computed))
    for (dataset, name), new in (*found.columns.items(), *gone):
        old_names.setdefault(dataset, {})[name] = new
    known: dict[str, Schema] = {}

    def schema(dataset: str) -> Schema:
        if dataset not in known:
            made = _schema(revisions, found, dataset)
            earlier = revisions.before.schemas.get(dataset, UNKNOWN)
            known[dataset] = _with_old(made, earlier, old_names.get(dataset, {}), both=both)
        return known[dataset]

    return schema


def _schema(revisions: Revisions, found: Successors, dataset: str) -> Schema:
    if dataset in found.datasets:
        return revisions.before.schemas.get(dataset, UNKNOWN)
    return revisions.after.schemas.get(dataset, UNKNOWN)


def _with_old(schema: Schema, before: Schema, names: Mapping[str, str], *, both: bool) -> Schema:
    """Return a schema with columns under their old names; one that was there before stays, too.

    What has no new name is added to it.
    """
    if not names:
        return schema
    earlier = {column.name: column for column in before.columns}
    columns: list[Column] = []
    for column in schema.columns:
        old = [name for name, new in names.items() if new == column.name]
        columns += [earlier.get(name) or Column(name, column.type) for name in old]
        if both or not old or column.name in earlier:
            columns.append(column)
    columns += [earlier.get(name) or Column(name) for name, new in names.items() if not new]
    return msgspec.structs.replace(schema, columns=tuple(columns))


def with_column(schema: Schemas, dataset: str, name: str) -> Schemas:
    """Return `schema` with one more column of one dataset."""

    def more(asked: str) -> Schema:
        known = schema(asked)
        if asked != dataset:
            return known
        return msgspec.structs.replace(known, columns=(*known.columns, Column(name)))

    return more


Form = tuple[object, ...]


def forms(
    reading: Reading,
    *,
    columns: Mapping[Named, str] | None = None,
    datasets: Mapping[str, str] | None = None,
    computed: Mapping[Named, Computed] | None = None,
    lenient: tuple[str, str] | None = None,
) -> tuple[Form, ...]:
    """Return what each write gives, with columns and datasets under other names, or computed.

    With `lenient`, the first name counts as the second among the columns that are written, and
    their order does not count.
    """
    made: list[Form] = []
    for definition in reading.definitions:
        item = translated(definition, renames=columns, datasets=datasets)
        outputs = [
            (column.name, with_computed(column.expression, computed or {}))
            for column in item.columns
        ]
        if lenient is not None:
            outputs = [(lenient[1] if name == lenient[0] else name, e) for name, e in outputs]
            outputs.sort(key=_by_name)
        rows = with_computed(item.rows, computed or {})
        made.append((
            item.dataset, tuple(outputs), rows, item.options, item.positional,
            item.write.columns, item.complete,
        ))  # fmt: skip
    return tuple(made)


def _by_name(output: tuple[str, Expression]) -> tuple[str, bytes]:
    return output[0], output[1].digest


def named_in(definition: Definition) -> tuple[frozenset[Named], frozenset[str]]:
    """Return the columns of datasets that a definition takes, and the datasets that it scans."""
    roots = (definition.rows, *(column.expression for column in definition.columns))
    taken, read_ = set(), set()
    for node in nodes_below(*roots):
        if node.op == "scan":
            read_.add(str(node.value))
        elif node.op == "field" and node.args[0].args[0].op == "scan":
            taken.add((str(node.args[0].args[0].value), str(node.value)))
    return frozenset(taken), frozenset(read_)
