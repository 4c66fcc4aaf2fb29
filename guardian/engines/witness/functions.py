"""The vocabulary of canonical expressions in DuckDB's words, as far as both mean the same.

What is not listed here is not run: a witness must be right.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

Template: TypeAlias = Callable[[Sequence[str], str], str | None]

# The day on which every trial takes place, so that a run tells the same tomorrow.
TODAY = "DATE '2024-06-15'"
NOW = "TIMESTAMP '2024-06-15 12:00:00'"


class UnsupportedError(Exception):
    """Something that is not run: the words name it."""


def scalar(name: str, args: Sequence[str], option: str) -> str:
    """Return a call in DuckDB's SQL.

    Raises:
        UnsupportedError: nobody has said what it is there.
    """
    template = _TEMPLATES.get(name)
    if template is not None:
        made = template(args, option)
        if made is not None:
            return made
    words = _PLAIN.get(name)
    if words is not None and not option and len(args) in _COUNTS.get(name, (len(args),)):
        return f"{words}({', '.join(args)})"
    raise UnsupportedError(f"{name}({option})" if option else name)


def _infix(word: str) -> Template:
    return lambda args, option: (
        None if option or len(args) < 2 else "(" + f" {word} ".join(args) + ")"
    )


def _not(args: Sequence[str], _option: str) -> str:
    return f"(NOT {args[0]})"


def _case(args: Sequence[str], _option: str) -> str:
    pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
    branches = " ".join(f"WHEN {condition} THEN {value}" for condition, value in pairs)
    return f"(CASE {branches} ELSE {args[-1]} END)"


def _division(args: Sequence[str], option: str) -> str | None:
    """Return a division; one that cuts off where both are whole is not run."""
    left, right = args
    if "typed" in option:
        return None
    return f"(CASE WHEN {right} = 0 THEN NULL ELSE {left} / {right} END)"


def _whole_division(args: Sequence[str], _option: str) -> str:
    left, right = args
    return f"(CASE WHEN {right} = 0 THEN NULL ELSE CAST(trunc({left} / {right}) AS BIGINT) END)"


def _modulo(args: Sequence[str], option: str) -> str | None:
    left, right = args
    return None if option else f"(CASE WHEN {right} = 0 THEN NULL ELSE {left} % {right} END)"


_TYPES = {
    "string": "VARCHAR", "text": "VARCHAR", "varchar": "VARCHAR", "char": "VARCHAR",
    "nvarchar": "VARCHAR", "nchar": "VARCHAR", "character varying": "VARCHAR",
    "int": "INTEGER", "integer": "INTEGER", "int64": "BIGINT", "long": "BIGINT",
    "bigint": "BIGINT", "smallint": "SMALLINT", "tinyint": "TINYINT", "short": "SMALLINT",
    "byte": "TINYINT", "double": "DOUBLE", "double precision": "DOUBLE", "float": "FLOAT",
    "float64": "DOUBLE", "real": "FLOAT", "number": "DECIMAL(38, 0)", "numeric": "DECIMAL(18, 3)",
    "decimal": "DECIMAL(18, 3)", "boolean": "BOOLEAN", "bool": "BOOLEAN", "bit": "BOOLEAN",
    "date": "DATE", "timestamp": "TIMESTAMP", "datetime": "TIMESTAMP", "datetime2": "TIMESTAMP",
    "timestamp_ntz": "TIMESTAMP", "timestampntz": "TIMESTAMP",
}  # fmt: skip
_SIZED = re.compile(r"(decimal|numeric|number)\((\d{1,2})(?:,\s*(\d{1,2}))?\)")
_LENGTH = re.compile(r"(varchar|char|nvarchar|nchar|character varying)\((\d+|max)\)")


def type_of(text: str) -> str | None:
    """Return a type in DuckDB's words, None where it is not one of the plain ones."""
    lowered = text.strip().lower()
    sized = _SIZED.fullmatch(lowered)
    if sized:
        width, scale = int(sized[2]), int(sized[3] or 0)
        return f"DECIMAL({width}, {scale})" if 0 < width <= 38 and scale <= width else None
    if _LENGTH.fullmatch(lowered):
        return "VARCHAR"
    return _TYPES.get(lowered)


def _cast(word: str) -> Template:
    def cast(args: Sequence[str], option: str) -> str | None:
        kind = type_of(option)
        return None if kind is None else f"{word}({args[0]} AS {kind})"

    return cast


_UNITS = frozenset({
    "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond",
    "microsecond",
})  # fmt: skip
_PARTS = _UNITS | {"dow", "doy", "isodow", "isoyear", "epoch"}


def _truncated(args: Sequence[str], option: str) -> str | None:
    return f"date_trunc('{option}', {args[0]})" if option in _UNITS and len(args) == 1 else None


def _extracted(args: Sequence[str], option: str) -> str | None:
    return f"date_part('{option}', {args[0]})" if option in _PARTS and len(args) == 1 else None


