"""Functions: one name for each meaning, whatever the dialect calls it."""

import re
from collections.abc import Callable, Iterable, Iterator

from sqlglot import exp

from guardian.languages.expressions import spark
from guardian.languages.expressions.dispatch import Handler, Scope, lower_expression, opaque
from guardian.languages.expressions.name_patterns import applied, columns
from guardian.languages.expressions.operators import NULL, all_of
from guardian.languages.expressions.rows import rows_of_value
from guardian.model.plan import ROW, Call, Constant, Expr, Ref, Subquery

# Flags that sqlglot sets for its own generators; they say nothing of the meaning.
_NOISE = frozenset({
    "big_int", "struct_name_inheritance", "requires_json", "variant_extract", "only_json_types",
    "scalar_only", "is_string", "date_part_boundary", "input_type_preserved", "coalesce", "is_null",
    "requires_string", "ensure_variant", "explode_array",
})  # fmt: skip
_PROPAGATES_NULL = frozenset(
    {"bigquery", "snowflake", "mysql", "presto", "trino", "athena", "oracle"}
)
_SYNONYMS = {
    "now": "current_timestamp", "getdate": "current_timestamp", "sysdate": "current_timestamp",
    "sysdatetime": "current_timestamp", "getutcdate": "current_timestamp", "random": "rand",
    "newid": "uuid", "gen_random_uuid": "uuid", "ceiling": "ceil", "ucase": "upper",
    "lcase": "lower",
    "char_length": "length", "character_length": "length", "len": "length", "power": "pow",
}  # fmt: skip
_WRAPPERS = (exp.TsOrDsToDate, exp.TimeStrToTime, exp.TsOrDsToTimestamp)


def _case(node: exp.Expr, scope: Scope) -> Expr:
    """Lower CASE; `CASE x WHEN a` compares, and what is missing from it is null."""
    subject = node.this
    parts: list[Expr] = []
    tested = lower_expression(subject, scope) if subject is not None else None
    for branch in node.args["ifs"]:
        condition = lower_expression(branch.this, scope)
        parts.append(condition if tested is None else Call("eq", (tested, condition)))
        parts.append(lower_expression(branch.args["true"], scope))
    default = node.args.get("default")
    parts.append(lower_expression(default, scope) if default is not None else NULL)
    return Call("case", tuple(parts))


def _if(node: exp.Expr, scope: Scope) -> Expr:
    otherwise = node.args.get("false")
    parts = all_of((node.this, node.args["true"]), scope)
    return Call(
        "case", (*parts, lower_expression(otherwise, scope) if otherwise is not None else NULL)
    )


def _nvl2(node: exp.Expr, scope: Scope) -> Expr:
    present = Call("not", (Call("is_null", all_of((node.this,), scope)),))
    otherwise = node.args.get("false")
    shown = lower_expression(node.args["true"], scope)
    return Call("case", (present, shown, lower_expression(otherwise, scope) if otherwise else NULL))


def _decode(node: exp.Expr, scope: Scope) -> Expr:
    """Lower DECODE(x, a, 1, …, else), in which null equals null."""
    subject, *rest = all_of(node.expressions, scope)
    default = rest.pop() if len(rest) % 2 else NULL
    parts: list[Expr] = []
    for search, result in zip(rest[::2], rest[1::2], strict=True):
        parts += [
            Call("is_null", (subject,)) if search == NULL else Call("is", (subject, search)),
            result,
        ]
    return Call("case", (*parts, default))


def _coalesce(node: exp.Expr, scope: Scope) -> Expr:
    return Call("coalesce", all_of((node.this, *node.expressions), scope))


def _extreme(node: exp.Expr, scope: Scope) -> Expr:
    option = "propagate null" if scope.dialect in _PROPAGATES_NULL else ""
    return Call(node.key, all_of((node.this, *node.expressions), scope), option)


def _concat(node: exp.Expr, scope: Scope) -> Expr:
    name = "concat_skip_null" if node.args.get("coalesce") else "concat"
    return Call(name, all_of(node.expressions, scope))


# --- dates ----------------------------------------------------------------------------------------


