"""Aggregates and window functions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from guardian.languages.expressions import spark
from guardian.languages.expressions.dispatch import Handler, Scope, lower_expression, opaque
from guardian.languages.expressions.functions import anonymous, arguments, function_name
from guardian.languages.expressions.operators import all_of
from guardian.model.plan import AggregateCall, Call, Expr, Order, Over, Star

_NAMES: dict[type[exp.Expr], str] = {
    exp.GroupConcat: "string_agg", exp.ArgMax: "max_by", exp.ArgMin: "min_by",
    exp.LogicalOr: "bool_or", exp.LogicalAnd: "bool_and", exp.CountIf: "count_if",
    exp.ArrayUniqueAgg: "collect_set", exp.ApproxDistinct: "approx_distinct",
    exp.FirstValue: "first_value", exp.LastValue: "last_value",
}  # fmt: skip
# Spark has one function under both names, with and without OVER.
_PICKS_IN_WINDOW = {"first": "first_value", "last": "last_value"}
# Window functions whose result no frame alters.
_UNFRAMED = (
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag,
    exp.Lead,
)  # fmt: skip
_WINDOW_ONLY = (*_UNFRAMED, exp.FirstValue, exp.LastValue, exp.NthValue)
_UNFRAMED_NAMES = frozenset(
    {"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead"}
)
_CLICKHOUSE = (exp.CombinedAggFunc, exp.ParameterizedAgg)
_CLICKHOUSE_NAMES = {
    "any": "any_value", "anylast": "last", "uniq": "approx_distinct", "argmax": "max_by",
    "argmin": "min_by", "grouparray": "array_agg", "groupuniqarray": "collect_set",
}  # fmt: skip
# Aggregates that sqlglot has no class for; any other unknown function is taken for a scalar one.
AGGREGATES = frozenset({
    "collect_list", "collect_set", "array_concat_agg", "bit_and", "bit_or", "bit_xor", "bool_and",
    "bool_or", "every", "some_value", "any_value", "histogram", "listagg", "string_agg",
    "regr_slope",
    "regr_intercept", "regr_count", "regr_r2", "regr_avgx", "regr_avgy", "median", "mode",
    "geomean",
    "approx_count_distinct", "approx_set", "map_agg", "map_union", "multimap_agg",
    "json_agg", "jsonb_agg", "jsonb_object_agg", "json_object_agg", "array_union_agg",
    "count_distinct",
    "sum_distinct", "try_sum", "try_avg", "hll_sketch_agg", "kurtosis", "skewness", "product",
    "fsum",
    "favg", "arg_max", "arg_min", "max_by", "min_by", "first", "last", "approx_quantiles",
    "approx_top_count", "approx_top_sum", "hll_count.init", "hll_count.merge",
    "hll_count.merge_partial",
    "logical_and", "logical_or", "checksum", "st_union_agg", "corr", "covar_pop", "covar_samp",
}) | spark.AGGREGATES  # fmt: skip
ROWS_ALL = "rows between unbounded preceding and unbounded following"
RANGE_TO_CURRENT = "range between unbounded preceding and current row"


@dataclass(frozen=True, slots=True)
class _Parts:
    """An aggregate taken out of the nodes that sqlglot wraps it, or its argument, in."""

    call: exp.Expr
    filter: exp.Expr | None = None
    order: tuple[exp.Expr, ...] = ()
    distinct: bool = False
    options: tuple[str, ...] = ()


def is_aggregate(node: exp.Expr) -> bool:
    """Return whether `node` is a call of an aggregate function."""
    if isinstance(node, exp.AggFunc):
        return not isinstance(node, _WINDOW_ONLY)
    return (
        isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)) and node.name.lower() in AGGREGATES
    )


def _taken_apart(node: exp.Expr) -> _Parts:
    parts = _Parts(node)
    while isinstance(parts.call, (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)):
        call = parts.call
        if isinstance(call, exp.Filter):
            parts = replace(parts, call=call.this, filter=call.args["expression"].this)
        elif isinstance(call, exp.WithinGroup):
            parts = replace(parts, call=call.this, order=tuple(call.args["expression"].expressions))
        else:
            option = ("ignore nulls",) if isinstance(call, exp.IgnoreNulls) else ()
            parts = replace(parts, call=call.this, options=(*parts.options, *option))
    return parts


def _aggregate(node: exp.Expr, scope: Scope) -> Expr:
    call = _called(node, scope)
    if scope.dialect in spark.DIALECTS and call.name in _PICKS_IN_WINDOW.values():
        # Spark: FIRST_VALUE without OVER is FIRST.
        name = call.name.removesuffix("_value")
        call = AggregateCall(name=name, args=call.args, option=call.option)
    if isinstance(call, AggregateCall):
        scope.noted.add("aggregate")
    return call


def _called(node: exp.Expr, scope: Scope) -> AggregateCall | Call:
    call = _read(node, scope)
    if scope.dialect not in spark.DIALECTS:
        return call
    made = spark.canonical(call)
    return made if isinstance(made, AggregateCall | Call) else call


def _read(node: exp.Expr, scope: Scope) -> AggregateCall | Call:
    parts = _taken_apart(node)
    call = parts.call
    if isinstance(call, _CLICKHOUSE):
        return _combined(call, parts, scope)
    if not is_aggregate(call):
        return _window_call(parts, scope)
    first, inner = _argument(call, parts)
    name = _NAMES.get(type(call)) or _name(call)
    if isinstance(call, (exp.Anonymous, exp.AnonymousAggFunc)):
        args, option = all_of((*first, *call.expressions[1:]), scope), ""
    else:
        rest, option = arguments(call, scope, frozenset({"this"}))
        args = (*all_of(first, scope), *rest)
    if call.args.get("nulls_excluded"):
        inner, option = replace(inner, options=(*inner.options, "ignore nulls")), ""
    if isinstance(call, exp.Count) and len(args) == 1 and _is_every_row(first[0]):
        args = ()
    return AggregateCall(
        name=name,
        args=args,
        distinct=inner.distinct,
        filter=None if inner.filter is None else lower_expression(inner.filter, scope),
        order=order_of(inner.order, scope),
        option=",".join(part for part in (option, *dict.fromkeys(inner.options)) if part),
    )


def _combined(call: exp.Expr, parts: _Parts, scope: Scope) -> AggregateCall:
    """Return ClickHouse's `sumIf(x, condition)`, `quantile(0.9)(x)` and their like."""
    name = call.name
    args = list(call.args.get("params") or call.expressions)
    given = call.expressions if call.args.get("params") else []
    condition = parts.filter
    if name.endswith("If") and args and condition is None:
        name, condition = name.removesuffix("If"), args.pop()
    return AggregateCall(
        name=_CLICKHOUSE_NAMES.get(name.lower(), name.lower()),
        args=all_of(args, scope),
        filter=None if condition is None else lower_expression(condition, scope),
        order=order_of(parts.order, scope),
        option=",".join(part.sql(dialect=scope.dialect or None).lower() for part in given),
    )


