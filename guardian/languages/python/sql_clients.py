"""Database clients: cursors, SQLAlchemy, pandas, DuckDB, Snowpark, BigQuery, boto3's Athena.

What they are handed as text is SQL, in the dialect of the client's engine; where the client does
not tell (SQLAlchemy without a URL, a cursor that nobody made), in the dialect configured for the
file. What comes out of a query is `Collected`: rows that pandas and its like may write again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from guardian.languages.python.machine import Machine
from guardian.languages.python.overriding import override
from guardian.languages.python.spark_columns import spread
from guardian.languages.python.spark_frames import collected
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_state import add, state_of
from guardian.languages.python.sql_text import is_sql, run_text, with_placeholders
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Call,
    Collected,
    Instance,
    Text,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.names import fold
from guardian.model.plan import Handle, Opaque, WriteOptions

# The dialect that a client's package speaks; the first that the dotted path starts with.
PACKAGES = (
    ("psycopg2", "postgres"), ("psycopg", "postgres"), ("asyncpg", "postgres"),
    ("pg8000", "postgres"),
    ("pymysql", "mysql"), ("MySQLdb", "mysql"), ("mysql.connector", "mysql"), ("mariadb", "mysql"),
    ("pyodbc", "tsql"), ("pymssql", "tsql"), ("snowflake.", "snowflake"),
    ("google.cloud.bigquery", "bigquery"), ("pandas_gbq", "bigquery"), ("duckdb", "duckdb"),
    ("sqlite3", "sqlite"), ("trino", "trino"), ("prestodb", "presto"), ("pyathena", "athena"),
    ("awswrangler.redshift", "redshift"), ("awswrangler.athena", "athena"),
    ("oracledb", "oracle"), ("cx_Oracle", "oracle"), ("redshift_connector", "redshift"),
    ("clickhouse_driver", "clickhouse"), ("clickhouse_connect", "clickhouse"),
    ("databricks.sql", "databricks"), ("pyhive.hive", "hive"), ("impala.dbapi", "hive"),
    ("teradatasql", "teradata"), ("vertica_python", "postgres"), ("sqlalchemy", ""),
    ("sqlmodel", ""),
)  # fmt: skip
URLS = {
    "postgresql": "postgres", "postgres": "postgres", "mysql": "mysql", "mariadb": "mysql",
    "mssql": "tsql", "snowflake": "snowflake", "bigquery": "bigquery", "duckdb": "duckdb",
    "sqlite": "sqlite", "trino": "trino", "presto": "presto", "awsathena": "athena",
    "oracle": "oracle", "redshift": "redshift", "clickhouse": "clickhouse",
    "databricks": "databricks", "hive": "hive", "teradatasql": "teradata",
}  # fmt: skip
# Methods that run the text which is their first argument, or one of these keywords.
RUNNERS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    **dict.fromkeys(
        (
            "execute", "executemany", "execute_query", "execute_sql", "run_query", "run_sql",
            "query", "query_and_wait", "query_df", "sql", "run", "from_query", "fetch", "fetchrow",
            "fetchval", "read_sql", "read_sql_query", "read_database", "read_database_uri",
            "get_records", "get_first", "get_pandas_df", "get_df",
        ),
        ("sql", "query", "statement", "operation"),
    ),
    "exec_driver_sql": ("statement",), "executescript": ("sql_script",),
    "execute_async": ("command",), "execute_string": ("sql_text",), "command": ("cmd",),
    "read_gbq": ("query_or_table", "query"), "start_query_execution": ("QueryString",),
    "execute_statement": ("Sql", "sql"),
})  # fmt: skip
# Of an owner that nobody knows, only these run SQL for certain; the text must look like it, too.
CERTAIN = frozenset(RUNNERS) - {"run", "fetch", "command", "from_query"}
ENGINES = MappingProxyType({"start_query_execution": "athena", "execute_statement": "redshift"})
WRAPPERS = frozenset({"text", "SQL", "TextClause"})
# Methods that write rows under a name, and the mode that they write in.
ROW_WRITERS: Mapping[str, str] = MappingProxyType({
    "to_csv": "overwrite", "to_parquet": "overwrite", "to_json": "overwrite",
    "to_excel": "overwrite", "to_feather": "overwrite", "to_sql": "error", "to_gbq": "error",
    "save_as_table": "error", "write_parquet": "overwrite", "write_csv": "overwrite",
    "to_table": "error", "insert_into": "append", "write_database": "error", "create": "error",
})  # fmt: skip
TABLE_WRITERS = frozenset({
    "to_sql", "to_gbq", "save_as_table", "to_table", "insert_into", "write_database", "create",
})  # fmt: skip
MODES = {"replace": "overwrite", "fail": "error", "truncate": "overwrite", "errorifexists": "error"}
_MODE_ARGUMENTS = ("if_exists", "if_table_exists", "mode", "write_disposition")
UNKNOWN_TEXT = "the text of this SQL statement is not known"


@dataclass(frozen=True, eq=False)
class Client:
    """A connection, cursor, engine or session that speaks `dialect`; None is the file's own."""

    dialect: str | None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return what hangs on it: another face of the same connection."""
        del machine
        return self if name in {"connection", "engine", "bind", "session"} else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the rows of a query; of anything else, the connection itself."""
        if name in RUNNERS:
            return ran(_text(call, name), call, self.dialect, result=self)
        if name == "register" and handles_of(call.value(1, "python_object")):
            return _registered(call)
        if name in {"load_table_from_dataframe", "load_table_from_uri"}:
            return _loaded(call, self.dialect)
        if name == "table" and call.has(0):
            return _whole(plain(to_text(call.value(0))), call, self.dialect)
        if name == "write_pandas":
            return _written_frame(
                call.value(0, "df"), call.value(1, "table_name"), call, self.dialect
            )
        if name in {"insert_df", "insert_dataframe", "insert_arrow"}:
            table = call.value(0, "table")
            return _written_frame(call.value(1, "df"), table, call, self.dialect)
        return Unknown(name) if name.startswith(("fetch", "__iter__")) else self


