"""Columns that only the run lists: what one of them, or all of them, may come from."""

from collections.abc import Callable

from guardian.lineage.nested import seen_through
from guardian.lineage.traced import THROUGH_OPAQUE, Flows, Traced, all_of, as_kind, weakened
from guardian.model.calls import OPEN
from guardian.model.expression import Expression
from guardian.model.plan import UNLISTED


def is_unlisted(value: Expression) -> bool:
    """Return whether a value is a row of columns that only the run lists."""
    value = seen_through(value)
    return value.op == "opaque" and value.value[0] == UNLISTED


def list_of(value: Expression) -> str:
    """Return the list that a row of such columns is made of, empty for any other value."""
    value = seen_through(value)
    return str(value.value[1]) if is_unlisted(value) else ""


def unlisted(row: Expression, name: str, trace: Callable[[Expression], Traced]) -> Traced:
    """Return what column `name` of such a row may come from, `*` for all of its columns.

    The column of that name where the input has one, else any of the input's: `*` of its datasets.
    """
    held = seen_through(row.args[0])
    names = str(held.value[1]).split(",")
    values = [(one, trace(value)) for one, value in zip(names, held.args, strict=False)]
    of_name = [value for one, value in values if one == name != OPEN]
    of_rest = [_under(value, name) for one, value in values if one == OPEN != name]
    found = all_of(of_name or of_rest or [_under(value, OPEN) for _, value in values])
    return weakened(as_kind(found, "TRANSFORMATION"), THROUGH_OPAQUE)


def _under(traced: Traced, name: str) -> Traced:
    """Return what was traced as one column of each dataset, under that name."""
    direct: Flows = {(dataset, name): flow for (dataset, _), flow in traced.direct.items()}
    return Traced(direct)
