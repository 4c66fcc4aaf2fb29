"""Jobs linked: names, stars and types resolved across files.

Datasets in the order in which they depend on each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import msgspec

from guardian.lineage.calling import by_last_name
from guardian.lineage.define import define, sources, unknown
from guardian.lineage.schemas import UNKNOWN, Schema, combined, declared
from guardian.model.definition import Definition
from guardian.model.expression import Expression
from guardian.model.lineage import Column, Diagnostic, Location
from guardian.model.names import SYMBOL_OPEN
from guardian.model.plan import (
    FUNCTION,
    Declaration,
    Lowered,
    Operator,
    Rename,
    Returned,
    Routine,
    Scan,
    Write,
)

ROUNDS = 3  # datasets that depend on each other in a circle are gone over again this often at most


# A write (file, place in it), what was known of each dataset that it reads or writes, and the
# routines that it calls (file, plan in it).
_Seen: TypeAlias = tuple[int, int, tuple[tuple[str, Schema], ...], tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class World:
    """One revision, linked: how every dataset is made, what is known of its columns.

    What was not understood.
    """

    definitions: Mapping[str, tuple[Definition, ...]]
    schemas: Mapping[str, Schema]
    declarations: Mapping[str, tuple[Declaration, ...]]
    lowered: tuple[Lowered, ...]
    warnings: tuple[Diagnostic, ...]
    routines: Mapping[str, tuple[Lowered, Routine]]

    def routine(self, name: str) -> tuple[Sequence[Operator], Routine] | None:
        """Return what a procedure or function returns, and the nodes that it is made of."""
        found = self.routines.get(name)
        return None if found is None else (found[0].nodes, found[1])

    def functions(self) -> frozenset[str]:
        """Return the routines that are functions of one value."""
        return _functions(self.routines)


def _functions(routines: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in routines if name.startswith(FUNCTION))


class Memory:
    """What two revisions share: plans that were looked through, writes that were bound.

    A write is bound once for the schemas that it sees. Files are known by identity: equal files
    must be the same object.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.bound: dict[_Seen, tuple[Definition, tuple[Diagnostic, ...]]] = {}
        self._sources: dict[
            tuple[int, int, frozenset[str]], tuple[Scan | Returned | Rename, ...]
        ] = {}

    def sources(
        self, file: Lowered, root: int, functions: frozenset[str]
    ) -> tuple[Scan | Returned | Rename, ...]:
        """Return what a plan scans, the routines that it calls, and what names its columns."""
        key = (id(file), root, functions)
        known = self._sources.get(key)
        if known is None:
            known = self._sources[key] = tuple(sources(file, root, functions))
        return known


def link(
    lowered: Sequence[Lowered],
    *,
    catalog: Mapping[str, Schema] | None = None,
    memory: Memory | None = None,
) -> World:
    """Return the definitions of every dataset that is written.

    `catalog` tells of datasets that no file here does.
    """
    linker = _Linker(tuple(lowered), dict(catalog or {}), memory or Memory())
    return linker.world()


