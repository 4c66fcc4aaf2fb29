"""What links one revision: a dataset is bound to the columns of what it reads, upstream first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import msgspec

from guardian.lineage.calling import by_last_name
from guardian.lineage.define import define, unknown
from guardian.lineage.inputs import sources
from guardian.lineage.order import in_order
from guardian.lineage.schemas import UNKNOWN, Schema, combined, declared
from guardian.model.definition import Definition
from guardian.model.expression import Expression
from guardian.model.lineage import Column, Diagnostic, Location
from guardian.model.names import SYMBOL_OPEN, is_symbolic
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


class Memory:
    """What two revisions share: plans that were looked through, writes that were bound.

    A write is bound once for the schemas that it sees. Files are known by identity: equal files
    must be the same object.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.bound: dict[_Seen, tuple[Definition, tuple[Diagnostic, ...]]] = {}
        # files whose contracts got other names, each with the file that it was before
        self.renamed: dict[tuple[object, ...], tuple[Lowered, Lowered]] = {}
        self._sources: dict[
            tuple[int, int, frozenset[str]], tuple[Scan | Returned | Rename, ...]
        ] = {}
        self._functions: dict[frozenset[str], frozenset[str]] = {}

    def functions(self, routines: Iterable[str]) -> frozenset[str]:
        """Return the functions among `routines`; equal sets are one object, quick to compare."""
        found = _functions(routines)
        return self._functions.setdefault(found, found)

    def sources(
        self, file: Lowered, root: int, functions: frozenset[str]
    ) -> tuple[Scan | Returned | Rename, ...]:
        """Return what a plan scans, the routines that it calls, and what names its columns."""
        key = (id(file), root, functions)
        known = self._sources.get(key)
        if known is None:
            known = self._sources[key] = tuple(sources(file, root, functions))
        return known


