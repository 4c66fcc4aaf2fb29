"""Operators that make one row of many: GROUP BY, DISTINCT, one row for each key, PIVOT."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from guardian.lineage.columns import items
from guardian.lineage.filters import filtered
from guardian.lineage.joins import closed, freeze, through
from guardian.lineage.relation import (
    Attribute,
    Block,
    Key,
    Outer,
    Relation,
    Rest,
    instance_of,
    rebuilt,
    rewrite,
)
from guardian.lineage.scope import Scope
from guardian.model.aggregates import aggregate
from guardian.model.expression import ONE, Expression, as_set, const, in_order, make, name_of
from guardian.model.lineage import Location
from guardian.model.plan import (
    Aggregate,
    AggregateCall,
    Call,
    Expr,
    Item,
    Over,
    Pivot,
    Ref,
    Star,
    Symbol,
)

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder

SortKey = tuple[Expression, bool, bool]


def grouped(binder: Binder, node: Aggregate) -> Relation:
    """Return the groups of the input as rows: keys and aggregates are seen through the group."""
    source, _ = freeze(binder.bound[node.input], binder.notes)
    written, rests = items(binder, source, node.items, lateral=node.lateral)
    aliases = {item.name: item.expression for item in written}
    keys = _keys(binder, source, node, aliases)
    if node.sets:
        written = [replace(one, expression=_numbered(one.expression, keys)) for one in written]
    source, fanning = without_fanning(source, keys)
    _, rows = freeze(source, binder.notes)
    group = make("group", (rows, make("all", as_set(keys))), _sets(keys, node.sets))
    binder.notes.words.setdefault(group, (node.text or "GROUP BY", node.at))
    instance = instance_of(group)
    lift = lifting(frozenset(keys), instance, fanning)
    made = tuple(replace(item, expression=lift(item.expression)) for item in written)
    unique = () if node.sets else (Key(frozenset(make("member", (instance, key)) for key in keys)),)
    wrapped = tuple(_grouped_rest(rests, instance))
    relation = Relation(made, Block(inner=(instance,)), wrapped, frozenset(unique))
    scope = binder.scope(source, aliases)
    order = tuple(
        (lift(key), down, nulls) for key, down, nulls in binder.resolver.order(node.order, scope)
    )
    if node.having is not None:
        condition = lift(binder.resolver.resolve(node.having, scope))
        relation = filtered(binder, relation, condition, node.having_text or "HAVING", node.at)
    if order:
        block = replace(relation.block, sorts=tuple(key for key, _, _ in order))
        relation = replace(relation, order=order, block=block)
    return relation


def _numbered(expression: Expression, keys: Sequence[Expression]) -> Expression:
    """Return an item in which `grouping_id()`, without arguments, is that of all keys."""

    def written_out(part: Expression) -> Expression | None:
        if part.op != "aggregate" or part.value[0] != "grouping_id" or part.args:
            return None
        return make("aggregate", tuple(keys), (*part.value[:3], len(keys), *part.value[4:]))

    return rewrite(expression, written_out)


def _grouped_rest(rests: Iterable[Rest], instance: Expression) -> Iterable[Rest]:
    return (replace(rest, wrap=(*rest.wrap, instance)) for rest in rests)


def _keys(
    binder: Binder, source: Relation, node: Aggregate, aliases: Mapping[str, Expression]
) -> list[Expression]:
    """Return the grouping keys; a bare name may mean an item where no column has it."""
    scope = binder.scope(source)
    wanted: list[Expr] = list(node.keys)
    if node.by_all:
        wanted += [item.expr for item in node.items if not _aggregates(item.expr)]
    keys = []
    for key in wanted:
        if isinstance(key, Star) and key.of is not None:
            keys.append(binder.resolver.resolve(key.of, scope))
        elif isinstance(key, Star):
            keys += [item.expression for item in source.visible()]
            keys += [rest.column("*") for rest in source.rest]
        elif isinstance(key, Ref) and _means_item(key, node, aliases, scope):
            keys.append(aliases[key.name])
        else:
            keys.append(binder.resolver.resolve(key, binder.scope(source, aliases)))
    return keys


def _means_item(key: Ref, node: Aggregate, aliases: Mapping[str, Expression], scope: Scope) -> bool:
    """Return whether a bare key is the name of an item and not of a column."""
    named = node.alias_keys and not key.qualifier and key.name in aliases
    return named and scope.attribute(key) is None


def _aggregates(expr: Expr) -> bool:
    """Return whether an aggregate (not a window) is in the author's expression."""
    match expr:
        case AggregateCall():
            return True
        case Over():
            inside = (*expr.partition, *(key.expr for key in expr.order), *expr.call.args)
            return any(map(_aggregates, inside))
        case Call():
            return any(map(_aggregates, expr.args))
        case _:
            return False


