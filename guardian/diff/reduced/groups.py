"""Groupings in the form that keys allow: fewer keys, one step instead of two, or none at all."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from guardian.diff.reduced.facts import Facts
from guardian.diff.reduced.keyed import Determined, determined
from guardian.lineage.grouping import REPEATABLE
from guardian.lineage.relation import Relation, existing, instance_of, rewrite
from guardian.model.aggregates import aggregate
from guardian.model.calls import call
from guardian.model.expression import NULL, ONE, Expression, as_set, const, make, name_of

# Keys and the values taken of a grouping, both over the rows that are grouped.
Grouping: TypeAlias = tuple[tuple[Expression, ...], tuple[Expression, ...]]

_ZERO = const("number", "0")
_OF_ONE_VALUE = frozenset({"min", "max", "any_value", "first", "last"})


def ignores_repeats(values: Sequence[Expression], keys: Sequence[Expression]) -> bool:
    """Return whether values of a grouping are the same however often a row is there."""
    return all(
        value in keys
        or (value.op == "aggregate" and (value.value[0] in REPEATABLE or value.value[2]))
        for value in values
    )


def is_plain(value: Expression, keys: Sequence[Expression]) -> bool:
    """Return whether a value of a grouping is a key or an aggregate that is understood."""
    return value in keys or value.op == "aggregate"


def of_kept_rows(values: Sequence[Expression], keys: Sequence[Expression]) -> list[Expression]:
    """Return values of a grouping, a sum of ones as the count that it is where rows there are."""
    ones = aggregate("sum", (ONE,))
    return [aggregate("count", ()) if keys and value is ones else value for value in values]


# --- fewer keys ----------------------------------------------------------------------------------


def with_fewer_keys(grouping: Grouping, relation: Relation, facts: Facts) -> Grouping:
    """Return a grouping without the keys that the others determine."""
    keys, values = grouping
    kept = list(keys)
    for key in sorted(keys, key=lambda key: (key.op != "field", key.digest)):
        others = [other for other in kept if other is not key]
        if others and key in kept and key in determined(relation, others, facts):
            kept = others
    known = determined(relation, kept, facts)
    return tuple(kept), tuple(_of_any_row(value, kept, known) for value in values)


def _of_any_row(value: Expression, keys: Sequence[Expression], known: Determined) -> Expression:
    """Return a value that all rows of a group share as that of any of them."""
    if value in keys:
        return value
    if value.op != "aggregate":
        return aggregate("any_value", (value,)) if value in known else value
    name, option, _, count, conditional, flags = value.value
    plain = count == 1 and not conditional and not flags and not option
    if plain and name in _OF_ONE_VALUE and value.args[0] in known:
        inner = value.args[0]
        return inner if inner in keys else aggregate("any_value", (inner,))
    return value


# --- groups of one row ---------------------------------------------------------------------------


def of_single_rows(
    grouping: Grouping, relation: Relation, facts: Facts
) -> tuple[Expression, ...] | None:
    """Return the values of a grouping without it, where each group has one row alone."""
    keys, values = grouping
    if not keys or not determined(relation, keys, facts).all_of(relation):
        return None
    found = tuple(value if value in keys else _of_one_row(value) for value in values)
    known = [value for value in found if value is not None]
    return tuple(known) if len(known) == len(found) else None


def _of_one_row(value: Expression) -> Expression | None:
    """Return what an aggregate gives of one row."""
    name, option, _, count, conditional, flags = value.value
    if option or conditional or flags or count > 1:
        return None
    if name == "count":
        return call("case", (call("is_null", value.args), _ZERO, ONE)) if count else ONE
    return value.args[0] if count and name in {*_OF_ONE_VALUE, "sum"} else None


# --- two steps -----------------------------------------------------------------------------------


def in_one_step(
    grouping: Grouping, relation: Relation
) -> tuple[Expression, tuple[Expression, ...], Grouping] | None:
    """Return (rows, their keys, grouping) of a grouping of groups that is one of the rows itself.

    None where that is something else.
    """
    block = relation.block
    if len(block.inner) != 1 or block.optional or block.filters:
        return None
    instance = block.inner[0]
    group = instance.args[0]
    if group.op != "group" or group.value or not group.args[1].args:
        return None
    finer = group.args[1].args
    keys, values = grouping
    inner = _inside(instance)
    coarse = tuple(inner(key) for key in keys)
    if not all(_of_keys(key, instance, finer) for key in keys):
        return None
    made = [
        inner(value) if value in keys else _in_one(value, instance, finer, coarse)
        for value in values
    ]
    known = [value for value in made if value is not None]
    if len(known) < len(made):
        return None
    return group.args[0], finer, (coarse, tuple(known))


def _inside(instance: Expression) -> Callable[[Expression], Expression]:
    def inside(node: Expression) -> Expression | None:
        return node.args[1] if node.op == "member" and node.args[0] is instance else None

    return lambda value: rewrite(value, inside)


def _of_keys(value: Expression, instance: Expression, finer: Sequence[Expression]) -> bool:
    """Return whether a value is computed from the keys of a group alone."""
    if value.op == "member":
        return value.args[0] is instance and value.args[1] in finer
    if value.op == "call":
        return all(_of_keys(arg, instance, finer) for arg in value.args)
    return value.op in {"const", "symbol", "outer"}


def _in_one(
    value: Expression,
    instance: Expression,
    finer: Sequence[Expression],
    coarse: Sequence[Expression],
) -> Expression | None:
    """Return an aggregate of aggregates as the one of the rows below both."""
    if value.op != "aggregate":
        return None
    name, option, distinct, count, conditional, flags = value.value
    if option or conditional or flags or count != 1:
        return None
    subject = value.args[0]
    if _of_keys(subject, instance, finer):
        return _of_distinct(value, _inside(instance)(subject), finer, coarse)
    if distinct or subject.op != "member" or subject.args[0] is not instance:
        return None
    below = subject.args[1]
    if below.op != "aggregate" or below.value[2]:
        return None
    steps = (name, below.value[0])
    if steps in {("sum", "sum"), ("min", "min"), ("max", "max")}:
        return below
    return below if steps == ("sum", "count") and coarse else None


def _of_distinct(
    value: Expression,
    subject: Expression,
    finer: Sequence[Expression],
    coarse: Sequence[Expression],
) -> Expression | None:
    """Return an aggregate of a finer grouping's keys as one of distinct values."""
    name, _, distinct = value.value[:3]
    if name in {"min", "max"} or distinct:
        return aggregate(name, (subject,), distinct=distinct)
    rest = [key for key in finer if key not in coarse]
    if rest == [subject] and name in {"count", "sum", "avg"}:
        return aggregate(name, (subject,), distinct=True)
    return None


