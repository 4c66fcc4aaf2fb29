"""PIVOT and UNPIVOT: values turned into columns, columns turned into values."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, lower_item, sql_text
from guardian.languages.sql.names import alias_of
from guardian.languages.sql.unlisted import list_named
from guardian.model.plan import (
    Alias,
    Call,
    Constant,
    Expr,
    Filter,
    Handle,
    Item,
    Pivot,
    Project,
    Ref,
    Rename,
    SetOperation,
    Star,
    Unpivot,
)

MAX_ARMS = 64
# How sqlglot says that a dialect names a pivot's columns: with the aggregate's name behind the
# value's.
_ONLY_IF_SEVERAL = "agg_name_if_multiple"


def pivoted(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    """Return `handle` pivoted or unpivoted, under the alias that is given with it."""
    scope = replace(scope, noted=set())  # a pivot's aggregates do not make the query a grouping
    if node.args.get("unpivot"):
        handle = _unpivot(handle, node, scope)
    else:
        handle = _pivot(handle, node, scope)
    alias, columns = alias_of(node, scope)
    if alias or columns:
        handle = scope.builder.add(Alias(handle, alias, columns))
    return handle


def _pivot(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    aggregates = node.args.get("using") or node.expressions
    fields = node.args.get("fields") or node.expressions
    items = tuple(_aggregate_item(part, scope) for part in aggregates)
    field = next((part for part in fields if isinstance(part, (exp.In, exp.Column))), None)
    column = _column(field, scope)
    listed = _list_of(field, scope)
    values = () if listed else _values(field, scope)
    naming = node.args.get("pivot_column_naming")
    outputs = [scope.name(part) for part in node.args.get("columns") or ()]
    if len(items) == 1 and (naming == _ONLY_IF_SEVERAL or len(outputs) == len(values) > 0):
        items = (Item(items[0].expr, None, items[0].at, items[0].text),)
        if len(outputs) == len(values):
            values = tuple((name, value) for name, (_, value) in zip(outputs, values, strict=True))
    group = node.args.get("group")
    keys = tuple(lower_expression(part, scope) for part in group.expressions) if group else None
    made = scope.builder.add(
        Pivot(
            input=handle,
            column=column,
            items=items,
            values=values,
            keys=keys,
            listed=listed,
            at=scope.location(node),
        )
    )
    return _renamed(made, items, values, outputs, scope)


def _renamed(
    made: Handle,
    items: tuple[Item, ...],
    values: tuple[tuple[str, Expr], ...],
    outputs: list[str],
    scope: Scope,
) -> Handle:
    """Rename a pivot's columns where the dialect names them otherwise (`s_a` for `a_s`)."""
    if len(items) < 2 or len(outputs) != len(items) * len(values):
        return made
    plain = [f"{value}_{item.name}" for value, _ in values for item in items]
    pairs = tuple((old, new) for old, new in zip(plain, outputs, strict=True) if old != new)
    return scope.builder.add(Rename(made, pairs)) if pairs else made


def _aggregate_item(node: exp.Expr, scope: Scope) -> Item:
    item = lower_item(node, scope)
    named = item.name if isinstance(node, exp.Alias) else None
    return Item(item.expr, named, item.at, scope.text(sql_text(node.unalias(), scope.dialect)))


def _column(field: exp.Expr | None, scope: Scope) -> Expr:
    if field is None:
        return Constant("null", "")
    return lower_expression(field.this if isinstance(field, exp.In) else field, scope)


def _values(field: exp.Expr | None, scope: Scope) -> tuple[tuple[str, Expr], ...]:
    found = []
    for part in field.expressions if isinstance(field, exp.In) else ():
        if isinstance(part, exp.Query):  # the values are known at run time only
            return ()
        if isinstance(part, (exp.PivotAlias, exp.Alias)):
            alias = part.args["alias"]
            name = scope.name(alias) if isinstance(alias, exp.Identifier) else alias.name
            found.append((name, lower_expression(part.this, scope)))
        else:
            found.append(_value(part, scope))
    return tuple(found)


def _list_of(field: exp.Expr | None, scope: Scope) -> str:
    """Return the list of values that only the run knows, empty where they are written out."""
    parts = field.expressions if isinstance(field, exp.In) else ()
    return next(filter(None, (list_named(part, scope) for part in parts)), "")


def _value(part: exp.Expr, scope: Scope) -> tuple[str, Expr]:
    """Return a value and the name it gives its column.

    T-SQL writes a value as a name (`[2024]`).
    """
    if isinstance(part, exp.Column) and scope.dialect in {"tsql", "fabric"}:
        return scope.name(part.this), Constant("string", scope.text(part.name))
    value = lower_expression(part, scope)
    name = value.text if isinstance(value, Constant) else part.alias_or_name
    return scope.name(name) if isinstance(part, exp.Column) else scope.text(name), value


