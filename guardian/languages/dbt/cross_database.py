"""dbt's own cross-database macros (`dbt.dateadd`, `dbt.type_string`) as SQL of the dialect.

Each is a table of texts by dialect, `""` for all others, as dbt's adapters print them
(dbt-adapters, `macros/utils`); where they work around a missing function, the plain function.
`generic` is for a project whose engine is not known: arguments in the order that the parser takes
where no dialect is named.
"""

from collections.abc import Callable, Mapping
from typing import Any

Texts = Mapping[str, str]

TYPES: Mapping[str, Texts] = {
    "type_string": {
        "": "varchar", "bigquery": "string", "spark": "string", "databricks": "string",
        "hive": "string",
        "clickhouse": "String", "postgres": "text", "tsql": "varchar(8000)",
    },
    "type_timestamp": {
        "": "timestamp", "snowflake": "timestamp_ntz", "postgres": "timestamp without time zone",
        "redshift": "timestamp without time zone", "tsql": "datetime2",
    },
    "type_float": {"": "float", "bigquery": "float64", "trino": "double", "athena": "double"},
    "type_numeric": {"": "numeric(28, 6)", "bigquery": "numeric"},
    "type_bigint": {"": "bigint", "bigquery": "int64"},
    "type_int": {"": "int", "bigquery": "int64", "postgres": "integer"},
    "type_boolean": {"": "boolean", "bigquery": "bool", "tsql": "bit"},
}  # fmt: skip

_TRINO_DIFF = "date_diff('{datepart}', {first_date}, {second_date})"
_TRINO_ADD = "date_add('{datepart}', {interval}, {from_date_or_timestamp})"
_LAST_DAY = (
    "cast(date_trunc('{datepart}', {date}) + interval '1 {datepart}' - interval '1 day' as date)"
)
_BIGQUERY_ADD = (
    "datetime_add(cast({from_date_or_timestamp} as datetime), interval {interval} {datepart})"
)
_BIGQUERY_DIFF = (
    "datetime_diff(cast({second_date} as datetime), cast({first_date} as datetime), {datepart})"
)
_DUCKDB_DIFF = (
    "date_diff('{datepart}', cast({first_date} as timestamp), cast({second_date} as timestamp))"
)
_TSQL_TEXT = "coalesce(convert(varchar(8000), {field}), '')"
_TSQL_HASH = f"lower(convert(varchar(50), hashbytes('md5', {_TSQL_TEXT}), 2))"
_SPARK_SPLIT = "split({string_text}, {delimiter_text})[{part_number} - 1]"

