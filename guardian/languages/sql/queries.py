"""Queries → operators: WITH, SELECT, set operations, ORDER BY and LIMIT."""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from guardian.languages.expressions import (
    Scope,
    for_each,
    lower_expression,
    order_of,
    with_aliases,
    with_aliases_behind,
)
from guardian.languages.expressions.rows import AS_VALUE
from guardian.languages.sql.ctes import with_ctes
from guardian.languages.sql.grouping import aggregated
from guardian.languages.sql.joinmarks import Marked, marks_of, ordered
from guardian.languages.sql.matching import matched
from guardian.languages.sql.meanings import named_in
from guardian.languages.sql.pivots import pivoted
from guardian.languages.sql.relations import lower_from, lower_joins, sampled, values
from guardian.languages.sql.script import Script
from guardian.languages.sql.select import (
    Selection,
    aliases_for_filters,
    chained,
    fields_of_value,
    generated,
    items_of,
)
from guardian.model.lineage import Location
from guardian.model.plan import (
    Aggregate,
    AggregateCall,
    Constant,
    Distinct,
    Drop,
    Expr,
    Filter,
    Handle,
    Item,
    Limit,
    Order,
    Project,
    Ref,
    SetOperation,
    Sort,
    Star,
    Values,
)

# Dialects in which an item may name an earlier one, and those in which WHERE may name an item.
LATERAL = frozenset(
    {"spark", "databricks", "snowflake", "redshift", "duckdb", "clickhouse", "teradata"}
)
LATERAL_WHERE = frozenset({"snowflake", "duckdb", "clickhouse", "teradata", "redshift"})


# Dialects in which `(+)` in WHERE marks the optional side of a join.
JOIN_MARKS = frozenset({"oracle", "redshift", "exasol", "snowflake", "teradata"})


def lower_query(tree: exp.Expr, script: Script) -> Handle:
    """Return the rows of a SELECT, a UNION, VALUES, … as operators in `script.builder`."""
    return lower_tree(tree, script.scope())


