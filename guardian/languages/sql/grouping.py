"""GROUP BY: keys, grouping sets, and QUALIFY over what is grouped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations, product

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, order_of, rewritten
from guardian.languages.sql.select import Selection, aliases_for_filters
from guardian.languages.sql.unlisted import list_in_group
from guardian.model.lineage import Location
from guardian.model.plan import (
    Aggregate,
    AggregateCall,
    Expr,
    Filter,
    Handle,
    Item,
    Order,
    Project,
    Ref,
    Sort,
    Star,
)

MAX_SETS = 4096
KeySet = tuple[int, ...]


@dataclass(slots=True)
class _Keys:
    """Grouping keys in order, each once, and the sets of them that are grouped by."""

    selection: Selection
    scope: Scope
    exprs: list[Expr] = field(default_factory=list)

    def index(self, node: exp.Expr) -> int:
        """Return the place of a key, which an ordinal names by its item."""
        inner = node.unnest() if isinstance(node, exp.Paren) else node
        expr = self._by_position(inner)
        if expr is None:
            expr = list_in_group(inner, self.scope) or lower_expression(inner, self.scope)
        if expr not in self.exprs:
            self.exprs.append(expr)
        return self.exprs.index(expr)

    def _by_position(self, node: exp.Expr) -> Expr | None:
        if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
            return self.selection.at_position(int(node.name))
        return None

    def set_of(self, node: exp.Expr) -> KeySet:
        """Return the keys of one element: `a`, `(a, b)`, `()`."""
        if isinstance(node, exp.Tuple):
            return tuple(self.index(part) for part in node.expressions)
        return (self.index(node),)


def _sets(node: exp.Expr, keys: _Keys) -> list[KeySet] | None:
    """Return the sets that ROLLUP, CUBE or GROUPING SETS stands for, None for a plain key."""
    match node:
        case exp.Rollup():
            elements = [keys.set_of(part) for part in node.expressions]
            return [_merged(elements[:count]) for count in range(len(elements), -1, -1)]
        case exp.Cube():
            elements = [keys.set_of(part) for part in node.expressions][:12]
            sizes = range(len(elements), -1, -1)
            return [_merged(chosen) for size in sizes for chosen in combinations(elements, size)]
        case exp.GroupingSets():
            found: list[KeySet] = []
            for part in node.expressions:
                found.extend(_sets(part, keys) or [keys.set_of(part)])
            return found
        case _:
            return None


def _merged(sets: Iterable[KeySet]) -> KeySet:
    return tuple(dict.fromkeys(index for part in sets for index in part))


def keys_of(
    group: exp.Expr | None, selection: Selection, scope: Scope
) -> tuple[tuple[Expr, ...], tuple[KeySet, ...]]:
    """Return the keys of a GROUP BY and its grouping sets, none where it is a plain one."""
    keys = _Keys(selection, scope)
    if group is None:
        return (), ()
    plain: list[int] = []
    factors: list[list[KeySet]] = []
    for node in _elements(group):
        sets = _sets(node, keys)
        if sets is None:
            plain.extend(keys.set_of(node))
        else:
            factors.append(sets)
    for kind in ("rollup", "cube"):  # `GROUP BY a, b WITH ROLLUP` gives one without elements
        if any(not part.expressions for part in group.args.get(kind) or ()):
            factors.append(_of_all(kind, tuple(plain)))
            plain = []
    if not factors:
        return tuple(keys.exprs), ()
    combined = [_merged((tuple(plain), *chosen)) for chosen in _limited_product(factors)]
    return tuple(keys.exprs), tuple(combined)


def _of_all(kind: str, plain: KeySet) -> list[KeySet]:
    if kind == "rollup":
        return [plain[:count] for count in range(len(plain), -1, -1)]
    return [
        chosen for size in range(len(plain), -1, -1) for chosen in combinations(plain[:12], size)
    ]


def _limited_product(factors: list[list[KeySet]]) -> Iterable[tuple[KeySet, ...]]:
    size = 1
    for factor in factors:
        size *= len(factor)
    return product(*factors) if size <= MAX_SETS else product(*(factor[:1] for factor in factors))


def _elements(group: exp.Expr) -> list[exp.Expr]:
    found = list(group.expressions)
    for key in ("grouping_sets", "cube", "rollup"):
        found.extend(
            part
            for part in group.args.get(key) or ()
            if isinstance(part, exp.Expr) and part.expressions
        )
    return found


# --- the operator ---------------------------------------------------------------------------------


def aggregated(
    handle: Handle, tree: exp.Expr, selection: Selection, scope: Scope, *, lateral: bool
) -> Handle:
    """Return a SELECT that groups; QUALIFY stands above the grouping."""
    group = tree.args.get("group")
    keys, sets = keys_of(group, selection, scope)
    at, text = _clause(group, tree, scope)
    having = tree.args.get("having")
    starred = any(isinstance(item.expr, Star) for item in selection.items)
    base = Aggregate(
        input=handle, keys=keys, items=selection.items,
        by_all=bool(group is not None and group.args.get("all")),
        sets=sets, having=lower_expression(having.this, scope) if having is not None else None,
        having_text=scope.item(having.this)[1] if having is not None else "",
        lateral=lateral, at=at, text=text,
    )  # fmt: skip
    order = _order(tree, selection, scope)
    if tree.args.get("qualify") is not None and not starred:
        return _qualified(base, tree, selection, order, scope)
    return scope.builder.add(_changed(base, items=selection.items, order=order))


def _clause(group: exp.Expr | None, tree: exp.Expr, scope: Scope) -> tuple[Location | None, str]:
    if group is None or scope.source is None:
        return scope.location(tree), ""
    return scope.source.clause(group) or (scope.location(group), "")


def _changed(base: Aggregate, *, items: tuple[Item, ...], order: tuple[Order, ...]) -> Aggregate:
    return Aggregate(
        input=base.input, keys=base.keys, items=items, by_all=base.by_all,
        alias_keys=base.alias_keys,
        sets=base.sets, having=base.having, having_text=base.having_text, order=order,
        lateral=base.lateral, at=base.at, text=base.text,
    )  # fmt: skip


def _order(tree: exp.Expr, selection: Selection, scope: Scope) -> tuple[Order, ...]:
    """Return sort keys that name items by their names, as an Aggregate's `order` may."""
    node = tree.args.get("order")
    if node is None:
        return ()
    keys: list[Order] = []
    for part, key in zip(node.expressions, order_of(node.expressions, scope), strict=True):
        inner = part.this if isinstance(part, exp.Ordered) else part
        ordinal = isinstance(inner, exp.Literal) and not inner.is_string and inner.name.isdigit()
        expr = selection.at_position(int(inner.name)) if ordinal else None
        expr = key.expr if expr is None else expr
        keys.extend(selection.keys(Order(expr, key.descending, key.nulls_first)))
    return tuple(keys)


