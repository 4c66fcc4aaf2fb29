"""What keys tell of a join graph: inputs that may as well be looked for, or be another's rows."""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from guardian.diff.reduced.facts import Facts, UniqueKey, is_total
from guardian.diff.reduced.scopes import (
    changed,
    exchanged_input,
    is_mixed,
    leaves_of,
    looked_up,
    looks_out,
    taken_from_around,
    taken_through,
    values_in,
)
from guardian.lineage.canonical import exists_in, with_filters
from guardian.lineage.relation import Relation, instance_of, instances_in, rewrite
from guardian.lineage.scalars import conditions
from guardian.model.expression import Expression, is_const, make, name_of
from guardian.model.logic import compared, conjunction


def without_self_joins(relation: Relation, facts: Facts) -> Relation | None:
    """Return `relation` without an input that is, by its key, the same row of another one."""
    inner = relation.block.inner
    for place, one in enumerate(inner):
        for other in inner[place + 1 :]:
            same = one.args[0] is other.args[0] and not looks_out(one.args[0])
            if same and _same_row(relation, one, other, facts):
                kept = tuple(item for item in inner if item is not other)
                rest = replace(relation, block=replace(relation.block, inner=kept))
                return changed(rest, _moved(other, one))
    return None


def _same_row(relation: Relation, one: Expression, other: Expression, facts: Facts) -> bool:
    equal = {frozenset(part.args) for part in relation.block.filters if name_of(part) == "eq"}
    for key, _ in facts.keys_of(one):
        twins = [rewrite(part, _moved(one, other)) for part in key]
        if key and all(frozenset(pair) in equal for pair in zip(key, twins, strict=True)):
            return True
    return False


def with_totals_looked_up(relation: Relation, *, lone: bool) -> Relation | None:
    """Return `relation` with a joined total, which has one row always, as a subquery's value.

    One that is the only input only where `lone` ones are wanted, too.
    """
    inside = frozenset(relation.block.instances())
    for instance in _instances(values_in(relation)):
        if not is_total(instance) or (not lone and inside == {instance}):
            continue
        rest = tuple(one for one in relation.block.inner if one is not instance)
        if any(entry.instance is instance for entry in relation.block.optional):
            continue
        kept = replace(relation, block=replace(relation.block, inner=rest))
        return changed(kept, _with_total(instance))
    return None


def _with_total(total: Expression) -> Callable[[Expression], Expression | None]:
    rows = total.args[0]

    def change(node: Expression) -> Expression | None:
        if node.op != "member" or node.args[0] is not total:
            return None
        return make("scalar", (rows, make("member", (instance_of(rows), node.args[1]))))

    return change


def _instances(roots: Iterable[Expression]) -> list[Expression]:
    found = {one for root in roots for one in instances_in(root)}
    return sorted(found, key=lambda one: (one.digest, one.value))


def with_inputs_looked_for(relation: Relation, facts: Facts, *, bag: bool) -> Relation | None:
    """Return `relation` with an input that finds one row at most as EXISTS.

    What is taken of it is looked up in it. Where it does not matter how often a row is there (not
    `bag`), an input of which nothing is taken may find more.
    """
    inner = relation.block.inner
    if len(inner) < 2:
        return None
    ordered = sorted(inner, key=lambda one: _last_first(relation, one))
    for instance, looking in [(one, False) for one in ordered] + [(one, True) for one in ordered]:
        on = [part for part in relation.block.filters if instance in instances_in(part)]
        if not on or any(is_mixed(part, instance) for part in on):
            continue
        once = facts.found_once(instance, on)
        if looks_out(instance.args[0]) or ((bag or looking) and not once):
            continue
        found = _looked_for(relation, instance, on, facts, looking=looking)
        if found is not None:
            return found
    return None


