"""The everyday macros of the `fivetran_utils` package, which its many source packages are built on.

One connection is assumed, as their own defaults do.
"""

# The functions print SQL that is read and never run, under the signatures of the package itself.
# ruff: noqa: S608, ARG002, FBT003

from collections.abc import Callable, Mapping
from typing import Any

Functions = Mapping[str, Callable[..., Any]]


def functions(
    dialect: str, dbt: Functions, source: Callable[..., Any], variable: Callable[..., Any]
) -> dict[str, Callable[..., Any]]:
    """Return the package's macros; `dbt` prints what differs by dialect."""
    models = _Models(dbt, source, variable)
    return {
        "timestamp_add": dbt["dateadd"],
        "timestamp_diff": dbt["datediff"],
        "string_agg": _string_agg(dbt),
        "max_bool": _max_bool(dialect),
        "ceiling": lambda num: f"ceiling({num})",
        "percentile": _percentile,
        "json_extract": _json_extract(dialect),
        "json_parse": _json_parse(dialect),
        "first_value": _first_value,
        "dummy_coalesce_value": lambda _column: "null",
        "array_agg": lambda field_to_agg: f"array_agg({field_to_agg})",
        "enabled_vars": lambda names: all(variable(name, True) is not False for name in names),
        "enabled_vars_one_true": lambda names: any(
            variable(name, True) is not False for name in names
        ),
        "add_pass_through_columns": models.add_pass_through_columns,
        "persist_pass_through_columns": models.persist_pass_through_columns,
        "fill_pass_through_columns": models.persist_pass_through_columns,
        "source_relation": models.source_relation,
        "apply_source_relation": models.source_relation,
        "partition_by_source_relation": lambda *_args, **_keywords: "",
        "union_connections": models.union_connections,
        "union_data": models.union_data,
        "fill_staging_columns": models.fill_staging_columns,
        "remove_prefix_from_columns": _without_prefix,
    }


def _string_agg(dbt: Functions) -> Callable[..., Any]:
    def string_agg(field_to_agg: Any, delimiter: Any) -> Any:
        return dbt["listagg"](field_to_agg, delimiter)

    return string_agg


def _max_bool(dialect: str) -> Callable[..., str]:
    function = "bool_or" if dialect in {"postgres", "redshift"} else "max"
    return lambda boolean_field: f"{function}({boolean_field})"


def _percentile(percentile_field: Any, partition_field: Any, percent: Any) -> str:
    over = f" over (partition by {partition_field})" if partition_field else ""
    return f"percentile_cont({percent}) within group (order by {percentile_field}){over}"


def _first_value(
    first_value_field: Any, partition_field: Any, order_by_field: Any, order: Any = "asc"
) -> str:
    over = f"partition by {partition_field} order by {order_by_field} {order}"
    return f"first_value({first_value_field}) over ({over} rows unbounded preceding)"


def _json_extract(dialect: str) -> Callable[..., str]:
    def json_extract(string: Any, string_path: Any) -> str:
        if dialect == "snowflake":
            return f"json_extract_path_text(try_parse_json({string}), '{string_path}')"
        if dialect in {"postgres", "duckdb"}:
            return f"({string})::json->>'{string_path}'"
        function = {"bigquery": "json_extract_scalar", "redshift": "json_extract_path_text"}.get(
            dialect
        )
        path = string_path if dialect == "redshift" else f"$.{string_path}"
        return f"{function or 'get_json_object'}({string}, '{path}')"

    return json_extract


def _json_parse(dialect: str) -> Callable[..., str]:
    def json_parse(string: Any, string_path: Any) -> str:
        steps = [str(step) for step in string_path]
        if dialect == "snowflake":
            return f"parse_json({string})" + "".join(f"['{step}']" for step in steps)
        if dialect in {"postgres", "redshift"}:
            return f"({string})::json #>> '{{{','.join(steps)}}}'"
        path = "$" + "".join(f".{step}" for step in steps)
        function = "json_extract_scalar" if dialect == "bigquery" else "get_json_object"
        return f"{function}({string}, '{path}')"

    return json_parse


def _without_prefix(columns: Any, prefix: Any = "", exclude: Any = ()) -> str:
    left = {str(name).lower() for name in exclude}
    items = []
    for column in columns:
        name = str(column)
        if name.lower() in left:
            continue
        cut = name.lower().startswith(str(prefix).lower())
        items.append(f"{name} as {name[len(str(prefix)) :]}" if cut else name)
    return ", ".join(items) or "*"


class _Models:
    """Macros that shape the staging models of a source package."""

    def __init__(
        self, dbt: Functions, source: Callable[..., Any], variable: Callable[..., Any]
    ) -> None:
        self._dbt, self._source, self._variable = dbt, source, variable

    def add_pass_through_columns(self, base_columns: Any, pass_through_var: Any) -> str:
        """Add the columns that the project passes through to a list of columns."""
        listed = pass_through_var if isinstance(pass_through_var, list) else []
        for column in listed:
            entry = column if isinstance(column, Mapping) else {"name": column}
            base_columns.append({"datatype": self._dbt["type_string"](), **entry})
        return ""

    def persist_pass_through_columns(
        self, pass_through_variable: Any, identifier: Any = "", **_more: Any
    ) -> str:
        """Return the columns that the project passes through, each behind a comma."""
        listed = (
            self._variable(pass_through_variable, [])
            if isinstance(pass_through_variable, str)
            else []
        )
        names = [c.get("alias") or c.get("name") if isinstance(c, Mapping) else c for c in listed]
        behind = f"{identifier}." if identifier else ""
        return "".join(f", {behind}{name}" for name in names if name)

    def source_relation(self, *_args: Any, **_keywords: Any) -> str:
        """Return the column that tells connections apart."""
        return f", cast('' as {self._dbt['type_string']()}) as source_relation"

    def union_connections(
        self, connection_dictionary: Any = None, single_source_name: Any = "",
        single_table_name: Any = "", **_more: Any
    ) -> str:  # fmt: skip
        """Return the rows of the one connection."""
        return f"select * from {self._source(single_source_name, single_table_name)}"

    def union_data(
        self, table_identifier: Any = "", default_variable: Any = "", **_more: Any
    ) -> str:
        """Return the rows of the one connection."""
        return f"select * from {self._variable(default_variable or table_identifier)}"

    def fill_staging_columns(self, source_columns: Any = (), staging_columns: Any = ()) -> str:
        """Return the staging columns; those that a source is known to lack are null."""
        known = {str(column).lower() for column in source_columns}
        items = []
        for column in staging_columns:
            name, alias = str(column["name"]), str(column.get("alias") or column["name"])
            missing = known and name.lower() not in known
            items.append(
                f"cast(null as {column['datatype']}) as {alias}"
                if missing
                else f"{name} as {alias}"
            )
        return ",\n".join(items) or "*"