@dataclass(slots=True)
class _Outside:
    """Expressions above a grouping.

    Aggregates, keys and columns in them become names of its output.
    """

    keys: frozenset[Expr]
    inside: list[Item] = field(default_factory=list)
    names: dict[Expr, str] = field(default_factory=dict)
    aliases: dict[str, Expr] = field(default_factory=dict)

    def name(self, expr: Expr, item: Item | None = None) -> Ref:
        """Return the column of the grouping's output that holds `expr`."""
        known = self.names.get(expr)
        if known is None:
            taken = {made.name for made in self.inside}
            wanted = item.name if item is not None and item.name else f"__group{len(self.inside)}"
            known = self.names[expr] = (
                wanted if wanted not in taken else f"__group{len(self.inside)}"
            )
            self.inside.append(
                Item(expr, known, item.at if item else None, item.text if item else "")
            )
        return Ref(known)

    def rewrite(self, expr: Expr) -> Expr:
        """Return `expr` over the grouping's output."""
        return rewritten(expr, self._change)

    def _change(self, part: Expr) -> Expr | None:
        if part in self.names or part in self.keys or isinstance(part, AggregateCall):
            return self.name(part)
        if isinstance(part, Ref):
            return self._named(part)
        return None

    def _named(self, part: Ref) -> Expr:
        # Taken out while it is rewritten: aliases may name one another in a circle.
        meant = self.aliases.pop(part.name, None) if not part.qualifier else None
        if meant is None:
            return self.name(part)
        result = self.rewrite(meant)
        self.aliases[part.name] = meant
        return result


def _qualified(
    base: Aggregate, tree: exp.Expr, selection: Selection, order: tuple[Order, ...], scope: Scope
) -> Handle:
    """Return grouping, then QUALIFY, order and list, each over what the one before gives."""
    outside = _Outside(frozenset(base.keys))
    aliases = aliases_for_filters(selection)
    for position, item in enumerate(selection.items):
        if position not in selection.windowed:
            outside.name(item.expr, item)
    outside.aliases = {name: expr for name, expr in aliases.items() if expr not in base.keys}
    items = tuple(
        Item(outside.rewrite(item.expr), item.name, item.at, item.text) for item in selection.items
    )
    qualify = tree.args.get("qualify")
    condition = (
        outside.rewrite(lower_expression(qualify.this, scope)) if qualify is not None else None
    )
    sorting = tuple(
        Order(outside.rewrite(key.expr), key.descending, key.nulls_first) for key in order
    )
    handle = scope.builder.add(_changed(base, items=tuple(outside.inside), order=()))
    if qualify is not None and condition is not None:
        at, text = scope.item(qualify.this)
        handle = scope.builder.add(Filter(handle, condition, "QUALIFY", at, text))
    if sorting:
        handle = scope.builder.add(Sort(handle, sorting))
    return scope.builder.add(Project(handle, items))
