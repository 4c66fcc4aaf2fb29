"""Airflow: operators that run SQL or a function, and hooks.

A `.sql` file that an operator names is a job of its own; it is read here only where the operator
says which table its rows go to.
"""

import re

from guardian.languages.python.sql_clients import Client, ran
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Call,
    Function,
    Partial,
    Text,
    Unknown,
    Value,
    plain,
    to_text,
)

_DIALECTS = (
    ("BigQuery", "bigquery"), ("Postgres", "postgres"), ("Redshift", "redshift"),
    ("Snowflake", "snowflake"), ("MySql", "mysql"), ("MsSql", "tsql"), ("Mssql", "tsql"),
    ("Oracle", "oracle"), ("Trino", "trino"), ("Presto", "presto"), ("Athena", "athena"),
    ("Hive", "hive"), ("SparkSql", "spark"), ("DatabricksSql", "databricks"), ("Sqlite", "sqlite"),
    ("Vertica", "postgres"), ("Teradata", "teradata"), ("ClickHouse", "clickhouse"),
    ("DuckDB", "duckdb"), ("JDBC", None), ("SQL", None), ("Sql", None),
)  # fmt: skip
_TEXTS = ("sql", "query", "bql", "hql", "sql_query")
_OPERATOR = re.compile(r"(?:^|\.)(\w+)(Operator|Hook)$")


def airflow_call(path: str, call: Call) -> Value:
    """Return what making an operator or a hook gives; `MISSING` of any other call."""
    found = _OPERATOR.search(path)
    if found is None or not path.startswith(("airflow", "astronomer", "cosmos", "plugins")):
        return MISSING
    name, kind = found.groups()
    if kind == "Hook":
        known = [dialect for word, dialect in _DIALECTS if word in name]
        return Client(known[0]) if known else MISSING
    task = Unknown("task", weak=True)
    function = call.kwargs.get("python_callable")
    if isinstance(function, Function | Bound | Partial):
        _call_function(function, call)
        return task
    for text in _texts(call):
        _run(text, name, call)
    return task


def _call_function(function: Value, call: Call) -> None:
    args, kwargs = call.kwargs.get("op_args"), call.kwargs.get("op_kwargs")
    positional = list(args) if isinstance(args, list | tuple) else []
    named = {str(key): value for key, value in kwargs.items()} if isinstance(kwargs, dict) else {}
    call.machine.apply(function, *positional, **named)


def _texts(call: Call) -> list[Value]:
    """Return the SQL that an operator is given: one text, several, or in a configuration."""
    said = next((call.kwargs[name] for name in _TEXTS if name in call.kwargs), None)
    if said is None:
        query = _query(call)
        said = query.get("query") if query is not None else None
    return list(said) if isinstance(said, list | tuple) else [said]


def _query(call: Call) -> dict[Value, Value] | None:
    configuration = call.kwargs.get("configuration")
    query = configuration.get("query") if isinstance(configuration, dict) else None
    return query if isinstance(query, dict) else None


def _run(text: Value, name: str, call: Call) -> None:
    if not isinstance(text, str):
        return
    destination = _destination(call)
    dialect = next((known for word, known in _DIALECTS if word in name), None)
    inner = text
    if plain(text).strip().endswith(".sql"):
        loaded = _file(plain(text).strip(), call) if destination else None
        if loaded is None:
            return
        inner = loaded
    kwargs: dict[str, Value] = {"destination": destination} if destination else {}
    kwargs["write_disposition"] = call.kwargs.get("write_disposition") or (_query(call) or {}).get(
        "writeDisposition"
    )
    asked = Call(call.machine, [inner], kwargs, call.node, place=call.at)
    ran(inner, asked, dialect)


def _destination(call: Call) -> Value:
    said = call.kwargs.get("destination_dataset_table")
    if isinstance(said, str):
        return said
    table = (_query(call) or {}).get("destinationTable")
    if not isinstance(table, dict):
        return None
    parts = [table.get(key) for key in ("projectId", "datasetId", "tableId")]
    named = [to_text(part) for part in parts if isinstance(part, str)]
    return Text(".".join(named)) if isinstance(parts[-1], str) else None


def _file(path: str, call: Call) -> str | None:
    from guardian.languages.python.files import open_file  # noqa: PLC0415 - used by this one function

    return open_file(path, call).content
