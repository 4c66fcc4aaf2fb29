"""A table joined with itself, where no condition tells which of its two uses is which."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

from guardian.lineage.relation import rewrite
from guardian.model.definition import Definition, Output
from guardian.model.expression import Expression

MOST_USES = 4  # of one table, to be tried in one another's place


def aligned(base: Definition, head: Definition) -> Definition:
    """Return `head` with such inputs in the places in which the base's columns look at them.

    The rows are the same either way: which of the two is the first is told by the columns alone.
    """
    if base.rows is not head.rows or base.rows.op != "rows":
        return head
    for one, other in _exchangeable(base.rows):
        moved = _columns(head, _exchanging(one, other))
        if _agreeing(base, moved) > _agreeing(base, head.columns):
            head = replace(head, columns=moved)
    return head


def _exchangeable(rows: Expression) -> Iterator[tuple[Expression, Expression]]:
    bag, filters, optional = rows.args
    if optional.args:
        return
    for one, other in combinations(bag.args, 2):
        uses = [instance for instance in bag.args if instance.args[0] is one.args[0]]
        if one.args[0] is other.args[0] and len(uses) <= MOST_USES:
            change = _exchanging(one, other)
            if {rewrite(part, change) for part in filters.args} == set(filters.args):
                yield one, other


def _exchanging(one: Expression, other: Expression) -> Callable[[Expression], Expression | None]:
    return {one: other, other: one}.get


def _columns(
    definition: Definition, change: Callable[[Expression], Expression | None]
) -> tuple[Output, ...]:
    return tuple(
        replace(column, expression=rewrite(column.expression, change))
        for column in definition.columns
    )


def _agreeing(base: Definition, columns: tuple[Output, ...]) -> int:
    """Return how many columns are the base's."""
    known = {(column.name, column.expression) for column in base.columns}
    return sum((column.name, column.expression) in known for column in columns)