def unit_of(node: exp.Expr | None, default: str = "day") -> str:
    """Return a unit of time in lower case and in the singular."""
    if node is None:
        return default
    text = (node.name or str(node.sql())).lower().strip("'")
    return text[:-1] if len(text) > 3 and text.endswith("s") else text


def _unwrapped(node: exp.Expr | None, scope: Scope) -> Expr:
    """Lower a date argument without the conversion that the function makes by itself."""
    while isinstance(node, _WRAPPERS) and not node.args.get("format"):
        node = node.this
    if isinstance(node, exp.Literal) and node.is_string and node.name.lstrip("-").isdigit():
        return Constant("number", node.name)
    return NULL if node is None else lower_expression(node, scope)


def _on_dates(name: str) -> Handler:
    def handler(node: exp.Expr, scope: Scope) -> Expr:
        amount = node.args.get("expression")
        unit = node.args.get("unit")
        if isinstance(amount, exp.Interval):
            unit, amount = amount.args.get("unit") or unit, amount.this
        default = exp.Literal.number(1) if name != "date_diff" else None
        parts = (_unwrapped(node.this, scope), _unwrapped(amount or default, scope))
        return Call(name, parts, unit_of(unit))

    return handler


def _truncated(node: exp.Expr, scope: Scope) -> Expr:
    return Call("date_trunc", (_unwrapped(node.this, scope),), unit_of(node.args.get("unit")))


def _extracted(node: exp.Expr, scope: Scope) -> Expr:
    return Call("extract", (_unwrapped(node.args["expression"], scope),), unit_of(node.this))


_CONVERTS_TO_TEXT = frozenset({"tsql", "fabric"})


def _of_text(node: exp.Expr, scope: Scope) -> Expr:
    """Return a function of a text, without the conversion that the parser adds in T-SQL."""
    call = generic(node, scope)
    added = (
        scope.dialect in _CONVERTS_TO_TEXT
        and isinstance(node.this, exp.Cast)
        and node.this.to.is_type(exp.DType.TEXT)
    )
    match call:
        case Call(name=name, args=(Call(args=(text,)), *rest), option=option) if added:
            return Call(name, (text, *rest), option)
        case _:
            return call


def _position(node: exp.Expr, scope: Scope) -> Expr:
    """Return where one text stands in another; it is looked for from the start on by default."""
    start = node.args.get("position")
    if isinstance(start, exp.Literal) and start.this == "1":
        node = node.copy()
        node.set("position", None)
    return generic(node, scope)


def _part(unit: str) -> Handler:
    def handler(node: exp.Expr, scope: Scope) -> Expr:
        return Call("extract", (_unwrapped(node.this, scope),), unit)

    return handler


def _interval(node: exp.Expr, scope: Scope) -> Expr:
    unit = node.args.get("unit")
    if isinstance(unit, exp.IntervalSpan):
        return Call("interval", (_unwrapped(node.this, scope),), str(unit.sql()).lower())
    return Call("interval", (_unwrapped(node.this, scope),), unit_of(unit, ""))


def _to_date(node: exp.Expr, scope: Scope) -> Expr:
    if node.args.get("format"):
        return generic(node, scope)
    return Call("cast", (lower_expression(node.this, scope),), "date")


def _at_zone(node: exp.Expr, scope: Scope) -> Expr:
    return Call("at_time_zone", all_of((node.this, node.args.get("zone")), scope))


def _from_zone(node: exp.Expr, scope: Scope) -> Expr:
    return Call("from_time_zone", all_of((node.this, node.args.get("zone")), scope))


# --- structure ------------------------------------------------------------------------------------


# Dialects in which `value['key']` looks into a document and not into a struct.
_DOCUMENTS = frozenset({"snowflake", "bigquery"})


def _bracket(node: exp.Expr, scope: Scope) -> Expr:
    base = lower_expression(node.this, scope)
    for key in node.expressions:
        if isinstance(key, exp.Slice):
            base = Call("slice", (base, *all_of((key.this, key.args.get("expression")), scope)))
        else:
            base = _at_key(base, key, scope)
    return base