def _any(node: exp.Expr, scope: Scope) -> Expr:
    """Return Spark's `ANY(condition)`, an aggregate; elsewhere ANY goes with a comparison."""
    if scope.dialect not in spark.DIALECTS or isinstance(node.this, exp.Query):
        return opaque(node, scope)
    scope.noted.add("aggregate")
    return AggregateCall(name="bool_or", args=all_of((node.this,), scope))


def _unknown(node: exp.Expr, scope: Scope) -> Expr:
    some = node.name.lower() == "some" and len(node.expressions) == 1
    if some and scope.dialect in spark.DIALECTS:
        return _any(exp.Any(this=node.expressions[0]), scope)
    return _aggregate(node, scope) if is_aggregate(node) else anonymous(node, scope)


def _name(call: exp.Expr) -> str:
    return (
        call.name.lower()
        if isinstance(call, (exp.Anonymous, exp.AnonymousAggFunc))
        else function_name(call)
    )


def _argument(call: exp.Expr, parts: _Parts) -> tuple[list[exp.Expr], _Parts]:
    """Return the first argument without DISTINCT, ORDER BY, LIMIT around it, and those as parts."""
    anonymous = isinstance(call, (exp.Anonymous, exp.AnonymousAggFunc))
    first = (
        (call.expressions[0] if call.expressions else None) if anonymous else call.args.get("this")
    )
    while isinstance(
        first,
        (exp.Distinct, exp.Order, exp.Limit, exp.HavingMax, exp.IgnoreNulls, exp.RespectNulls),
    ):
        match first:
            case exp.Distinct():
                return list(first.expressions), replace(parts, distinct=True)
            case exp.Order():
                parts = replace(parts, order=tuple(first.expressions))
            case exp.Limit():
                parts = replace(
                    parts, options=(*parts.options, f"limit {first.args['expression'].sql()}")
                )
            case exp.HavingMax():
                best = "max" if first.args.get("max") else "min"
                return [first.this, first.args["expression"]], replace(
                    parts, options=(*parts.options, f"having {best}")
                )
            case exp.IgnoreNulls():
                parts = replace(parts, options=(*parts.options, "ignore nulls"))
            case _:
                pass
        inner = first.this
        first = inner
    if isinstance(first, exp.Distinct):
        return list(first.expressions), replace(parts, distinct=True)
    return ([first] if isinstance(first, exp.Expr) else []), parts


