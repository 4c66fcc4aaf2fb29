"""`pyspark.sql.functions`: each call as the expression that the same function in SQL text gives."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.errors import SqlglotError

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.modules import nesting
from guardian.languages.python.spark_columns import (
    SPARK,
    Column,
    Tree,
    as_tree,
    combined,
    identifier,
    named_column,
    spread,
)
from guardian.languages.python.spark_types import shape_text
from guardian.languages.python.udfs import is_callable, udf_of
from guardian.languages.python.values import (
    Builtin,
    Call,
    Function,
    Value,
    as_sql,
    plain,
    to_text,
)

# Positions of arguments that are constants, not columns; the string "foo" there is the text foo.
_LITERALS: dict[tuple[int, ...], str] = {
    (0,): """concat_ws date_trunc format_string locate printf ntile rand randn schema_of_json
        schema_of_csv monotonically_increasing_id""",
    (1,): """date_format to_date to_timestamp to_timestamp_ltz to_timestamp_ntz from_unixtime
        unix_timestamp to_unix_timestamp trunc regexp_extract_all instr substring_index from_json
        from_csv get_json_object encode decode from_utc_timestamp to_utc_timestamp next_day
        array_contains array_position array_remove array_append array_prepend format_number sha2
        round bround add_months element_at split_part to_char to_number to_binary xpath xpath_string
        substring left right repeat try_to_timestamp try_to_number""",
    (1, 2): """regexp_extract regexp_replace translate array_join lag lead split overlay nth_value
        percentile_approx approx_percentile lpad rpad""",
    tuple(range(1, 60)): "json_tuple",
}
LITERAL_ARGUMENTS: dict[str, frozenset[int]] = {
    name: frozenset(positions) for positions, names in _LITERALS.items() for name in names.split()
}
RENAMED = {
    "countdistinct": "count_distinct", "approxcountdistinct": "approx_count_distinct",
    "sumdistinct": "sum_distinct", "todegrees": "degrees", "toradians": "radians",
    "create_map": "map",
    "bitwisenot": "bitwise_not", "signum": "sign", "column": "col", "shiftleft": "shiftleft",
    "negative": "negate", "reduce": "aggregate", "char_length": "length",
    "character_length": "length",
    "dayofmonth": "day", "mean": "avg", "typedlit": "lit",
}  # fmt: skip
GENERATORS: dict[str, tuple[str, ...]] = {
    "explode": ("col",), "explode_outer": ("col",), "posexplode": ("pos", "col"),
    "posexplode_outer": ("pos", "col"), "inline": (), "inline_outer": (), "stack": (),
    "json_tuple": (),
}  # fmt: skip
SEVERAL_ARGUMENTS = frozenset({"stack", "json_tuple"})
# Builtins that `from pyspark.sql.functions import *` replaces.
_VARIABLE = re.compile(r"\$\{(\w+)\}")
EXPRESSION_LIMIT, EXPRESSION_DEPTH = 200_000, 200
SHADOWS = frozenset(
    {"abs", "max", "min", "sum", "round", "pow", "hash", "filter", "slice", "hex", "bin", "ascii"}
)
NOT_FUNCTIONS = frozenset({
    "if", "in", "like", "cast", "list", "len", "map", "int", "float", "str", "dict", "set", "any",
    "all", "bool",
    "range", "print", "format", "date", "type", "object", "id", "string", "next", "iter", "input",
    "open",
})  # fmt: skip
EXTRA_NAMES = frozenset({
    "col", "column", "lit", "expr", "when", "udf", "pandas_udf", "broadcast", "desc", "asc",
    "isnull", "isnotnull",
    "countDistinct", "count_distinct", "approxCountDistinct", "sumDistinct", "sum_distinct",
    "create_map",
    "monotonically_increasing_id", "input_file_name", "asc_nulls_first", "asc_nulls_last",
    "desc_nulls_first",
    "desc_nulls_last", "struct", "array", "window", "transform", "to_utc_timestamp",
    "spark_partition_id",
    "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer",
    "call_udf",
    "array_sort", "zip_with", "forall", "exists", "aggregate", "collect_list", "collect_set",
    "row_number", "rank",
    "dense_rank", "percent_rank", "ntile", "lag", "lead", "first", "last", "sequence", "from_json",
    "to_json",
    "schema_of_json", "json_tuple", "arrays_zip", "map_from_entries", "regexp_extract", "negate",
    "negative",
    "bitwise_not", "bitwiseNOT", "shiftleft", "shiftright", "sha2", "md5", "crc32", "xxhash64",
    "toDegrees",
    "toRadians", "randn", "rand", "cume_dist", "nth_value", "from_csv", "to_csv", "grouping",
    "grouping_id", "isnan",
    "nanvl", "array_contains", "rint", "hypot", "initcap", "soundex", "base64", "unbase64",
    "overlay",
    "format_string", "format_number", "months_between", "next_day", "from_unixtime", "make_date",
    "timestamp_seconds",
    "assert_true", "raise_error", "product", "skewness", "kurtosis", "expm1", "log1p", "cbrt",
})  # fmt: skip


def is_function(name: str) -> bool:
    """Return whether `pyspark.sql.functions` has a function of that name, for star imports."""
    if name in EXTRA_NAMES or name in SHADOWS:
        return True
    return name.islower() and name not in NOT_FUNCTIONS and name.upper() in Spark.Parser.FUNCTIONS


def parse_expression(text: str, call: Call) -> Column:
    """Return SQL text as a column; text that cannot be read is opaque, with a warning."""
    sql = as_sql(text)
    try:
        tree = _select_item(sql)
    except (SqlglotError, ValueError, RecursionError) as error:
        reason = (str(error).splitlines() or [""])[0].strip()
        call.machine.warn(f"this SQL expression cannot be read: {reason[:120]}", call.at)
        return Column(
            exp.Anonymous(this="unreadable", expressions=[exp.Literal.string(plain(text)[:300])])
        )
    tree = _with_symbols(tree)
    if isinstance(tree, exp.Aliases):
        return Column(tree.this, names=tuple(name.name for name in tree.expressions))
    if isinstance(tree, exp.Alias):
        return Column(tree.this, names=(tree.alias,))
    return Column(tree)


def _with_symbols(tree: Tree) -> Tree:
    """Return `tree` with run-time values in strings as symbols: `'${date}'`."""
    for literal in list(tree.find_all(exp.Literal)):
        text = str(literal.this)
        if "${" not in text:
            continue
        whole = _VARIABLE.fullmatch(text)
        if whole and literal.parent is not None:
            literal.replace(exp.Placeholder(this=whole.group(1)))
        elif whole:
            return exp.Placeholder(this=whole.group(1))
        else:
            literal.set("this", _VARIABLE.sub(r"{\1}", text))
    return tree


def _select_item(sql: str) -> Tree:
    if len(sql) > EXPRESSION_LIMIT or nesting(sql) > EXPRESSION_DEPTH:
        raise ValueError("too long or too deeply nested")
    select = sqlglot.parse_one(f"SELECT {sql}", dialect="spark")
    items = select.expressions if isinstance(select, exp.Select) else []
    if len(items) != 1 or len([key for key, value in select.args.items() if value]) > 1:
        raise ValueError("not one expression")
    item: Tree = items[0]
    return item


def build(name: str, trees: Sequence[Tree]) -> Tree:
    """Return a function call as sqlglot's Spark dialect reads it from SQL text."""
    try:
        return exp.func(name, *trees, copy=False, dialect=SPARK)
    except (SqlglotError, ValueError, TypeError, IndexError, AttributeError, KeyError):
        return exp.Anonymous(this=name, expressions=list(trees))