def _at_key(base: Expr, key: exp.Expr, scope: Scope) -> Expr:
    if isinstance(key, exp.Literal) and key.is_string:
        name = scope.text(key.name)
        if scope.dialect in _DOCUMENTS:
            return json_path(base, (Constant("string", name),))
        return Call("field", (base,), name)
    index = lower_expression(key, scope)
    if isinstance(base, Call) and base.name == "json_path" and isinstance(index, Constant):
        return json_path(base, (index,))
    return Call("index", (base, index))


def _get(node: exp.Expr, scope: Scope) -> Expr:
    return _at_key(lower_expression(node.this, scope), node.args["expression"], scope)


def _struct_extract(node: exp.Expr, scope: Scope) -> Expr:
    return _at_key(lower_expression(node.this, scope), node.args["expression"], scope)


def json_path(base: Expr, keys: Iterable[Expr]) -> Expr:
    """Return what is found in a JSON document under keys and indexes; a path is one call.

    A document has no declared fields: all that is found in it comes from the column itself.
    """
    added = tuple(keys)
    if isinstance(base, Call) and base.name == "json_path":
        return Call("json_path", (*base.args, *added))
    return Call("json_path", (base, *added)) if added else base


def _json(node: exp.Expr, scope: Scope) -> Expr:
    path = node.args.get("expression")
    base = lower_expression(node.this, scope)
    if isinstance(path, exp.JSONPath):
        base = json_path(base, _steps(path, scope))
    elif isinstance(path, exp.Literal):
        base = json_path(base, _keys(path, scope))
    elif path is not None:
        base = Call("index", (base, lower_expression(path, scope)))
    scalar = isinstance(node, (exp.JSONExtractScalar, exp.JSONBExtractScalar))
    return Call("json_text", (base,)) if scalar else base


def _keys(key: exp.Literal, scope: Scope) -> Iterator[Expr]:
    """Yield the keys of `-> 'a'`, `-> 0` and `#> '{a,b}'`."""
    text = scope.text(key.name)
    if not key.is_string:
        yield Constant("number", text)
        return
    for name in text[1:-1].split(",") if text.startswith("{") and text.endswith("}") else [text]:
        yield _key(name.strip())


def _key(text: str) -> Expr:
    return Constant("number" if text.isdigit() else "string", text)


def path_of(text: str) -> Iterator[Expr]:
    """Yield the keys of a path that is written as `$.a.b[0]` or `a.b`."""
    for part in re.split(r"[.\[\]]+", text.removeprefix("$")):
        if part:
            yield _key(part.strip("'\""))


def _steps(path: exp.JSONPath, scope: Scope) -> Iterator[Expr]:
    for part in path.expressions:
        if isinstance(part, exp.JSONPathKey):
            yield Constant("string", scope.text(str(part.this)))
        elif isinstance(part, exp.JSONPathSubscript):
            yield _key(str(part.this))
        elif not isinstance(part, exp.JSONPathRoot):
            yield Constant("string", f"[{part.key}]")


def _struct(node: exp.Expr, scope: Scope) -> Expr:
    if len(node.expressions) == 1 and node.expressions[0].is_star:
        return Call(ROW, (lower_expression(node.expressions[0], scope),))
    names: list[str] = []
    values: list[Expr] = []
    for position, part in enumerate(node.expressions, start=1):
        if isinstance(part, exp.PropertyEQ):
            names.append(scope.name(part.this))
        elif isinstance(part, exp.Alias):
            names.append(scope.name(part.args["alias"]))
        elif isinstance(part, exp.Dot) and isinstance(part.expression, exp.Identifier):
            names.append(scope.name(part.expression))
        else:
            names.append(scope.name(part.this) if isinstance(part, exp.Column) else f"_{position}")
        values.append(lower_expression(part, scope))
    return Call("struct", tuple(values), ",".join(names))


def _array(node: exp.Expr, scope: Scope) -> Expr:
    parts = node.expressions
    if len(parts) == 1 and isinstance(parts[0], exp.Query):
        if scope.query is None:
            return opaque(node, scope)
        query = parts[0].unnest() if isinstance(parts[0], exp.Subquery) else parts[0]
        return Subquery("array", rows_of_value(query, scope))
    if len(parts) == 1 and isinstance(parts[0], exp.Comprehension):
        return lower_expression(parts[0], scope)
    return Call("array", all_of(parts, scope))


