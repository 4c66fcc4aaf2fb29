"""Rewrites of joins and of set operations."""

import itertools
from typing import Any

from sqlglot import exp

from tests.judge.rules import (
    Book,
    Setting,
    all_of,
    conjuncts,
    wrapped,
)
from tests.judge.selects import (
    Made,
    aliased,
    has_star,
    inputs,
    is_inner,
    is_plain,
    names,
    own_columns,
    quoted_like,
)

BOOK = Book()
rule = BOOK.rule


def _only_left_behind(select: exp.Select) -> bool:
    return all(is_inner(join) or (join.side == "LEFT" and not join.kind and not join.args.get("using"))
               for join in select.args.get("joins") or [])  # fmt: skip


@rule("a condition of ON in WHERE", exp.Select)
def on_to_where(select: exp.Select, setting: Setting) -> Made:
    joins = select.args.get("joins") or []
    places = [n for n, join in enumerate(joins) if is_inner(join) and join.args.get("on")]
    if not places or not _only_left_behind(select):
        return None
    new = select.copy()
    join = new.args["joins"][setting.chance.choice(places)]
    condition = join.args["on"].copy()
    join.set("on", None)
    join.set("kind", "CROSS")
    return _filtered(new, condition)


def _filtered(select: exp.Select, condition: exp.Expr) -> exp.Select:
    where = select.args.get("where")
    parts = [condition] if where is None else [where.this, condition]
    select.set("where", exp.Where(this=all_of(parts)))
    return select


@rule("a condition of WHERE in ON", exp.Select)
def where_to_on(select: exp.Select, setting: Setting) -> Made:
    joins, where = select.args.get("joins") or [], select.args.get("where")
    last = joins[-1] if joins else None
    if last is None or where is None or not is_inner(last) or not last.args.get("on"):
        return None
    if not _only_left_behind(select) or select.args.get("laterals"):
        return None
    labels = {item.alias.lower() for item in select.selects if aliased(item)}
    parts = conjuncts(where.this)
    free = [n for n, part in enumerate(parts) if not part.find(exp.Query)
            and not labels & {c.name.lower() for c in part.find_all(exp.Column)}]  # fmt: skip
    if not free:
        return None
    place = setting.chance.choice(free)
    new = select.copy()
    moved = parts.pop(place)
    join = new.args["joins"][-1]
    join.set("on", all_of([join.args["on"], moved]))
    new.set("where", exp.Where(this=all_of(parts)) if parts else None)
    return new


@rule("inner joins in another order", exp.Select)
def joins_reordered(select: exp.Select, setting: Setting) -> Made:
    joins = select.args.get("joins") or []
    inner = list(itertools.takewhile(is_inner, joins))
    if (
        not inner
        or has_star(select)
        or not _only_left_behind(select)
        or select.args.get("laterals")
    ):
        return None
    sources = [select.args["from_"].this, *(join.this for join in inner)]
    if not all(
        isinstance(item, exp.Table | exp.Subquery)
        and isinstance(item.this, exp.Identifier | exp.Query)
        for item in sources
    ):
        return None
    if any(item.args.get("joins") for item in sources):
        return None
    order = [item.copy() for item in sources]
    setting.chance.shuffle(order)
    new = select.copy()
    new.set("from_", exp.From(this=order[0]))
    crossed = [exp.Join(this=item, kind="CROSS") for item in order[1:]]
    new.set("joins", [*crossed, *(join.copy() for join in joins[len(inner) :])])
    for join in inner:
        if join.args.get("on") is not None:
            _filtered(new, join.args["on"].copy())
    return new


@rule("JOIN as a comma", exp.Select)
def join_as_comma(select: exp.Select, _: Setting) -> Made:
    joins = select.args.get("joins") or []
    if not joins or not all(map(is_inner, joins)) or select.args.get("laterals"):
        return None
    new = select.copy()
    conditions = [join.args["on"].copy() for join in joins if join.args.get("on") is not None]
    new.set("joins", [exp.Join(this=join.this.copy()) for join in joins])
    for condition in conditions:
        _filtered(new, condition)
    return new


def _one_join(select: exp.Select) -> exp.Join | None:
    joins = select.args.get("joins") or []
    plain = len(joins) == 1 and not has_star(select) and not select.args.get("laterals")
    start = select.args.get("from_")
    sides = [start.this, joins[0].this] if plain and start is not None else []
    fits = sides and all(
        isinstance(item, exp.Table | exp.Subquery) and not item.args.get("joins")
        and isinstance(item.this, exp.Identifier | exp.Query) for item in sides
    )  # fmt: skip
    return joins[0] if fits and not joins[0].args.get("method") else None


@rule("LEFT and RIGHT JOIN exchanged", exp.Select)
def sides_exchanged(select: exp.Select, _: Setting) -> Made:
    join = _one_join(select)
    if join is None or join.side not in {"LEFT", "RIGHT"} or join.kind not in {"", "OUTER"}:
        return None
    if not join.args.get("on"):
        return None
    new = select.copy()
    start, turned = new.args["from_"].this.copy(), new.args["joins"][0]
    new.set("from_", exp.From(this=turned.this.copy()))
    turned.set("this", start)
    turned.set("side", "LEFT" if join.side == "RIGHT" else "RIGHT")
    return new


