"""Conditions on rows: WHERE, HAVING, QUALIFY, and what they tell about keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from guardian.lineage.joins import (
    closed,
    freeze,
    through,
)
from guardian.lineage.relation import (
    Attribute,
    Key,
    Relation,
    contains_window,
    instance_of,
)
from guardian.lineage.scalars import conditions
from guardian.model import plan
from guardian.model.expression import (
    ONE,
    Expression,
    call,
    const,
    in_order,
    is_const,
    make,
    name_of,
    window_parts,
)
from guardian.model.lineage import Location

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder


def filter_rows(binder: Binder, node: plan.Filter) -> Relation:
    """Return the rows of the input for which the condition holds."""
    source = binder.bound[node.input]
    condition = binder.resolver.resolve(node.condition, binder.scope(source))
    return filtered(binder, source, condition, node.text or node.clause, node.at)


def filtered(
    binder: Binder, source: Relation, condition: Expression, text: str, at: Location | None
) -> Relation:
    """Return the rows of `source` for which `condition` holds.

    One with a window function looks at closed rows.
    """
    windowed = contains_window(condition) or any(
        contains_window(item.expression) for item in source.attributes
    )
    if windowed:
        numbered, rows = freeze(
            replace(source, attributes=(*source.attributes, hidden(condition))), binder.notes
        )
        source = closed(numbered, rows)
        condition = source.attributes[-1].expression
        source = replace(source, attributes=source.attributes[:-1])
    parts = tuple(_as_exists(_first_of_rank(part)) for part in conditions(condition))
    for part in parts:
        binder.notes.words.setdefault(part, (text, at))
    block = replace(source.block, filters=tuple(dict.fromkeys((*source.block.filters, *parts))))
    behind = None if source.behind is None else replace(source.behind, block=block)
    return replace(source, block=block, behind=behind, keys=source.keys | _numbered_keys(parts))


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
    inner = value.args[1] if value.op == "member" else value
    ranked = inner.op == "window" and name_of(inner.args[0]) in RANKS
    return call("eq", (value, ONE)) if ranked else condition


def _as_exists(condition: Expression) -> Expression:
    """Return `x IN (SELECT y …)` as EXISTS with `y = x`.

    As a row's condition both let the same rows through.
    """
    if condition.op != "in_rows" or not isinstance(condition.value, int):
        return condition
    count = condition.value
    operands, rows, values = (
        condition.args[:count],
        condition.args[count],
        condition.args[count + 1 :],
    )
    if len(values) != count or rows.op not in {"rows", "scan"} or any(map(contains_window, values)):
        return condition
    equal = [
        call("eq", (value, _taken_outside(operand)))
        for value, operand in zip(values, operands, strict=True)
    ]
    if rows.op == "scan":
        return make(
            "exists",
            (
                make(
                    "rows",
                    (
                        make("bag", (instance_of(rows),)),
                        make("all", in_order(equal)),
                        make("list", ()),
                    ),
                ),
            ),
        )
    bag, filters, optional = rows.args
    every = in_order(dict.fromkeys((*filters.args, *equal)))
    return make("exists", (make("rows", (bag, make("all", every), optional)),))


def _taken_outside(operand: Expression) -> Expression:
    return operand if is_const(operand) else make("outer", (operand,))


def _numbered_keys(parts: Iterable[Expression]) -> frozenset[Key]:
    """Return the keys that `ROW_NUMBER() OVER (PARTITION BY k …) = 1` makes: one row for each k."""
    keys = set()
    for part in parts:
        if name_of(part) != "eq":
            continue
        for one, other in (part.args, part.args[::-1]):
            if is_const(other, "number") and other.value == ("number", "1") and one.op == "member":
                numbered = one.args[1]
                if numbered.op == "window" and name_of(numbered.args[0]) == "row_number":
                    _, partition, _ = window_parts(numbered)
                    keys.add(frozenset(through(key, one.args[0]) for key in partition))
    return frozenset(keys)
