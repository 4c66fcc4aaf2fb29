"""Spark's functions: their second names, and the arguments that may be left out."""

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian.languages.expressions.datatypes import type_text
from guardian.model.plan import AggregateCall, Call, Constant, Expr

DIALECTS = frozenset({"spark", "spark2", "databricks", "hive"})
# Names of one and the same class of Catalyst (its FunctionRegistry), where sqlglot knows only one.
_SYNONYMS = {
    "cardinality": "array_size", "regexp": "rlike", "regexp_like": "rlike", "positive": "",
    "negative": "neg", "isnull": "is_null", "std": "stddev", "stddev_samp": "stddev",
    "var_samp": "variance", "mean": "avg", "every": "bool_and", "some": "bool_or", "sha1": "sha",
    "signum": "sign", "printf": "format_string", "getbit": "bit_get", "reduce": "aggregate",
    "current_schema": "current_database", "user": "current_user", "session_user": "current_user",
    "to_varchar": "to_char", "char": "chr", "java_method": "reflect",
    "xpath_number": "xpath_double", "curdate": "current_date", "datepart": "date_part",
    "approx_count_distinct": "approx_distinct", "collect_list": "array_agg",
    "listagg": "string_agg", "generate_series": "sequence",
}  # fmt: skip
# Aggregates for which sqlglot has no class.
AGGREGATES = frozenset({
    "approx_top_k", "approx_top_k_accumulate", "approx_top_k_combine", "bitmap_and_agg",
    "bitmap_construct_agg", "bitmap_or_agg", "collect_union", "count_min_sketch",
    "histogram_numeric", "hll_union_agg", "kll_merge_agg_bigint", "kll_merge_agg_double",
    "kll_merge_agg_float", "kll_sketch_agg_bigint", "kll_sketch_agg_double",
    "kll_sketch_agg_float", "mean", "measure", "percentile", "regr_sxx", "regr_sxy", "regr_syy",
    "schema_of_variant_agg", "std", "theta_intersection_agg", "theta_sketch_agg",
    "theta_union_agg", "tuple_intersection_agg_double", "tuple_intersection_agg_integer",
    "tuple_sketch_agg_double", "tuple_sketch_agg_integer", "tuple_union_agg_double",
    "tuple_union_agg_integer", "vector_avg", "vector_sum",
})  # fmt: skip
# From which argument on a function has defaults, and these, as SQL writes them. By the name in the
# plan where that is not the function's own.
_DEFAULTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "regexp_split": (2, ("-1",)), "str_position": (2, ("1",)), "months_between": (2, ("true",)),
    "bround": (1, ("0",)), "round": (1, ("0",)), "overlay": (3, ("-1",)),
    "approx_quantile": (2, ("10000",)), "percentile": (2, ("1",)), "mode": (1, ("false",)),
    "mask": (1, ("'X'", "'x'", "'n'", "null")), "sentences": (1, ("''", "''")),
    "nth_value": (2, ("false",)), "window": (3, ("'0 second'",)), "lag": (1, ("1", "null")),
    "lead": (1, ("1", "null")),
    "variant_set": (3, ("true",)), "try_variant_set": (3, ("true",)),
    "variant_strip_nulls": (1, ("true",)), "regexp_replace": (3, ("1",)),
    "make_dt_interval": (0, ("0",) * 4), "make_interval": (0, ("0",) * 7),
    "try_make_interval": (0, ("0",) * 7), "make_ym_interval": (0, ("0",) * 2),
    "aes_encrypt": (2, ("'GCM'", "'DEFAULT'", "''", "''")),
    "aes_decrypt": (2, ("'GCM'", "'DEFAULT'", "''")),
    "try_aes_decrypt": (2, ("'GCM'", "'DEFAULT'", "''")),
    **dict.fromkeys(
        ("tuple_sketch_agg_double", "tuple_sketch_agg_integer", "tuple_union_double",
         "tuple_union_integer", "tuple_union_theta_double", "tuple_union_theta_integer"),
        (2, ("12", "'sum'")),
    ),
    **dict.fromkeys(("tuple_union_agg_double", "tuple_union_agg_integer"), (1, ("12", "'sum'"))),
}  # fmt: skip
_IN_PLAN = {
    "split": "regexp_split", "locate": "str_position", "position": "str_position",
    "percentile_approx": "approx_quantile", "approx_percentile": "approx_quantile",
}  # fmt: skip
_PARSERS = frozenset({"from_json", "from_csv", "from_xml"})
_TIME_WINDOWS = frozenset({"window", "session_window"})
_WINDOW_TYPE = "struct<start:timestamp,end:timestamp>"
_TYPE = re.compile(r"\s*(array|map|struct)\s*<", re.IGNORECASE)
_SORTED = "given=this/asc/nulls_first"  # SORT_ARRAY(a, true)


