"""Which columns of a contract are the same under another name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from guardian.model.contract import Clause, ClauseKind, Contract, TypeName, Value

# How sure a rename is: told by an id, in the same place, or by the same promises alone.
BY_IDENTITY, IN_PLACE, BY_PROMISES = 1.0, 0.9, 0.7
_ORDERED: frozenset[ClauseKind] = frozenset({"primary-key", "unique-key", "partition", "order"})
# What a column promises however it is called; a reader who finds no more than this finds little.
_SPELLINGS: frozenset[ClauseKind] = frozenset({"column", "identity"})

_Promises = frozenset[tuple[ClauseKind, str, str, Value]]


def renames(base: Contract, head: Contract) -> Mapping[str, tuple[str, float]]:
    """Return the new name of each column that was renamed, and how sure that is.

    The fields of a renamed column are not listed. A column that went and one that came are the
    same where an id, or the name beside `physicalName`, says so; else where they, and no others,
    carry the same promises.
    """
    before, after = columns_of(base), columns_of(head)
    gone = [name for name in before if name not in after and _stays(name, before, after)]
    come = [name for name in after if name not in before and _stays(name, after, before)]
    if not gone or not come:
        return {}
    found = {old: (new, BY_IDENTITY) for old, new in _by_identity(base, head, gone, come)}
    taken = {new for new, _ in found.values()}
    left = [name for name in gone if name not in found]
    free = [name for name in come if name not in taken]
    places = _places(before, after), _places(after, before)
    for old, new in _by_promises(base, head, left, free):
        in_place = places[0][old] == places[1][new]
        found[old] = new, IN_PLACE if in_place else BY_PROMISES
    return found


def renamed(base: Contract, names: Mapping[str, str]) -> Iterator[Clause]:
    """Yield the clauses of a contract with its columns under their new names."""
    for clause in base.clauses:
        value = clause.value
        if clause.kind in _ORDERED and isinstance(value, tuple):
            value = tuple(_moved(name, names) for name in value)
        column = clause.column and _moved(clause.column, names)
        name = clause.name
        if clause.kind == "unique-key" and isinstance(value, tuple):
            value = tuple(sorted(value))
            name = ", ".join(value) if name == ", ".join(sorted(_texts(clause.value))) else name
        if (column, name, value) == (clause.column, clause.name, clause.value):
            yield clause
        else:
            yield msgspec.structs.replace(clause, column=column, name=name, value=value)


def above(column: str) -> str:
    """Return the column that a field, an item, a key or a value is in; empty for a column."""
    if column.endswith("[]"):
        return column[:-2]
    return column.rpartition(".")[0]


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _moved(column: str, names: Mapping[str, str]) -> str:
    """Return a column's new name; a field goes with the column that it is in."""
    rest, part = column, ""
    while rest:
        if rest in names:
            return names[rest] + part
        up = above(rest)
        part = rest[len(up) :] + part if up else part
        rest = up
    return column


def columns_of(contract: Contract) -> dict[str, Clause]:
    """Return the clauses that promise a column, by its name, fields with what they are in."""
    return {
        clause.column: clause
        for clause in contract.clauses
        if clause.kind == "column" and clause.column
    }


def _stays(name: str, columns: Mapping[str, Clause], others: Mapping[str, Clause]) -> bool:
    """Return whether what a column is in is there on both sides: the column itself moved."""
    up = above(name)
    return not up or up in others or up not in columns


def _by_identity(
    base: Contract, head: Contract, gone: Sequence[str], come: Sequence[str]
) -> Iterator[tuple[str, str]]:
    old, new = _identities(base, gone), _identities(head, come)
    for identity, names in old.items():
        others = new.get(identity, [])
        if len(names) == len(others) == 1:
            yield names[0], others[0]


def _identities(contract: Contract, columns: Sequence[str]) -> Mapping[Value, list[str]]:
    """Return the columns by what they are called beside their name, which may be their old one."""
    wanted = set(columns)
    found: dict[Value, list[str]] = defaultdict(list)
    for clause in contract.clauses:
        if clause.kind == "identity" and clause.column in wanted:
            found[clause.value].append(clause.column)
    named = {column for names in found.values() for column in names}
    for column in columns:
        if column not in named:
            found[column].append(column)
    return found


def _by_promises(
    base: Contract, head: Contract, gone: Sequence[str], come: Sequence[str]
) -> Iterator[tuple[str, str]]:
    old, new = _by_signature(base, gone), _by_signature(head, come)
    stated = _stated(base), _stated(head)
    for promises, names in old.items():
        others = new.get(promises, [])
        if not promises or not len(names) == len(others) == 1:
            continue
        # two that each say what they are, and not the same, are two
        if names[0] not in stated[0] or others[0] not in stated[1]:
            yield names[0], others[0]


def _stated(contract: Contract) -> frozenset[str]:
    return frozenset(
        clause.column for clause in contract.clauses
        if clause.kind == "identity" and clause.column
    )  # fmt: skip


def _by_signature(contract: Contract, columns: Sequence[str]) -> Mapping[_Promises, list[str]]:
    wanted = set(columns)
    said: dict[str, set[tuple[ClauseKind, str, str, Value]]] = {name: set() for name in columns}
    for clause in contract.clauses:
        whole = _whole(clause.column, wanted)
        if clause.column and whole and not (clause.kind in _SPELLINGS and clause.column == whole):
            value = True if clause.kind in _SPELLINGS else _known(clause.value)
            said[whole].add((clause.kind, clause.column[len(whole) :], clause.name, value))
        for member in _texts(clause.value) if clause.kind in _ORDERED - {"order"} else ():
            if member in wanted:
                said[member].add((clause.kind, "", "", True))
    found: dict[_Promises, list[str]] = defaultdict(list)
    for name, promises in said.items():
        found[frozenset(promises)].append(name)
    return found


def _known(value: Value) -> Value:
    """Return a value as it is compared; a type by the engine's name where that is told."""
    return value.physical or value.logical if isinstance(value, TypeName) else value


def _whole(column: str | None, wanted: set[str]) -> str:
    rest = column or ""
    while rest and rest not in wanted:
        rest = above(rest)
    return rest


def _places(
    columns: Mapping[str, Clause], others: Mapping[str, Clause]
) -> Mapping[str, tuple[str, str]]:
    """Return the nearest columns before and behind each that the other contract has as well."""
    names = list(columns)
    found = {}
    kept = ""
    for name in names:
        found[name] = kept
        kept = name if name in others else kept
    behind = ""
    places = {}
    for name in reversed(names):
        places[name] = found[name], behind
        behind = name if name in others else behind
    return places
