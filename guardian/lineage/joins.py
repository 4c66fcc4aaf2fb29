"""Join graphs: put together, closed off.

Numbered so that the order they were written in does not matter.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from guardian.lineage.canonical import settled
from guardian.lineage.relation import (
    LEAVES,
    Attribute,
    Block,
    Key,
    Outer,
    Relation,
    Rest,
    SideNotes,
    any_window,
    exchanged,
    existing,
    instance_of,
    instances_in,
    optional_node,
    renumbered,
    rewrite,
    rows_of,
)
from guardian.model.expression import Expression, as_set, make, name_of

# --- closing a join graph off --------------------------------------------------------------------


def freeze(relation: Relation, notes: SideNotes) -> tuple[Relation, Expression]:
    """Return `relation`, its instances numbered canonically, and its row set.

    What the rows leave out is noted.
    """
    numbered = canonically_numbered(settled(relation, notes), notes)
    rows = rows_of(numbered.block)
    neutral = tuple(entry for entry in numbered.block.optional if entry.neutral)
    if neutral:
        notes.neutral[rows] = tuple(dict.fromkeys((*notes.neutral.get(rows, ()), *neutral)))
    if numbered.block.sorts:
        notes.sorts[rows] = tuple(
            dict.fromkeys((*notes.sorts.get(rows, ()), *numbered.block.sorts))
        )
    if numbered.block.needless:
        notes.needless[rows] = (*notes.needless.get(rows, ()), *numbered.block.needless)
    return numbered, rows


def through(expression: Expression, instance: Expression) -> Expression:
    """Return a value of a closed relation as seen from outside.

    Its leaves are wrapped, what is computed of them is not.
    """
    same = instance.args[0]

    def wrapped(node: Expression) -> Expression | None:
        if node.op not in LEAVES:
            return None
        inner = node.args[0]
        if node.op in {"field", "member"} and inner is instance and inner.args[0] is same:
            return node
        return make("member", (instance, node))

    return rewrite(expression, wrapped)


def closed(relation: Relation, rows: Expression) -> Relation:
    """Return the same columns over one instance of `rows`.

    Which must be the (frozen) relation's own row set.
    """
    instance = instance_of(rows)

    def outside(item: Attribute) -> Attribute:
        return replace(item, expression=through(item.expression, instance))

    rest = tuple(_rest_through(entry, instance) for entry in relation.rest)
    return Relation(
        attributes=tuple(map(outside, relation.attributes)),
        block=Block(inner=(instance,)),
        rest=rest,
        keys=frozenset(
            Key(frozenset(through(part, instance) for part in key), strict)
            for key, strict in relation.keys
        ),
        order=tuple(
            (through(key, instance), descending, nulls) for key, descending, nulls in relation.order
        ),
    )


def _rest_through(rest: Rest, instance: Expression) -> Rest:
    if rest.instance is instance and not rest.wrap and rest.optional is None:
        return rest
    if rest.struct is not None and not rest.wrap and rest.optional is None:
        return replace(rest, struct=through(rest.struct, instance))
    if rest.optional is None:
        return replace(rest, wrap=(*rest.wrap, instance))
    return replace(rest, wrap=(*rest.wrap, instance), optional=None)


def sealed(relation: Relation, notes: SideNotes, *, always: bool = False) -> Relation:
    """Return `relation` closed off if one of its columns is a window function.

    It must not see later filters.
    """
    if always or any_window(relation.attributes):
        numbered, rows = freeze(relation, notes)
        return closed(numbered, rows)
    return relation


# --- numbering -----------------------------------------------------------------------------------


def canonically_numbered(relation: Relation, notes: SideNotes) -> Relation:
    """Return `relation` with repeated uses of one input numbered by how they are used.

    Not by where they stand.
    """
    uses: dict[Expression, list[Expression]] = {}
    for instance in relation.block.instances():
        uses.setdefault(instance.args[0], []).append(instance)
    repeated = [instances for instances in uses.values() if len(instances) > 1]
    if not repeated:
        return _from_zero(relation, uses, notes)
    colors = _refined(
        relation.block, [instance for instances in repeated for instance in instances]
    )
    numbers = {}
    for instances in repeated:
        ordered = sorted(instances, key=lambda instance: (colors[instance].digest, instance.value))
        for number, instance in enumerate(ordered):
            numbers[instance] = instance_of(instance.args[0], number)
    changed = {old: new for old, new in numbers.items() if old is not new}
    return renumbered(relation, changed, notes)


def _from_zero(
    relation: Relation, uses: dict[Expression, list[Expression]], notes: SideNotes
) -> Relation:
    changed = {
        instance: instance_of(instance.args[0])
        for instances in uses.values()
        for instance in instances
        if instance.value != 0
    }
    return renumbered(relation, changed, notes)


def _refined(block: Block, repeated: list[Expression]) -> dict[Expression, Expression]:
    """Return a color for each repeated instance: what the conditions say of it, twice refined."""
    colors = {instance: make("color", (instance.args[0],)) for instance in repeated}
    said = [*block.filters, *(entry.node for entry in block.optional)]
    about = {
        instance: [item for item in said if instance in instances_in(item)] for instance in repeated
    }
    for _ in range(2):
        view = _View(colors)
        colors = {
            instance: make(
                "color",
                sorted((view.seen_from(instance, item) for item in about[instance]), key=_digest),
            )
            for instance in repeated
        }
    return colors


def _digest(expression: Expression) -> bytes:
    return expression.digest


class _View:
    """Conditions with colors for instances, but for the one that they are seen from.

    What that one is not in looks alike from all of them and is colored once.
    """

    def __init__(self, colors: dict[Expression, Expression]) -> None:
        """Look with these colors."""
        self._colors = colors
        self._colored: dict[tuple[Expression, int], Expression] = {}

    def seen_from(self, instance: Expression, item: Expression) -> Expression:
        """Return a condition as one of the instances in it sees it."""
        here = make("here", (instance.args[0],))

        def seen(node: Expression) -> Expression | None:
            if node is instance:
                return here
            elsewhere = instance not in instances_in(node)
            return rewrite(node, self._color, self._colored) if elsewhere else None

        return rewrite(item, seen)

    def _color(self, node: Expression) -> Expression | None:
        return exchanged(node, self._colors)


# --- joining -------------------------------------------------------------------------------------


def apart(left: Relation, right: Relation, fresh: "Fresh", notes: SideNotes) -> Relation:
    """Return `right` with instances and identities of its own, none of them used by `left`."""
    taken: dict[Expression, int] = {}
    for instance in left.block.instances():
        taken[instance.args[0]] = max(taken.get(instance.args[0], -1), int(instance.value))
    numbers = {
        instance: instance_of(instance.args[0], taken[instance.args[0]] + 1 + int(instance.value))
        for instance in right.block.instances()
        if instance.args[0] in taken
    }
    right = renumbered(right, numbers, notes)
    known = {item.identity for item in left.attributes} | {rest.identity for rest in left.rest}
    own = {item.identity for item in right.attributes} | {rest.identity for rest in right.rest}
    if known.isdisjoint(own):
        return right
    return replace(
        right,
        attributes=tuple(
            replace(item, identity=fresh()) if item.identity in known else item
            for item in right.attributes
        ),
        rest=tuple(
            replace(rest, identity=fresh()) if rest.identity in known else rest
            for rest in right.rest
        ),
    )


class Fresh:
    """Hands out numbers that nobody has had."""

    def __init__(self) -> None:
        """Start at one."""
        self._last = 0

    def __call__(self) -> int:
        """Return the next number."""
        self._last += 1
        return self._last


def inner_join(left: Relation, right: Relation, on: Iterable[Expression]) -> Relation:
    """Return both side by side, with one set of conditions.

    ON and WHERE are the same thing here.
    """
    block = Block(
        inner=(*left.block.inner, *right.block.inner),
        optional=(*left.block.optional, *right.block.optional),
        filters=tuple(dict.fromkeys((*left.block.filters, *right.block.filters, *on))),
        sorts=(*left.block.sorts, *right.block.sorts),
        needless=(*left.block.needless, *right.block.needless),
    )
    matched = tuple(on)
    keys: set[Key] = set()
    if _found_once(right, matched):
        keys |= left.keys
    if _found_once(left, matched):
        keys |= right.keys
    return Relation(
        (*left.attributes, *right.attributes),
        block,
        (*left.rest, *right.rest),
        _fewest(keys) if keys else _of_both(left, right),
    )


# Of a join of joins, more keys than these tell nothing that is worth their number.
MOST_KEYS = 8


def _of_both(left: Relation, right: Relation) -> frozenset[Key]:
    """Return the keys of rows that are told apart by a key of each side only."""
    return _fewest(
        Key(one | other, strict and safe) for one, strict in left.keys for other, safe in right.keys
    )


def _fewest(keys: Iterable[Key]) -> frozenset[Key]:
    """Return the smallest keys, so many that a chain of joins stays cheap."""
    found = frozenset(keys)
    if len(found) <= MOST_KEYS:
        return found
    ordered = sorted(
        found,
        key=lambda key: (len(key.parts), list(map(_digest, as_set(key.parts))), not key.strict),
    )
    return frozenset(ordered[:MOST_KEYS])


def unit(relation: Relation, notes: SideNotes) -> Relation:
    """Return `relation` as one instance with the conditions that may as well stand in an ON."""
    relation = settled(relation, notes)
    block = relation.block
    if len(block.inner) == 1 and not block.optional:
        return relation
    numbered, rows = freeze(relation, notes)
    return closed(numbered, rows)


def without_conditions(relation: Relation) -> tuple[Relation, tuple[Expression, ...]]:
    """Return one instance without its conditions, and these."""
    block = relation.block
    bare = replace(relation, block=replace(block, optional=(), filters=()))
    return bare, block.filters


def left_join(left: Relation, right: Relation, on: tuple[Expression, ...]) -> Relation:
    """Return `left` with what `right` (one instance) has for each row, or nulls."""
    instance = right.block.inner[0]
    node = optional_node("left", instance, on)
    neutral = _found_once(right, on)
    entry = Outer(instance, on, neutral, node)
    block = replace(left.block, optional=(*left.block.optional, entry))
    return Relation(
        (*left.attributes, *(_optional(item, node) for item in right.attributes)),
        block,
        (*left.rest, *(replace(rest, optional=node) for rest in right.rest)),
        left.keys if neutral else _of_both(left, right),
    )


def beside(left: Relation, right: Relation) -> Relation:
    """Return `left` with the one row of `right`: no row comes or goes."""
    instance = right.block.inner[0]
    entry = Outer(instance, (), neutral=True, node=optional_node("one", instance, ()))
    bare = replace(right.block, inner=(), optional=(), filters=())
    made = inner_join(left, replace(right, block=bare), ())
    block = replace(made.block, optional=(*made.block.optional, entry))
    return replace(made, block=block, keys=left.keys)


def _optional(item: Attribute, node: Expression) -> Attribute:
    return replace(item, expression=make("maybe", (item.expression, node)))


def full_join(left: Relation, right: Relation, on: tuple[Expression, ...]) -> Relation:
    """Return all rows of both (each one instance), matched where they match."""
    inner = inner_join(left, right, ())
    sides = make("bag", sorted((*left.block.inner, *right.block.inner), key=_digest))
    rows = make("full", (sides, make("all", sorted(on, key=_digest))))
    instance = instance_of(rows)

    def outside(item: Attribute) -> Attribute:
        return replace(item, expression=make("member", (instance, item.expression)))

    rest = tuple(replace(entry, wrap=(*entry.wrap, instance)) for entry in inner.rest)
    return Relation(tuple(map(outside, inner.attributes)), Block(inner=(instance,)), rest)


def matching(
    left: Relation, right: Relation, on: tuple[Expression, ...], notes: SideNotes
) -> Expression:
    """Return the condition that `right` has a row for this row of `left`."""
    of_left = frozenset(left.block.instances())

    def taken_outside(node: Expression) -> Expression | None:
        if node.op in LEAVES and instances_in(node) and instances_in(node) <= of_left:
            return make("outer", (node,))
        return None

    inside = tuple(rewrite(part, taken_outside) for part in on)
    block = replace(right.block, filters=tuple(dict.fromkeys((*right.block.filters, *inside))))
    _, rows = freeze(replace(right, block=block, attributes=()), notes)
    exists = existing(rows)
    notes.joined.add(exists)
    if exists.args[0] is not rows:
        notes.deduplicated[exists] = (rows,)
    return exists


def _found_once(side: Relation, on: Iterable[Expression]) -> bool:
    """Return whether `on` finds at most one row of `side`.

    A key of it is compared with values from elsewhere.
    """
    own, conditions = frozenset(side.block.instances()), tuple(on)
    equal = frozenset(_fixed(own, conditions, "eq"))
    alike = equal | frozenset(_fixed(own, conditions, "is"))
    return any(key <= (alike if strict else equal) for key, strict in side.keys)


def _fixed(own: frozenset[Expression], on: Iterable[Expression], name: str) -> Iterable[Expression]:
    """Yield the values that the conditions called `name` fix."""
    for condition in on:
        if name_of(condition) != name:
            continue
        one, other = condition.args
        for value, elsewhere in ((one, other), (other, one)):
            if not instances_in(elsewhere) & own:
                yield value
