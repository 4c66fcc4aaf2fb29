"""A relation while it is being resolved.

Its columns, and the join graph that its rows come from.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from guardian.model.aggregates import aggregate, window
from guardian.model.calls import call
from guardian.model.expression import Expression, as_set, in_order, make
from guardian.model.lineage import Location


class Key(NamedTuple):
    """Expressions over rows of which no two share all of these values.

    A `strict` one counts NULL as a value, as a grouping's does; a table's UNIQUE lets rows with a
    NULL in it repeat.
    """

    parts: frozenset[Expression]
    strict: bool = True


ONE_ROW = Key(frozenset())

# What an expression of a scope is computed from; everything above these is plain computation.
LEAVES = frozenset(
    {"field", "member", "maybe", "window", "scalar", "exists", "in_rows", "array_rows", "aggregate"}
)


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """One column of a relation: its name, what may stand before it.

    And its expression over the relation's rows. `identity` survives being passed on unchanged, so
    that PySpark's `df["x"]` finds its column; `hidden` columns are reached with a qualifier only
    and never by a star.
    """

    name: str
    expression: Expression
    identity: int
    qualifier: tuple[str, ...] = ()
    hidden: bool = False
    at: Location | None = None
    text: str = ""
    named_at: Location | None = None


class Rest(msgspec.Struct, frozen=True, gc=False):
    """The columns of a dataset that nobody has told us: any name may be among them but `excluded`.

    `wrap` are the closed relations that a value of it is seen through, innermost first. `struct` is
    the value whose fields they are, where it is no dataset. `symbol` is the list that they are,
    where only the run knows it. Of a `documented` one a star gives the columns that are listed. A
    `doubtful` one has a column only where no other input has it.
    """

    instance: Expression
    qualifier: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()
    wrap: tuple[Expression, ...] = ()
    optional: Expression | None = None
    identity: int = 0
    arms: "tuple[Rest, ...]" = ()
    struct: Expression | None = None
    documented: bool = False
    doubtful: bool = False
    symbol: str = ""

    def column(self, name: str) -> Expression:
        """Return the expression of the column called `name`, `*` for all of them.

        Of a union, one from each arm.
        """
        if self.arms:
            made = make("merge", tuple(arm.column(name) for arm in self.arms), "open")
        elif self.struct is not None:
            made = call("field", (self.struct,), name)
        else:
            made = make("field", (self.instance,), name)
        for instance in self.wrap:
            made = make("member", (instance, made))
        return made if self.optional is None else make("maybe", (made, self.optional))


def scanned_by(rest: Rest) -> Iterator[str]:
    """Yield the datasets whose columns a rest holds; none where it holds a struct's fields."""
    if rest.arms:
        for arm in rest.arms:
            yield from scanned_by(arm)
    elif rest.struct is None and rest.instance.args[0].op == "scan":
        yield str(rest.instance.args[0].value)


def holding(
    rests: Iterable[Rest], name: str, proven: Collection[tuple[str, str]] = ()
) -> list[Rest]:
    """Return the inputs of unknown columns that may have a column called `name`.

    `proven` are columns, by dataset, that the job takes by name where nothing else can be meant.
    Where one input has the name so, no other has it: a bare name would be refused as ambiguous.
    """
    open_to = [rest for rest in rests if name not in rest.excluded]
    found = [rest for rest in open_to if not rest.doubtful] or open_to
    if len(found) < 2 or not proven:
        return found
    sure = [rest for rest in found if any((of, name) in proven for of in scanned_by(rest))]
    return sure if len(sure) == 1 else found


class Outer(msgspec.Struct, frozen=True, gc=False):
    """One outer-joined input: its instance and the conditions it is matched by.

    `neutral`: it neither adds nor loses a row, so it is no part of what the rows are.
    """

    instance: Expression
    on: tuple[Expression, ...]
    neutral: bool
    node: Expression


