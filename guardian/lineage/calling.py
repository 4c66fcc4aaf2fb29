"""Functions that the repository writes in SQL: where they are called, their value stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from guardian.lineage.relation import Block, Relation
from guardian.model import plan
from guardian.model.expression import Expression
from guardian.model.plan import FUNCTION, Call

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder

DEEPEST = 12  # functions that call one another are looked into this far


def value_of_call(
    binder: Binder, call: Call, arguments: tuple[Expression, ...]
) -> Expression | None:
    """Return what a function of the repository gives for some arguments.

    None where it is another's, or calls itself.
    """
    name = f"{FUNCTION}{call.name.lower()}"
    found = binder.routine(name)
    if found is None or name in binder.inside_of or len(binder.inside_of) > DEEPEST:
        return None
    nodes, routine = found
    node = nodes[routine.plan]
    if not isinstance(node, plan.Project):
        return None
    given = zip((symbol for _, symbol in routine.parameters), arguments, strict=False)
    body = binder.of_routine(nodes, name, dict(given))
    return body.resolver.resolve(node.items[0].expr, body.scope(Relation((), Block())))


def by_last_name(names: Collection[str]) -> dict[str, str]:
    """Return the functions that are called by their last name alone, where it is one's only."""
    found: dict[str, list[str]] = {}
    for name in names:
        if name.startswith(FUNCTION) and "." in name:
            found.setdefault(FUNCTION + name.rpartition(".")[2], []).append(name)
    return {
        last: several[0]
        for last, several in found.items()
        if len(several) == 1 and last not in names
    }
