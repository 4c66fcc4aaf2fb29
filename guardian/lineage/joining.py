"""Joins: sides told apart, ON and USING resolved, columns in the order that engines give them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from guardian.lineage.filters import (
    filtered,
)
from guardian.lineage.joins import (
    apart,
    beside,
    closed,
    freeze,
    full_join,
    inner_join,
    left_join,
    matching,
    sealed,
    unit,
    without_conditions,
)
from guardian.lineage.relation import (
    Attribute,
    Relation,
    Rest,
    holding,
    instances_in,
    mapped,
)
from guardian.lineage.scalars import conditions
from guardian.model import plan
from guardian.model.calls import call
from guardian.model.expression import Expression
from guardian.model.plan import Handle, Ref

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder


def join(binder: Binder, node: plan.Join) -> Relation:
    """Return two inputs side by side."""
    left = sealed(binder.bound[node.left], binder.notes)
    right = _lateral(binder, left, node.right) if node.lateral else binder.bound[node.right]
    right = apart(left, sealed(right, binder.notes), binder.fresh, binder.notes)
    if node.lateral:
        right = mapped(right, _no_longer_outside, binder.notes)
    if node.kind == "right":
        return _joined(binder, right, left, node, swapped=True)
    return _joined(binder, left, right, node, swapped=False)


def _lateral(binder: Binder, left: Relation, handle: Handle) -> Relation:
    """Bind the right side of a lateral join.

    It sees the left one's columns as a subquery would.
    """
    return binder.inside(binder.scope(left)).relation(handle)


def _no_longer_outside(node: Expression) -> Expression | None:
    """Return what a lateral query takes from beside it: once joined, both are of one scope."""
    return node.args[0] if node.op == "outer" else None


def _joined(
    binder: Binder, left: Relation, right: Relation, node: plan.Join, *, swapped: bool
) -> Relation:
    """Join `right` to `left`; `swapped` where the author wrote them the other way round (a.

    Right join).
    """
    kind = "left" if swapped else node.kind
    extra: tuple[Expression, ...] = ()
    if kind == "left":
        right = apart(left, unit(right, binder.notes), binder.fresh, binder.notes)
        right, extra = without_conditions(right)
    if kind == "full":
        left, right = _whole(binder, left), _whole(binder, right)
        right = apart(left, right, binder.fresh, binder.notes)
    using = _using(binder, left, right, node)
    on = [call("eq", pair) for _, pair in using]
    if node.on is not None:
        both = inner_join(left, right, ())
        on.append(binder.resolver.resolve(node.on, binder.scope(both)))
    matched = tuple(part for whole in on for part in conditions(whole))
    own = frozenset(right.block.instances())
    binder.notes.narrowing.update(
        part for part in extra if part not in binder.notes.joined and instances_in(part) <= own
    )
    binder.notes.joined.update(matched)
    for part in (*matched, *extra):
        binder.notes.words.setdefault(part, (node.text, node.at))
    made = _combined(binder, left, right, kind, (*matched, *extra), node)
    if using and kind not in {"semi", "anti"}:
        first = right if swapped else left
        made = _merged(binder, made, left, using, kind, first, stay=node.keys_stay)
    return _in_written_order(made, right) if swapped and not using else made


def _whole(binder: Binder, relation: Relation) -> Relation:
    """Return `relation` as one unconditional instance."""
    whole, filters = without_conditions(unit(relation, binder.notes))
    if not filters:
        return whole
    numbered, rows = freeze(relation, binder.notes)
    return closed(numbered, rows)


def _combined(
    binder: Binder,
    left: Relation,
    right: Relation,
    kind: str,
    on: tuple[Expression, ...],
    node: plan.Join,
) -> Relation:
    match kind:
        case "left":
            made = left_join(left, right, on)
            binder.notes.words.setdefault(
                made.block.optional[-1].node, (node.text or "LEFT JOIN", node.at)
            )
            return made
        case "full":
            made = full_join(left, right, on)
            binder.notes.words.setdefault(
                made.block.inner[0].args[0], (node.text or "FULL JOIN", node.at)
            )
            return made
        case "semi" | "anti":
            found = matching(left, right, on, binder.notes)
            condition = found if kind == "semi" else call("not", (found,))
            binder.notes.follow(found, condition)
            kept = filtered(binder, left, condition, node.text or kind.upper() + " JOIN", node.at)
            return replace(kept, behind=None)
        case _ if not on and _one_row(right):
            return beside(left, right)
        case _ if not on and _one_row(left):
            return _in_written_order(beside(right, left), left)
        case _:
            made = inner_join(left, right, on)
            for instance in right.block.inner:
                binder.notes.words.setdefault(instance, (node.text or "JOIN", node.at))
            return made


def _one_row(relation: Relation) -> bool:
    """Return whether a relation has exactly one row: an aggregate without keys."""
    block = relation.block
    if len(block.inner) != 1 or block.optional or block.filters:
        return False
    rows = block.inner[0].args[0]
    return rows.op == "group" and not rows.args[1].args and not rows.value


def _using(
    binder: Binder, left: Relation, right: Relation, node: plan.Join
) -> list[tuple[str, tuple[Expression, Expression]]]:
    names: Iterable[str] = node.using
    if node.natural:
        of_right = {item.name for item in right.visible()}
        names = [item.name for item in left.visible() if item.name in of_right]
    pairs = []
    for name in names:
        ref = Ref(name)
        pair = (
            binder.resolver.resolve(ref, binder.scope(left)),
            binder.resolver.resolve(ref, binder.scope(right)),
        )
        pairs.append((name, pair))
    return pairs


def _merged(
    binder: Binder,
    made: Relation,
    left: Relation,
    using: list[tuple[str, tuple[Expression, Expression]]],
    kind: str,
    first: Relation,
    *,
    stay: bool,
) -> Relation:
    """Return a USING join's columns: its keys once, and first unless they `stay`.

    Then they stand where `first`, which is written first, has them. The right side's is reached by
    qualifier only.
    """
    names = {name for name, _ in using}
    of_left = {item.identity for item in left.attributes}
    count = len(left.rest)
    keys, hidden = [], []
    for name, (one, _) in using:
        columns = [item for item in made.attributes if item.name == name and not item.hidden]
        own = [item for item in columns if item.identity in of_left]
        own = own[:1] or _of_rests(binder, made.rest[:count], name)
        other = [item for item in columns if item.identity not in of_left]
        other = other or _of_rests(binder, made.rest[count:], name)
        key = own[0] if len(own) == 1 else Attribute(name, one, binder.fresh())
        if kind == "full" and own and other:
            both = call("coalesce", (key.expression, other[0].expression))
            keys.append(replace(key, expression=both, qualifier=()))
            hidden += own
        else:
            keys.append(key)
        hidden += other
    unseen = {item.identity: replace(item, hidden=True) for item in hidden}
    others = [
        unseen.pop(item.identity, item)
        for item in made.attributes
        if item.name not in names or item.hidden or item.identity in unseen
    ]
    rests = tuple(replace(rest, excluded=rest.excluded | names) for rest in made.rest)
    placed = _placed(keys, others, first, stay=stay)
    return replace(made, attributes=(*placed, *unseen.values()), rest=rests)


def _of_rests(binder: Binder, rests: Iterable[Rest], name: str) -> list[Attribute]:
    """Return a column of each input that may have it, though nobody lists it."""
    return [
        Attribute(name, rest.column(name), binder.fresh(), rest.qualifier)
        for rest in holding(rests, name)
    ]


def _placed(
    keys: list[Attribute], others: list[Attribute], first: Relation, *, stay: bool
) -> list[Attribute]:
    """Return merged keys and the other columns in order, those of `first` before the rest."""
    of_first = {item.identity for item in first.attributes}
    ordered = [item for item in others if item.identity in of_first]
    behind = [item for item in others if item.identity not in of_first]
    if not stay:
        return [*keys, *ordered, *behind]
    names = [item.name for item in first.visible()]
    for key in sorted(keys, key=lambda key: _place(key.name, names)):
        ordered.insert(_place(key.name, names), key)
    return [*ordered, *behind]


def _place(name: str, names: list[str]) -> int:
    return names.index(name) if name in names else len(names)


def _in_written_order(made: Relation, right: Relation) -> Relation:
    """Return a right join's columns in the order they were written: the other side's first."""
    first = {item.identity for item in right.attributes}
    ordered = [item for item in made.attributes if item.identity in first]
    ordered += [item for item in made.attributes if item.identity not in first]
    return replace(made, attributes=tuple(ordered))
