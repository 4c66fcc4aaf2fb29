"""Join graphs that mean the same get the same form.

Outer joins that are inner ones, filters that may as well stand deeper. Each rewrite holds for every
input; `tests/test_relations.py` runs both sides.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from guardian.lineage.relation import (
    LEAVES,
    Outer,
    Relation,
    SideNotes,
    contains_window,
    existing,
    instance_of,
    instances_in,
    mapped,
    rewrite,
)
from guardian.model.aggregates import window_parts
from guardian.model.calls import call
from guardian.model.expression import NULL, ONE, TRUE, Expression, as_set, make, name_of
from guardian.model.logic import STRICT, null_with
from guardian.model.truth import as_condition


def settled(relation: Relation, notes: SideNotes) -> Relation:
    """Return `relation` with its join graph in normal form, but for its instances' numbers."""
    relation = _picked_first(relation, notes)
    relation = _without_implied(_strengthened(relation, notes))
    relation = _anti_joined(relation, notes)
    return _pushed_into_unions(_pushed_below_groups(relation, notes), notes)


# --- the first row of each partition -------------------------------------------------------------


def _picked_first(relation: Relation, notes: SideNotes) -> Relation:
    """Return `ROW_NUMBER() OVER (…) = 1`, asked of an input further up, as the pick that it is."""
    for instance in relation.block.inner:
        for part in relation.block.filters:
            window = _first_row_of(part, instance)
            if window is not None:
                return _picked_first(_as_pick(relation, instance, part, window, notes), notes)
    return relation


def _first_row_of(condition: Expression, instance: Expression) -> Expression | None:
    """Return the window whose first row `condition` asks `instance` for, None for anything else."""
    if name_of(condition) != "eq" or ONE not in condition.args:
        return None
    value = condition.args[1] if condition.args[0] is ONE else condition.args[0]
    if value.op != "member" or value.args[0] is not instance or value.args[1].op != "window":
        return None
    return value.args[1] if name_of(value.args[1].args[0]) == "row_number" else None


def _as_pick(
    relation: Relation,
    instance: Expression,
    condition: Expression,
    window: Expression,
    notes: SideNotes,
) -> Relation:
    rows = instance.args[0]
    _, partition, order = window_parts(window)
    pick = make("pick", (rows, make("all", partition), *order), window.value[2])
    picked = instance_of(pick, int(instance.value))
    notes.ranked.add(pick)
    notes.follow(condition, pick)
    filters = tuple(part for part in relation.block.filters if part is not condition)
    changed = replace(relation, block=replace(relation.block, filters=filters))

    def seen(node: Expression) -> Expression | None:
        if node is instance:
            return picked
        if node.op not in {"field", "member"} or node.args[0] is not instance:
            return None
        inside = node.op == "member" and (rows.op == "rows" or contains_window(node.args[1]))
        return make("member", (picked, node.args[1] if inside else node))

    return mapped(changed, seen, notes)


# --- conditions that others imply ----------------------------------------------------------------


def _without_implied(relation: Relation) -> Relation:
    """Return `relation` without `x IS NOT NULL` where another condition is not true for a null."""
    filters = relation.block.filters
    needless = tuple(part for part in filters if _implied(part, filters))
    if not needless:
        return relation
    kept = tuple(part for part in filters if part not in needless)
    known = (*relation.block.needless, *needless)
    return replace(relation, block=replace(relation.block, filters=kept, needless=known))


def _implied(condition: Expression, filters: tuple[Expression, ...]) -> bool:
    if name_of(condition) != "not" or name_of(condition.args[0]) != "is_null":
        return False
    subject = condition.args[0].args[0]
    others = (part for part in filters if part is not condition and not _asks_for_null(part))
    return any(null_with(part, subject) for part in others)


def _asks_for_null(condition: Expression) -> bool:
    return name_of(condition) == "not" and name_of(condition.args[0]) == "is_null"


# --- outer joins that look for what is missing ---------------------------------------------------


def _anti_joined(relation: Relation, notes: SideNotes) -> Relation:
    """Return a LEFT JOIN whose matched key must be NULL as the anti join that it is."""
    for entry in relation.block.optional:
        for condition in relation.block.filters:
            if name_of(condition) == "is_null" and _matched_key(condition.args[0], entry):
                return _anti_joined(_as_anti(relation, entry, condition, notes), notes)
    return relation


def _matched_key(value: Expression, entry: Outer) -> bool:
    """Return whether `value` is of the optional side and never NULL where there is a match."""
    if value.op != "maybe" or value.args[1] is not entry.node:
        return False
    return any(
        name_of(condition) == "eq" and value.args[0] in condition.args for condition in entry.on
    )