# name: (parameters, the last ones with their defaults; texts by dialect)
FUNCTIONS: Mapping[str, tuple[str, Texts]] = {
    "dateadd": ("datepart interval from_date_or_timestamp", {
        "": "dateadd({datepart}, {interval}, {from_date_or_timestamp})",
        "bigquery": _BIGQUERY_ADD,
        "postgres": "{from_date_or_timestamp} + ((interval '1 {datepart}') * ({interval}))",
        "duckdb": "date_add({from_date_or_timestamp}, interval ({interval}) {datepart})",
        "trino": _TRINO_ADD, "athena": _TRINO_ADD,
        "generic": "date_add({from_date_or_timestamp}, {interval}, {datepart})",
    }),
    "datediff": ("first_date second_date datepart", {
        "": "datediff({datepart}, {first_date}, {second_date})",
        "bigquery": _BIGQUERY_DIFF,
        "duckdb": _DUCKDB_DIFF,
        "trino": _TRINO_DIFF, "athena": _TRINO_DIFF,
        "generic": "datediff({second_date}, {first_date}, {datepart})",
    }),
    "date_trunc": ("datepart date", {
        "": "date_trunc('{datepart}', {date})",
        "bigquery": "timestamp_trunc(cast({date} as timestamp), {datepart})",
        "tsql": "datetrunc({datepart}, {date})",
    }),
    "last_day": ("date datepart", {
        "": "last_day({date}, {datepart})",
        "postgres": _LAST_DAY,
        "duckdb": _LAST_DAY,
        "redshift": _LAST_DAY,
    }),
    "date": ("year month day", {"": "cast('{year}-{month}-{day}' as date)"}),
    "cast": ("field type", {"": "cast({field} as {type})"}),
    "safe_cast": ("field type", {
        "": "cast({field} as {type})", "bigquery": "safe_cast({field} as {type})",
        "snowflake": "try_cast({field} as {type})", "databricks": "try_cast({field} as {type})",
        "duckdb": "try_cast({field} as {type})", "trino": "try_cast({field} as {type})",
        "athena": "try_cast({field} as {type})", "tsql": "try_cast({field} as {type})",
    }),
    "hash": ("field", {
        "": "md5(cast({field} as varchar))", "postgres": "md5(cast({field} as text))",
        "bigquery": "to_hex(md5(cast({field} as string)))",
        "spark": "md5(cast({field} as string))", "databricks": "md5(cast({field} as string))",
        "trino": "lower(to_hex(md5(to_utf8(cast({field} as varchar)))))",
        "athena": "lower(to_hex(md5(to_utf8(cast({field} as varchar)))))",
        "tsql": _TSQL_HASH,
    }),
    "split_part": ("string_text delimiter_text part_number", {
        "": "split_part({string_text}, {delimiter_text}, {part_number})",
        "bigquery": "split({string_text}, {delimiter_text})[safe_ordinal({part_number})]",
        "spark": _SPARK_SPLIT, "databricks": _SPARK_SPLIT,
    }),
    "length": ("expression", {"": "length({expression})", "tsql": "len({expression})"}),
    "any_value": ("expression", {"": "any_value({expression})", "postgres": "min({expression})",
                                 "tsql": "max({expression})", "trino": "any_value({expression})"}),
    "bool_or": ("expression", {
        "": "bool_or({expression})", "bigquery": "logical_or({expression})",
        "snowflake": "boolor_agg({expression})",
        "tsql": "max({expression})",
    }),
    "right": ("string_text length_expression", {"": "right({string_text}, {length_expression})"}),
    "position": ("substring_text string_text", {
        "": "position({substring_text} in {string_text})",
        "bigquery": "strpos({string_text}, {substring_text})",
        "tsql": "charindex({substring_text}, {string_text})",
    }),
    "replace": ("field old_chars new_chars", {"": "replace({field}, {old_chars}, {new_chars})"}),
    "string_literal": ("value", {"": "'{value}'"}),
    "cast_bool_to_text": ("field", {
        "": "cast({field} as varchar)", "bigquery": "cast({field} as string)",
        "postgres": "cast({field} as text)",
        "spark": "cast({field} as string)", "databricks": "cast({field} as string)",
    }),
    "array_append": ("array new_element", {
        "": "array_append({array}, {new_element})",
        "bigquery": "array_concat({array}, [{new_element}])",
    }),
    "array_concat": ("array_1 array_2", {
        "": "array_cat({array_1}, {array_2})", "bigquery": "array_concat({array_1}, {array_2})",
        "duckdb": "list_concat({array_1}, {array_2})", "spark": "concat({array_1}, {array_2})",
        "databricks": "concat({array_1}, {array_2})", "trino": "concat({array_1}, {array_2})",
    }),
    "current_timestamp": ("", {
        "": "current_timestamp", "bigquery": "current_timestamp()", "postgres": "now()",
        "tsql": "sysdatetime()",
        "redshift": "getdate()", "snowflake": "convert_timezone('UTC', current_timestamp())",
    }),
    "current_timestamp_in_utc": ("", {"": "current_timestamp"}),
    "current_timestamp_backcompat": ("", {"": "current_timestamp"}),
    "current_timestamp_in_utc_backcompat": ("", {"": "current_timestamp"}),
    "except": ("", {"": "except", "bigquery": "except distinct"}),
    "intersect": ("", {"": "intersect", "bigquery": "intersect distinct"}),
}  # fmt: skip


