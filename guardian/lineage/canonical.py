"""Join graphs that mean the same get the same form.

Outer joins that are inner ones, filters that may as well stand deeper. Each rewrite holds for every
input; `tests/test_relations.py` runs both sides.
"""

from dataclasses import replace

from guardian.lineage.relation import (
    Block,
    Outer,
    Relation,
    SideNotes,
    contains_window,
    instance_of,
    instances_in,
    mapped,
    rewrite,
)
from guardian.model.expression import Expression, as_set, make, name_of

# Functions that give NULL when one of their arguments is NULL.
STRICT = frozenset(
    [
        "eq",
        "neq",
        "lt",
        "le",
        "add",
        "sub",
        "mul",
        "div",
        "mod",
        "neg",
        "cast",
        "lower",
        "upper",
        "trim",
        "like",
        "abs",
        "not",
        "field",
        "date_trunc",
        "extract",
        "concat",
        "substring",
        "length",
        "round",
        "floor",
        "ceil",
    ]
)


def settled(relation: Relation, notes: SideNotes) -> Relation:
    """Return `relation` with its join graph in normal form.

    But for the numbers of its instances.
    """
    return _pushed_below_groups(_strengthened(relation, notes), notes)


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
    changed = replace(relation, block=Block(inner, rest, filters, block.sorts))

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
    return all(leaf.op == "member" and leaf.args[1] in keys for leaf in _leaves(condition))


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
