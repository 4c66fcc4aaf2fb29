"""The items of a SELECT: their names, their aliases, the rows that some of them make."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec
from sqlglot import exp

from guardian.languages.expressions import (
    Scope,
    lower_expression,
    lower_item,
    parts,
    rewritten,
    star_like,
    with_aliases_behind,
)
from guardian.languages.sql.generators import IN_SELECT, select_columns
from guardian.languages.sql.unlisted import with_unlisted
from guardian.model.plan import Call, Expr, Generate, Handle, Item, Order, Ref, Star

_GENERATING = frozenset({
    "spark", "spark2", "databricks", "hive", "duckdb", "postgres", "redshift", "materialize",
    "risingwave",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Selection:
    """A SELECT list; `windowed` tells which of its items hold a window function."""

    items: tuple[Item, ...]
    windowed: frozenset[int] = frozenset()

    def aliases(self) -> dict[str, Expr]:
        """Return what each name means over the input, first items first."""
        found: dict[str, Expr] = {}
        for item in self.items:
            if item.name and not _spreads(item.expr):
                found.setdefault(item.name, item.expr)
        return found

    def keys(self, key: Order) -> tuple[Order, ...]:
        """Return the sort keys that `key` stands for: ORDER BY ALL is a key for each item."""
        if not isinstance(key.expr, Star):
            return (key,)
        return tuple(Order(item.expr, key.descending, key.nulls_first) for item in self.items)

    def at_position(self, number: int) -> Expr | None:
        """Return the expression that an ordinal means; None past the end, and behind a star."""
        before = self.items[:number]
        if len(before) < number or number < 1 or any(_spreads(item.expr) for item in before):
            return None
        return before[-1].expr


def _spreads(expr: Expr) -> bool:
    """Return whether an item may be more columns than one."""
    return isinstance(expr, Star) or (isinstance(expr, Call) and expr.name == "each")


def items_of(tree: exp.Expr, scope: Scope) -> Selection:
    """Return the items of a SELECT in order."""
    items: list[Item] = []
    windowed: set[int] = set()
    unnamed = 0
    for position, node in enumerate(tree.expressions):
        scope.noted.discard("window")
        for item in _items(node, position, scope):
            if "window" in scope.noted:
                windowed.add(len(items))
            named = _numbered(item, unnamed) if scope.dialect == "bigquery" else item
            unnamed += named is not item
            items.append(named)
    return Selection(tuple(items), frozenset(windowed))


def _numbered(item: Item, number: int) -> Item:
    """Return an item under the name that BigQuery gives the columns without one, by number."""
    implied = item.name is not None or isinstance(item.expr, Star)
    implied = implied or (isinstance(item.expr, Call) and item.expr.name in {"field", "each"})
    return item if implied else msgspec.structs.replace(item, name=f"f{number}_")


def _items(node: exp.Expr, position: int, scope: Scope) -> Iterator[Item]:
    match node:
        case exp.Aliases():  # Spark's `posexplode(x) AS (p, v)`
            at, text = scope.item(node)
            expr = lower_expression(node.this, scope)
            total = len(node.expressions)
            for number, part in enumerate(node.expressions):
                yield Item(Call("made", (expr,), f"{number}/{total}"), scope.name(part), at, text)
        case exp.QueryTransform():
            yield from _transformed(node, scope)
        case _:
            plain, several = with_unlisted(node, scope)
            if plain is not None:
                named = star_like(plain, scope)
                yield Item(named) if named is not None else lower_item(plain, scope, position)
            if several is not None:
                yield several


def _transformed(node: exp.Expr, scope: Scope) -> Iterator[Item]:
    """Yield what Hive's TRANSFORM … USING a script gives.

    Each column depends on all that goes in.
    """
    at, text = scope.item(node)
    args = tuple(lower_expression(part, scope) for part in node.expressions)
    script = node.args.get("command_script")
    made = node.args.get("schema")
    names = (
        [
            scope.name(part.this if isinstance(part, exp.ColumnDef) else part)
            for part in made.expressions
        ]
        if made
        else []
    )
    for name in names or ["key", "value"]:
        yield Item(
            Call("transform_script", args, f"{script.name if script else ''}:{name}"),
            name,
            at,
            text,
        )


def fields_of_value(selection: Selection) -> Selection:
    """Return SELECT AS VALUE's list where its rows are columns: the fields of the value."""
    items = tuple(
        item if _spreads(item.expr) else Item(Star(of=item.expr), None, item.at, item.text)
        for item in selection.items
    )
    return replace(selection, items=items)


