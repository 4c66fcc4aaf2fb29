"""Two revisions → changes: what a `Detector` is, and a `Comparison`, which asks all of them.

A detector sees one dataset as both revisions make it and yields what differs in the result. A
change belongs to the dataset whose own job changed: what a job merely inherits from upstream is
impact, and is told apart here by binding the base's code to the head's schemas once more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import msgspec

from guardian.diff.equality import Reduced, Sameness, translated
from guardian.diff.fingerprints import of_texts, united
from guardian.diff.reduced import Facts, reduced
from guardian.diff.renames import with_renamed
from guardian.diff.spelling import spelled
from guardian.diff.standing_in import stand_ins
from guardian.diff.symmetry import aligned
from guardian.lineage.define import define
from guardian.lineage.link import World, differing
from guardian.lineage.schemas import UNKNOWN, Schema
from guardian.model.changes import Change
from guardian.model.definition import Definition
from guardian.model.names import is_symbolic
from guardian.model.plan import Declaration


@dataclass(frozen=True, slots=True)
class Pair:
    """One write of a dataset as the base and the head have it.

    `same` tells whether two of their expressions agree.
    """

    base: Definition
    head: Definition
    same: Sameness


@dataclass(frozen=True, slots=True)
class Both:
    """One dataset in both revisions: its paired writes, the writes that only one side has.

    Its declarations.
    """

    dataset: str
    pairs: tuple[Pair, ...] = ()
    base_only: tuple[Definition, ...] = ()
    head_only: tuple[Definition, ...] = ()
    base_declared: tuple[Declaration, ...] = ()
    head_declared: tuple[Declaration, ...] = ()

    @property
    def in_base(self) -> bool:
        """Return whether the base writes it."""
        return bool(self.pairs or self.base_only)

    @property
    def in_head(self) -> bool:
        """Return whether the head writes it."""
        return bool(self.pairs or self.head_only)


class Detector(msgspec.Struct, frozen=True):
    """The rules that a function can report, and the function.

    It yields a change for each difference it finds.
    """

    rules: tuple[str, ...]
    detect: Callable[[Both], Iterator[Change]]


@dataclass(slots=True)
class Comparison:
    """Compares two linked revisions. `detectors` are asked for each dataset that differs.

    `compared` are, of each dataset with changes, the writes that these were found in.
    """

    base: World
    head: World
    detectors: Sequence[Detector]
    renames: dict[tuple[str, str], str] = field(default_factory=dict)
    compared: dict[str, tuple[Pair, ...]] = field(default_factory=dict)

    def changes(self) -> list[Change]:
        """Return every change, by dataset in the order in which they depend on each other."""
        found: list[Change] = []
        failed_base, failed_head = _failed(self.base), _failed(self.head)
        for dataset in differing(self.base, self.head):
            both = self._both(dataset)
            readable = both and _readable(both, failed_base, failed_head)
            if readable:
                found += self._own_changes(readable)
        found = with_renamed(found, self.base.definitions, self.head.definitions)
        return [self._spelled(change) for change in found]

    def _spelled(self, change: Change) -> Change:
        """Return a change whose texts name parameters and client variables as their authors do."""
        before, after = (
            text and spelled(text, change.job, world)
            for text, world in ((change.before, self.base), (change.after, self.head))
        )
        return msgspec.structs.replace(change, before=before, after=after)

    def _both(self, dataset: str) -> Both | None:
        """Return the dataset as both sides make it, None where they make it alike."""
        base = list(self.base.definitions.get(dataset, ()))
        head = list(self.head.definitions.get(dataset, ()))
        declared = (
            self.base.declarations.get(dataset, ()),
            self.head.declarations.get(dataset, ()),
        )
        left, right = _without_equal(base, head)
        kept = len(base) - len(left)
        if not left and not right and _same_declared(*declared):
            return None
        pairs, base_only, head_only = _paired(left, right)
        made = tuple(self._pair(one, other) for one, other in pairs)
        alike = tuple(self._pair(item, item) for item in base[:1]) if kept else ()
        return Both(dataset, made or alike, tuple(base_only), tuple(head_only), *declared)

    def _pair(self, base: Definition, head: Definition) -> Pair:
        base = translated(base, renames=self.renames)
        head = aligned(base, translated(head, datasets=_swapped(base, head)))
        told = (self._required, self._declared)
        return Pair(base, head, Sameness(base.rows, head.rows, *told, self._reduced(base, head)))

    def _reduced(self, base: Definition, head: Definition) -> Callable[[], Reduced]:
        """Return what makes the reduced forms of two definitions, once and if it is asked for."""

        @cache
        def made() -> Reduced:
            facts = Facts(self._required, self._declared, self._keys)
            forms = []
            for one in (base, head):
                columns = tuple(column.expression for column in one.columns)
                found, rows = reduced(columns, one.rows, facts)
                forms.append((dict(zip(columns, found, strict=True)), rows))
            (before, old), (after, new) = forms
            return Reduced((before, after), (old, new))

        return made

    def _keys(self, dataset: str) -> tuple[tuple[str, ...], ...]:
        """Return the keys that both revisions tell of a dataset."""
        base, head = (world.schemas.get(dataset, UNKNOWN).keys for world in (self.base, self.head))
        return tuple(key for key in base if key in head)

    def _required(self, dataset: str, column: str) -> bool:
        """Return whether both revisions declare a column never to be NULL."""
        return all(
            any(
                item.name == column and item.nullable is False
                for item in world.schemas.get(dataset, UNKNOWN).columns
            )
            for world in (self.base, self.head)
        )

    def _declared(self, dataset: str, column: str) -> str | None:
        """Return the type of a column, None where the revisions do not tell the same."""
        told = {
            item.type
            for world in (self.base, self.head)
            for item in world.schemas.get(dataset, UNKNOWN).columns
            if item.name == column
        }
        return told.pop() if len(told) == 1 else None

    def _own_changes(self, both: Both) -> Iterator[Change]:
        """Yield the changes that the dataset's own code makes, not those that it inherits."""
        found = self._detected(both)
        self._remember_renames(found)
        if found and any(self._inherits(pair) for pair in both.pairs):
            isolated = self._isolated(both)
            own = {(change.rule, change.column) for change in self._detected(isolated)}
            found = [change for change in found if (change.rule, change.column) in own]
            both = isolated
        if found:
            self.compared[both.dataset] = both.pairs
        yield from _each_once(found)

    def _detected(self, both: Both) -> list[Change]:
        return [change for detector in self.detectors for change in detector.detect(both)]

    def _inherits(self, pair: Pair) -> bool:
        """Return whether an input's columns differ between the revisions."""
        return any(
            self.base.schemas.get(name) != self.head.schemas.get(name)
            for name in (*pair.base.reads, *pair.head.reads, pair.head.dataset)
        )

    def _isolated(self, both: Both) -> Both:
        """Return the dataset with the base's code bound to what the head knows of its inputs."""
        pairs = tuple(self._pair(self._rebound(pair.base), pair.head) for pair in both.pairs)
        return Both(
            both.dataset,
            pairs,
            both.base_only,
            both.head_only,
            both.base_declared,
            both.head_declared,
        )

    def _rebound(self, definition: Definition) -> Definition:
        def schema(name: str) -> Schema:
            return self.head.schemas.get(name, UNKNOWN)

        return define(
            definition.file,
            definition.write,
            schema,
            str,
            definition.reads,
            lambda *_: None,
            self.base.routine,
            self.base.functions(),
        )

    def _remember_renames(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.rule == "column-renamed" and change.before and change.after:
                self.renames[change.dataset, change.before] = change.after


# --- pairing -------------------------------------------------------------------------------------


def _identity(definition: Definition) -> tuple[object, ...]:
    columns = tuple((column.name, column.expression) for column in definition.columns)
    return definition.rows, columns, definition.options, definition.positional


def _without_equal(
    base: Sequence[Definition], head: Sequence[Definition]
) -> tuple[list[Definition], list[Definition]]:
    """Return what is left of both when the writes that are equal have been taken out."""
    left = list(base)
    right: list[Definition] = []
    for definition in head:
        match = next((item for item in left if _identity(item) == _identity(definition)), None)
        if match is None:
            right.append(definition)
        else:
            left.remove(match)
    return left, right


def _paired(
    base: list[Definition], head: list[Definition]
) -> tuple[list[tuple[Definition, Definition]], list[Definition], list[Definition]]:
    """Return writes paired, and what is left over on each side.

    Those of one job and mode come first, then those of one job, then the rest in order; but a name
    that is known at run time only is not one dataset from job to job.
    """
    pairs: list[tuple[Definition, Definition]] = []

    def pair(agree: Callable[[Definition, Definition], bool]) -> None:
        for definition in list(head):
            match = next((item for item in base if agree(item, definition)), None)
            if match is not None:
                base.remove(match)
                head.remove(definition)
                pairs.append((match, definition))

    pair(lambda one, other: (one.job, one.options.mode) == (other.job, other.options.mode))
    pair(lambda one, other: one.job == other.job)
    if not any(is_symbolic(item.dataset) for item in base):
        pair(lambda one, other: one.options.mode == other.options.mode)
        pair(lambda *_: True)
    return pairs, base, head


def _swapped(base: Definition, head: Definition) -> Mapping[str, str]:
    """Return head's new input → the base's that it stands in for.

    Where it is clear which one was exchanged for which.
    """
    gone = set(base.reads) - set(head.reads)
    new = set(head.reads) - set(base.reads)
    other = stand_ins(new, gone)
    return {name: other[name] for name in new if name in other}


def _same_declared(base: Sequence[Declaration], head: Sequence[Declaration]) -> bool:
    def said(items: Sequence[Declaration]) -> list[tuple[object, ...]]:
        return [
            (item.columns, item.drop, item.renames, item.options)
            for item in items
            if item.origin == "ddl"
        ]

    return said(base) == said(head)


def _each_once(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield changes, one for each rule, column and wording: several writes may differ alike.

    Its fingerprint is that of all that it stands for, so that no other hides behind it.
    """
    alike: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        key: tuple[object, ...] = (change.rule, change.dataset, change.column)
        if is_symbolic(change.dataset):
            key = (*key, change.job)  # another job is given another dataset of that name
        if change.rule in {"input-added", "input-removed", "write-changed"}:
            key = (*key, change.before, change.after)
        alike.setdefault(key, []).append(change)
    for first, *others in alike.values():
        known_by = (item.fingerprint or of_texts(item) for item in (first, *others))
        yield msgspec.structs.replace(first, fingerprint=united(known_by))


def _failed(world: World) -> frozenset[str]:
    return frozenset(file.path for file in world.lowered if file.failed)


def _readable(both: Both, failed_base: frozenset[str], failed_head: frozenset[str]) -> Both | None:
    """Return the dataset without the writes that one side lacks only because it was not read there.

    None where nothing is left to compare.
    """
    pairs = tuple(pair for pair in both.pairs if _was_read(pair.base) and _was_read(pair.head))
    base = tuple(item for item in both.base_only if item.file.path not in failed_head)
    head = tuple(item for item in both.head_only if item.file.path not in failed_base)
    if not pairs and not base and not head:
        declared = both.base_declared or both.head_declared
        unread = both.pairs or both.base_only or both.head_only
        return both if declared and not unread else None
    return replace(both, pairs=pairs, base_only=base, head_only=head)


def _was_read(definition: Definition) -> bool:
    """Return whether a write was understood far enough to be compared."""
    unread = definition.file.failed and definition.rows.op == "opaque_rows"
    return bool(definition.confidence) and not unread