class Block(msgspec.Struct, frozen=True, gc=False):
    """A join graph: inner-joined instances, outer-joined ones in order.

    And one set of conditions. `needless` are conditions that were written, and let every row
    through that the others do: lineage has them, the row set has not.
    """

    inner: tuple[Expression, ...] = ()
    optional: tuple[Outer, ...] = ()
    filters: tuple[Expression, ...] = ()
    sorts: tuple[Expression, ...] = ()
    needless: tuple[Expression, ...] = ()

    def instances(self) -> tuple[Expression, ...]:
        """Return every instance in the graph."""
        return (*self.inner, *(entry.instance for entry in self.optional))


class Relation(msgspec.Struct, frozen=True, gc=False):
    """Columns over a join graph. `rest` are inputs of unknown columns.

    `keys` tell its rows apart. `behind` is the relation that a projection was
    made from, over the same rows: a filter may still name its columns. `order` is the sort order,
    as (key, descending, nulls first), which only a limit heeds.
    """

    attributes: tuple[Attribute, ...]
    block: Block
    rest: tuple[Rest, ...] = ()
    keys: frozenset[Key] = frozenset()
    behind: "Relation | None" = None
    order: tuple[tuple[Expression, bool, bool], ...] = ()

    def visible(self) -> tuple[Attribute, ...]:
        """Return the columns that a star gives."""
        return tuple(attribute for attribute in self.attributes if not attribute.hidden)


@dataclass(slots=True)
class SideNotes:
    """What is known of relations beside their identity, for lineage and for the report's words.

    `neutral`: joins left out of a `rows`, because they do not alter which rows there are;
    `needless`: conditions, likewise. `sorts`: keys that rows were sorted by. `ranked`: picks
    written as a filter on ROW_NUMBER. `joined`: conditions that came from a join. `narrowing`:
    filters of an outer-joined input that stand in its join's ON. `deduplicated`: the rows that a
    semi join looks among as they were written, grouped, which it need not heed. `words`: the
    author's words for a condition and their place. `arms`: where each arm of a union makes its
    part of a merged column.
    """

    neutral: dict[Expression, tuple[Outer, ...]] = field(default_factory=dict)
    sorts: dict[Expression, tuple[Expression, ...]] = field(default_factory=dict)
    needless: dict[Expression, tuple[Expression, ...]] = field(default_factory=dict)
    joined: set[Expression] = field(default_factory=set)
    ranked: set[Expression] = field(default_factory=set)
    deduplicated: dict[Expression, tuple[Expression, ...]] = field(default_factory=dict)
    narrowing: set[Expression] = field(default_factory=set)
    words: dict[Expression, tuple[str, Location | None]] = field(default_factory=dict)
    arms: dict[Expression, tuple[Location | None, ...]] = field(default_factory=dict)

    def follow(self, old: Expression, new: Expression) -> None:
        """Note of `new` what is known of `old`: it is the same thing in another form."""
        if old is new:
            return
        for marked in (self.joined, self.ranked, self.narrowing):
            if old in marked:
                marked.add(new)
        if old in self.words:
            self.words.setdefault(new, self.words[old])
        if old in self.neutral:
            held = (*self.neutral.get(new, ()), *self.neutral[old])
            self.neutral[new] = tuple(dict.fromkeys(held))
        for known in (self.sorts, self.needless, self.deduplicated):
            if old in known:
                known[new] = tuple(dict.fromkeys((*known.get(new, ()), *known[old])))


def instance_of(relation: Expression, number: int = 0) -> Expression:
    """Return the `number`th use of a relation within one join graph."""
    return make("instance", (relation,), number)


def optional_node(kind: str, instance: Expression, on: Iterable[Expression]) -> Expression:
    """Return the node that stands for an outer-joined input in a row set."""
    return make("optional", (instance, make("all", as_set(on))), kind)


def rows_of(block: Block) -> Expression:
    """Return the row set of a join graph, joins that do not alter it left out."""
    counted = [entry for entry in block.optional if not entry.neutral]
    if len(block.inner) == 1 and not counted and not block.filters:
        return block.inner[0].args[0]
    return make(
        "rows",
        (
            make("bag", in_order(block.inner)),
            make("all", as_set(block.filters)),
            make("list", in_order(entry.node for entry in counted)),
        ),
    )


