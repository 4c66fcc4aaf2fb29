"""Aggregates and windows in normal form."""

from collections.abc import Iterable, Sequence

from guardian.model.cases import case
from guardian.model.expression import (
    NULL,
    ONE,
    Expression,
    as_set,
    is_const,
    make,
)
from guardian.model.logic import conjunction

# Aggregates that skip NULLs, so that a FILTER is the same as a CASE without ELSE in the argument.
SKIPS_NULL = frozenset(
    {"sum", "count", "min", "max", "avg", "stddev", "variance", "bool_and", "bool_or"}
)
ORDER_FREE = frozenset({"min", "max"})  # DISTINCT changes nothing


def aggregate(
    name: str,
    args: Sequence[Expression],
    *,
    distinct: bool = False,
    condition: Expression | None = None,
    order: Sequence[tuple[Expression, bool, bool]] = (),
    option: str = "",
) -> Expression:
    """Return an aggregate; COUNT of a constant is COUNT(*).

    A FILTER becomes a CASE where NULLs are skipped.
    """
    arguments: tuple[Expression, ...] = tuple(args)
    if name == "count_if":
        condition = _both(condition, arguments[0])
        name, arguments = "count", ()
    if name == "count" and not distinct and len(arguments) == 1 and _never_null(arguments[0]):
        arguments = ()
    if condition is not None and name in SKIPS_NULL and len(arguments) < 2:
        subject = arguments[0] if arguments else ONE
        arguments, condition = (case((condition, subject, NULL)),), None
    if name in ORDER_FREE:
        distinct = False
    flags = tuple((descending, nulls_first) for _, descending, nulls_first in order)
    extra = (condition,) if condition is not None else ()
    value = (name, option, distinct, len(arguments), condition is not None, flags)
    return make("aggregate", (*arguments, *extra, *(key for key, _, _ in order)), value)


def _never_null(expression: Expression) -> bool:
    return is_const(expression) and expression is not NULL


def _both(one: Expression | None, other: Expression) -> Expression:
    return other if one is None else conjunction([one, other])


UP_TO_PEERS = "range between unbounded preceding and current row"
WHOLE_PARTITION = "rows between unbounded preceding and unbounded following"


def window(
    function: Expression,
    partition: Iterable[Expression],
    order: Sequence[tuple[Expression, bool, bool]],
    frame: str,
) -> Expression:
    """Return a window function; partition keys are a set.

    Order keys a list with their directions.
    """
    keys = as_set(key for key in partition if not is_const(key))
    sorted_by = [entry for entry in order if not is_const(entry[0]) and entry[0] not in keys]
    if not sorted_by and frame == UP_TO_PEERS:
        frame = WHOLE_PARTITION  # all rows are peers where nothing orders them
    flags = tuple((descending, nulls_first) for _, descending, nulls_first in sorted_by)
    arguments = (function, *keys, *(key for key, _, _ in sorted_by))
    return make("window", arguments, (frame, len(keys), flags))


def window_parts(
    expression: Expression,
) -> tuple[Expression, tuple[Expression, ...], tuple[Expression, ...]]:
    """Return function, partition keys and order keys of a `window`."""
    count = int(expression.value[1])
    function, *keys = expression.args
    return function, tuple(keys[:count]), tuple(keys[count:])