_EXPLODING = frozenset({"spark", "spark2", "databricks", "hive", "snowflake", "doris", "starrocks"})


def _explode(node: exp.Expr, scope: Scope) -> Expr:
    """Lower what sqlglot reads UNNEST in a SELECT list as, under the name that it has in FROM."""
    named = {
        part.this.name.lower() for part in node.expressions if isinstance(part, exp.PropertyEQ)
    }
    if named & {"recursive", "max_depth"}:  # DuckDB: the fields of the elements become columns
        return Call("inline", (lower_expression(node.this, scope),))
    call = generic(node, scope)
    unnest = isinstance(call, Call) and scope.dialect not in _EXPLODING
    return Call("unnest", call.args, call.option) if unnest and isinstance(call, Call) else call


def _wrapper(node: exp.Expr, scope: Scope) -> Expr:
    return _unwrapped(node, scope)


# --- everything else ------------------------------------------------------------------------------


def _multi_if(args: tuple[Expr, ...]) -> Expr:
    """Return ClickHouse's `multiIf(a, x, b, y, z)`."""
    return Call("case", args if len(args) % 2 else (*args, NULL))


def _choose(args: tuple[Expr, ...]) -> Expr:
    """Return `CHOOSE(n, a, b)`: the nth of what follows."""
    number, *rest = args
    parts: list[Expr] = []
    for place, value in enumerate(rest, start=1):
        parts += [Call("eq", (number, Constant("number", str(place)))), value]
    return Call("case", (*parts, NULL))


_CHOICES: dict[str, Callable[[tuple[Expr, ...]], Expr]] = {
    "multiif": _multi_if, "choose": _choose, "elt": _choose,
}  # fmt: skip


def _is_teradata_cast(node: exp.Expr, scope: Scope) -> bool:
    """Return whether `amount (INTEGER)` is a value with its type behind it."""
    return (
        scope.dialect == "teradata"
        and len(node.expressions) == 1
        and isinstance(node.expressions[0], exp.Column)
        and node.expressions[0].name.upper() in _TERADATA_TYPES
    )


_TERADATA_TYPES = frozenset({
    "INTEGER", "INT", "BIGINT", "SMALLINT", "BYTEINT", "FLOAT", "REAL", "DATE", "TIMESTAMP", "TIME",
})  # fmt: skip


# Functions that give the value of a variable by its name.
_GETTERS = frozenset({"getvariable", "current_setting"})


def anonymous(node: exp.Expr, scope: Scope) -> Expr:
    """Return a function that sqlglot has no class for, by its lower-case name."""
    name = scope.text(str(node.this) if isinstance(node.this, str) else node.name).lower()
    if name in _GETTERS and scope.values and node.expressions:
        held = scope.values.get(node.expressions[0].name.lower())
        if held is not None:
            return held
    if name in _CHOICES and len(node.expressions) > 1:
        return _CHOICES[name](all_of(node.expressions, scope))
    if name == "struct_extract" and len(node.expressions) == 2:
        return _at_key(lower_expression(node.expressions[0], scope), node.expressions[1], scope)
    if _is_teradata_cast(node, scope):
        return Call("cast", (Ref(scope.name(name)),), node.expressions[0].name.lower())
    if name in {"any", "all", "some"} and len(node.expressions) == 1:
        return Call(f"{name}_element", all_of(node.expressions, scope))
    return _made(Call(_SYNONYMS.get(name, name), all_of(node.expressions, scope)), scope)


_names: dict[type[exp.Expr], str] = {}


def function_name(node: exp.Expr) -> str:
    """Return the canonical name of a function's class.

    One for all the names dialects have for it.
    """
    kind = type(node)
    known = _names.get(kind)
    if known is None:
        name = node.sql_name() if isinstance(node, exp.Func) else node.key
        known = _names[kind] = _SYNONYMS.get(name.lower(), name.lower())
    return known


def generic(node: exp.Expr, scope: Scope) -> Expr:
    """Return a function by its canonical name, its arguments in the order of sqlglot's class."""
    args, option = arguments(node, scope)
    return _made(Call(function_name(node), args, option), scope)