# --- the first row by what is asked for ----------------------------------------------------------


def extreme(
    partition: Sequence[Expression],
    order: Sequence[Expression],
    flags: Sequence[tuple[bool, bool]],
    values: Sequence[Expression],
) -> tuple[Expression, ...] | None:
    """Return the values of a pick as those of a grouping: the greatest or the least of each.

    None where more is asked for than what the rows are ordered by.
    """
    if len(order) != 1 or flags[0][1]:
        return None
    best = aggregate("max" if flags[0][0] else "min", (order[0],))
    found = [
        value if value in partition else best if value is order[0] else NULL for value in values
    ]
    return None if NULL in found else tuple(found)


def group_of(rows: Expression, keys: Sequence[Expression]) -> Expression:
    """Return the node of a plain grouping."""
    return make("group", (rows, make("all", as_set(keys))), ())


# --- one group of many ---------------------------------------------------------------------------

_NULL_OF_NOTHING = frozenset({"sum", "min", "max", "avg", "any_value", "stddev", "variance"})


def of_total(rows: Expression, value: Expression) -> Expression | None:
    """Return the value that a subquery takes of the one group it asks for, as a total's.

    Of no rows a total is there all the same: its value counts where there is a row.
    """
    if rows.op != "group" or rows.value or not rows.args[1].args:
        return None
    source, keys = rows.args
    given = source.args[1].args if source.op == "rows" else ()
    if not all(any(_fixes(condition, key) for condition in given) for key in keys.args):
        return None
    total = make("group", (source, make("all", ())), ())
    instance, made = instance_of(rows), instance_of(total)

    def lifted(node: Expression) -> Expression | None:
        if node.op != "member" or node.args[0] is not instance:
            return None
        inner = node.args[1]
        of_all = inner if inner.op == "aggregate" else aggregate("any_value", (inner,))
        return make("member", (made, of_all))

    found = rewrite(value, lifted)
    scalar = make("scalar", (total, found))
    if found.op == "member" and found.args[1].value[0] in _NULL_OF_NOTHING:
        return scalar
    return call("case", (existing(source), scalar, NULL))


def _fixes(condition: Expression, key: Expression) -> bool:
    """Return whether a condition lets one value of `key` through alone."""
    if name_of(condition) not in {"eq", "is"} or key not in condition.args:
        return False
    other = condition.args[1] if condition.args[0] is key else condition.args[0]
    return other.op in {"outer", "const", "symbol"}