def functions(dialect: str) -> dict[str, Callable[..., Any]]:
    """Return the macros of the `dbt` package that print SQL, for one dialect."""
    found: dict[str, Callable[..., Any]] = {
        name: _printer(parameters, _chosen(texts, dialect))
        for name, (parameters, texts) in FUNCTIONS.items()
    }
    found |= {name: _printer("", _chosen(texts, dialect)) for name, texts in TYPES.items()}
    found |= {
        "concat": _concat(dialect),
        "listagg": _listagg(dialect),
        "datediff": _datediff(dialect),
    }
    found |= {"array_construct": _array(dialect), "escape_single_quotes": _escaped(dialect)}
    return found


def _chosen(texts: Texts, dialect: str) -> str:
    return texts.get(dialect or "generic", texts[""])


def _printer(parameters: str, text: str) -> Callable[..., str]:
    names = parameters.split()

    def printed(*args: Any, **kwargs: Any) -> str:
        values = dict.fromkeys(names, "")
        values.update(zip(names, map(_plain, args), strict=False))
        values.update((name, _plain(value)) for name, value in kwargs.items() if name in values)
        return text.format(**values)

    return printed


def _plain(value: Any) -> str:
    return str(value)


def _concat(dialect: str) -> Callable[..., str]:
    def concat(fields: Any) -> str:
        texts = [str(field) for field in fields]
        if dialect in {"bigquery", "tsql", "spark", "databricks"}:
            return f"concat({', '.join(texts)})"
        return " || ".join(texts)

    return concat


def _listagg(dialect: str) -> Callable[..., str]:
    def listagg(
        measure: Any,
        delimiter_text: Any = "','",
        order_by_clause: Any = None,
        limit_num: Any = None,
    ) -> str:
        order = f" {order_by_clause}" if order_by_clause else ""
        limit = f" limit {limit_num}" if limit_num and dialect == "bigquery" else ""
        if dialect in {"bigquery", "postgres", "duckdb"}:
            return f"string_agg({measure}, {delimiter_text}{order}{limit})"
        if dialect in {"spark", "databricks"}:
            return f"array_join(collect_list({measure}), {delimiter_text})"
        name = "string_agg" if dialect == "tsql" else "listagg"
        within = f" within group ({order.strip()})" if order else ""
        return f"{name}({measure}, {delimiter_text}){within}"

    return listagg


_POSTGRES_STEPS = (("hour", 24), ("minute", 60), ("second", 60))


def _datediff(dialect: str) -> Callable[..., str]:
    """Return `datediff`; Postgres has no such function, and dbt spells it out from date parts."""
    plain = _printer(FUNCTIONS["datediff"][0], _chosen(FUNCTIONS["datediff"][1], dialect))
    if dialect != "postgres":
        return plain

    def datediff(first_date: Any, second_date: Any, datepart: Any) -> str:
        first, second, part = (
            f"cast({first_date} as timestamp)",
            f"cast({second_date} as timestamp)",
            str(datepart),
        )
        years = f"(date_part('year', {second}) - date_part('year', {first}))"
        if part == "year":
            return years
        if part in {"quarter", "month"}:
            each = 4 if part == "quarter" else 12
            return (
                f"({years} * {each} + date_part('{part}', {second}) - date_part('{part}', {first}))"
            )
        text = f"(cast({second_date} as date) - cast({first_date} as date))"
        if part == "week":
            return f"floor({text} / 7)"
        for name, each in _POSTGRES_STEPS:
            if part == "day":
                break
            text = (
                f"({text} * {each} + date_part('{name}', {second}) - date_part('{name}', {first}))"
            )
            if name == part:
                break
        return text

    return datediff


def _array(dialect: str) -> Callable[..., str]:
    def array_construct(inputs: Any = (), data_type: Any = None) -> str:  # noqa: ARG001  # dbt's own signature
        texts = ", ".join(str(value) for value in inputs)
        if dialect in {"bigquery", "duckdb"}:
            return f"[{texts}]"
        if dialect == "snowflake":
            return f"array_construct({texts})"
        return (
            f"array({texts})"
            if dialect in {"spark", "databricks", "redshift"}
            else f"array[{texts}]"
        )

    return array_construct


def _escaped(dialect: str) -> Callable[..., str]:
    escape = "\\'" if dialect in {"bigquery", "spark", "databricks"} else "''"

    def escape_single_quotes(expression: Any) -> str:
        return str(expression).replace("'", escape)

    return escape_single_quotes
