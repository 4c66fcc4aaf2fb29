"""Join graphs taken apart and put together again, and what is done to all values of one scope."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count

from msgspec.structs import replace

from guardian.lineage.joins import Fresh, apart, freeze
from guardian.lineage.relation import (
    LEAVES,
    Attribute,
    Block,
    Outer,
    Relation,
    SideNotes,
    instance_of,
    instances_in,
    mapped,
    rewrite,
    rows_of,
)
from guardian.lineage.scalars import conditions
from guardian.model.expression import Expression, make
from guardian.model.logic import conjunction

Change = Callable[[Expression], Expression | None]


def thawed(columns: Iterable[Expression], rows: Expression) -> Relation:
    """Return some columns over a row set as a relation whose join graph can be worked on."""
    attributes = tuple(Attribute("", column, place) for place, column in enumerate(columns))
    if rows.op != "rows":
        return Relation(attributes, Block(inner=(instance_of(rows),)))
    bag, filters, optional = rows.args
    outer = tuple(
        Outer(node.args[0], node.args[1].args, neutral=False, node=node) for node in optional.args
    )
    return Relation(attributes, Block(bag.args, outer, filters.args))


def frozen(relation: Relation) -> tuple[tuple[Expression, ...], Expression]:
    """Return the columns and the row set of a relation, its instances numbered canonically."""
    numbered, rows = freeze(relation, SideNotes())
    return columns_of(numbered), rows


def columns_of(relation: Relation) -> tuple[Expression, ...]:
    """Return the values of a relation's columns."""
    return tuple(item.expression for item in relation.attributes)


def with_columns(relation: Relation, columns: Iterable[Expression]) -> Relation:
    """Return a relation with other columns over its rows."""
    attributes = tuple(Attribute("", column, place) for place, column in enumerate(columns))
    return replace(relation, attributes=attributes)


def changed(relation: Relation, change: Change) -> Relation:
    """Return a relation with every value of its scope rewritten, its conditions in normal form."""
    made = mapped(relation, change, SideNotes())
    filters = conditions(conjunction(made.block.filters))
    return replace(made, block=replace(made.block, filters=filters))


def values_in(relation: Relation) -> list[Expression]:
    """Return the roots of all that is computed in a relation's scope."""
    block = relation.block
    found = [*columns_of(relation), *block.filters]
    found += [condition for entry in block.optional for condition in entry.on]
    return found


def nodes_of_scope(roots: Iterable[Expression], op: str) -> list[Expression]:
    """Return the nodes of one operator in a scope, each once, what subqueries take from it, too."""
    found: dict[Expression, None] = {}
    memo: dict[tuple[Expression, int], Expression] = {}

    def note(node: Expression) -> Expression | None:
        if node.op == op:
            found[node] = None
        return node if node.op == "member" else None

    for root in roots:
        rewrite(root, note, memo)
    return list(found)


def taken_through(relation: Relation) -> dict[Expression, list[Expression]]:
    """Return the values that are taken through each closed input."""
    found: dict[Expression, list[Expression]] = {}
    for node in nodes_of_scope(values_in(relation), "member"):
        found.setdefault(node.args[0], []).append(node.args[1])
    return found


def exchanged_input(
    relation: Relation,
    instance: Expression,
    rows: Expression,
    values: Mapping[Expression, Expression],
) -> Relation:
    """Return `relation` over other rows in place of an input's.

    `values` gives what stands for each value taken, as seen through the first instance of `rows`.
    """
    first = instance_of(rows)
    made = instance_of(rows, _free_number(relation, instance, rows))
    numbered = {
        value: rewrite(seen, lambda node: made if node is first else None)
        for value, seen in values.items()
    }

    def change(node: Expression) -> Expression | None:
        if node is instance:
            return made
        if node.op == "member" and node.args[0] is instance:
            return numbered[node.args[1]]
        return None

    return changed(relation, change)