def function_call(name: str, call: Call) -> Value:
    """Return what `F.name(...)` gives."""
    lowered = RENAMED.get(name.lower(), name.lower())
    special = SPECIAL.get(lowered)
    if special is not None:
        return special(call)
    args = [*call.args, *call.kwargs.values()]
    literals = LITERAL_ARGUMENTS.get(lowered, frozenset())
    if lowered in HIGHER_ORDER:
        return _higher_order(lowered, call)
    trees = [
        as_tree(arg, literal=index in literals) for index, arg in enumerate(spread_lists(args))
    ]
    return _made(build(lowered, trees), args)


def _window(name: str) -> "Special":
    """Return the function that makes a time window: a struct, in a column called `window`."""

    def make(call: Call) -> Value:
        args = [*call.args, *call.kwargs.values()]
        trees = [as_tree(arg, literal=index > 0) for index, arg in enumerate(args)]
        return replace(_made(build(name, trees), args), names=(name,))

    return make


def spread_lists(args: Sequence[Value]) -> list[Value]:
    """Return arguments; a single list stands for its elements (`F.array([...])`)."""
    if len(args) == 1 and isinstance(args[0], list | tuple):
        return list(args[0])
    return list(args)


def _made(tree: Tree, operands: Sequence[Value]) -> Column:
    made = combined(tree, spread(operands))
    made.each, made.changed = _each_of(made, operands), True
    return made


