"""Set operations as what they are of one input: conditions joined by OR, or looked for."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from guardian.diff.reduced.ranges import disjoint
from guardian.diff.reduced.scopes import columns_of, with_columns
from guardian.lineage.canonical import with_filters
from guardian.lineage.joins import Fresh, apart, inner_join
from guardian.lineage.relation import Relation, SideNotes, contains_window, existing, instance_of
from guardian.lineage.scalars import conditions
from guardian.model.calls import call
from guardian.model.expression import Expression, as_set, make
from guardian.model.logic import conjunction, disjunction

# What an arm gives each column, and its rows.
Arm: TypeAlias = tuple[tuple[Expression, ...], Expression]


def is_lined_up(rows: Expression, values: Iterable[Expression]) -> bool:
    """Return whether each value of a union has a part of each arm."""
    width = len(rows.args)
    return all(
        value.op == "merge" and not value.value and len(value.args) == width for value in values
    )


def merged(arms: Sequence[Arm], *, bag: bool) -> list[Arm]:
    """Return arms, those of one input that differ in their conditions alone as one with OR.

    But where a row may be in both and it matters how often it is there (`bag`).
    """
    found: list[Arm] = []
    for columns, rows in arms:
        alone = any(map(contains_window, columns))
        for place, (others, known) in enumerate(found):
            alike = columns == others and not alone
            both = _either(known, rows, bag=bag) if alike else None
            if both is not None:
                found[place] = (others, both)
                break
        else:
            found.append((columns, rows))
    return found


def _either(one: Expression, other: Expression, *, bag: bool) -> Expression | None:
    """Return the rows of either, None where they are of other inputs, or may be of both."""
    left, right = _parts(one), _parts(other)
    if (left[0], left[2]) != (right[0], right[2]):
        return None
    shared = [part for part in left[1] if part in right[1]]
    here = [part for part in left[1] if part not in shared]
    there = [part for part in right[1] if part not in shared]
    if bag and not (here and there and disjoint(here, there)):
        return None
    either = disjunction([conjunction(here), conjunction(there)])
    return make("rows", (left[0], make("all", as_set([*shared, either])), left[2]))


def _parts(rows: Expression) -> tuple[Expression, tuple[Expression, ...], Expression]:
    if rows.op == "rows":
        return rows.args[0], rows.args[1].args, rows.args[2]
    return make("bag", (instance_of(rows),)), (), make("list", ())


def found_in(
    own: Iterable[Expression], rows: Expression, others: Iterable[Expression]
) -> Expression:
    """Return the condition that some row has the values `others`, NULL like any other value."""
    pairs = zip(others, own, strict=True)
    equal = tuple(call("is", (other, make("outer", (mine,)))) for other, mine in pairs)
    return existing(with_filters(rows, equal))


def joined(left: Relation, right: Relation) -> Relation:
    """Return the first columns of `left` in rows whose last ones are those of a row of `right`."""
    right = apart(left, right, Fresh(), SideNotes())
    others = columns_of(right)
    values, own = columns_of(left)[: -len(others)], columns_of(left)[-len(others) :]
    equal = tuple(call("is", pair) for pair in zip(own, others, strict=True))
    made = inner_join(left, right, conditions(conjunction(equal)))
    return with_columns(made, values)