def _as_anti(relation: Relation, entry: Outer, condition: Expression, notes: SideNotes) -> Relation:
    exists = exists_in(entry.instance, entry.on)
    absent = call("not", (exists,))
    notes.joined.update((exists, absent))
    notes.follow(entry.node, absent)
    block = relation.block
    filters = tuple(part for part in block.filters if part is not condition)
    rest = tuple(other for other in block.optional if other is not entry)
    changed = replace(relation, block=replace(block, optional=rest, filters=(*filters, absent)))

    def missing(node: Expression) -> Expression | None:
        return NULL if node.op == "maybe" and node.args[1] is entry.node else None

    return mapped(changed, missing, notes)


def exists_in(instance: Expression, on: Iterable[Expression]) -> Expression:
    """Return the condition that `instance` has a row for which all of `on` hold."""
    number = instance_of(instance.args[0])

    def inside(node: Expression) -> Expression | None:
        if node.op not in LEAVES:
            return None
        if instance in instances_in(node):
            return rewrite(node, lambda inner: number if inner is instance else None)
        return make("outer", (node,))

    conditions = as_set(rewrite(part, inside) for part in on)
    bag = make("bag", (number,))
    return existing(make("rows", (bag, make("all", conditions), make("list", ()))))


# --- outer joins that a filter turns into inner ones ---------------------------------------------


def _strengthened(relation: Relation, notes: SideNotes) -> Relation:
    """Return LEFT JOIN as JOIN where a filter lets no unmatched row through."""
    for entry in relation.block.optional:
        if any(_rejects(condition, entry.node) for condition in relation.block.filters):
            return _strengthened(_as_inner(relation, entry, notes), notes)
    return relation


def _as_inner(relation: Relation, entry: Outer, notes: SideNotes) -> Relation:
    block = relation.block
    rest = tuple(other for other in block.optional if other is not entry)
    filters = tuple(dict.fromkeys((*block.filters, *entry.on)))
    inner = (*block.inner, entry.instance)
    changed = replace(relation, block=replace(block, inner=inner, optional=rest, filters=filters))

    def always(node: Expression) -> Expression | None:
        if node.op == "maybe" and node.args[1] is entry.node:
            return rewrite(node.args[0], always)
        return None

    return mapped(changed, always, notes)


def _rejects(condition: Expression, node: Expression) -> bool:
    """Return whether `condition` is never true for a row that `node` found nothing for."""
    name = name_of(condition)
    if name == "or":
        return all(_rejects(part, node) for part in condition.args)
    if name == "not" and name_of(condition.args[0]) == "is_null":
        return _is_null_without(condition.args[0].args[0], node)
    return _is_null_without(condition, node)


_null_without: dict[tuple[Expression, Expression], bool] = {}


def _is_null_without(expression: Expression, node: Expression) -> bool:
    """Return whether `expression` is NULL wherever `node` found nothing."""
    known = _null_without.get((expression, node))
    if known is None:
        known = _null_without[expression, node] = _nulled(expression, node)
    return known


def _nulled(expression: Expression, node: Expression) -> bool:
    if expression.op == "maybe":
        return expression.args[1] is node or _is_null_without(expression.args[0], node)
    name = name_of(expression)
    if expression.op != "call":
        return False
    if name == "in":
        return _is_null_without(expression.args[0], node)
    return name in STRICT and any(_is_null_without(arg, node) for arg in expression.args)


# --- filters on grouping keys --------------------------------------------------------------------


def _pushed_below_groups(relation: Relation, notes: SideNotes) -> Relation:
    """Return `relation` with conditions on a group's keys asked of the rows that are grouped."""
    for instance in relation.block.inner:
        group = instance.args[0]
        if group.op != "group" or group.value:
            continue
        movable = tuple(part for part in relation.block.filters if _on_keys(part, instance))
        if movable:
            return _pushed_below_groups(_moved(relation, instance, movable, notes), notes)
    return relation


def _on_keys(condition: Expression, instance: Expression) -> bool:
    """Return whether `condition` looks at the keys of one group and at nothing else."""
    if instances_in(condition) != {instance} or contains_window(condition):
        return False
    keys = frozenset(instance.args[0].args[1].args)
    return all(
        leaf.op == "outer" or (leaf.op == "member" and leaf.args[1] in keys)
        for leaf in _leaves(condition)
    )