def _each_of(made: Column, operands: Sequence[Value]) -> EachColumn | None:
    if made.each is not None:
        return made.each
    return next((item for item in operands if isinstance(item, EachColumn)), None)


# --- functions that are not simply a function of columns ------------------------------------------

Special: TypeAlias = Callable[[Call], Value]


def _col(call: Call) -> Value:
    name = call.value(0, "col", call.kwargs.get("colName"))
    if isinstance(name, Column):
        return name
    column = named_column(name if isinstance(name, str) else to_text(name))
    return Column(column.tree, each=column.each)


def _lit(call: Call) -> Value:
    value = call.value(0, "col")
    return value if isinstance(value, Column) else Column(as_tree(value))


def _expr(call: Call) -> Value:
    text = call.value(0, "str")
    if not isinstance(text, str):
        return Column(as_tree(text))
    return parse_expression(text, call)


def _when(call: Call) -> Value:
    condition, value = call.value(0, "condition"), call.value(1, "value")
    branch = exp.If(this=as_tree(condition), true=as_tree(value))
    return combined(exp.Case(ifs=[branch]), (condition, value))


def _count(call: Call) -> Value:
    value = call.value(0, "col")
    tree = exp.Star() if value == "*" else as_tree(value, literal=False)
    return _made(exp.Count(this=tree, big_int=True), (value,))


def _count_distinct(call: Call) -> Value:
    values = spread(call.args)
    trees = [as_tree(value, literal=False) for value in values]
    return _made(exp.Count(this=exp.Distinct(expressions=trees), big_int=True), values)


def _sum_distinct(call: Call) -> Value:
    value = call.value(0, "col")
    return _made(exp.Sum(this=exp.Distinct(expressions=[as_tree(value, literal=False)])), (value,))


def _ordering(*, descending: bool, nulls_first: bool) -> Special:
    def make(call: Call) -> Value:
        tree = as_tree(call.value(0, "col"), literal=False)
        return Column(exp.Ordered(this=tree, desc=descending, nulls_first=nulls_first))

    return make


def _is_null(call: Call) -> Value:
    value = call.value(0, "col")
    return _made(exp.Is(this=as_tree(value, literal=False), expression=exp.Null()), (value,))


def _is_not_null(call: Call) -> Value:
    value = call.value(0, "col")
    test = exp.Is(this=as_tree(value, literal=False), expression=exp.Null())
    return _made(exp.Not(this=test), (value,))


def _negate(call: Call) -> Value:
    value = call.value(0, "col")
    return _made(exp.Neg(this=as_tree(value, literal=False)), (value,))


def _not(call: Call) -> Value:
    value = call.value(0, "col")
    return _made(exp.BitwiseNot(this=as_tree(value, literal=False)), (value,))


def _null_safe(call: Call) -> Value:
    trees = [as_tree(value, literal=False) for value in call.args[:2]]
    return _made(exp.NullSafeEQ(this=trees[0], expression=trees[-1]), call.args)


def _struct(call: Call) -> Value:
    values = spread(call.args)
    fields: list[Tree] = []
    for index, value in enumerate(values):
        tree = as_tree(value, literal=False)
        name = _own_name(value) or f"col{index + 1}"
        fields.append(exp.PropertyEQ(this=identifier(name), expression=tree))
    return _made(exp.Struct(expressions=fields), values)


def _own_name(value: Value) -> str:
    if isinstance(value, Column):
        if value.names:
            return value.names[0]
        tree = value.tree
        return tree.name if isinstance(tree, exp.Column) else ""
    return plain(value).rpartition(".")[2] if isinstance(value, str) else ""


def _first(call: Call, name: str) -> Value:
    value = call.value(0, "col")
    kind = exp.First if name == "first" else exp.Last
    tree: Tree = kind(this=as_tree(value, literal=False))
    if call.value(1, "ignorenulls", call.kwargs.get("ignoreNulls")) is True:
        tree = exp.IgnoreNulls(this=tree)
    return _made(tree, (value,))