@rule("USING as ON", exp.Select)
def using_as_on(select: exp.Select, _: Setting) -> Made:
    join = _one_join(select)
    if (
        join is None
        or not join.args.get("using")
        or join.side not in {"", "LEFT"}
        or join.kind not in {"", "INNER"}
    ):
        return None
    left, right = (item.alias_or_name for item in inputs(select))
    keys = [key.name.lower() for key in join.args["using"]]
    if not left or not right or _inner_queries_use(select, keys):
        return None
    new = select.copy()
    for column in list(own_columns(new)):
        if not column.table and column.name.lower() in keys:
            full = exp.column(column.this.copy(), table=left)
            bare = column.parent is new and column.arg_key == "expressions"
            column.replace(exp.alias_(full, column.this.copy()) if bare else full)
    turned = new.args["joins"][0]
    turned.set("using", None)
    parts: list[exp.Expr] = [
        exp.EQ(this=exp.column(key, table=left), expression=exp.column(key, table=right))
        for key in keys
    ]
    turned.set("on", all_of(parts))
    return new


def _inner_queries_use(select: exp.Select, keys: list[str]) -> bool:
    start = [id(node) for item in inputs(select) for node in item.find_all(exp.Select)]
    return any(
        id(query) not in start
        and query is not select
        and any(c.name.lower() in keys for c in query.find_all(exp.Column))
        for query in select.find_all(exp.Select)
    )


@rule("ON as USING", exp.Select, dialects="duckdb spark databricks postgres trino")
def on_as_using(select: exp.Select, _: Setting) -> Made:
    join = _one_join(select)
    if join is None or join.side not in {"", "LEFT"} or join.kind not in {"", "INNER"}:
        return None
    parts = conjuncts(join.args.get("on"))
    tables = {item.alias_or_name.lower() for item in inputs(select)}
    sides = [
        (part.this, part.expression) for part in parts
        if isinstance(part, exp.EQ) and isinstance(part.this, exp.Column) and isinstance(part.expression, exp.Column)
        and part.this.name.lower() == part.expression.name.lower()
        and {part.this.table.lower(), part.expression.table.lower()} == tables
    ]  # fmt: skip
    if not sides or len(sides) != len(parts) or len(tables) != 2:
        return None
    new = select.copy()
    turned = new.args["joins"][0]
    turned.set("on", None)
    turned.set("using", [one.this.copy() for one, _ in sides])
    return new


@rule("IN as EXISTS", exp.In)
def in_as_exists(node: exp.In, _: Setting) -> Made:
    query = node.args.get("query")
    inner = query.this if isinstance(query, exp.Subquery) else None
    if (
        not _decides(node)
        or not isinstance(inner, exp.Select)
        or not is_plain(inner)
        or has_star(inner)
    ):
        return None
    if len(inner.selects) != 1 or not isinstance(node.this, exp.Column) or not node.this.table:
        return None
    if node.this.table.lower() in {
        item.alias_or_name.lower() for item in inputs(inner)
    } or not inputs(inner):
        return None
    made = inner.copy()
    value = inner.selects[0].unalias().copy()
    made.set("expressions", [exp.Literal.number(1)])
    return exp.Exists(
        this=_filtered(made, exp.EQ(this=wrapped(value), expression=node.this.copy()))
    )


def _decides(node: exp.Expr) -> bool:
    """Return whether a condition stands in WHERE, below nothing but AND."""
    above = node.parent
    while isinstance(above, exp.And | exp.Paren):
        above = above.parent
    return isinstance(above, exp.Where)


# --- set operations ----------------------------------------------------------------------------------


def arms(union: exp.Expr) -> list[Any]:
    """Return the arms of UNION ALL in a row."""
    plain = isinstance(union, exp.Union) and union.args.get("distinct") is False
    odd = ("by_name", "on", "with_", "limit", "order")
    if plain and not any(union.args.get(key) for key in odd):
        return arms(union.this) + arms(union.expression)
    return [union]


@rule("arms of UNION ALL in another order", exp.Union)
def arms_reordered(union: exp.Union, setting: Setting) -> Made:
    parts = arms(union)
    listed = names(parts[0])
    plain = all(
        isinstance(arm, exp.Select) and names(arm) and not arm.args.get("with_") for arm in parts
    )
    if len(parts) < 2 or listed is None or not plain or isinstance(union.parent, exp.Union):
        return None
    if any(arm.args.get("order") or arm.args.get("limit") for arm in parts):
        return None
    if any(
        isinstance(item.unalias(), exp.Null | exp.Literal) for arm in parts for item in arm.selects
    ):
        return None
    order = list(parts)
    setting.chance.shuffle(order)
    made = [arm.copy() for arm in order]
    heads = quoted_like(parts[0])
    items = [
        exp.alias_(item.unalias().copy(), name.copy())
        for item, name in zip(made[0].selects, heads, strict=True)
    ]
    made[0].set("expressions", items)
    return _united(made)


def _united(parts: list[Any]) -> exp.Expr:
    made: exp.Expr = parts[0]
    for part in parts[1:]:
        made = exp.Union(this=made, expression=part, distinct=False)
    return made


@rule("UNION ALL nested", exp.Union)
def union_nested(union: exp.Union, _: Setting) -> Made:
    parts = arms(union)
    if len(parts) < 3 or isinstance(union.parent, exp.Union):
        return None
    inner = exp.Subquery(this=_united([arm.copy() for arm in parts[1:]]))
    return exp.Union(this=parts[0].copy(), expression=inner, distinct=False)


@rule("UNION as DISTINCT of UNION ALL", exp.Union)
def union_as_distinct(union: exp.Union, setting: Setting) -> Made:
    listed = names(union)
    odd = any(union.args.get(key) for key in ("with_", "limit", "order", "by_name"))
    if (
        union.args.get("distinct") is not True
        or odd
        or listed is None
        or isinstance(union.parent, exp.SetOperation)
    ):
        return None
    inner = union.copy()
    inner.args["distinct"] = False
    alias = exp.TableAlias(this=exp.to_identifier(setting.name("q")))
    outer = exp.Select(expressions=[exp.Column(this=name) for name in quoted_like(union)])
    return outer.from_(exp.Subquery(this=inner, alias=alias)).distinct()
