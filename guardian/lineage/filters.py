"""Conditions on rows: WHERE, HAVING, QUALIFY, and what they tell about keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from guardian.lineage.by_name import of_each, star_for_each
from guardian.lineage.canonical import with_filters
from guardian.lineage.joins import closed, freeze, through
from guardian.lineage.relation import (
    Attribute,
    Block,
    Key,
    Relation,
    SideNotes,
    any_window,
    contains_window,
    existing,
    instance_of,
    windows_in,
)
from guardian.lineage.scalars import conditions
from guardian.model import plan
from guardian.model.aggregates import window_parts
from guardian.model.calls import call
from guardian.model.expression import ONE, Expression, const, is_const, make, name_of
from guardian.model.lineage import Location
from guardian.model.logic import conjunction

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder


def filter_rows(binder: Binder, node: plan.Filter) -> Relation:
    """Return the rows of the input for which the condition holds."""
    source = binder.bound[node.input]
    each = star_for_each(node.condition)
    if each is None:
        scope = binder.scope(source)
        condition = binder.resolver.resolve(node.condition, scope)
        if not conditions(condition):
            looked_at = {binder.resolver.resolve(ref, scope): None for ref in _named_in(node)}
            known = (*source.block.needless, *looked_at)
            return replace(source, block=replace(source.block, needless=known))
    else:  # all of them must meet it
        found = of_each(binder, source, node.condition, each)
        condition = conjunction(part for _, part in found)
    return filtered(binder, source, condition, node.text or node.clause, node.at)


def _named_in(node: plan.Filter) -> Iterator[plan.Ref | plan.FrameRef]:
    """Yield the columns that a condition names."""
    pending: list[object] = [node.condition]
    while pending:
        part = pending.pop()
        if isinstance(part, plan.Ref | plan.FrameRef):
            yield part
        elif isinstance(part, tuple):
            pending.extend(part)
        elif isinstance(part, msgspec.Struct):
            pending.extend(getattr(part, name) for name in part.__struct_fields__)


def filtered(
    binder: Binder, source: Relation, condition: Expression, text: str, at: Location | None
) -> Relation:
    """Return the rows of `source` for which `condition` holds.

    One with a window function looks at closed rows.
    """
    windowed = contains_window(condition) or any_window(source.attributes)
    if windowed:
        source, condition = _below_windows(binder, source, condition, (text, at))
        source, condition = _looked_at(binder, source, condition, (text, at))
    parts = tuple(as_exists(part, binder.notes) for part in conditions(condition))
    for part in parts:
        binder.notes.words.setdefault(part, (text, at))
    block = replace(source.block, filters=tuple(dict.fromkeys((*source.block.filters, *parts))))
    behind = None if source.behind is None else replace(source.behind, block=block)
    return replace(source, block=block, behind=behind)


def _below_windows(
    binder: Binder, source: Relation, condition: Expression, said: tuple[str, Location | None]
) -> tuple[Relation, Expression]:
    """Return `source` with the conditions on its windows' partition keys, and what is left of them.

    They take away whole partitions, so that the windows see all of those that stay.
    """
    found = windows_in((condition, *(item.expression for item in source.attributes)))
    keys = [frozenset(window_parts(window)[1]) for window in found]
    common = frozenset.intersection(*keys) if keys else frozenset()
    parts = conditions(condition)
    below = tuple(part for part in parts if common and _only_of(part, common))
    for part in below:
        binder.notes.words.setdefault(part, said)
    block = replace(source.block, filters=tuple(dict.fromkeys((*source.block.filters, *below))))
    rest = conjunction(part for part in parts if part not in below)
    return replace(source, block=block), rest


def _only_of(condition: Expression, keys: frozenset[Expression]) -> bool:
    """Return whether `condition` is computed from `keys` alone."""
    if condition in keys:
        return True
    if condition.op != "call":
        return condition.op in {"const", "symbol"}
    return all(_only_of(arg, keys) for arg in condition.args)


def _looked_at(
    binder: Binder, source: Relation, condition: Expression, said: tuple[str, Location | None]
) -> tuple[Relation, Expression]:
    """Return `source` closed off, and what is left of a condition on its windows.

    Asked for the first of each partition, the rows are those of a pick, as DISTINCT ON has it.
    """
    marked = replace(source, attributes=(*source.attributes, hidden(condition)))
    numbered, rows = freeze(marked, binder.notes)
    parts = [_first_of_rank(part) for part in conditions(numbered.attributes[-1].expression)]
    first = next((window for part in parts if (window := _first_row(part)) is not None), None)
    partition: tuple[Expression, ...] = ()
    if first is not None:
        parts = [part for part in parts if _first_row(part) is not first]
        _, partition, order = window_parts(first)
        rows = make("pick", (rows, make("all", partition), *order), first.value[2])
        binder.notes.words.setdefault(rows, said)
        binder.notes.ranked.add(rows)
    rest = hidden(conjunction(parts))
    whole = closed(replace(numbered, attributes=(*numbered.attributes[:-1], rest)), rows)
    kept = replace(whole, attributes=whole.attributes[:-1])
    if first is not None:
        key = Key(frozenset(through(part, whole.block.inner[0]) for part in partition))
        kept = replace(kept, keys=kept.keys | {key})
    return kept, whole.attributes[-1].expression


def _first_row(condition: Expression) -> Expression | None:
    """Return the window of `ROW_NUMBER() OVER (…) = 1`, None where `condition` is no such thing."""
    if name_of(condition) != "eq" or ONE not in condition.args:
        return None
    one, other = condition.args
    window = other if one is ONE else one
    numbers = window.op == "window" and name_of(window.args[0]) == "row_number"
    return window if numbers else None


def hidden(expression: Expression) -> Attribute:
    """Return an expression as a hidden column, so that it is rewritten with the others."""
    return Attribute("", expression, 0, hidden=True)


RANKS = frozenset({"row_number", "rank", "dense_rank"})


def _first_of_rank(condition: Expression) -> Expression:
    """Return `rank <= 1` and `rank < 2` as `rank = 1`: ranks are whole numbers from 1 on."""
    name = name_of(condition)
    bound = {"le": "1", "lt": "2"}.get(name)
    if bound is None or condition.args[1] is not const("number", bound):
        return condition
    value = condition.args[0]
    ranked = value.op == "window" and name_of(value.args[0]) in RANKS
    return call("eq", (value, ONE)) if ranked else condition


def as_exists(condition: Expression, notes: SideNotes) -> Expression:
    """Return `x IN (SELECT y …)` as EXISTS with `y = x`.

    As a row's condition both let the same rows through.
    """
    if condition.op != "in_rows" or not isinstance(condition.value, int):
        return condition
    count = condition.value
    operands, rows = condition.args[:count], condition.args[count]
    values = condition.args[count + 1 :]
    if len(values) != count or any(map(contains_window, values)):
        return condition
    equal = tuple(
        call("eq", (value, _taken_outside(operand)))
        for value, operand in zip(values, operands, strict=True)
    )
    if rows.op == "rows" and rows.args[2].args:
        return existing(with_filters(rows, equal))
    inner = rows.args[0].args if rows.op == "rows" else (instance_of(rows),)
    filters = rows.args[1].args if rows.op == "rows" else ()
    _, found = freeze(Relation((), Block(inner, filters=(*filters, *equal))), notes)
    notes.follow(rows, found)
    return existing(found)


def _taken_outside(operand: Expression) -> Expression:
    return operand if is_const(operand) else make("outer", (operand,))