def _from_text(call: Call, name: str) -> Value:
    value, schema = call.value(0, "col"), call.value(1, "schema")
    shape = (
        as_tree(schema)
        if isinstance(schema, Column)
        else exp.Literal.string(shape_text(schema) or plain(to_text(schema)))
    )
    tree = exp.Anonymous(this=name, expressions=[as_tree(value, literal=False), shape])
    return _made(tree, (value,))


def _generator(name: str) -> Special:
    def make(call: Call) -> Value:
        value = call.value(0, "col")
        tree = exp.Anonymous(this=name, expressions=[as_tree(value, literal=False)])
        return combined(tree, (value,))

    return make


def _call_udf(call: Call) -> Value:
    name = to_text(call.value(0))
    trees = [as_tree(value, literal=False) for value in call.args[1:]]
    return _made(build(plain(name), trees), call.args[1:])


def _broadcast(call: Call) -> Value:
    return call.value(0, "df")


def _udf(call: Call) -> Value:
    first = call.value(0, "f")
    if is_callable(first):
        return udf_of(first, call.machine, call.value(1, "returnType"))
    returns = first if first is not None else call.kwargs.get("returnType")

    def decorate(inner: Call) -> Value:
        return udf_of(inner.value(0), inner.machine, returns)

    return Builtin("udf", decorate)


def _sort_array(call: Call) -> Value:
    trees = [as_tree(value, literal=index > 0) for index, value in enumerate(call.args)]
    trees += [as_tree(value) for value in call.kwargs.values()]
    return _made(build("sort_array", trees), call.args)


def _array_sort(call: Call) -> Value:
    if len(call.args) < 2:
        return _made(build("array_sort", [as_tree(call.value(0), literal=False)]), call.args)
    return _higher_order("array_sort", call)


SPECIAL: dict[str, Special] = {
    "col": _col, "lit": _lit, "expr": _expr, "when": _when, "count": _count,
    "count_distinct": _count_distinct,
    "sum_distinct": _sum_distinct, "isnull": _is_null, "isnotnull": _is_not_null, "negate": _negate,
    "bitwise_not": _not, "equal_null": _null_safe, "struct": _struct,
    "from_json": lambda call: _from_text(call, "from_json"),
    "from_csv": lambda call: _from_text(call, "from_csv"),
    "first": lambda call: _first(call, "first"), "last": lambda call: _first(call, "last"),
    "asc": _ordering(descending=False, nulls_first=True),
    "desc": _ordering(descending=True, nulls_first=False),
    "asc_nulls_first": _ordering(descending=False, nulls_first=True),
    "asc_nulls_last": _ordering(descending=False, nulls_first=False),
    "desc_nulls_first": _ordering(descending=True, nulls_first=True),
    "desc_nulls_last": _ordering(descending=True, nulls_first=False),
    "call_udf": _call_udf, "call_function": _call_udf, "broadcast": _broadcast, "udf": _udf,
    "pandas_udf": _udf,
    "window": _window("window"), "session_window": _window("session_window"),
    "sort_array": _sort_array, "array_sort": _array_sort,
    **{name: _generator(name) for name in GENERATORS if name not in SEVERAL_ARGUMENTS},
}  # fmt: skip

# --- higher-order functions -----------------------------------------------------------------------

HIGHER_ORDER = frozenset({
    "transform", "filter", "exists", "forall", "aggregate", "zip_with", "map_filter",
    "transform_keys",
    "transform_values", "map_zip_with",
})  # fmt: skip


def _higher_order(name: str, call: Call) -> Value:
    values = [*call.args, *call.kwargs.values()]
    trees: list[Tree] = []
    for value in values:
        if isinstance(value, Function | Builtin):
            trees.append(_lambda(value, call))
        elif value is not None:
            trees.append(as_tree(value, literal=False))
    return _made(build(name, trees), [value for value in values if isinstance(value, Column)])


def _lambda(function: Function | Builtin, call: Call) -> Tree:
    names = ["x"]
    if isinstance(function, Function):
        names = [parameter.arg for parameter in function.node.args.args] or ["x"]
    # An identifier, not a column: the parameter hides a column of the same name.
    parameters = [Column(exp.Column(this=identifier(name))) for name in names]
    body = call.machine.apply(function, *parameters)
    return exp.Lambda(this=as_tree(body), expressions=[identifier(name) for name in names])
