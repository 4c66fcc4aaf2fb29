"""Whether the rows that a job writes are still told apart by a promised key."""

from collections.abc import Sequence
from typing import NamedTuple

from guardian.diff.equality import spine
from guardian.diff.reduced import Facts
from guardian.model.definition import Definition
from guardian.model.expression import Expression, is_const, name_of

_UNLIKE_ANY_OTHER = frozenset({
    "uuid", "newid", "gen_random_uuid", "generate_uuid", "uuid_string", "newsequentialid",
    "monotonically_increasing_id", "nextval", "uuid4", "uuidv4", "uuidv7",
})  # fmt: skip
_FINER = 0.8
_FANNED = 0.7
_UNGUARDED = 0.8


def unique(made: Definition, key: Sequence[str]) -> bool:
    """Return whether a key is known to tell the rows apart that a write makes."""
    if any(set(known) <= set(key) for known in made.keys):
        return True
    values = [output.expression for name in key if (output := made.column(name)) is not None]
    return any(_numbers_rows(value, values) for value in values)


def _numbers_rows(value: Expression, beside: Sequence[Expression]) -> bool:
    """Return whether a value is another one in each row: a uuid, a row's number among all."""
    while value.op == "member":
        value = value.args[1]
    name = name_of(value.args[0]) if value.op == "window" else name_of(value)
    if value.op == "window" and name == "row_number":
        return set(value.args[1 : 1 + value.value[1]]) <= set(beside)
    return name in _UNLIKE_ANY_OTHER or (value.op == "opaque" and name in _UNLIKE_ANY_OTHER)


def _finer(made: Definition, base: Definition, key: Sequence[str]) -> str:
    """Return the grain of rows that are grouped by more than before; empty where they are not.

    More than the key alone says nothing: what depends on the key is grouped by as well.
    """
    was = {frozenset(known) for known in base.keys} | _held(base, key)
    beyond = [known for known in made.keys if any(old < set(known) for old in was)]
    beyond = [known for known in beyond if set(key) < set(known)]
    shortest = sorted(beyond, key=lambda known: (len(known), known))
    return ", ".join(shortest[0]) if shortest else ""


def _held(base: Definition, key: Sequence[str]) -> set[frozenset[str]]:
    return {frozenset(key)} if unique(base, key) else set()


def lost(
    made: Definition, base: Definition, key: Sequence[str], facts: tuple[Facts, Facts]
) -> tuple[str, float] | None:
    """Return why rows that had a key may repeat it now, and how sure that is; None if unknown.

    `base` was held to the same promise, so that what it is made from kept the key. `facts` are
    those of this revision, and of the base.
    """
    if made.rows is base.rows or unique(made, key):
        return None
    if grouped := _finer(made, base, key):
        return f"one row per {grouped}", _FINER
    if _arms(made) > _arms(base) and not _told_apart(made, key):
        return "rows of another input beside the old ones", _FANNED
    now, before = _Joined.of(made.rows, facts[0]), _Joined.of(base.rows, facts[1])
    new = sorted(
        name for name in now.many - before.many if name in before.once or name not in before.inputs
    )
    if new and now.repeating > before.repeating:
        return f"as many rows as `{new[0]}` has matches", _FANNED
    if _guarded(base) and not _guarded(made):
        return "rows that nothing tells apart by it any more", _UNGUARDED
    return None


def _arms(made: Definition) -> int:
    """Return how many inputs a write puts one below the other, if nothing is done to them then."""
    return len(made.rows.args) if made.rows.op == "union" else 1


def _told_apart(made: Definition, key: Sequence[str]) -> bool:
    """Return whether a column of the key is another constant in each arm of a union."""
    for name in key:
        output = made.column(name)
        value = output.expression if output is not None else None
        while value is not None and value.op == "member":
            value = value.args[1]
        if value is not None and value.op == "merge" and all(map(is_const, value.args)):
            return len(set(value.args)) == len(value.args)
    return False


def _guarded(made: Definition) -> bool:
    """Return whether a write groups, deduplicates or picks rows of any of its inputs."""
    waiting, seen = [made.rows], {made.rows}
    while waiting:
        node = waiting.pop()
        if node.op in {"group", "pick"}:
            return True
        inner = [one.args[0] for one in _instances(node)] if node.op == "rows" else []
        inner += node.args[:1] if node.op in {"limit", "sample"} else ()
        inner += node.args if node.op == "union" else ()
        waiting += [one for one in inner if one not in seen]
        seen.update(inner)
    return False


class _Joined(NamedTuple):
    """The datasets that rows are joined from: all, those found `once`, those found `many` times.

    Below a grouping or a pick nothing repeats a row.
    """

    inputs: frozenset[str]
    once: frozenset[str]
    many: frozenset[str]
    repeating: int  # how many of them repeat the rows of others

    @classmethod
    def of(cls, rows: Expression, facts: Facts) -> "_Joined":
        """Return what is joined in a row set."""
        inputs, once, many = set[str](), set[str](), set[str]()
        repeating = 0
        for node in spine(rows):
            if node.op in {"group", "pick"}:
                break
            if node.op == "scan":
                inputs.add(str(node.value))
            if node.op == "rows":
                inner, optional = _several(node, facts)
                several = [*inner, *optional]
                # Of inner-joined inputs one is that whose rows are kept.
                repeating += max(0, len(inner) - 1) + len(optional)
                inputs.update(map(_named, _instances(node)))
                many.update(map(_named, several))
                once.update(_named(one) for one in _instances(node) if one not in several)
        return cls(frozenset(inputs), frozenset(once), frozenset(many) - {""}, repeating)


def _instances(rows: Expression) -> list[Expression]:
    return [*rows.args[0].args, *(entry.args[0] for entry in rows.args[2].args)]


def _several(rows: Expression, facts: Facts) -> tuple[list[Expression], list[Expression]]:
    """Return the inner- and the outer-joined inputs that no key makes one row for the others."""
    filters = rows.args[1].args
    inner = [one for one in rows.args[0].args if not facts.found_once(one, filters)]
    optional = [
        entry.args[0]
        for entry in rows.args[2].args
        if not facts.found_once(entry.args[0], (*entry.args[1].args, *filters))
    ]
    return inner, optional


def _named(instance: Expression) -> str:
    """Return the dataset behind a joined input, empty where it is no single one."""
    node = instance.args[0]
    while node.op in {"rows", "group", "pick", "limit", "sample"}:
        chain = spine(node)
        if chain[-1] is node:
            return ""
        node = chain[-1]
    return str(node.value) if node.op == "scan" else ""
