"""What became of the columns and datasets that are gone: the same value under another name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guardian.diff import Both, Comparison, Detector, Pair
from guardian.fixes.computed import Computed, computed
from guardian.lineage.link import World
from guardian.model.changes import Change
from guardian.model.definition import Definition, Output

Named = tuple[str, str]
_NAMES = frozenset({"column-renamed", "column-removed"})


@dataclass(slots=True)
class Successors:
    """`columns`: (dataset, column that is gone) → its new name; `datasets`: name → new name.

    `computed` are columns whose value can be computed from others of the dataset. `lost` are those
    that went and left their value nowhere. `inherited` tells of which column one has its name,
    where a star passed that on.
    """

    columns: dict[Named, str] = field(default_factory=dict)
    computed: dict[Named, Computed] = field(default_factory=dict)
    datasets: dict[str, str] = field(default_factory=dict)
    lost: set[Named] = field(default_factory=set)
    inherited: dict[Named, Named] = field(default_factory=dict)

    def successor(self, name: Named) -> str:
        """Return what holds the value of a column that has a successor, as text."""
        computed = self.computed.get(name)
        return computed.value.text if computed else self.columns[name]

    def followed(self) -> frozenset[Named]:
        """Return the columns whose value goes on."""
        return frozenset((*self.columns, *self.computed))

    def cause(self, changes: Sequence[Change], name: Named) -> Change | None:
        """Return the change that took a column's name away; None where none is reported."""
        for _ in range(len(self.inherited) + 1):
            for change in changes:
                if change.rule in _NAMES and change.dataset == name[0]:
                    gone = change.before if change.rule == "column-renamed" else change.column
                    if gone == name[1]:
                        return change
            if name not in self.inherited:
                break
            name = self.inherited[name]
        return None


def successors(before: World, after: World) -> Successors:
    """Return what became of all that `after` has no more; upstream first, so that stars follow."""
    found = Successors()
    comparison = Comparison(before, after, ())

    def look(both: Both) -> Iterator[Change]:
        _of_columns(both, found)
        comparison.renames.update(found.columns)
        yield from ()

    comparison.detectors = (Detector(rules=(), detect=look),)
    comparison.changes()
    _of_altered(before, after, found)
    found.datasets.update(_of_datasets(before, after))
    return found


def _of_columns(both: Both, found: Successors) -> None:
    told: dict[str, str] = {}
    lost: set[str] = set()
    apart: dict[str, set[Computed]] = {}
    for pair in both.pairs:
        for column in pair.base.columns:
            if column.name.startswith("*") or pair.head.column(column.name) is not None:
                continue
            successor = _successor(pair, column, frozenset(told.values()))
            origin = _origin(column, found.columns)
            if origin is not None and pair.base.file is pair.head.file:
                passed_on = (origin[1], found.columns[origin])
                if successor is None or (column.name, successor.name) != passed_on:
                    continue  # its job names what is gone: it will be as it was
            if successor is None:
                made = computed(pair, column, both.dataset, found.computed)
                if made is not None:
                    apart.setdefault(column.name, set()).add(made)
                if pair.head.complete:
                    lost.add(column.name)
            elif told.setdefault(column.name, successor.name) != successor.name:
                lost.add(column.name)
            if origin is not None:
                found.inherited[both.dataset, column.name] = origin
    for name, successor_name in told.items():
        if name not in lost:
            found.columns[both.dataset, name] = successor_name
    alone = {name: made for name, made in apart.items() if len(made) == 1 and name in lost}
    if len(both.pairs) == 1:
        found.computed.update({(both.dataset, name): made.pop() for name, made in alone.items()})
    found.lost.update({(both.dataset, name) for name in lost} - found.computed.keys())


def _successor(pair: Pair, gone: Output, taken: frozenset[str]) -> Output | None:
    """Return the column that holds what `gone` held: a new one rather than one that was there."""
    if gone.expression.op in {"const", "unknown", "symbol"}:
        return None
    same = [item for item in pair.head.columns if pair.same(gone.expression, item.expression)]
    new = [item for item in same if pair.base.column(item.name) is None and item.name not in taken]
    return next(iter(new or same), None)


def _origin(column: Output, renamed: Mapping[Named, str]) -> Named | None:
    """Return the renamed column that a column takes unchanged, of its own old name if there is."""
    expression = column.expression
    if expression.op != "field" or expression.args[0].args[0].op != "scan":
        return None
    dataset, name = str(expression.args[0].args[0].value), str(expression.value)
    found = [key for key, new in renamed.items() if (key[0], new) == (dataset, name)]
    return next((key for key in found if key[1] == column.name), next(iter(found), None))


def _of_altered(before: World, after: World, found: Successors) -> None:
    """Note what DDL that came with the head renames: `ALTER TABLE … RENAME COLUMN`."""
    known = {id(file) for file in before.lowered}
    for file in after.lowered:
        if id(file) in known:
            continue
        for declaration in file.declarations:
            old = {
                item
                for one in before.declarations.get(declaration.dataset, ())
                for item in one.renames
            }
            for name, new in declaration.renames:
                if (name, new) not in old:
                    found.columns.setdefault((declaration.dataset, name), new)
                    found.lost.discard((declaration.dataset, name))


def _of_datasets(before: World, after: World) -> Iterator[Named]:
    """Yield the datasets that are written under another name, where only one can be meant."""
    gone = [name for name in before.definitions if name not in after.definitions]
    new = [name for name in after.definitions if name not in before.definitions]
    if not gone or not new:
        return
    made: dict[object, list[str]] = {}
    for name in new:
        made.setdefault(_content(after.definitions[name]), []).append(name)
    for name in gone:
        content = _content(before.definitions[name])
        alike = [other for other in gone if _content(before.definitions[other]) == content]
        successors_ = made.get(content, [])
        if len(alike) == len(successors_) == 1:
            yield name, successors_[0]


def _content(definitions: Sequence[Definition]) -> object:
    return tuple(
        (item.rows, tuple((column.name, column.expression) for column in item.columns))
        for item in definitions
    )