class Rows(Collected):
    """The rows of a query, and what is made of them; `dialect` is that of the client."""

    __slots__ = ("dialect",)

    def __init__(self, name: str, handles: tuple[Handle, ...], dialect: str) -> None:
        """Take the plans that they come from."""
        super().__init__(name, weak=True, handles=handles)
        self.dialect = dialect

    @override
    def derived(self, name: str, *, weak: bool = False) -> Unknown:
        """Return what is made of the rows."""
        del weak
        return Rows(name, self.handles, self.dialect)

    @override
    def renamed(self, name: str) -> Unknown:
        """Return them under the name of the variable that takes them."""
        return Rows(name, self.handles, self.dialect)


def client_call(path: str, call: Call) -> Value:
    """Return what calling `path` of a database client's package gives; `MISSING` of any other."""
    root, _, name = path.rpartition(".")
    if root in {"pandas", "polars", "pandas_gbq", "modin.pandas"} or path.startswith(
        "awswrangler."
    ):
        return _of_frames(path, name, call)
    dialect = package_dialect(path)
    if dialect is None:
        return MISSING
    if name in WRAPPERS:
        return call.value(0)
    if name in {"Identifier", "quote_ident"}:
        return ".".join(to_text(value) for value in call.args)
    if name == "create_engine":
        return Client(dialect_of_url(call.value(0, "url")))
    if name == "write_pandas":
        return _written_frame(call.value(1, "df"), call.value(2, "table_name"), call, dialect)
    if name == "QueryJobConfig":
        return dict(call.kwargs)
    client = _client(call) or Client(dialect or None)
    if name in RUNNERS:
        return client.invoke(name, call)
    if path.startswith(("sqlalchemy", "sqlmodel")):
        return client if name in {"Session", "sessionmaker", "scoped_session"} else MISSING
    return client


@lru_cache(maxsize=4096)
def package_dialect(path: str) -> str | None:
    """Return the dialect of a client's package: empty where it speaks several, None of others."""
    return next((known for start, known in PACKAGES if path.startswith(start)), None)


def unknown_client(name: str, call: Call) -> Value:
    """Return the rows of SQL text that an unknown object runs; `MISSING` where it is no SQL."""
    if name not in CERTAIN:
        return MISSING
    text = _text(call, name)
    if not isinstance(text, str) or not is_sql(text):
        return MISSING
    return ran(text, call, ENGINES.get(name))


def ran(text: Value, call: Call, dialect: str | None, result: Value = None) -> Value:
    """Return the rows of the last query of `text`; `result` where it holds none."""
    if isinstance(text, list | tuple):
        return [ran(each, call, dialect, result) for each in text][-1] if text else result
    if not isinstance(text, str):
        if isinstance(text, Unknown) and not text.handles and result is not None:
            call.machine.warn(UNKNOWN_TEXT, call.at)
        return result if result is not None else Unknown("rows", weak=True)
    if not is_sql(text):
        return result if result is not None else Unknown("rows", weak=True)
    shown = with_placeholders(text)
    call.machine.inherit_origin(shown, text)
    spoken = dialect_of(call, dialect)
    handle = run_text(type(text)(shown), call, spoken)
    if handle is None:
        return result if result is not None else Unknown("rows", weak=True)
    destination, mode = _destination(call)
    if destination:
        write(call, handle, destination, WriteOptions(mode=mode), dialect=spoken)
    else:
        collected(call, handle)
    return Rows("rows", (handle,), spoken)