def _is_every_row(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Star, exp.Literal, exp.Boolean))


def order_of(nodes: Iterable[exp.Expr], scope: Scope) -> tuple[Order, ...]:
    """Return sort keys; sqlglot has worked out where the dialect puts nulls.

    ORDER BY ALL is a key that is a star: all columns of the SELECT list.
    """
    keys: list[Order] = []
    for node in nodes:
        inner = node.this if isinstance(node, exp.Ordered) else node
        every = isinstance(inner, exp.Var) and inner.name.upper() == "ALL"
        expr = Star() if every else lower_expression(inner, scope)
        if isinstance(node, exp.Ordered):
            descending, first = bool(node.args.get("desc")), bool(node.args.get("nulls_first"))
            keys.append(Order(expr, descending, first))
        else:
            keys.append(Order(expr))
    return tuple(keys)


# --- windows --------------------------------------------------------------------------------------


def _window_call(parts: _Parts, scope: Scope) -> Call:
    if isinstance(parts.call, exp.Anonymous) or not isinstance(parts.call, exp.Func):
        lowered = lower_expression(parts.call, scope)
        return lowered if isinstance(lowered, Call) else Call("over", (lowered,))
    args, option = arguments(parts.call, scope)
    options = [part for part in (option, *parts.options) if part]
    return Call(function_name(parts.call), args, ",".join(options))


def _over(node: exp.Expr, scope: Scope) -> Expr:
    spec = _specification(node, scope)
    scope.noted.add("window")
    call = _called(node.this, scope)
    if scope.dialect in spark.DIALECTS and call.name in _PICKS_IN_WINDOW:
        call = Call(_PICKS_IN_WINDOW[call.name], call.args, call.option)
    order = order_of(spec.order, scope)
    return Over(call, all_of(spec.partition, scope), order, _frame(call, spec, scope))


@dataclass(frozen=True, slots=True)
class _Window:
    partition: tuple[exp.Expr, ...] = ()
    order: tuple[exp.Expr, ...] = ()
    frame: exp.Expr | None = None


def _specification(node: exp.Expr, scope: Scope, depth: int = 0) -> _Window:
    """Return a window's parts, those of the named window that it builds upon among them."""
    base = _Window()
    alias = node.args.get("alias")
    named = scope.windows.get(scope.name(alias)) if alias is not None else None
    if named is not None and depth < 10:
        base = _specification(named, scope, depth + 1)
    order = node.args.get("order")
    return _Window(
        tuple(node.args.get("partition_by") or ()) or base.partition,
        tuple(order.expressions) if order is not None else base.order,
        node.args.get("spec") or base.frame,
    )


def _frame(call: AggregateCall | Call, spec: _Window, scope: Scope) -> str:
    if call.name in _UNFRAMED_NAMES:
        return ""
    if spec.frame is None:
        return RANGE_TO_CURRENT if spec.order else ROWS_ALL
    args = spec.frame.args
    start = _bound(args.get("start"), args.get("start_side"), scope)
    end = _bound(args.get("end"), args.get("end_side"), scope) if args.get("end") else "current row"
    excluded = args.get("exclude")
    suffix = f" exclude {excluded.name.lower()}" if isinstance(excluded, exp.Expr) else ""
    return f"{str(args.get('kind') or 'rows').lower()} between {start} and {end}{suffix}"


def _bound(value: object, side: object, scope: Scope) -> str:
    if isinstance(value, exp.Expr):
        text = scope.text(value.sql(dialect=scope.dialect or None)).lower()
    else:
        text = str(value or "unbounded").lower()
    return f"{text} {str(side).lower()}" if side else text


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.AggFunc: _aggregate, exp.AnonymousAggFunc: _aggregate, exp.Filter: _aggregate,
    exp.WithinGroup: _aggregate, exp.IgnoreNulls: _aggregate, exp.RespectNulls: _aggregate,
    exp.Window: _over, exp.Anonymous: _unknown, exp.Any: _any,
    **dict.fromkeys(_WINDOW_ONLY, _aggregate),
}  # fmt: skip