def lower_subquery(tree: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of a query inside another one; it sees the CTEs around it."""
    return lower_tree(tree, scope)


def lower_tree(tree: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of any query; aggregates and windows in it are its own."""
    scope = replace(scope, noted=set(), windows={})
    scope = with_ctes(tree, scope, lower_tree)
    match tree:
        case exp.Select():
            return _as_document(_select(tree, scope), tree, scope)
        case exp.SetOperation():
            return _as_document(_ordered(_set_operation(tree, scope), tree, scope), tree, scope)
        case exp.Subquery():
            return _parenthesized(tree, scope)
        case exp.Values():
            return _ordered(values(tree, scope), tree, scope)
        case exp.Pivot():
            return pivoted(lower_from(tree.this, scope), tree, scope)
        case exp.Paren():
            return lower_tree(tree.this, scope)
        case _:
            return lower_from(tree, scope)


def _as_document(handle: Handle, tree: exp.Expr, scope: Scope) -> Handle:
    """Return the one value that FOR XML and FOR JSON make of all columns of all rows."""
    clause = tree.args.get("for_")
    kind = str(clause.args.get("kind") or "").lower() if isinstance(clause, exp.Expr) else ""
    if kind not in {"xml", "json"}:
        return handle
    made = AggregateCall(f"for_{kind}", (Star(),))
    return scope.builder.add(
        Aggregate(input=handle, items=(Item(made, None, scope.location(tree)),))
    )


def _parenthesized(tree: exp.Expr, scope: Scope) -> Handle:
    if isinstance(tree.this, (exp.Table, exp.Values)):
        handle = lower_from(tree.this, scope)
    else:
        handle = lower_tree(tree.this, scope)
    return _ordered(handle, tree, scope)


# --- SELECT ---------------------------------------------------------------------------------------


def _select(tree: exp.Expr, scope: Scope) -> Handle:
    windows = tree.args.get("windows")
    if windows:
        scope = replace(scope, windows={scope.name(window.this): window for window in windows})
    marked = marks_of(tree, scope) if scope.dialect in JOIN_MARKS else None
    handle = _source(tree, scope, marked)
    scope = replace(scope, named={**scope.named, **named_in(tree, scope)})
    selection = items_of(tree, scope)
    if tree.args.get("kind") == "VALUE" and not tree.meta.get(AS_VALUE):
        selection = fields_of_value(selection)
    handle = _filtered(handle, tree, selection, scope, marked)
    handle, selection = generated(handle, selection, scope)
    if _aggregates(tree, scope):
        handle = aggregated(handle, tree, selection, scope, lateral=scope.dialect in LATERAL)
        return _limited(_distinct(handle, tree, scope), tree, scope)
    return _projected(handle, tree, selection, scope)


def _source(tree: exp.Expr, scope: Scope, marked: Marked | None) -> Handle:
    """Return what a SELECT reads: FROM, and all that is joined to it in the order of the text."""
    source = tree.args.get("from_")
    joins = list(tree.args.get("joins") or ())
    first = source.this if source is not None else None
    if first is not None and marked is not None:
        first, joins = ordered(first, joins, marked, scope)
    handle = lower_from(first, scope) if first is not None else scope.builder.add(Values())
    match = tree.args.get("match")
    if isinstance(match, exp.MatchRecognize):
        handle = matched(handle, match, scope)
    joined = [*joins, *(tree.args.get("laterals") or ())]
    if tree.args.get("laterals") and joins and scope.source is not None:
        joined.sort(key=scope.source.position)
    handle = lower_joins(handle, joined, scope)
    sample = tree.args.get("sample")
    return sampled(handle, sample, scope) if isinstance(sample, exp.TableSample) else handle


def _filtered(
    handle: Handle, tree: exp.Expr, selection: Selection, scope: Scope, marked: Marked | None
) -> Handle:
    """Apply WHERE and what is like it."""
    for key, clause in (("prewhere", "WHERE"), ("where", "WHERE"), ("connect", "CONNECT BY")):
        node = tree.args.get(key)
        if node is None:
            continue
        lateral = scope.dialect in LATERAL_WHERE
        aliases = aliases_for_filters(selection, lateral=True) if lateral else {}
        for part in marked.rest if marked is not None and key == "where" else _conditions(node):
            at, text = scope.item(part)
            condition = _naming(lower_expression(part, scope), aliases, scope)
            whole = for_each(condition, scope)
            handle = scope.builder.add(Filter(handle, whole, clause, at, text))
    return handle


def _naming(condition: Expr, aliases: Mapping[str, Expr], scope: Scope) -> Expr:
    """Return a condition in which an alias may stand; a column goes first but in ClickHouse."""
    if scope.dialect == "clickhouse":
        return with_aliases(condition, aliases)
    return with_aliases_behind(condition, aliases)


def _conditions(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Connect):
        return [
            part for part in (node.args.get("start"), node.args.get("connect")) if part is not None
        ]
    return [node.this]


def _aggregates(tree: exp.Expr, scope: Scope) -> bool:
    """Return whether this SELECT groups.

    By a clause, or by an aggregate anywhere but in a window.
    """
    if tree.args.get("group") is not None or "aggregate" in scope.noted:
        return True
    for key in ("having", "order"):
        node = tree.args.get(key)
        if node is not None:
            for part in node.expressions or [node.this]:
                lower_expression(part.this if isinstance(part, exp.Ordered) else part, scope)
    return "aggregate" in scope.noted


def _projected(handle: Handle, tree: exp.Expr, selection: Selection, scope: Scope) -> Handle:
    """Return a SELECT without grouping; QUALIFY, DISTINCT ON and ORDER BY look below its list."""
    for key, clause in (("having", "HAVING"), ("qualify", "QUALIFY")):
        node = tree.args.get(key)
        if node is not None:
            at, text = scope.item(node.this)
            aliases = aliases_for_filters(selection, lateral=scope.dialect in LATERAL)
            condition = _naming(lower_expression(node.this, scope), aliases, scope)
            handle = scope.builder.add(Filter(handle, condition, clause, at, text))
    order = sort_keys(tree, selection, scope)
    chosen = _distinct_on(tree, selection, scope)
    distinct = tree.args.get("distinct") is not None and not chosen
    if chosen:
        handle = scope.builder.add(
            Distinct(handle, chosen, order, _clause_at(tree, "distinct", scope))
        )
    if order and not distinct:
        handle = scope.builder.add(Sort(handle, order, _clause_at(tree, "order", scope)))
    handle = projection(handle, tree, selection, scope)
    if distinct:
        handle = scope.builder.add(Distinct(handle, at=scope.location(tree)))
        if order:
            handle = scope.builder.add(Sort(handle, _output_order(tree, selection, scope)))
    return _limited(handle, tree, scope)


def projection(handle: Handle, tree: exp.Expr, selection: Selection, scope: Scope) -> Handle:
    """Return the SELECT list over `handle`."""
    made = scope.builder.add(Project(handle, selection.items, scope.dialect in LATERAL))
    excluded = tree.args.get("exclude")
    if excluded:
        made = scope.builder.add(
            Drop(made, tuple(lower_expression(part, scope) for part in excluded))
        )
    return made


def _distinct_on(tree: exp.Expr, selection: Selection, scope: Scope) -> tuple[Expr, ...]:
    distinct, limit = tree.args.get("distinct"), tree.args.get("limit")
    on = distinct.args.get("on") if distinct is not None else None
    keys = on.expressions if isinstance(on, exp.Tuple) else [on] if on is not None else []
    if limit is not None and limit.expressions:  # ClickHouse's LIMIT 1 BY
        keys = limit.expressions
    aliases = selection.aliases()
    return tuple(
        _by_position(part, selection) or with_aliases(lower_expression(part, scope), aliases)
        for part in keys
    )


def _by_position(node: exp.Expr, selection: Selection) -> Expr | None:
    """Return the item that an ordinal means."""
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        return selection.at_position(int(node.name))
    return None


def sort_keys(tree: exp.Expr, selection: Selection, scope: Scope) -> tuple[Order, ...]:
    """Return the sort keys of a SELECT over its input.

    Ordinals and aliases are their expressions.
    """
    node = tree.args.get("order")
    if node is None:
        return ()
    own = selection.aliases()
    aliases = chained(own) if scope.dialect in LATERAL else own
    keys: list[Order] = []
    for part, key in zip(node.expressions, order_of(node.expressions, scope), strict=True):
        inner = part.this if isinstance(part, exp.Ordered) else part
        expr = _by_position(inner, selection) or with_aliases(key.expr, aliases)
        keys.extend(selection.keys(Order(expr, key.descending, key.nulls_first)))
    return tuple(keys)


def _output_order(tree: exp.Expr, selection: Selection, scope: Scope) -> tuple[Order, ...]:
    """Return the sort keys over the output: an item is meant by its name."""
    names = {item.expr: Ref(item.name) for item in selection.items if item.name}
    bare = {expr.name: name for expr, name in names.items() if isinstance(expr, Ref)}
    outputs = {name.name for name in names.values()}

    def over_output(expr: Expr) -> Expr:
        if expr in names or not isinstance(expr, Ref) or expr.name in outputs:
            return names.get(expr, expr)
        return bare.get(expr.name, expr)  # `SELECT DISTINCT t.a AS b … ORDER BY a`

    return tuple(
        Order(over_output(key.expr), key.descending, key.nulls_first)
        for key in sort_keys(tree, selection, scope)
    )


def _distinct(handle: Handle, tree: exp.Expr, scope: Scope) -> Handle:
    distinct = tree.args.get("distinct")
    if distinct is None:
        return handle
    on = distinct.args.get("on")
    keys = on.expressions if isinstance(on, exp.Tuple) else [on] if on is not None else []
    lowered = tuple(lower_expression(part, scope) for part in keys)
    return scope.builder.add(Distinct(handle, lowered, at=scope.location(tree)))


def _clause_at(tree: exp.Expr, key: str, scope: Scope) -> Location | None:
    node = tree.args.get(key)
    return scope.location(node) if node is not None else None


# --- set operations -------------------------------------------------------------------------------


def _set_operation(tree: exp.Expr, scope: Scope) -> Handle:
    """Return a set operation; a chain of one kind is one operator with many inputs."""
    arms = [tree.args["expression"]]
    left = tree.this
    while _continues(left, tree):
        arms.append(left.args["expression"])
        left = left.this
    inputs = [lower_tree(arm, scope) for arm in (left, *reversed(arms))]
    kind = {"union": "union", "intersect": "intersect", "except": "except"}[tree.key]
    by_name = bool(tree.args.get("by_name"))
    return scope.builder.add(
        SetOperation(
            kind=kind,  # type: ignore[arg-type]  # one of the three
            inputs=tuple(inputs), all=not tree.args.get("distinct"), by_name=by_name,
            allow_missing=by_name and _fills_up(tree, scope),
            at=scope.location(tree.args["expression"]),
        )
    )  # fmt: skip


def _fills_up(tree: exp.Expr, scope: Scope) -> bool:
    """Return whether BY NAME keeps a column that one side lacks, as BigQuery does with FULL."""
    return scope.dialect in {"duckdb", "snowflake"} or tree.args.get("side") == "FULL"


_MODIFIERS = ("order", "limit", "offset", "with_")


def _continues(left: exp.Expr, tree: exp.Expr) -> bool:
    """Return whether the left arm is the same operation, so that both are one list of arms."""
    return (
        type(left) is type(tree)
        and not isinstance(tree, exp.Except)
        and bool(left.args.get("distinct")) == bool(tree.args.get("distinct"))
        and bool(left.args.get("by_name")) == bool(tree.args.get("by_name"))
        and not any(left.args.get(key) for key in _MODIFIERS)
    )


# --- ORDER BY, LIMIT ------------------------------------------------------------------------------


def _ordered(handle: Handle, tree: exp.Expr, scope: Scope) -> Handle:
    """Apply ORDER BY and LIMIT that stand behind a whole query."""
    node = tree.args.get("order")
    if node is not None:
        names = output_names(tree)
        keys = []
        for key in order_of(node.expressions, scope):
            expr = key.expr
            if isinstance(expr, Constant) and expr.kind == "number" and expr.text.isdigit():
                index = int(expr.text) - 1
                name = names[index] if index < len(names) else None
                expr = Ref(scope.name(name)) if name else expr
            keys.append(Order(expr, key.descending, key.nulls_first))
        handle = scope.builder.add(Sort(handle, tuple(keys), scope.location(node)))
    return _limited(handle, tree, scope)


def output_names(tree: exp.Expr) -> list[exp.Expr | None]:
    """Return the names of a query's items as they are written in its first arm.

    None for one without.
    """
    while isinstance(tree, (exp.SetOperation, exp.Subquery)):
        tree = tree.this
    names: list[exp.Expr | None] = []
    for item in tree.expressions if isinstance(tree, exp.Select) else ():
        inner = item.args.get("alias") if isinstance(item, exp.Alias) else item.this
        names.append(inner if isinstance(inner, exp.Identifier) else None)
    return names


def _limited(handle: Handle, tree: exp.Expr, scope: Scope) -> Handle:
    limit, offset = tree.args.get("limit"), tree.args.get("offset")
    if limit is not None and limit.expressions:
        return handle
    if limit is None and offset is None:
        return handle
    count = _limit_text(limit, scope)
    if count.lower() in {"all", "null"} and offset is None:
        return handle
    skipped = _number(offset.args.get("expression"), scope) if offset is not None else ""
    clause = limit if limit is not None else offset
    at = scope.location(clause) if clause is not None else None
    return scope.builder.add(Limit(handle, count, skipped, at))


def _limit_text(limit: exp.Expr | None, scope: Scope) -> str:
    if limit is None:
        return "all"
    count = (
        limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.args.get("expression")
    )
    text = _number(count, scope) if count is not None else "1"
    options = limit.args.get("limit_options")
    if options is not None and options.args.get("percent"):
        text = f"{text} percent"
    return f"{text} with ties" if options is not None and options.args.get("with_ties") else text


def _number(node: exp.Expr | None, scope: Scope) -> str:
    if node is None:
        return ""
    lowered = lower_expression(node, scope)
    if isinstance(lowered, Constant):
        return lowered.text
    name = getattr(lowered, "name", "")
    return f"{{{name}}}" if name else scope.text(node.sql(dialect=scope.dialect or None))
