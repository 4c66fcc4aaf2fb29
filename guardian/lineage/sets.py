"""Set operations: arms lined up by position or by name.

And put into an order that does not depend on the author's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from guardian.lineage.grouping import distinct
from guardian.lineage.joins import closed, freeze
from guardian.lineage.relation import Attribute, Block, Relation, Rest, SideNotes, instance_of
from guardian.model.expression import NULL, Expression, make
from guardian.model.lineage import Location
from guardian.model.plan import SetOperation

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder


@dataclass(frozen=True, slots=True)
class Aligned:
    """The arms of a set operation with the same columns in the same order.

    `columns` are as the first arm names them.
    """

    columns: tuple[Attribute, ...]
    arms: tuple[Relation, ...]


def by_position(arms: Sequence[Relation]) -> Aligned:
    """Return arms lined up by position; where their number of columns differs, the common ones.

    Columns that nobody has listed have no position: such arms are lined up by name.
    """
    widths = {len(arm.visible()) for arm in arms}
    width = min(widths)
    rests = [rest for arm in arms for rest in arm.rest]
    if rests and (len(widths) > 1 or not all(rest.documented for rest in rests)):
        return by_name(arms, missing=True)
    cut = tuple(replace(arm, attributes=arm.visible()[:width]) for arm in arms)
    return Aligned(cut[0].attributes, cut)


def by_name(arms: Sequence[Relation], *, missing: bool) -> Aligned:
    """Return arms lined up by name; a column that an arm lacks is NULL there.

    If its columns are all known.
    """
    names = list(
        dict.fromkeys(
            item.name for arm in (arms if missing else arms[:1]) for item in arm.visible()
        )
    )
    everything = [item for arm in arms for item in arm.visible()]
    columns = [next(item for item in everything if item.name == name) for name in names]
    return Aligned(tuple(columns), tuple(_with_names(arm, columns) for arm in arms))


def _with_names(arm: Relation, columns: Sequence[Attribute]) -> Relation:
    own = {item.name: item for item in arm.visible()}
    filled = tuple(own.get(column.name) or _absent(arm, column) for column in columns)
    names = frozenset(column.name for column in columns)
    return replace(
        arm,
        attributes=filled,
        rest=tuple(replace(rest, excluded=rest.excluded | names) for rest in arm.rest),
    )


def _absent(arm: Relation, column: Attribute) -> Attribute:
    """Return what an arm holds in a column that it does not name.

    Perhaps one of an input's unknown columns.
    """
    unknown = [rest for rest in arm.rest if column.name not in rest.excluded]
    return replace(column, expression=unknown[0].column(column.name) if unknown else NULL)


def set_operation(binder: Binder, aligned: Aligned, node: SetOperation) -> Relation:
    """Return UNION, INTERSECT or EXCEPT of lined-up arms; no rows add nothing to a union."""
    frozen = [freeze(arm, binder.notes) for arm in aligned.arms]
    if node.kind == "union":
        frozen = [arm for arm in frozen if not _is_empty(arm[1])] or frozen[:1]
        united = _union(binder, aligned, frozen) if frozen[1:] else _alone(aligned, *frozen[0])
        return united if node.all else distinct(binder, united, node.at, said="UNION")
    parts: list[Expression] = []
    for arm, rows in frozen:
        parts.append(make("arm", (rows, *(item.expression for item in arm.attributes))))
    if node.kind == "intersect":
        parts.sort(key=lambda part: part.digest)
    rows = make(node.kind, parts, node.all)
    binder.notes.words.setdefault(rows, (node.kind.upper(), node.at))
    instance = instance_of(rows)
    first = frozen[0][0]
    attributes = tuple(
        replace(item, expression=make("member", (instance, item.expression)), qualifier=())
        for item in first.attributes
    )
    made = Relation(attributes, Block(inner=(instance,)), _rests(frozen, instance))
    return made if node.all else distinct(binder, made, node.at, said=node.kind.upper())


def _alone(aligned: Aligned, arm: Relation, rows: Expression) -> Relation:
    """Return the only arm that has rows, under the names that the first one gives."""
    closed_arm = closed(arm, rows)
    named = zip(closed_arm.attributes, aligned.columns, strict=False)
    columns = tuple(replace(item, name=first.name, qualifier=()) for item, first in named)
    return replace(closed_arm, attributes=columns)


def _is_empty(rows: Expression) -> bool:
    """Return whether rows are those of a temporary table that nothing has filled yet."""
    return rows.op == "values" and not rows.args and rows.value[0] == "empty"


def _union(
    binder: Binder, aligned: Aligned, frozen: Sequence[tuple[Relation, Expression]]
) -> Relation:
    arms: list[_Arm] = []
    for arm, rows in frozen:
        arms.extend(_flat(arm, rows, binder.notes))
    arms = sorted(arms, key=lambda arm: arm.rows.digest)
    rows = make("union", tuple(arm.rows for arm in arms))
    at = aligned.columns[0].at if aligned.columns else None
    binder.notes.words.setdefault(rows, ("UNION ALL", at))
    instance = instance_of(rows)
    attributes = []
    for position, column in enumerate(aligned.columns):
        merged = make("merge", tuple(arm.values[position] for arm in arms))
        binder.notes.arms.setdefault(merged, tuple(arm.places[position] for arm in arms))
        expression = make("member", (instance, merged))
        attributes.append(
            Attribute(column.name, expression, binder.fresh(), at=column.at, text=column.text)
        )
    return Relation(tuple(attributes), Block(inner=(instance,)), _rests(frozen, instance))


@dataclass(frozen=True, slots=True)
class _Arm:
    """One arm of a union: its rows, and what it gives each column, and where."""

    rows: Expression
    values: tuple[Expression, ...]
    places: tuple[Location | None, ...]


def _flat(arm: Relation, rows: Expression, notes: SideNotes) -> list[_Arm]:
    """Return an arm, or the arms of a union that it is and no more."""
    values = tuple(item.expression for item in arm.attributes)
    places = tuple(item.at for item in arm.attributes)
    if not (rows.op == "union" and all(_is_merge(value, rows) for value in values)):
        return [_Arm(rows, values, places)]
    merged = [value.args[1] for value in values]
    known = [notes.arms.get(value, ()) for value in merged]
    return [
        _Arm(
            inner,
            tuple(value.args[index] for value in merged),
            tuple(at[index] if at else None for at in known),
        )
        for index, inner in enumerate(rows.args)
    ]


def _is_merge(value: Expression, rows: Expression) -> bool:
    return value.op == "member" and value.args[0].args[0] is rows and value.args[1].op == "merge"


def _rests(frozen: Sequence[tuple[Relation, Expression]], instance: Expression) -> tuple[Rest, ...]:
    """Return the unknown columns of the arms as one rest: a name may come from each of them."""
    rests = tuple(rest for arm, _ in frozen for rest in arm.rest)
    if not rests:
        return ()
    away = frozenset.intersection(*(rest.excluded for rest in rests))
    listed = all(rest.documented for rest in rests)
    return (Rest(instance, excluded=away, wrap=(instance,), arms=rests, documented=listed),)