def _made(call: Call, scope: Scope) -> Expr:
    return spark.canonical(call) if scope.dialect in spark.DIALECTS else call


def arguments(
    node: exp.Expr, scope: Scope, skip: frozenset[str] = frozenset()
) -> tuple[tuple[Expr, ...], str]:
    """Return a function's arguments, and what is not an expression as text."""
    args: list[Expr] = []
    options: list[str] = []
    present: list[str] = []
    keys = [key for key in node.arg_types if key not in skip]
    for key in keys:
        value = node.args.get(key)
        if value is None or value is False or value == [] or key in _NOISE:
            continue
        if isinstance(value, exp.Var) and scope.symbol(value.name) is None:
            options.append(f"{key}={value.name.lower()}")
        elif isinstance(value, (exp.Expr, list)):
            present.append(key)
            args.extend(all_of(value if isinstance(value, list) else (value,), scope))
        else:
            options.append(f"{key}={value}".lower())
    # A gap among the arguments must not make `f(a, NULL, b)` and `f(a, b)` one.
    expected = [key for key in keys if key not in _NOISE][: len(present)]
    if len(present) > 1 and present != expected:
        options.append("given=" + "/".join(present))
    return tuple(args), ",".join(options)


_DATES: dict[str, tuple[type[exp.Expr], ...]] = {
    "date_add": (exp.DateAdd, exp.TsOrDsAdd, exp.TimestampAdd, exp.DatetimeAdd, exp.TimeAdd),
    "date_sub": (exp.DateSub, exp.TimestampSub, exp.DatetimeSub, exp.TimeSub),
    "date_diff": (exp.DateDiff, exp.TimestampDiff, exp.DatetimeDiff, exp.TsOrDsDiff, exp.TimeDiff),
}
_PARTS: dict[type[exp.Expr], str] = {
    exp.Year: "year", exp.Month: "month", exp.Day: "day", exp.DayOfMonth: "day",
    exp.Quarter: "quarter", exp.Hour: "hour", exp.Minute: "minute", exp.Second: "second",
}  # fmt: skip

_PLAIN: dict[type[exp.Expr], Callable[[exp.Expr, Scope], Expr]] = {
    exp.Case: _case, exp.If: _if, exp.Nvl2: _nvl2, exp.DecodeCase: _decode,
    exp.Explode: _explode,
    exp.EqualNull: lambda node, scope: Call(
        "is", all_of((node.this, node.args["expression"]), scope)
    ),
    exp.Coalesce: _coalesce, exp.Greatest: _extreme, exp.Least: _extreme, exp.Concat: _concat,
    exp.ConcatWs: generic,
    exp.DateTrunc: _truncated, exp.TimestampTrunc: _truncated, exp.DatetimeTrunc: _truncated,
    exp.Extract: _extracted, exp.Interval: _interval, exp.TsOrDsToDate: _to_date,
    exp.Date: lambda node, scope: (
        generic(node, scope) if node.args.get("zone") or node.expressions else _to_date(node, scope)
    ),
    exp.AtTimeZone: _at_zone, exp.FromTimeZone: _from_zone, exp.Bracket: _bracket,
    exp.GetExtract: _get,
    exp.StructExtract: _struct_extract,
    exp.JSONExtract: _json, exp.JSONExtractScalar: _json, exp.JSONBExtract: _json,
    exp.JSONBExtractScalar: _json, exp.Struct: _struct, exp.Array: _array,
    exp.Length: _of_text, exp.Left: _of_text, exp.Right: _of_text, exp.StrPosition: _position,
    exp.TimeStrToTime: _wrapper, exp.Apply: applied, exp.StructExtract: _get, exp.Columns: columns,
    exp.Func: generic, exp.Binary: generic, exp.Unary: generic,
}  # fmt: skip

HANDLERS: dict[type[exp.Expr], Handler] = {
    **_PLAIN,
    **{kind: _on_dates(name) for name, kinds in _DATES.items() for kind in kinds},
    **{kind: _part(unit) for kind, unit in _PARTS.items()},
}