MAX_CHAIN = 300  # aliases that name one another are put in up to this many parts


def chained(aliases: Mapping[str, Expr]) -> dict[str, Expr]:
    """Return aliases with the earlier ones that they name put in, where no column has the name."""
    found: dict[str, Expr] = {}
    sizes: dict[str, int] = {}
    for name, expr in aliases.items():
        inside = list(parts(expr))
        names = [part.name for part in inside if isinstance(part, Ref) and not part.qualifier]
        sizes[name] = len(inside) + sum(sizes.get(used, 0) for used in names)
        short = sizes[name] <= MAX_CHAIN
        found[name] = with_aliases_behind(expr, found) if short else expr
    return found


def aliases_for_filters(selection: Selection, *, lateral: bool = False) -> dict[str, Expr]:
    """Return the aliases that a filter may name; `lateral` ones may name one another.

    Not those that are made from a column of the same name: the input has that column, and it wins.
    """
    aliases = {
        name: expr
        for name, expr in selection.aliases().items()
        if not any(isinstance(part, Ref) and part.name == name for part in parts(expr))
    }
    return chained(aliases) if lateral else aliases


def generated(handle: Handle, selection: Selection, scope: Scope) -> tuple[Handle, Selection]:
    """Return rows and items with `explode(x)` in the list as an operator below it."""
    if scope.dialect not in _GENERATING:
        return handle, selection
    items: list[Item] = []
    several: dict[Expr, str] = {}
    for item in selection.items:
        found = _generator_in(item.expr)
        if found is None:
            items.append(item)
        elif isinstance(item.expr, Call) and item.expr.name == "made":
            handle, one = _one_of_several(handle, item, item.expr, several, scope)
            items.append(one)
        else:
            handle, more = _made(handle, item, found, len(scope.builder.nodes), scope)
            items.extend(more)
    return handle, replace(selection, items=tuple(items))


def _one_of_several(
    handle: Handle, item: Item, made: Call, several: dict[Expr, str], scope: Scope
) -> tuple[Handle, Item]:
    """Return one of the columns that `posexplode(x) AS (p, v)` makes; the rows are made once."""
    number, _, total = made.option.partition("/")
    generator = made.args[0]
    if generator not in several:
        several[generator] = f"__made{len(scope.builder.nodes)}"
        handle = scope.builder.add(
            Generate(
                input=handle, generator=generator,
                columns=tuple(f"made{place}" for place in range(int(total))),
                qualifier=several[generator], outer=_is_outer(generator), at=item.at,
            )
        )  # fmt: skip
    return handle, Item(Ref(f"made{number}", (several[generator],)), item.name, item.at, item.text)


def _is_outer(generator: Expr) -> bool:
    return isinstance(generator, Call) and generator.name.endswith("_outer")


def _generator_in(expr: Expr) -> Call | None:
    """Return the outermost call in an item that makes rows."""
    if isinstance(expr, Ref):
        return None
    if isinstance(expr, Call) and expr.name in IN_SELECT:
        return expr
    calls = (part for part in parts(expr) if isinstance(part, Call))
    return next((call for call in calls if call.name in IN_SELECT), None)


def _made(
    handle: Handle, item: Item, call: Call, number: int, scope: Scope
) -> tuple[Handle, list[Item]]:
    direct = item.expr == call
    columns = select_columns(call, item.name if direct else None, scope.dialect)
    qualifier = f"__made{number}"
    below = scope.builder.add(
        Generate(
            input=handle, generator=call, columns=columns, qualifier=qualifier,
            outer=_is_outer(call), at=item.at,
        )
    )  # fmt: skip
    if direct and item.name is None:
        return below, [Item(Star((qualifier,)), None, item.at, item.text)]
    if direct:
        return below, [Item(Ref(name, (qualifier,)), name, item.at, item.text) for name in columns]
    value = Ref(columns[-1], (qualifier,))
    expr = rewritten(item.expr, lambda part: value if part == call else None)
    return below, [Item(expr, item.name, item.at, item.text)]
