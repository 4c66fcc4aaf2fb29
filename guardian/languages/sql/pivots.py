"""PIVOT and UNPIVOT: values turned into columns, columns turned into values."""

from dataclasses import replace

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, lower_item, sql_text
from guardian.languages.sql.names import alias_of
from guardian.model.plan import Alias, Constant, Expr, Handle, Item, Pivot, Rename, Unpivot

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
    values = _values(field, scope)
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
        if isinstance(part, (exp.PivotAlias, exp.Alias)):
            alias = part.args["alias"]
            name = scope.name(alias) if isinstance(alias, exp.Identifier) else alias.name
            found.append((name, lower_expression(part.this, scope)))
        else:
            found.append(_value(part, scope))
    return tuple(found)


def _value(part: exp.Expr, scope: Scope) -> tuple[str, Expr]:
    """Return a value and the name it gives its column.

    T-SQL writes a value as a name (`[2024]`).
    """
    if isinstance(part, exp.Column) and scope.dialect in {"tsql", "fabric"}:
        return scope.name(part.this), Constant("string", scope.text(part.name))
    value = lower_expression(part, scope)
    name = value.text if isinstance(value, Constant) else part.alias_or_name
    return scope.name(name) if isinstance(part, exp.Column) else scope.text(name), value


def _unpivot(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    into = node.args.get("into")
    if isinstance(into, exp.UnpivotColumns):
        columns = _names(node.expressions, scope)
        name_column, value_columns = scope.name(_bare(into.this)), _names(into.expressions, scope)
    else:
        field = next(
            (part for part in node.args.get("fields") or () if isinstance(part, exp.In)), None
        )
        columns = _names(field.expressions, scope) if field is not None else []
        name_column = scope.name(_bare(field.this)) if field is not None else "name"
        value_columns = _names(node.expressions, scope)
    if field_groups := value_columns[1:]:
        scope.warn(
            f"UNPIVOT into several columns is read for the first only, not `{field_groups[0]}`",
            node,
        )
    return scope.builder.add(
        Unpivot(
            input=handle,
            columns=tuple(columns),
            name_column=name_column,
            value_column=value_columns[0] if value_columns else "value",
            at=scope.location(node),
        )
    )


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
