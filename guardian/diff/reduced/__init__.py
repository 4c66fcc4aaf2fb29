"""Row sets and columns in a form that keys, types and NOT NULL allow, for comparing them only.

Two definitions whose reduced forms are one mean the same, for every content of their inputs that
keeps what both revisions declare. Lineage and the report's words stay with the forms that the
author's code has: this one is made where those differ, and asked for nothing but equality.
"""

from collections.abc import Sequence

from guardian.diff.reduced.facts import Facts
from guardian.diff.reduced.walk import Reduction
from guardian.model.expression import Expression

# A graph of more nodes is compared as it is.
MOST_NODES = 20_000


def reduced(
    columns: Sequence[Expression], rows: Expression, facts: Facts
) -> tuple[tuple[Expression, ...], Expression]:
    """Return columns and their row set in reduced form."""
    if _is_large((*columns, rows)):
        return tuple(columns), rows
    return Reduction(facts).scope(tuple(columns), rows)


def _is_large(roots: Sequence[Expression]) -> bool:
    seen: set[Expression] = set()
    stack = list(roots)
    while stack and len(seen) <= MOST_NODES:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return bool(stack)


__all__ = ["Facts", "reduced"]