def with_defaults(name: str, trees: Iterable[exp.Expr | None]) -> list[exp.Expr]:
    """Return the arguments of a function, those left out (None) as what Spark takes for them."""
    first, defaults = _DEFAULTS.get(_IN_PLAN.get(name, name), (0, ()))
    made: list[exp.Expr] = []
    for position, tree in enumerate(trees):
        if tree is not None:
            made.append(tree)
        elif 0 <= position - first < len(defaults):
            made.append(_tree(defaults[position - first]))
    return made


def _tree(text: str) -> exp.Expr:
    if text.startswith("'"):
        return exp.Literal.string(text.strip("'"))
    if text in {"true", "false"}:
        return exp.Boolean(this=text == "true")
    return exp.Null() if text == "null" else exp.Literal.number(text)


def canonical(expr: Expr) -> Expr:
    """Return a call under its first name, without trailing arguments that say what holds anyway.

    What makes a struct carries the struct's type.
    """
    if not isinstance(expr, Call | AggregateCall):
        return expr
    if expr.name in _PARSERS and len(expr.args) > 1:
        return _parser(expr)
    name = _SYNONYMS.get(expr.name, expr.name)
    if name == "isnotnull":
        return Call("not", (Call("is_null", expr.args),))
    if not name:
        return expr.args[0] if len(expr.args) == 1 else expr
    first, defaults = _DEFAULTS.get(name, (0, ()))
    args = expr.args
    while first < len(args) <= first + len(defaults):
        if _text(args[-1]) != defaults[len(args) - 1 - first]:
            break
        args = args[:-1]
    if name == "window" and len(args) == 3 and args[2] == args[1]:
        args = args[:2]  # a tumbling window
    if name in _TIME_WINDOWS:
        return Call(name, args, _WINDOW_TYPE)
    if name == "array_sort" and expr.option == _SORTED and _text(args[1]) == "true":
        return Call(name, (args[0], args[2]), _SORTED.replace("/asc", ""))
    if name == expr.name and len(args) == len(expr.args):
        return expr
    return msgspec.structs.replace(expr, name=name, args=args)


def _parser(expr: Call | AggregateCall) -> Expr:
    """Return `from_json(text, schema)` with the type that the schema stands for, if it is known."""
    schema = expr.args[1]
    kind = _shape(schema.text) if isinstance(schema, Constant) else None
    return Call(expr.name, (expr.args[0], *expr.args[2:]), kind) if kind else expr


@lru_cache(maxsize=512)
def _shape(text: str) -> str | None:
    """Return the type of `a INT, b STRING`, or of `ARRAY<INT>`; None where it is not read."""
    if len(text) > 20_000 or text.count("<") > 50 or text.count("(") > 200:
        return None
    whole = text if _TYPE.match(text) else f"struct<{text}>"
    try:
        tree = exp.DataType.build(whole, dialect="spark")
    except (SqlglotError, ValueError, RecursionError):
        return None
    return type_text(tree, "spark")


def _text(expr: Expr) -> str:
    if not isinstance(expr, Constant):
        return ""
    return f"'{expr.text}'" if expr.kind == "string" else expr.text or expr.kind