def _free_number(relation: Relation, instance: Expression, rows: Expression) -> int:
    others = [one for one in relation.block.instances() if one is not instance]
    taken = {int(one.value) for one in others if one.args[0] is rows}
    return next(number for number in count() if number not in taken)


def dissolved(
    relation: Relation, instance: Expression, inner: Relation, values: Sequence[Expression]
) -> Relation:
    """Return `relation` with the join graph of an inner-joined input in place of that input.

    The columns of `inner` are what stands for each of `values`, which are taken through it.
    """
    rest = tuple(one for one in relation.block.inner if one is not instance)
    kept = replace(relation, block=replace(relation.block, inner=rest))
    inner = apart(kept, inner, Fresh(), SideNotes())
    meant = dict(zip(values, columns_of(inner), strict=True))

    def change(node: Expression) -> Expression | None:
        if node.op == "member" and node.args[0] is instance:
            return meant[node.args[1]]
        return None

    made = changed(kept, change)
    block = Block(
        inner=(*made.block.inner, *inner.block.inner),
        optional=(*made.block.optional, *inner.block.optional),
        filters=conditions(conjunction((*made.block.filters, *inner.block.filters))),
    )
    return replace(made, block=block)


def seen_from_inside(instance: Expression, number: Expression) -> Change:
    """Return what turns a value into one of a subquery over `number`, an instance of its own.

    What is not of `instance` is taken from around the subquery.
    """

    def change(node: Expression) -> Expression | None:
        if node.op not in LEAVES:
            return None
        if instance in instances_in(node):
            return rewrite(node, lambda inner: number if inner is instance else None)
        return make("outer", (node,))

    return change


def is_mixed(condition: Expression, instance: Expression) -> bool:
    """Return whether one leaf of a condition, a subquery, looks at `instance` and at others."""
    seen: set[Expression] = set()
    stack = [condition]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op in LEAVES:
            found = instances_in(node)
            if instance in found and len(found) > 1:
                return True
        else:
            stack.extend(node.args)
    return False


def looked_up(instance: Expression, on: Iterable[Expression], value: Expression) -> Expression:
    """Return the one value that `instance` has for which all of `on` hold, as a subquery."""
    number = instance_of(instance.args[0])
    inside = seen_from_inside(instance, number)
    filters = tuple(rewrite(part, inside) for part in on)
    rows = rows_of(Block(inner=(number,), filters=filters))
    return make("scalar", (rows, rewrite(value, inside)))


def taken_from_around(subquery: Expression) -> list[Expression]:
    """Return the values that a subquery takes from the scope that it stands in."""
    found: dict[Expression, None] = {}

    def note(node: Expression) -> Expression | None:
        if node is subquery:
            return None
        found[node] = None
        return node

    rewrite(subquery, note)
    return list(found)


def looks_out(relation: Expression) -> bool:
    """Return whether rows are made from values of the rows around them."""
    return _looks_out(relation, 0, {})


def _looks_out(node: Expression, depth: int, known: dict[tuple[Expression, int], bool]) -> bool:
    key = (node, depth)
    if key not in known:
        known[key] = False
        known[key] = _sees_around(node, depth, known)
    return known[key]


def _sees_around(node: Expression, depth: int, known: dict[tuple[Expression, int], bool]) -> bool:
    if node.op == "outer":
        return not depth or _looks_out(node.args[0], depth - 1, known)
    if node.op in {"scalar", "exists", "in_rows", "array_rows"}:
        own = int(node.value) if node.op == "in_rows" else 0
        return any(
            _looks_out(arg, depth + (place >= own), known) for place, arg in enumerate(node.args)
        )
    return any(_looks_out(arg, depth, known) for arg in node.args)


def leaves_of(value: Expression) -> list[Expression]:
    """Return what a value is computed from in its scope, what its subqueries take, too."""
    found: dict[Expression, None] = {}

    def note(node: Expression) -> Expression | None:
        if node.op in {"field", "member", "maybe", "outer", "window", "aggregate"}:
            found[node] = None
            return node
        return None

    rewrite(value, note)
    return list(found)
