"""The types of expressions of a plan, for code that asks a frame for its schema."""

from guardian.languages.python.spark_types import Shape, element_type, struct_fields
from guardian.model.plan import AggregateCall, Call, Constant, Expr, FrameRef, Over, Ref

BOOLEAN = frozenset({
    "eq", "neq", "lt", "le", "gt", "ge", "and", "or", "not", "is_null", "in", "like", "ilike",
    "rlike", "is", "exists", "contains", "startswith", "endswith", "array_contains",
})  # fmt: skip
TEXT = frozenset({
    "trim", "ltrim", "rtrim", "lower", "upper", "initcap", "concat_ws", "regexp_replace",
    "regexp_extract", "substring", "substring_index", "lpad", "rpad", "translate", "md5", "sha1",
    "sha2", "date_format", "format_string", "get_json_object",
})  # fmt: skip
NUMBER = frozenset({"div", "avg", "stddev", "variance", "corr", "sqrt", "log", "exp", "pow"})
NAMED = {
    "count": "bigint", "row_number": "int", "rank": "int", "dense_rank": "int", "to_date": "date",
    "date": "date", "current_date": "date", "date_add": "date", "date_sub": "date",
    "to_timestamp": "timestamp", "current_timestamp": "timestamp", "year": "int", "month": "int",
    "dayofmonth": "int", "datediff": "int", "length": "int", "size": "int",
}  # fmt: skip
AS_ARGUMENT = frozenset({
    "min", "max", "first", "last", "any_value", "lag", "lead", "coalesce", "round", "abs", "neg",
    "add", "sub", "mul", "sum", "greatest", "least", "nullif", "sort_array", "array_distinct",
    "reverse", "filter", "slice",
})  # fmt: skip
ELEMENT = frozenset({"explode", "explode_outer", "element_at", "item", "get", "index"})
GATHERING = frozenset({"collect_list", "collect_set", "array_agg", "array"})


def type_of(expr: Expr, columns: Shape) -> str:
    """Return the type of an expression over `columns`; empty where it cannot be told."""
    match expr:
        case Ref():
            return _of_path((*expr.qualifier, expr.name), dict(columns))
        case FrameRef():
            return dict(columns).get(expr.name, "")
        case Constant():
            return expr.kind if expr.kind in {"string", "boolean", "date", "timestamp"} else ""
        case Over():
            return type_of(expr.call, columns)
        case Call() | AggregateCall():
            return _of_call(expr, columns)
        case _:
            return ""


def _of_path(path: tuple[str, ...], types: dict[str, str]) -> str:
    """Return the type that a dotted name has; what stands before a column may be a frame's name."""
    while path and path[0] not in types:
        path = path[1:]
    text = types[path[0]] if path else ""
    for name in path[1:]:
        text = field_type(text, name)
    return text


def _of_call(expr: Call | AggregateCall, columns: Shape) -> str:
    name = expr.name
    if name in {"cast", "try_cast", "from_json"}:
        return expr.option
    if name in BOOLEAN:
        return "boolean"
    if name in TEXT:
        return "string"
    if name in NUMBER:
        return "double"
    if name in NAMED:
        return NAMED[name]
    arguments = (type_of(argument, columns) for argument in expr.args)
    if name == "struct":
        fields = zip(expr.option.split(","), arguments, strict=False)
        inner = ",".join(f"{field}:{kind or 'string'}" for field, kind in fields)
        return f"struct<{inner}>"
    if name == "field":
        return field_type(next(arguments, ""), expr.option)
    if name in AS_ARGUMENT:
        return next(filter(None, arguments), "")
    if name in ELEMENT:
        return element_type(next(arguments, ""))
    if name in GATHERING:
        inner = next(arguments, "")
        return f"array<{inner}>" if inner else ""
    return ""


def field_type(text: str, name: str) -> str:
    """Return the type of a field of a struct, of an array of structs, or of a map's entry."""
    inner = element_type(text)
    return dict(struct_fields(text) or struct_fields(inner)).get(name.lower(), "")
