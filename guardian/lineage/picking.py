"""Operators that take some of the rows: set operations, DISTINCT, ORDER BY, LIMIT, samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from guardian.lineage.filters import (
    hidden,
)
from guardian.lineage.grouping import distinct, picked
from guardian.lineage.joins import (
    closed,
    freeze,
)
from guardian.lineage.relation import (
    ONE_ROW,
    Relation,
)
from guardian.lineage.sets import by_name, by_position, set_operation
from guardian.model import plan
from guardian.model.expression import Expression, make

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder


def united(binder: Binder, node: plan.SetOperation) -> Relation:
    """Return a set operation."""
    arms = [binder.bound[handle] for handle in node.inputs]
    aligned = by_name(arms, missing=node.allow_missing) if node.by_name else by_position(arms)
    return set_operation(binder, aligned, node)


def deduplicated(binder: Binder, node: plan.Distinct) -> Relation:
    """Return each row once, or one row for each key."""
    source = binder.bound[node.input]
    if not node.on:
        return distinct(binder, source, node.at)
    scope = binder.scope(source)
    on = tuple(binder.resolver.resolve(key, scope) for key in node.on)
    return picked(binder, source, on, binder.resolver.order(node.order, scope), node.at)


def sort(binder: Binder, node: plan.Sort) -> Relation:
    """Return the input in an order."""
    source = binder.bound[node.input]
    keys = binder.resolver.order(node.order, binder.scope(source))
    sorts = tuple(dict.fromkeys((*source.block.sorts, *(key for key, _, _ in keys))))
    return replace(source, order=keys, block=replace(source.block, sorts=sorts))


def limit(binder: Binder, node: plan.Limit) -> Relation:
    """Return the first rows of the input."""
    source = binder.bound[node.input]
    if ONE_ROW in source.keys and node.count.isdigit() and int(node.count) and not node.offset:
        return source  # there is one row at most
    flags = tuple((descending, nulls) for _, descending, nulls in source.order)
    made = _closed_by(
        binder,
        source,
        "limit",
        (node.count, node.offset, flags),
        [key for key, _, _ in source.order],
    )
    rows = made.block.inner[0].args[0]
    binder.notes.words.setdefault(rows, (f"LIMIT {node.count}", node.at))
    if node.count == "1":
        return replace(made, keys=made.keys | {ONE_ROW})
    return made


def sampled(binder: Binder, node: plan.Sample) -> Relation:
    """Return some of the input's rows."""
    made = _closed_by(binder, binder.bound[node.input], "sample", (node.how, node.seed))
    said = f"SAMPLE {node.how} SEED {node.seed}" if node.seed else f"SAMPLE {node.how}"
    binder.notes.words.setdefault(made.block.inner[0].args[0], (said, node.at))
    return made


def _closed_by(
    binder: Binder, source: Relation, op: str, value: object, extra: Sequence[Expression] = ()
) -> Relation:
    """Return `source` under an operator that takes some of its rows."""
    markers = tuple(map(hidden, extra))
    numbered, rows = freeze(
        replace(source, attributes=(*source.attributes, *markers)), binder.notes
    )
    keys = tuple(item.expression for item in numbered.attributes[len(source.attributes) :])
    numbered = replace(numbered, attributes=numbered.attributes[: len(source.attributes)], order=())
    return closed(numbered, make(op, (rows, *keys), value))