def dialect_of(call: Call, dialect: str | None) -> str:
    """Return a client's dialect, or the one that the configuration gives the file."""
    if dialect is not None:
        return dialect
    machine = call.machine
    path = machine.module.path if machine.module is not None else ""
    return machine.finder.sources.dialect(path)


def write_rows(owner: Unknown, name: str, call: Call) -> Value:
    """Note what a method of rows writes (`df.to_sql("orders", engine)`).

    `MISSING` where the method writes nothing, or what it is called on is not known to be rows.
    """
    mode = ROW_WRITERS.get(name)
    certain = bool(owner.handles) or name in {"to_sql", "to_gbq"}
    if mode is None or not certain:
        return MISSING
    target = call.value(
        0, "name", _keyword(call, ("table_name", "path", "path_or_buf", "destination_table"))
    )
    if not isinstance(target, str) or not plain(target):
        return MISSING
    schema = call.kwargs.get("schema")
    if name in TABLE_WRITERS and isinstance(schema, str):
        target = f"{schema}.{target}"
    said = _keyword(call, _MODE_ARGUMENTS)
    chosen = plain(to_text(said)).lower() if isinstance(said, str) else mode
    form = "" if name in TABLE_WRITERS else name.removeprefix("to_").removeprefix("write_")
    options = WriteOptions(mode=MODES.get(chosen, chosen), format=form)
    _note(owner.handles, target, options, call, _spoken(owner, name, call))
    return None


def _spoken(owner: Unknown, name: str, call: Call) -> str:
    """Return the dialect that names the table: the given client's, or that of the rows' own."""
    if name not in TABLE_WRITERS:
        return ""
    client = _client(call)
    if client is None and name != "to_sql" and isinstance(owner, Rows):
        return owner.dialect
    return dialect_of(call, client.dialect if client else None)


def _note(
    inputs: tuple[Handle, ...], target: str, options: WriteOptions, call: Call, dialect: str,
    *, exact: bool = False,
) -> None:  # fmt: skip
    from guardian.languages.python.frames.rows import tell_doubts  # noqa: PLC0415 - it needs us

    if len(inputs) == 1 and exact:
        tell_doubts(call.machine, inputs[0])
        write(call, inputs[0], target, options, dialect=dialect)
        return
    node = Opaque(inputs=inputs, reason="pandas", keeps=bool(inputs), at=call.at)
    write(call, add(call.machine, node), target, options, confidence=0.7, dialect=dialect)


# --- what the clients are told -------------------------------------------------------------------


def _text(call: Call, name: str) -> Value:
    value = call.args[0] if call.args else _keyword(call, RUNNERS[name])
    if isinstance(value, Instance):  # a SQLAlchemy `text(...)` kept in an object of the repository
        return value.attributes.get("text", Unknown())
    return value


def _client(call: Call) -> Client | None:
    values = (*call.args, *call.kwargs.values())
    return next((value for value in values if isinstance(value, Client)), None)


def _keyword(call: Call, names: tuple[str, ...]) -> Value:
    return next((call.kwargs[name] for name in names if name in call.kwargs), None)


def dialect_of_url(url: Value) -> str | None:
    """Return the dialect that a connection's URL tells; None where it tells none."""
    if not isinstance(url, str):
        return None
    scheme = re.split(r"[+:]", url.partition(OPEN)[0], maxsplit=1)[0].lower()
    return URLS.get(scheme)


def _destination(call: Call) -> tuple[str, str]:
    """Return the table that BigQuery's job configuration sends the rows to, and how."""
    config = call.kwargs.get("job_config", call.kwargs.get("configuration"))
    said = dict(config) if isinstance(config, dict) else dict(call.kwargs)
    target = said.get("destination", said.get("destination_dataset_table"))
    name = plain(to_text(target)).replace(":", ".") if isinstance(target, str) else ""
    disposition = plain(to_text(said.get("write_disposition") or "")).upper()
    return name, "overwrite" if disposition.endswith("TRUNCATE") else "append"


def _registered(call: Call) -> Value:
    """Let SQL see rows under a name (`con.register("orders", frame)`)."""
    handles = handles_of(call.value(1, "python_object"))
    if handles:
        name = fold(plain(to_text(call.value(0, "view_name"))), "duckdb")
        state_of(call.machine).views[name] = handles[0]
    return None