@dataclass(frozen=True, slots=True)
class _Taken:
    """The columns that one row of an UNPIVOT takes its values from, and what it calls them."""

    columns: tuple[str, ...]
    label: Constant
    named: bool


def _unpivot(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    into = node.args.get("into")
    if isinstance(into, exp.UnpivotColumns):
        listed, values = node.expressions, _names(into.expressions, scope)
        name_column = scope.name(_bare(into.this))
    else:
        fields = node.args.get("fields") or ()
        field = next((part for part in fields if isinstance(part, exp.In)), None)
        listed, values = (field.expressions if field else []), _names(node.expressions, scope)
        name_column = scope.name(_bare(field.this)) if field else "name"
    star = next((_star(part, scope) for part in listed if isinstance(part, exp.Columns)), None)
    taken = [_taken(part, scope) for part in listed if not isinstance(part, exp.Columns)]
    plain = len(values) < 2 and not any(part.named for part in taken)
    if len(taken) > MAX_ARMS:
        scope.warn(f"UNPIVOT of more than {MAX_ARMS} columns is read without their labels", node)
        plain, taken = True, taken[:MAX_ARMS]
    nulls = bool(node.args.get("include_nulls"))
    if not taken or star is not None or (plain and not nulls):
        made = scope.builder.add(
            Unpivot(
                input=handle,
                columns=tuple(name for part in taken for name in part.columns),
                name_column=name_column,
                value_column=values[0] if values else "value",
                at=scope.location(node),
                star=star,
                keeps_nulls=nulls,
            )
        )
        return _values_first(made, name_column, values, scope)
    arms = [_arm(handle, node, part, taken, (name_column, *values), scope) for part in taken]
    if len(arms) == 1:
        return arms[0]
    return scope.builder.add(
        SetOperation(kind="union", inputs=tuple(arms), all=True, at=scope.location(node))
    )


def _star(node: exp.Expr, scope: Scope) -> Star | None:
    lowered = lower_expression(node, scope)
    return lowered if isinstance(lowered, Star) else None


# Dialects that give an UNPIVOT's values before their labels.
_VALUES_FIRST = frozenset({"bigquery"})


def _values_first(handle: Handle, name: str, values: list[str], scope: Scope) -> Handle:
    """Return an UNPIVOT's columns in the dialect's order; operators put the label first."""
    if scope.dialect not in _VALUES_FIRST or len(values) != 1:
        return handle
    items = (Item(Star(excluded=(name, *values))), Item(Ref(values[0]), values[0]))
    return scope.builder.add(Project(handle, (*items, Item(Ref(name), name))))


def _taken(node: exp.Expr, scope: Scope) -> _Taken:
    columns = tuple(_names([node], scope))
    alias = node.args.get("alias") if isinstance(node, (exp.PivotAlias, exp.Alias)) else None
    if not isinstance(alias, exp.Expr):
        return _Taken(columns, Constant("string", "_".join(columns)), named=False)
    label = lower_expression(alias, scope) if isinstance(alias, exp.Literal) else None
    if isinstance(label, Constant):
        return _Taken(columns, label, named=True)
    return _Taken(columns, Constant("string", scope.name(alias)), named=True)


def _arm(
    handle: Handle,
    node: exp.Expr,
    part: _Taken,
    taken: Iterable[_Taken],
    names: tuple[str, ...],
    scope: Scope,
) -> Handle:
    """Return the rows that one group of columns makes; those without any value are left out."""
    at, text = scope.location(node), f"{' or '.join(part.columns)} IS NOT NULL"
    values = tuple(map(Ref, part.columns))
    if not node.args.get("include_nulls"):
        empty = tuple(Call("is_null", (value,)) for value in values)
        condition = Call("not", (Call("and", empty) if len(empty) > 1 else empty[0],))
        handle = scope.builder.add(Filter(handle, condition, "UNPIVOT", at, text))
    label = Item(part.label, names[0], at)
    made = [
        Item(value, name, at, value.name) for value, name in zip(values, names[1:], strict=False)
    ]
    used = tuple(dict.fromkeys(name for other in taken for name in other.columns))
    first = node.args.get("value_columns_first") or scope.dialect in _VALUES_FIRST
    ordered = [*made, label] if first else [label, *made]
    return scope.builder.add(Project(handle, (Item(Star(excluded=used)), *ordered)))


def _bare(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, (exp.Column, exp.PivotAlias, exp.Alias)) else node


def _names(nodes: list[exp.Expr], scope: Scope) -> list[str]:
    names: list[str] = []
    for node in nodes:
        inner = node.this if isinstance(node, (exp.PivotAlias, exp.Alias)) else node
        if isinstance(inner, exp.Tuple):
            names.extend(_names(inner.expressions, scope))
        else:
            names.append(scope.name(inner.this if isinstance(inner, exp.Column) else inner))
    return names
