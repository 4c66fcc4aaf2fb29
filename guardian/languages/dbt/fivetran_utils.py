"""The everyday macros of the `fivetran_utils` package, which its many source packages are built on."""

from collections.abc import Callable, Mapping
from typing import Any


def functions(dialect: str, dbt: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return the package's macros that need no database; `dbt` prints what differs by dialect."""
    return {
        "timestamp_add": lambda datepart, interval, from_timestamp: dbt["dateadd"](datepart, interval, from_timestamp),
        "timestamp_diff": lambda first_date, second_date, datepart: dbt["datediff"](first_date, second_date, datepart),
        "string_agg": lambda field_to_agg, delimiter: dbt["listagg"](field_to_agg, delimiter),
        "max_bool": lambda boolean_field: f"max({boolean_field})" if dialect != "postgres" else f"bool_or({boolean_field})",
        "ceiling": lambda num: f"ceiling({num})",
        "percentile": _percentile,
        "json_extract": lambda string, string_path: f"json_extract({string}, '$.{string_path}')",
        "first_value": lambda first_value_field, partition_field, order_by_field, order="asc": (
            f"first_value({first_value_field}) over (partition by {partition_field} order by {order_by_field} {order})"
        ),
        "dummy_coalesce_value": lambda _column: "null",
        "persist_pass_through_columns": lambda *_args, **_kwargs: "",
        "fill_pass_through_columns": lambda *_args, **_kwargs: "",
        "source_relation": lambda *_args, **_kwargs: ", cast('' as " + str(dbt["type_string"]()) + ") as source_relation",
        "fill_staging_columns": lambda source_columns, staging_columns: _filled(dbt, source_columns, staging_columns),
    }  # fmt: skip


def _percentile(percentile_field: Any, partition_field: Any, percent: Any) -> str:
    over = f" over (partition by {partition_field})" if partition_field else ""
    return f"percentile_cont({percent}) within group (order by {percentile_field}){over}"


def _filled(dbt: Mapping[str, Callable[..., Any]], source_columns: Any, staging_columns: Any) -> str:
    """Return the staging columns; those that a source is known to lack are null, as the package fills them."""
    known = {str(column).lower() for column in source_columns}
    items = []
    for column in staging_columns:
        name, alias = str(column["name"]), str(column.get("alias") or column["name"])
        missing = known and name.lower() not in known
        items.append(f"cast(null as {column['datatype']}) as {alias}" if missing else f"{name} as {alias}")
    return ", ".join(items) or str(dbt["type_string"]() and "*")