class _Linker:
    def __init__(
        self, lowered: tuple[Lowered, ...], catalog: dict[str, Schema], memory: Memory
    ) -> None:
        self.lowered = lowered
        self.memory = memory
        self.synonyms = {name: dataset for file in lowered for name, dataset in file.aliases}
        self.declarations = [item for file in lowered for item in file.declarations]
        self.declared = declared(self.declarations)
        self.schemas: dict[str, Schema] = {**catalog, **self.declared}
        self.writes: dict[str, list[tuple[Lowered, int, Write]]] = {}
        run_by = _run_by(lowered)
        for file in lowered:
            for index, write in enumerate(file.writes):
                if run_by.get(write.at, file.path) == file.path:
                    actual = self._actual(write.dataset)
                    if actual != write.dataset:
                        write = msgspec.structs.replace(write, dataset=actual)  # noqa: PLW2901 - the same write
                    self.writes.setdefault(actual, []).append((file, index, write))
        self.routines = {item.name: (file, item) for file in lowered for item in file.routines}
        for last, name in by_last_name(self.routines).items():
            self.routines[last] = self.routines[name]
        self.functions = _functions(self.routines)
        self.warnings: set[Diagnostic] = {item for file in lowered for item in file.warnings}

    def world(self) -> World:
        """Link everything, upstream first.

        Members of a circle once more with what the first round told.
        """
        definitions: dict[str, tuple[Definition, ...]] = {}
        found: dict[str, set[Diagnostic]] = {}
        for circle in _in_order(self._dependencies()):
            for _ in range(ROUNDS if len(circle) > 1 else 1):
                before = [self.schemas.get(dataset) for dataset in circle]
                for dataset in circle:
                    definitions[dataset], found[dataset] = self._define(dataset)
                    self.schemas[dataset] = self._schema(dataset, definitions[dataset])
                if before == [self.schemas.get(dataset) for dataset in circle]:
                    break
        warnings = self.warnings.union(*found.values())
        return World(
            {name: definitions[name] for name in sorted(definitions)},
            {name: self.schemas[name] for name in sorted(self.schemas)},
            _by_dataset(self.declarations),
            self.lowered,
            tuple(sorted(warnings)),
            self.routines,
        )

    def _dependencies(self) -> dict[str, list[str]]:
        """Return, for each written dataset, the written datasets that it needs."""
        needs: dict[str, set[str]] = {dataset: set() for dataset in self.writes}
        for dataset, writes in self.writes.items():
            for file, _, write in writes:
                needs[dataset] |= {
                    self._actual(name) for name in self._looked_at(file, write)
                } & self.writes.keys()
            needs[dataset].discard(dataset)
        return {dataset: sorted(needs[dataset]) for dataset in sorted(needs)}

    def _plans(self, file: Lowered, write: Write) -> list[tuple[Lowered, int]]:
        """Return a write's plan, and those of the routines that it calls, through any number."""
        found = [(file, write.plan)]
        for where, root in found:
            for node in self.memory.sources(where, root, self.functions):
                called = self.routines.get(node.routine) if isinstance(node, Returned) else None
                if called is not None and (called[0], called[1].plan) not in found:
                    found.append((called[0], called[1].plan))
        return found

    def _scanned(self, file: Lowered, write: Write) -> Iterator[Scan]:
        for where, root in self._plans(file, write):
            for node in self.memory.sources(where, root, self.functions):
                if isinstance(node, Scan):
                    yield node

    def _looked_at(self, file: Lowered, write: Write) -> Iterator[str]:
        """Yield the datasets whose columns bear on a write."""
        for where, root in self._plans(file, write):
            for node in self.memory.sources(where, root, self.functions):
                if isinstance(node, Scan):
                    yield node.dataset
                elif isinstance(node, Rename):
                    yield node.like

    def _routine(self, name: str) -> tuple[Sequence[Operator], Routine] | None:
        found = self.routines.get(name)
        return None if found is None else (found[0].nodes, found[1])

    def _actual(self, dataset: str) -> str:
        """Return the dataset behind a synonym."""
        for _ in range(8):
            if dataset not in self.synonyms:
                break
            dataset = self.synonyms[dataset]
        return dataset

    def _known(self, dataset: str) -> Schema:
        return self.schemas.get(self._actual(dataset), UNKNOWN)

    def _define(self, dataset: str) -> tuple[tuple[Definition, ...], set[Diagnostic]]:
        made: dict[int, Definition] = {}
        warnings: set[Diagnostic] = set()
        writes = list(enumerate(self.writes[dataset]))
        # Those that match columns by position come last: the others may tell which there are.
        for place, (file, index, write) in sorted(writes, key=lambda item: item[1][2].positional):
            if write.positional and made:
                self._name_positions(dataset, made.values())
            seen = tuple(
                (name, self._known(name))
                for name in sorted({*self._looked_at(file, write), dataset})
            )
            called = tuple((id(where), root) for where, root in self._plans(file, write)[1:])
            key = (id(file), index, seen, called)
            known = self.memory.bound.get(key)
            if known is None:
                known = self.memory.bound[key] = self._bind(file, write)
            made[place] = known[0]
            warnings.update(known[1])
        return _emptied_first([made[place] for place in sorted(made)]), warnings

    def _name_positions(self, dataset: str, made: Iterable[Definition]) -> None:
        """Note the columns of a table that nothing declares, where it is created by a query."""
        creating = [item for item in made if item.options.mode in CREATING]
        names = {tuple(column.name for column in item.columns) for item in creating}
        known = self._known(dataset)
        if len(names) == 1 and not known.complete and not known.columns:
            self.schemas[self._actual(dataset)] = self._schema(dataset, tuple(creating))

    def _bind(self, file: Lowered, write: Write) -> tuple[Definition, tuple[Diagnostic, ...]]:
        warnings: list[Diagnostic] = []

        def warn(at: Location | None, message: str) -> None:
            place = at or write.at
            warnings.append(Diagnostic(place.file, place.line, message))

        # What another statement has changed is an input of a write that takes its OUTPUT.
        reads = {
            self._actual(node.dataset)
            for node in self._scanned(file, write)
            if not node.target or node.dataset != write.dataset
        }
        try:
            definition = define(
                file, write, self._known, self._actual, reads, warn, self._routine, self.functions
            )
        except Exception as error:  # noqa: BLE001 - a plan nobody foresaw costs its own write only
            reason = f"{type(error).__name__}: {error}"[:200]
            warn(
                write.at,
                f"how `{write.dataset}` is made was not understood ({reason}); please report it",
            )
            definition = unknown(file, write, reads)
        return definition, tuple(dict.fromkeys(warnings))

    def _schema(self, dataset: str, definitions: tuple[Definition, ...]) -> Schema:
        """Return what the dataset is known to hold after its jobs have been read."""
        columns: dict[str, Column] = {}
        for definition in definitions:
            if definition.options.mode == "delete":
                continue
            for output in definition.columns:
                held = columns.get(output.name)
                columns[output.name] = Column(
                    output.name, (held.type if held else None) or output.type
                )
        whole = [
            item for item in definitions if item.options.mode not in {"merge", "update", "delete"}
        ]
        complete = any(map(_tells_all, whole)) and all(item.complete for item in whole)
        complete = complete and not any(SYMBOL_OPEN in name for name in columns)
        keys = (
            whole[0].keys
            if len(definitions) == 1 and whole and whole[0].options.mode != "append"
            else ()
        )
        documented = bool(whole) and all(_without_unknown(item) for item in whole)
        written = (
            Schema(tuple(columns.values()), complete, keys, documented)
            if columns or complete
            else None
        )
        return combined(written, self.declared.get(dataset))