def _leaves(expression: Expression) -> list[Expression]:
    """Return what a condition is computed from, each once."""
    seen: dict[Expression, None] = {}
    stack = [expression]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack.extend(node.args if node.op in {"call", "lambda"} else ())
    computed = {"call", "lambda", "const", "symbol", "param"}
    return [node for node in seen if node.op not in computed]


def _moved(
    relation: Relation, instance: Expression, movable: tuple[Expression, ...], notes: SideNotes
) -> Relation:
    """Return `relation` with `movable` conditions below the group of `instance`."""

    def inside(node: Expression) -> Expression | None:
        return node.args[1] if node.op == "member" and node.args[0] is instance else None

    rows, *rest = instance.args[0].args
    conditions = tuple(rewrite(part, inside) for part in movable)
    filtered = with_filters(rows, conditions)
    moved = instance_of(make("group", (filtered, *rest), ()), int(instance.value))
    for old, new in zip(movable, conditions, strict=True):
        notes.follow(old, new)
    notes.follow(rows, filtered)
    notes.follow(instance.args[0], moved.args[0])
    kept = tuple(part for part in relation.block.filters if part not in movable)
    changed = replace(relation, block=replace(relation.block, filters=kept))
    return mapped(changed, lambda node: moved if node is instance else None, notes)


def with_filters(rows: Expression, conditions: tuple[Expression, ...]) -> Expression:
    """Return a row set with more conditions; they are over the instances of its join graph."""
    if rows.op == "rows":
        bag, filters, optional = rows.args
        return make("rows", (bag, make("all", as_set((*filters.args, *conditions))), optional))
    bag = make("bag", (instance_of(rows),))
    return make("rows", (bag, make("all", as_set(conditions)), make("list", ())))


# --- filters on unions ---------------------------------------------------------------------------


def _pushed_into_unions(relation: Relation, notes: SideNotes) -> Relation:
    """Return `relation` with conditions on a union asked of each of its arms."""
    for instance in relation.block.inner:
        if instance.args[0].op != "union":
            continue
        movable = tuple(part for part in relation.block.filters if _on_columns(part, instance))
        if movable:
            return _pushed_into_unions(_distributed(relation, instance, movable, notes), notes)
    return relation


def _on_columns(condition: Expression, instance: Expression) -> bool:
    """Return whether `condition` looks at a union's columns, none of which is a window, alone."""
    if instances_in(condition) != {instance}:
        return False
    leaves = _leaves(condition)
    return all(
        leaf.op == "outer"
        or (
            leaf.op == "member"
            and leaf.args[1].op == "merge"
            and len(leaf.args[1].args) == len(instance.args[0].args)
            and leaf.args[1].value == ""
            and not any(map(contains_window, leaf.args[1].args))
        )
        for leaf in leaves
    )


def _distributed(
    relation: Relation, instance: Expression, movable: tuple[Expression, ...], notes: SideNotes
) -> Relation:
    """Return `relation` with `movable` conditions in the arms of the union of `instance`."""
    arms = instance.args[0].args
    filtered = []
    for index, rows in enumerate(arms):
        conditions = tuple(rewrite(part, _of_arm(instance, index)) for part in movable)
        for old, part in zip(movable, conditions, strict=True):
            notes.follow(old, part)
        kept = tuple(part for whole in conditions for part in _parts(whole))
        new_rows = with_filters(rows, kept) if kept else rows
        notes.follow(rows, new_rows)
        filtered.append(new_rows)
    order = sorted(range(len(arms)), key=lambda index: (filtered[index].digest, index))
    union = make("union", tuple(filtered[index] for index in order))
    notes.follow(instance.args[0], union)
    moved = instance_of(union, int(instance.value))
    rest = tuple(part for part in relation.block.filters if part not in movable)
    changed = replace(relation, block=replace(relation.block, filters=rest))

    def new(node: Expression) -> Expression | None:
        if node is instance:
            return moved
        aligned = node.op == "member" and node.args[0] is instance and node.args[1].value == ""
        if aligned and node.args[1].op == "merge":
            merged = node.args[1].args
            return make("member", (moved, make("merge", tuple(merged[index] for index in order))))
        return None

    return mapped(changed, new, notes)


def _of_arm(instance: Expression, index: int) -> Callable[[Expression], Expression | None]:
    def inside(node: Expression) -> Expression | None:
        mine = node.op == "member" and node.args[0] is instance
        return node.args[1].args[index] if mine else None

    return inside


def _parts(condition: Expression) -> tuple[Expression, ...]:
    condition = as_condition(condition)
    if condition is TRUE:
        return ()
    return condition.args if name_of(condition) == "and" else (condition,)