def _sets(keys: Sequence[Expression], sets: tuple[tuple[int, ...], ...]) -> object:
    """Return grouping sets in an order of their own."""
    return tuple(
        sorted(tuple(sorted(keys[index].digest.hex() for index in chosen)) for chosen in sets)
    )


def without_fanning(
    source: Relation, keys: Sequence[Expression]
) -> tuple[Relation, tuple[Expression, ...]]:
    """Return `source` without the outer joins that no key and no filter looks at, and those joins.

    They repeat rows within a group, but make or lose no group: they bear on aggregates, not on the
    rows.
    """
    block = source.block
    used = _nodes((*keys, *block.filters))
    kept: list[Outer] = []
    for entry in reversed(block.optional):
        if entry.neutral or entry.node in used:
            kept.insert(0, entry)
            used |= _nodes((entry.node,))
    fanning = tuple(entry for entry in block.optional if entry not in kept)
    if not fanning:
        return source, ()
    optional = tuple(
        replace(entry, neutral=True) if entry in fanning else entry for entry in block.optional
    )
    return replace(source, block=replace(block, optional=optional)), tuple(
        entry.node for entry in fanning
    )


def _nodes(roots: Iterable[Expression]) -> set[Expression]:
    """Return every node below `roots`, they among them."""
    seen: set[Expression] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return seen


ZERO = const("number", "0")


def _counted(node: Expression) -> Expression:
    """Return SUM of ones and zeros as the COUNT that it is in a group, which always has a row."""
    name, _, distinct, count, conditional, _ = node.value
    flag = node.args[0] if count == 1 else node
    ones = name == "sum" and not distinct and not conditional and name_of(flag) == "case"
    if not ones or len(flag.args) != 3 or flag.args[1] is not ONE or flag.args[2] is not ZERO:
        return node
    return aggregate("count", (), condition=flag.args[0])


# Aggregates that a repeated row does not alter.
REPEATABLE = frozenset({"min", "max", "any_value", "bool_and", "bool_or"})


def lifting(
    keys: frozenset[Expression], instance: Expression, fanning: tuple[Expression, ...] = ()
) -> Callable[[Expression], Expression]:
    """Return a function that turns an expression over grouped rows into one over the groups."""

    def lifted(node: Expression) -> Expression | None:
        if node in keys:
            return make("member", (instance, node))
        if node.op == "aggregate":
            node = _counted(node) if keys else node
            if fanning and not (node.value[0] in REPEATABLE or node.value[2]):
                node = make("fanned", (node, make("list", in_order(fanning))))
            return make("member", (instance, node))
        if node.op in {"field", "member", "maybe"}:
            return make("member", (instance, aggregate("any_value", (node,))))
        if node.op == "window":
            function, *rest = node.args
            inner = rebuilt(function, tuple(map(lift, function.args)))
            return rebuilt(node, (inner, *map(lift, rest)))
        return None

    def lift(expression: Expression) -> Expression:
        return rewrite(expression, lifted)

    return lift


def distinct(
    binder: Binder, source: Relation, at: Location | None, said: str = "DISTINCT"
) -> Relation:
    """Return each row once: a grouping by all columns.

    And nothing at all where a key tells the rows apart already.
    """
    visible = frozenset(item.expression for item in source.visible())
    if not source.rest and any(key <= visible for key, strict in source.keys if strict):
        return source
    numbered, _ = freeze(source, binder.notes)
    keys = [item.expression for item in numbered.visible()] + [
        rest.column("*") for rest in numbered.rest
    ]
    numbered, _ = without_fanning(numbered, keys)
    _, rows = freeze(numbered, binder.notes)
    group = make("group", (rows, make("all", as_set(keys))), ())
    binder.notes.words.setdefault(group, (said, at))
    instance = instance_of(group)
    attributes = tuple(
        replace(item, expression=make("member", (instance, item.expression)))
        for item in numbered.visible()
    )
    unique = frozenset({Key(frozenset(item.expression for item in attributes))})
    rests = tuple(_grouped_rest(numbered.rest, instance))
    return Relation(attributes, Block(inner=(instance,)), rests, unique)