def existing(rows: Expression) -> Expression:
    """Return EXISTS over a row set; what makes one row of several leaves none where there was.

    One.
    """
    while (rows.op == "group" and rows.args[1].args and not rows.value) or rows.op == "pick":
        rows = rows.args[0]
    return make("exists", (rows,))


# --- rewriting expressions of one scope ----------------------------------------------------------


def rewrite(
    expression: Expression,
    change: Callable[[Expression], Expression | None],
    memo: dict[tuple[Expression, int], Expression] | None = None,
    depth: int = 0,
) -> Expression:
    """Return `expression` with every node of its own scope that `change` answers for put in its.

    Place. What belongs to another scope is left alone: the inside of a `member`, of an instance's
    relation, and the rows of a subquery but for what they take from around them (`outer`). `depth`
    counts the subqueries around the node.
    """
    known = {} if memo is None else memo
    key = (expression, depth)
    done = known.get(key)
    if done is None:
        done = known[key] = _rewritten(expression, change, known, depth)
    return done


def _rewritten(
    node: Expression,
    change: Callable[[Expression], Expression | None],
    memo: dict[tuple[Expression, int], Expression],
    depth: int,
) -> Expression:
    if depth == 0:
        answer = change(node)
        if answer is not None:
            return answer
    if not node.args:
        return node
    op = node.op
    if op == "outer":
        inner = rewrite(node.args[0], change, memo, depth - 1) if depth else node.args[0]
        return make("outer", (inner,)) if depth else node
    if op == "instance" and depth == 0:
        return node
    if op in {"scalar", "exists", "in_rows", "array_rows"}:
        return _rewrite_subquery(node, change, memo, depth)
    if op == "member":
        head = rewrite(node.args[0], change, memo, depth)
        inner = rewrite(node.args[1], change, memo, depth) if depth else node.args[1]
        return make("member", (head, inner))
    return rebuilt(node, tuple(rewrite(arg, change, memo, depth) for arg in node.args))


def _rewrite_subquery(
    node: Expression,
    change: Callable[[Expression], Expression | None],
    memo: dict[tuple[Expression, int], Expression],
    depth: int,
) -> Expression:
    """Rewrite a subquery: its operands are of our scope, its rows one scope further in."""
    operands = operand_count(node)
    outside = [rewrite(arg, change, memo, depth) for arg in node.args[:operands]]
    inside = [rewrite(arg, change, memo, depth + 1) for arg in node.args[operands:]]
    return make(node.op, (*outside, *inside), node.value)


def operand_count(node: Expression) -> int:
    """Return how many of a subquery's arguments belong to the scope around it."""
    return int(node.value) if node.op == "in_rows" else 0


def rebuilt(node: Expression, args: tuple[Expression, ...]) -> Expression:
    """Return `node` with other arguments, in normal form again: their order may have changed."""
    if args == node.args:
        return node
    if node.op == "call":
        name, option = node.value
        return call(name, args, option)
    if node.op == "window":
        frame, count, flags = node.value
        keys = [(key, *flag) for key, flag in zip(args[1 + count :], flags, strict=True)]
        return window(args[0], args[1 : 1 + count], keys, frame)
    if node.op == "aggregate":
        return _rebuilt_aggregate(node, args)
    if node.op == "all":
        return make("all", as_set(args))
    if node.op in {"bag", "list"}:
        return make(node.op, in_order(args), node.value)
    return make(node.op, args, node.value)


def _rebuilt_aggregate(node: Expression, args: tuple[Expression, ...]) -> Expression:
    name, option, distinct, count, conditional, flags = node.value
    rest = args[count + bool(conditional) :]
    keys = [(key, *flag) for key, flag in zip(rest, flags, strict=True)]
    condition = args[count] if conditional else None
    return aggregate(
        name, args[:count], distinct=distinct, condition=condition, order=keys, option=option
    )


def renumbered(
    relation: Relation, numbers: Mapping[Expression, Expression], notes: SideNotes
) -> Relation:
    """Return `relation` with its instances exchanged as `numbers` says."""
    if not numbers:
        return relation
    return mapped(relation, lambda node: exchanged(node, numbers), notes)