def _moved(sign: str) -> Template:
    def moved(args: Sequence[str], option: str) -> str | None:
        if option not in _UNITS or len(args) != 2:
            return None
        return f"({args[0]} {sign} to_{option}s(CAST({args[1]} AS INTEGER)))"

    return moved


def _difference(args: Sequence[str], option: str) -> str | None:
    if option not in _UNITS or len(args) != 2:
        return None
    return f"date_diff('{option}', {args[1]}, {args[0]})"


def _extreme(word: str) -> Template:
    def extreme(args: Sequence[str], option: str) -> str | None:
        made = f"{word}({', '.join(args)})"
        if not option:
            return made
        absent = " OR ".join(f"{arg} IS NULL" for arg in args)
        return f"(CASE WHEN {absent} THEN NULL ELSE {made} END)"

    return extreme


def _in(args: Sequence[str], _option: str) -> str:
    return f"({args[0]} IN ({', '.join(args[1:])}))"


def _interval(args: Sequence[str], option: str) -> str | None:
    return f"to_{option}s(CAST({args[0]} AS INTEGER))" if option in _UNITS else None


_TEMPLATES: Mapping[str, Template] = {
    "eq": _infix("="), "neq": _infix("<>"), "lt": _infix("<"), "le": _infix("<="),
    "is": _infix("IS NOT DISTINCT FROM"), "and": _infix("AND"), "or": _infix("OR"),
    "add": _infix("+"), "sub": _infix("-"), "mul": _infix("*"), "concat": _infix("||"),
    "like": _infix("LIKE"), "ilike": _infix("ILIKE"),
    "not": _not, "case": _case, "div": _division, "int_div": _whole_division, "mod": _modulo,
    "is_null": lambda args, _: f"({args[0]} IS NULL)",
    "neg": lambda args, _: f"(-{args[0]})",
    "cast": _cast("CAST"), "try_cast": _cast("TRY_CAST"), "in": _in,
    "date_trunc": _truncated, "extract": _extracted, "date_add": _moved("+"),
    "date_sub": _moved("-"), "date_diff": _difference, "interval": _interval,
    "greatest": _extreme("greatest"), "least": _extreme("least"),
    "current_date": lambda _, option: None if option else TODAY,
    "current_timestamp": lambda _, option: None if option else NOW,
    "now": lambda _, option: None if option else NOW,
}  # fmt: skip

_PLAIN: Mapping[str, str] = {
    "coalesce": "coalesce", "lower": "lower", "upper": "upper", "trim": "trim", "ltrim": "ltrim",
    "rtrim": "rtrim", "length": "length", "substring": "substring", "replace": "replace",
    "concat_skip_null": "concat", "abs": "abs", "round": "round", "floor": "floor", "ceil": "ceil",
    "sqrt": "sqrt", "sign": "sign", "exp": "exp", "ln": "ln", "power": "pow", "pow": "pow",
    "left": "left", "right": "right", "lpad": "lpad", "rpad": "rpad", "reverse": "reverse",
    "starts_with": "starts_with", "ends_with": "ends_with", "contains": "contains",
    "split_part": "split_part", "md5": "md5", "initcap": "initcap", "last_day": "last_day",
}  # fmt: skip
_COUNTS: Mapping[str, tuple[int, ...]] = {
    "trim": (1,), "ltrim": (1,), "rtrim": (1,), "round": (1, 2), "substring": (2, 3),
    "left": (2,), "right": (2,), "lpad": (3,), "rpad": (3,), "replace": (3,), "ln": (1,),
}  # fmt: skip

AGGREGATES: Mapping[str, str] = {
    "count": "count", "sum": "sum", "avg": "avg", "min": "min", "max": "max",
    "any_value": "any_value", "bool_and": "bool_and", "bool_or": "bool_or", "stddev": "stddev",
    "stddev_samp": "stddev_samp", "stddev_pop": "stddev_pop", "variance": "var_samp",
    "max_by": "max_by", "min_by": "min_by", "median": "median", "string_agg": "string_agg",
    "approx_distinct": "count_distinct", "first": "first", "last": "last",
}  # fmt: skip
WINDOW_ONLY: Mapping[str, str] = {
    "row_number": "row_number", "rank": "rank", "dense_rank": "dense_rank", "ntile": "ntile",
    "percent_rank": "percent_rank", "cume_dist": "cume_dist", "lag": "lag", "lead": "lead",
    "first_value": "first_value", "last_value": "last_value", "nth_value": "nth_value",
}  # fmt: skip

_FRAME = re.compile(
    r"(rows|range) between (unbounded|\d{1,6}) preceding and "
    r"(current row|(unbounded|\d{1,6}) (preceding|following))"
    r"|(rows|range) between current row and (current row|(unbounded|\d{1,6}) following)"
)


def frame_of(text: str) -> str:
    """Return a window's frame, empty where the function has none.

    Raises:
        UnsupportedError: it is not one of the plain ones.
    """
    if text and not _FRAME.fullmatch(text):
        raise UnsupportedError(f"a frame `{text}`")
    return text