def _last_first(relation: Relation, instance: Expression) -> tuple[int, bool, bytes, int]:
    """Return a sort key: inputs that few others are compared with first, groups before tables."""
    parts = [part for part in relation.block.filters if instance in instances_in(part)]
    around = any(_looks_around(part) for part in parts)
    neighbours = len({one for part in parts for one in instances_in(part)}) + around
    table = instance.args[0].op == "scan"
    return neighbours, table, instance.digest, int(instance.value)


def _looks_around(part: Expression) -> bool:
    return part.op == "outer" or (part.op == "call" and any(map(_looks_around, part.args)))


def _looked_for(
    relation: Relation, instance: Expression, on: list[Expression], facts: Facts, *, looking: bool
) -> Relation | None:
    equal = dict(_equal_elsewhere(on, instance, facts))
    rest = tuple(part for part in relation.block.filters if part not in on)
    inner = tuple(one for one in relation.block.inner if one is not instance)
    kept = replace(relation, block=replace(relation.block, inner=inner, filters=rest))
    made = changed(kept, equal.get)
    if instance in _instances(values_in(made)):
        if not looking:
            return None
        made = changed(made, lambda node: _value_of(node, instance, on))
        if instance in _instances(values_in(made)):
            return None
    filters = (*made.block.filters, exists_in(instance, on))
    return replace(made, block=replace(made.block, filters=filters))


def _value_of(node: Expression, instance: Expression, on: list[Expression]) -> Expression | None:
    """Return a value of an input as what is looked up in it."""
    own = node.op in {"field", "member"} and node.args[0] is instance
    return looked_up(instance, on, node) if own else None


def _equal_elsewhere(
    on: Iterable[Expression], instance: Expression, facts: Facts
) -> Iterable[tuple[Expression, Expression]]:
    """Yield the values of an input that are equal to those of others, and these."""
    for condition in on:
        if name_of(condition) != "eq":
            continue
        for one, other in (condition.args, condition.args[::-1]):
            apart = instances_in(one) == {instance} and instance not in instances_in(other)
            if apart and one.op in {"field", "member"} and _same_kind(one, other, facts):
                yield one, other


def _same_kind(one: Expression, other: Expression, facts: Facts) -> bool:
    kinds = facts.type_of(one), facts.type_of(other)
    return (
        kinds[0] == kinds[1] or "" in kinds or (facts.is_integer(one) and facts.is_integer(other))
    )


def determined(relation: Relation, known: Iterable[Expression], facts: Facts) -> "Determined":
    """Return what is the same in all rows of `relation` in which the values `known` are."""
    found = Determined(set(known))
    conditions = [part for part in relation.block.filters if name_of(part) == "eq"]
    waiting = list(relation.block.inner)
    grew = True
    while grew:
        grew = False
        for condition in conditions:
            for one, other in (condition.args, condition.args[::-1]):
                if one not in found and other in found:
                    found.values.add(one)
                    grew = True
        for instance in list(waiting):
            keys = facts.keys_of(instance)
            if any(_tells(found, key, relation, facts) for key in keys):
                waiting.remove(instance)
                found.instances.add(instance)
                grew = True
    return found


def _tells(found: "Determined", key: UniqueKey, relation: Relation, facts: Facts) -> bool:
    parts, safe = key
    given = relation.block.filters
    present = safe or all(facts.never_null(part, given) for part in parts)
    return present and all(part in found for part in parts)


_BY_CHANCE = frozenset({"rand", "randn", "uuid", "uniform", "normal"})


class Determined:
    """Values, and inputs with all of theirs, that others determine."""

    def __init__(self, values: set[Expression]) -> None:
        """Start with what is given."""
        self.values = values
        self.instances: set[Expression] = set()

    def __contains__(self, value: Expression) -> bool:
        """Return whether a value is the same wherever what was given is."""
        if value in self.values or is_const(value) or value.op in {"outer", "symbol"}:
            return True
        if value.op in {"field", "member"}:
            return value.args[0] in self.instances
        if value.op in {"scalar", "exists"}:
            return all(taken in self for taken in taken_from_around(value))
        computed = value.op == "call" and bool(value.args) and name_of(value) not in _BY_CHANCE
        return computed and all(arg in self for arg in value.args)

    def all_of(self, relation: Relation) -> bool:
        """Return whether every input's row is determined, so that there is one row at most."""
        whole = self.instances.issuperset(relation.block.inner)
        return whole and not relation.block.optional