def exchanged(node: Expression, numbers: Mapping[Expression, Expression]) -> Expression | None:
    """Return what stands for a node where instances are exchanged; itself where it has none.

    None where it is to be looked into: so answered, `rewrite` goes only where there is work.
    """
    answer = numbers.get(node)
    if answer is None and instances_in(node).isdisjoint(numbers):
        return node
    return answer


def mapped(
    relation: Relation, change: Callable[[Expression], Expression | None], notes: SideNotes
) -> Relation:
    """Return `relation` with every expression of its scope rewritten."""
    memo: dict[tuple[Expression, int], Expression] = {}

    def new(expression: Expression) -> Expression:
        return rewrite(expression, change, memo)

    def noted(expression: Expression) -> Expression:
        made = new(expression)
        notes.follow(expression, made)
        return made

    def outer(entry: Outer) -> Outer:
        on = tuple(map(noted, entry.on))
        return Outer(noted(entry.instance), on, entry.neutral, noted(entry.node))

    block = Block(
        inner=tuple(map(noted, relation.block.inner)),
        optional=tuple(map(outer, relation.block.optional)),
        filters=tuple(map(noted, relation.block.filters)),
        sorts=tuple(map(new, relation.block.sorts)),
        needless=tuple(map(new, relation.block.needless)),
    )
    columns = tuple(replace(item, expression=new(item.expression)) for item in relation.attributes)
    return replace(
        relation,
        attributes=columns,
        block=block,
        rest=tuple(_mapped_rest(rest, new) for rest in relation.rest),
        keys=frozenset(Key(frozenset(map(new, key)), strict) for key, strict in relation.keys),
        behind=None if relation.behind is None else mapped(relation.behind, change, notes),
        order=tuple((new(key), descending, nulls) for key, descending, nulls in relation.order),
    )


def _mapped_rest(rest: Rest, new: Callable[[Expression], Expression]) -> Rest:
    """Rewrite the outermost instance that a value of the rest is seen through."""
    optional = None if rest.optional is None else new(rest.optional)
    if rest.wrap:
        return replace(rest, wrap=(*rest.wrap[:-1], new(rest.wrap[-1])), optional=optional)
    struct = None if rest.struct is None else new(rest.struct)
    return replace(rest, instance=new(rest.instance), optional=optional, struct=struct)


def contains_window(expression: Expression) -> bool:
    """Return whether a window function of this scope is in `expression`."""
    return expression.windowed


def any_window(attributes: Iterable[Attribute]) -> bool:
    """Return whether one of some columns is computed from a window function of its scope."""
    return True in [item.expression.windowed for item in attributes]


def windows_in(expressions: Iterable[Expression]) -> frozenset[Expression]:
    """Return the window functions of this scope that `expressions` are computed from."""
    found: set[Expression] = set()
    memo: dict[tuple[Expression, int], Expression] = {}

    def note(node: Expression) -> Expression | None:
        if node.op == "window":
            found.add(node)
        return None if contains_window(node) else node

    for expression in expressions:
        rewrite(expression, note, memo)
    return frozenset(found)


_instances: dict[Expression, frozenset[Expression]] = {}


def instances_in(expression: Expression) -> frozenset[Expression]:
    """Return the instances of this scope that `expression` takes values from."""
    known = _instances.get(expression)
    if known is None:
        known = _instances[expression] = _instances_in(expression)
    return known


_NO_INSTANCES: frozenset[Expression] = frozenset()


def _instances_in(node: Expression) -> frozenset[Expression]:
    match node.op:
        case "instance":
            return frozenset((node,))
        case "outer":
            return _NO_INSTANCES
        case "scalar" | "exists" | "in_rows" | "array_rows":
            return _instances_in_subquery(node)
        case "member":
            return instances_in(node.args[0])
        case _:
            several = [held for held in map(instances_in, node.args) if held]
            return several[0].union(*several[1:]) if several else _NO_INSTANCES


def _instances_in_subquery(expression: Expression) -> frozenset[Expression]:
    found: set[Expression] = set()
    seen: set[Expression] = set()

    def note(node: Expression) -> Expression | None:
        if node in seen:
            return node
        seen.add(node)
        if node.op == "instance":
            found.add(node)
            return node
        return None

    rewrite(expression, note)
    return frozenset(found)
