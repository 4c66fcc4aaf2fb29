"""A model's configuration → how its dataset is written."""

from collections.abc import Mapping
from typing import Any

from guardian.model.plan import WriteOptions

# options of a model that alter what its table holds after a run
_EFFECTS = (
    "unique_key", "incremental_strategy", "on_schema_change", "merge_update_columns",
    "merge_exclude_columns",
    "incremental_predicates", "strategy", "updated_at", "check_cols", "invalidate_hard_deletes",
    "hard_deletes",
    "full_refresh", "dbt_valid_to_current", "event_time", "batch_size", "lookback", "begin",
)  # fmt: skip


def write_options(config: Mapping[str, Any], kind: str) -> WriteOptions:
    """Return how a model (`kind` is `models`), snapshot or seed with this configuration is written.

    A table is `create`, a view `view`, a snapshot `merge`. An incremental model is what its later
    runs do: `merge` with a unique key, `overwrite` of partitions where its strategy says so, else
    `append`.
    """
    materialized = str(config.get("materialized") or _default(kind))
    return WriteOptions(
        mode=_mode(materialized, config),
        materialized=materialized,
        format=str(config.get("file_format") or config.get("format") or ""),
        partition_by=_columns(config.get("partition_by") or config.get("partitioned_by")),
        cluster_by=_columns(config.get("cluster_by") or config.get("clustered_by")),
        location=str(config.get("location_root") or config.get("external_location") or ""),
        options=tuple((k, text) for k in sorted(_EFFECTS) if (text := _text(config.get(k)))),
    )


def _default(kind: str) -> str:
    return {"snapshots": "snapshot", "seeds": "seed"}.get(kind, "view")


def _mode(materialized: str, config: Mapping[str, Any]) -> str:
    strategy = str(config.get("incremental_strategy") or "")
    match materialized:
        case "view":
            return "view"
        case "snapshot":
            return "merge"
        case "incremental" if strategy in {"insert_overwrite", "microbatch"}:
            return "overwrite"
        case "incremental" if strategy == "append" or not config.get("unique_key"):
            return "append"
        case "incremental":
            return "merge"
        case _:
            return "create"


def _columns(value: Any) -> tuple[str, ...]:
    """Return columns to partition or cluster by: a name, a list of them, or BigQuery's mapping."""
    if isinstance(value, Mapping):
        field, unit = str(value.get("field") or ""), str(value.get("granularity") or "")
        span = value.get("range")
        if isinstance(span, Mapping):
            return (
                f"range({field}, {span.get('start')}, {span.get('end')}, {span.get('interval')})",
            )
        return (f"{unit}({field})" if unit and unit != "day" else field,) if field else ()
    if isinstance(value, list | tuple):
        return tuple(str(part) for part in value)
    return (str(value),) if value else ()


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)