# --- conditions that say it of the row itself, or of its group -----------------------------------


def without_search_for_itself(relation: Relation) -> Relation | None:
    """Return `relation` without the EXISTS that a row answers itself: one with the same values."""
    for condition in relation.block.filters:
        found = _said_of_itself(condition, relation)
        if found is not None:
            rest = tuple(part for part in relation.block.filters if part is not condition)
            filters = conditions(conjunction((*rest, *found)))
            return replace(relation, block=replace(relation.block, filters=filters))
    return None


def _said_of_itself(condition: Expression, relation: Relation) -> list[Expression] | None:
    if condition.op != "exists" or condition.args[0].op != "rows":
        return None
    bag, filters, optional = condition.args[0].args
    if len(bag.args) != 1 or optional.args:
        return None
    (inner,) = bag.args
    for own in relation.block.inner:
        if own.args[0] is inner.args[0]:
            pairs = {part: _own_value(part, inner, own) for part in filters.args}
            shared = [value for value in pairs.values() if value is not None]
            rest = [part for part, value in pairs.items() if value is None]
            seen = {leaf for part in rest for leaf in leaves_of(part)}
            if shared and seen <= {rewrite(value, _moved(own, inner)) for value in shared}:
                asked = [compared("eq", (value, value)) for value in shared]
                return [*asked, *(rewrite(part, _moved(inner, own)) for part in rest)]
    return None


def _own_value(part: Expression, inner: Expression, own: Expression) -> Expression | None:
    """Return v where a condition says that the inner row's v is that of the row around it."""
    if name_of(part) != "eq":
        return None
    for one, other in (part.args, part.args[::-1]):
        if other.op == "outer" and other.args[0] is rewrite(one, _moved(inner, own)):
            return other.args[0] if one.op in {"field", "member"} and one is not other else None
    return None


def _moved(gone: Expression, stays: Expression) -> Callable[[Expression], Expression | None]:
    return lambda node: stays if node is gone else None


def with_conditions_below_groups(relation: Relation) -> Relation | None:
    """Return `relation` with conditions on a group's keys, subqueries too, asked of its rows."""
    for instance in relation.block.inner:
        group = instance.args[0]
        if group.op != "group" or group.value or not group.args[1].args:
            continue
        movable = [part for part in relation.block.filters if _is_of_keys(part, instance)]
        if movable:
            return _asked_below(relation, instance, movable)
    return None


def _is_of_keys(condition: Expression, instance: Expression) -> bool:
    keys = instance.args[0].args[1].args
    leaves = leaves_of(condition)
    return bool(leaves) and all(
        leaf.op == "outer"
        or (leaf.op == "member" and leaf.args[0] is instance and leaf.args[1] in keys)
        for leaf in leaves
    )


def _asked_below(
    relation: Relation, instance: Expression, movable: Sequence[Expression]
) -> Relation:
    rows, keys = instance.args[0].args

    def inside(node: Expression) -> Expression | None:
        return node.args[1] if node.op == "member" and node.args[0] is instance else None

    below = with_filters(rows, tuple(rewrite(part, inside) for part in movable))
    group = make("group", (below, keys), ())
    filters = tuple(part for part in relation.block.filters if part not in movable)
    kept = replace(relation, block=replace(relation.block, filters=filters))
    first = instance_of(group)
    taken = taken_through(kept).get(instance, ())
    seen = {value: make("member", (first, value)) for value in taken}
    return exchanged_input(kept, instance, group, seen)