def _loaded(call: Call, dialect: str | None) -> Value:
    """Note `client.load_table_from_dataframe(frame, "d.t")` and its like for files."""
    rows = call.value(0)
    if isinstance(rows, Unknown) or handles_of(rows):
        return _written_frame(rows, call.value(1, "destination"), call, dialect, mode="append")
    paths = [value for value in spread([rows]) if isinstance(value, str)]
    if paths and isinstance(call.value(1, "destination"), str):
        from guardian.languages.python.spark_state import scan  # noqa: PLC0415 - used by this one function

        inputs = tuple(scan(call.machine, path, call.at) for path in paths)
        name = plain(to_text(call.value(1, "destination")))
        _note(inputs, name, WriteOptions(mode="append"), call, dialect_of(call, dialect))
    return Unknown("job")


def _written_frame(
    rows: Value, name: Value, call: Call, dialect: str | None, mode: str = "append"
) -> Value:
    """Note that a frame of any kind is written to a table."""
    inputs = handles_of(rows)
    if isinstance(name, str):
        outer = [call.kwargs.get("database"), call.kwargs.get("schema")]
        parts = [*(value for value in outer if isinstance(value, str)), name]
        said = "overwrite" if call.kwargs.get("overwrite") is True else mode
        options = WriteOptions(mode=said)
        spoken = dialect_of(call, dialect)
        _note(inputs, ".".join(parts), options, call, spoken, exact=not isinstance(rows, Unknown))
    return Unknown("job")


def _of_frames(path: str, name: str, call: Call) -> Value:
    """Return what a function of pandas, polars or awswrangler gives, where it meets SQL."""
    dialect = package_dialect(path)
    if name == "read_sql":
        table = call.value(0, "sql")
        if isinstance(table, str) and not is_sql(table) and re.fullmatch(r"[\w.]+", plain(table)):
            return _framed(_whole(plain(table), call, client_dialect(call)), call, path)
    if name in RUNNERS:
        client = _client(call)
        rows = ran(_text(call, name), call, client.dialect if client else dialect)
        return _framed(rows, call, path)
    if name == "read_sql_table":
        schema, table = call.kwargs.get("schema"), plain(to_text(call.value(0, "table_name")))
        full = f"{plain(to_text(schema))}.{table}" if isinstance(schema, str) else table
        spoken = client_dialect(call)
        return _framed(_whole(full, call, dialect if spoken is None else spoken), call, path)
    if path.startswith("awswrangler.") and name in ROW_WRITERS:
        return _wrangled(name, call)
    made = spread([*call.args, *call.kwargs.values()])
    handles = tuple(dict.fromkeys(handle for value in made for handle in handles_of(value)))
    return Collected(name, weak=True, handles=handles) if handles else MISSING


def _framed(rows: Value, call: Call, path: str) -> Value:
    """Return rows as the frame that pandas makes of them."""
    from guardian.languages.python.frames.pandas_frame import PandasFrame  # noqa: PLC0415 - it needs us
    from guardian.languages.python.frames.pandas_module import in_chunks  # noqa: PLC0415 - it needs us
    from guardian.languages.python.frames.polars_frame import PolarsFrame  # noqa: PLC0415 - it needs us

    if not isinstance(rows, Rows) or len(rows.handles) != 1:
        return rows
    if path.startswith("polars."):
        return PolarsFrame(rows.handles[0])
    return in_chunks(PandasFrame(rows.handles[0], dialect=rows.dialect), call)


def handles_of(value: Value) -> tuple[Handle, ...]:
    """Return the plans that a value stems from: rows, or a frame of any kind."""
    if isinstance(value, Unknown):
        return value.handles
    if not hasattr(value, "frame"):
        return ()
    handle = getattr(value, "handle", None)
    return (handle,) if isinstance(handle, int) else ()


def client_dialect(call: Call) -> str | None:
    """Return the dialect of the client among a call's arguments, or the file's own."""
    client = _client(call)
    return dialect_of(call, client.dialect if client else None)


def _whole(table: str, call: Call, dialect: str | None) -> Value:
    return ran(f"SELECT * FROM {table}", call, dialect)  # noqa: S608 - read again, never run


def _wrangled(name: str, call: Call) -> Value:
    """Note `wr.s3.to_parquet(df, path=…, database=…, table=…)`; the table's name comes first."""
    rows = call.value(0, "df")
    table, database = call.kwargs.get("table"), call.kwargs.get("database")
    target = call.value(1, "path")
    if isinstance(table, str):
        target = f"{database}.{table}" if isinstance(database, str) else Text(table)
    if not isinstance(target, str):
        return Unknown(name)
    inputs = handles_of(rows)
    mode = plain(to_text(call.kwargs.get("mode") or "append"))
    form = name.removeprefix("to_")
    options = WriteOptions(mode="overwrite" if mode.startswith("overwrite") else mode, format=form)
    _note(inputs, target, options, call, "athena", exact=not isinstance(rows, Unknown))
    return Unknown(name)