def picked(
    binder: Binder,
    source: Relation,
    on: tuple[Expression, ...],
    order: tuple[SortKey, ...],
    at: Location | None,
) -> Relation:
    """Return one row for each value of `on`: the first by `order`, any where there is none.

    All rows, where a key tells them apart by some of `on`.
    """
    if any(key and key <= frozenset(on) for key, strict in source.keys if strict):
        return source
    order = tuple(entry for entry in order if entry[0] not in on)
    extra = (*on, *(key for key, _, _ in order))
    marked = replace(
        source,
        attributes=(*source.attributes, *(Attribute("", key, 0, hidden=True) for key in extra)),
    )
    numbered, rows = freeze(marked, binder.notes)
    found = [item.expression for item in numbered.attributes[len(source.attributes) :]]
    numbered = replace(numbered, attributes=numbered.attributes[: len(source.attributes)], order=())
    flags = tuple((down, nulls) for _, down, nulls in order)
    pick = make("pick", (rows, make("all", as_set(found[: len(on)])), *found[len(on) :]), flags)
    binder.notes.words.setdefault(pick, ("DISTINCT ON", at))
    made = closed(numbered, pick)
    key = Key(frozenset(through(part, made.block.inner[0]) for part in found[: len(on)]))
    return replace(made, keys=made.keys | {key})


def pivoted(binder: Binder, node: Pivot) -> Relation:
    """Return a pivot as the conditional aggregation that it is."""
    source = binder.bound[node.input]
    keys = node.keys if node.keys is not None else _other_columns(source, node)
    items = [Item(key, at=node.at) for key in keys]
    for name, value in node.values:
        condition = Call("eq", (node.column, value))
        for item in node.items:
            called = (
                name
                if len(node.items) == 1 and item.name is None
                else f"{name}_{item.name or item.text}"
            )
            items.append(
                msgspec.structs.replace(item, name=called, expr=_only_where(item.expr, condition))
            )
    if not node.values:  # all that they hold is what the aggregates give, for some value
        condition = Call("eq", (node.column, Symbol(node.listed or "value")))
        items += [Item(_only_where(item.expr, condition), "") for item in node.items]
    made = grouped(
        binder,
        Aggregate(input=node.input, keys=tuple(keys), items=tuple(items), at=node.at, text="PIVOT"),
    )
    if node.values:
        return made
    held = tuple(item.expression for item in made.attributes[len(keys) :])
    unknown = Rest(
        made.block.inner[0],
        identity=binder.fresh(),
        struct=held[0] if len(held) == 1 else make("merge", held, "open"),
        excluded=frozenset(item.name for item in made.attributes[: len(keys)]),
        symbol=node.listed,
    )
    return replace(made, attributes=made.attributes[: len(keys)], rest=(*made.rest, unknown))


def _only_where(expr: Expr, condition: Expr) -> Expr:
    """Return an aggregate over the rows for which `condition` holds."""
    if isinstance(expr, AggregateCall):
        both = condition if expr.filter is None else Call("and", (expr.filter, condition))
        return msgspec.structs.replace(expr, filter=both)
    if isinstance(expr, Call):
        return msgspec.structs.replace(
            expr, args=tuple(_only_where(arg, condition) for arg in expr.args)
        )
    return expr


def _other_columns(source: Relation, node: Pivot) -> tuple[Expr, ...]:
    """Return the columns that a pivot groups by: all that it does not use."""
    used = {
        name for expr in (node.column, *(item.expr for item in node.items)) for name in _names(expr)
    }
    return tuple(
        Ref(item.name, item.qualifier[-1:]) for item in source.visible() if item.name not in used
    )


def _names(expr: Expr) -> Iterable[str]:
    match expr:
        case Ref():
            yield expr.name
        case Call() | AggregateCall():
            for arg in expr.args:
                yield from _names(arg)
        case _:
            return