def _tells_all(definition: Definition) -> bool:
    """Return whether a write tells all columns of its dataset: `INSERT INTO t (a, b)` does not.

    There may be others, which the table itself fills.
    """
    return not definition.write.columns


def _without_unknown(definition: Definition) -> bool:
    """Return whether each column of a write is listed, in the code or in documentation."""
    names = [column.name for column in definition.columns]
    return bool(names) and not any(name.startswith("*") for name in names)


def _run_by(lowered: Sequence[Lowered]) -> dict[Location, str]:
    """Return, for each statement of an SQL file that another one includes, the first that does."""
    found: dict[Location, str] = {}
    for file in lowered:
        if file.language == "sql":
            for write in file.writes:
                if write.at.file != file.path:
                    found.setdefault(write.at, file.path)
    return found


# Ways of writing that make a table of the columns that a query has.
CREATING = frozenset({"create", "overwrite"})


def _emptied_first(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return the writes of a dataset: emptied by a job before it inserts, it is overwritten."""
    emptied: set[str] = set()
    kept: list[Definition] = []
    for definition in definitions:
        mode = definition.options.mode
        if mode == "delete" and _takes_all(definition.rows):
            emptied.add(definition.job)
        if mode == "append" and definition.job in emptied:
            emptied.discard(definition.job)
            cleared = [item for item in kept if item.job == definition.job and _clears(item)]
            kept = [item for item in kept if item not in cleared]
            options = msgspec.structs.replace(definition.options, mode="overwrite")
            definition = replace(definition, options=options)  # noqa: PLW2901 - the same write
        kept.append(definition)
    return tuple(kept)


def _clears(definition: Definition) -> bool:
    return definition.options.mode == "delete" and _takes_all(definition.rows)


def _takes_all(rows: Expression) -> bool:
    """Return whether a DELETE has no condition: its rows are the table's, or none are named."""
    return rows.op in {"scan", "values"} or (rows.op == "rows" and not rows.args[1].args)


def _by_dataset(declarations: Iterable[Declaration]) -> dict[str, tuple[Declaration, ...]]:
    grouped: dict[str, tuple[Declaration, ...]] = {}
    for declaration in declarations:
        grouped[declaration.dataset] = (*grouped.get(declaration.dataset, ()), declaration)
    return grouped


def _in_order(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return the datasets upstream first.

    Those that need each other in a circle together (Tarjan, without recursion).
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    circles: list[list[str]] = []
    for root in needs:
        if root in index:
            continue
        work = [(root, iter(needs[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    circles.append(_popped(stack, on_stack, node))
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(needs[following])))
            elif following in on_stack:
                low[node] = min(low[node], index[following])
    return circles


def _popped(stack: list[str], on_stack: set[str], node: str) -> list[str]:
    circle: list[str] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        circle.append(member)
        if member == node:
            return sorted(circle)