class Linker:
    """Links the datasets of one revision, one circle at a time, and keeps what it has linked."""

    def __init__(
        self, lowered: tuple[Lowered, ...], catalog: dict[str, Schema], memory: Memory
    ) -> None:
        self.lowered = lowered
        self.memory = memory
        self.synonyms = {name: dataset for file in lowered for name, dataset in file.aliases}
        self.declarations = _by_dataset(item for file in lowered for item in file.declarations)
        self.many = _of_many_files(lowered)
        self.declared = declared(
            item for file in lowered for item in file.declarations if item.dataset not in self.many
        )
        self.schemas: dict[str, Schema] = {**catalog, **_told(self.declared, catalog)}
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
        self.functions = memory.functions(self.routines)
        self.circles: dict[str, tuple[str, ...]] = {}
        self._definitions: dict[str, tuple[Definition, ...]] = {}
        self._warnings: dict[str, set[Diagnostic]] = {}
        self._needs: dict[str, tuple[str, ...]] = {}
        self._readers: dict[str, frozenset[str]] | None = None

    # --- what can be asked for ---------------------------------------------------------------

    def definitions_of(self, dataset: str) -> tuple[Definition, ...]:
        """Return how a dataset is made; what it needs is linked first."""
        known = self._definitions.get(dataset)
        if known is None:
            for circle in in_order((dataset,), self._still_needed):
                self._link(circle)
            known = self._definitions[dataset]
        return known

    def schema_of(self, dataset: str) -> Schema:
        """Return what is known of a dataset's columns, once its jobs have been read."""
        if dataset in self.writes:
            self.definitions_of(dataset)
        return self.schemas[dataset]

    def warnings_of(self, dataset: str) -> set[Diagnostic]:
        """Return what was not understood of how a dataset is made."""
        self.definitions_of(dataset)
        return self._warnings[dataset]

    def needs(self, dataset: str) -> tuple[str, ...]:
        """Return the other written datasets that a written one needs, sorted."""
        known = self._needs.get(dataset)
        if known is None:
            looked_at = {
                self._actual(name)
                for file, _, write in self.writes[dataset]
                for name in self._looked_at(file, write)
            }
            known = tuple(sorted((looked_at & self.writes.keys()) - {dataset}))
            self._needs[dataset] = known
        return known

    def readers(self) -> Mapping[str, frozenset[str]]:
        """Return, for each dataset, the written ones whose plans look at its columns."""
        if self._readers is None:
            found: dict[str, set[str]] = {}
            for dataset, writes in self.writes.items():
                for file, _, write in writes:
                    for name in self._looked_at(file, write):
                        found.setdefault(self._actual(name), set()).add(dataset)
            self._readers = {name: frozenset(readers) for name, readers in found.items()}
        return self._readers

    def inputs(self) -> frozenset[str]:
        """Return the datasets that some write takes as an input."""
        return frozenset(
            name
            for writes in self.writes.values()
            for file, _, write in writes
            for name in self._reads(file, write)
        )

    def written_in(self, files: frozenset[str]) -> frozenset[str]:
        """Return the datasets with a write that stands in one of `files`, or calls into one."""
        return frozenset(
            dataset
            for dataset, writes in self.writes.items()
            for file, _, write in writes
            if write.at.file in files
            or any(where.path in files for where, _ in self._plans(file, write))
        )

    def stated(self, dataset: str) -> tuple[tuple[int, int], ...]:
        """Return the statements that write a dataset; equal files are the same object."""
        return tuple((id(file), index) for file, index, _ in self.writes.get(dataset, ()))

    def seen_by(self, dataset: str) -> tuple[object, ...]:
        """Return the same, each with the datasets that it looks at and the routines it calls."""
        return tuple(
            (
                id(file),
                index,
                tuple(self._actual(name) for name in self._looked_at(file, write)),
                tuple((id(where), root) for where, root in self._plans(file, write)),
            )
            for file, index, write in self.writes.get(dataset, ())
        )

    # --- how it is done ----------------------------------------------------------------------

    def _still_needed(self, dataset: str) -> list[str]:
        return [name for name in self.needs(dataset) if name not in self._definitions]

    def _link(self, circle: tuple[str, ...]) -> None:
        """Link datasets of which all that they need is linked.

        Members of a circle once more with what the first round told.
        """
        if len(circle) > 1:
            self.circles.update(dict.fromkeys(circle, circle))
        for _ in range(ROUNDS if len(circle) > 1 else 1):
            before = [self.schemas.get(dataset) for dataset in circle]
            for dataset in circle:
                self._definitions[dataset], self._warnings[dataset] = self._define(dataset)
                self.schemas[dataset] = self._schema(dataset, self._definitions[dataset])
            if before == [self.schemas.get(dataset) for dataset in circle]:
                break

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

    def _reads(self, file: Lowered, write: Write) -> set[str]:
        """Return the inputs of a write: what another statement has changed is one of its OUTPUT."""
        return {
            self._actual(node.dataset)
            for node in self._scanned(file, write)
            if not node.target or node.dataset != write.dataset
        }

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
            if write.positional and made and dataset not in self.many:
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

        reads = self._reads(file, write)
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


def _told(stated: Mapping[str, Schema], catalog: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return what the code declares; where that lists some columns only, a catalog has the rest."""
    return {
        name: combined(schema, catalog[name])
        if name in catalog and catalog[name].complete and not schema.complete
        else schema
        for name, schema in stated.items()
    }


def _of_many_files(lowered: Iterable[Lowered]) -> frozenset[str]:
    """Return the names known at run time only that several files use: not one dataset but many."""
    used: dict[str, set[str]] = {}
    for file in lowered:
        written = [item.dataset for item in file.writes]
        for name in (*written, *(item.dataset for item in file.declarations)):
            if is_symbolic(name):
                used.setdefault(name, set()).add(file.path)
    return frozenset(name for name, paths in used.items() if len(paths) > 1)


def _by_dataset(declarations: Iterable[Declaration]) -> dict[str, tuple[Declaration, ...]]:
    grouped: dict[str, list[Declaration]] = {}
    for declaration in declarations:
        grouped.setdefault(declaration.dataset, []).append(declaration)
    return {dataset: tuple(items) for dataset, items in grouped.items()}


def _functions(routines: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in routines if name.startswith(FUNCTION))
