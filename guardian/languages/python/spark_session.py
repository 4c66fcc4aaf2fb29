"""SparkSession, its catalog and its SQL, and Databricks' `dbutils`."""

from collections.abc import Callable
from dataclasses import dataclass

from guardian.languages.python.fingerprints import call_fingerprint, digest
from guardian.languages.python.job_arguments import assumed
from guardian.languages.python.machine import Machine, PathEnd
from guardian.languages.python.spark_columns import UNBOUNDED, WindowSpec
from guardian.languages.python.spark_frames import Frame, frame_of
from guardian.languages.python.spark_groups import Rdd, rdd_frame
from guardian.languages.python.spark_reader import Reader
from guardian.languages.python.spark_state import DIALECT, add, columns_of, state_of, table
from guardian.languages.python.spark_types import schema_of
from guardian.languages.python.sql_text import run_sql, with_arguments
from guardian.languages.python.udfs import udf_of
from guardian.languages.python.values import (
    MISSING,
    Call,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.names import fold
from guardian.model.plan import Constant, Expr, Opaque, Values

SESSION_NAMES = frozenset({
    "spark", "session", "spark_session", "sparksession", "sqlcontext", "sql_context", "hivecontext",
    "sqlctx", "sc",
    "spark_context", "sparkcontext", "_spark", "gluecontext", "glue_context", "glue",
})  # fmt: skip
ROW_LIMIT = 50


class SparkSession:
    """A SparkSession; a SparkContext, an SQLContext and a builder are taken for the same."""

    spark_type = "SparkSession"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the session's parts."""
        del machine
        if name in {"read", "readStream"}:
            return Reader()
        if name == "conf":
            return Configuration()
        if name == "catalog":
            return Catalog()
        if name in {
            "builder",
            "sparkContext",
            "spark_session",
            "sparkSession",
            "context",
            "_jsparkSession",
        }:
            return self
        if name == "udf":
            return UdfRegistry()
        if name == "streams":
            return Unknown("streams")
        if name in {
            "create_dynamic_frame",
            "write_dynamic_frame",
            "create_data_frame",
            "write_data_frame",
        }:
            from guardian.languages.python.glue import Factory  # noqa: PLC0415 - it needs us

            return Factory(name)
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        handler = _SESSION.get(name)
        if handler is not None:
            return handler(call)
        glue = glue_method(name, call)
        if glue is not MISSING:
            return glue
        if name == "config" and call.has(1, "value"):
            settings = state_of(call.machine).configuration
            settings[plain(to_text(call.value(0, "key")))] = call.value(1, "value")
        if name in _SELF:
            return self
        return Unknown(name, weak=True)


_SELF = frozenset({
    "__call__", "appName", "master", "config", "enableHiveSupport", "getOrCreate", "remote",
    "newSession", "getActiveSession", "active", "builder", "Builder", "create", "getSparkSession",
    "get_spark_session", "__enter__",
})  # fmt: skip


def glue_method(name: str, call: Call) -> Value:
    """Return what a method of a GlueContext gives; `MISSING` where it has none of that name."""
    from guardian.languages.python.glue import context_method  # noqa: PLC0415 - it needs us

    return context_method(name, call)


class Configuration:
    """`spark.conf`."""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return a setting: what the code set, its default, or its symbol."""
        key = plain(to_text(call.value(0, "key")))
        settings = state_of(call.machine).configuration
        if name == "set":
            settings[key] = call.value(1, "value")
            return None
        if name == "get":
            if key in settings:
                return settings[key]
            return assumed(call.value(1, "default"), key.rpartition(".")[2])
        return Unknown()


class Catalog:
    """`spark.catalog`."""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives; whether a table exists only a run would tell."""
        if name == "dropTempView":
            key = fold(plain(to_text(call.value(0))), DIALECT)
            state_of(call.machine).views.pop(key, None)
        if name == "dropGlobalTempView":
            key = f"global_temp.{fold(plain(to_text(call.value(0))), DIALECT)}"
            state_of(call.machine).views.pop(key, None)
        if name == "setCurrentDatabase":
            schema = fold(plain(to_text(call.value(0, "dbName"))), DIALECT)
            state_of(call.machine).sql.schema = "" if schema == "default" else schema
        if name == "currentDatabase":
            return state_of(call.machine).sql.schema or Unknown("current_database")
        if name == "tableExists":
            return Unknown(key=f"exists {plain(to_text(call.value(0)))}")
        return Unknown()


class UdfRegistry:
    """`spark.udf`."""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Register a function under a name for SQL text."""
        if name != "register":
            return Unknown()
        made = udf_of(call.value(1, "f"), call.machine, call.value(2, "returnType"))
        state_of(call.machine).udfs[plain(to_text(call.value(0, "name"))).lower()] = made
        return made


# --- SQL text -------------------------------------------------------------------------------------


def _sql(call: Call) -> Value:
    text = call.value(0, "sqlQuery")
    if not isinstance(text, str):
        call.machine.warn("the text of this SQL statement is not known", call.at)
        return Unknown("sql", weak=True)
    for name, value in call.kwargs.items():
        frame = frame_of(value, call.machine) if isinstance(value, Frame) else None
        if frame is not None:
            state_of(call.machine).views[f"__{name}"] = frame.handle
            text = type(text)(text.replace(f"{{{name}}}", f"__{name}"))
    return run_sql(with_arguments(text, call.value(1, "args"), call.machine), call)


# --- frames from values ---------------------------------------------------------------------------


def _create_frame(call: Call) -> Value:
    data, schema = call.value(0, "data"), call.value(1, "schema")
    if isinstance(data, Rdd):
        return rdd_frame(data, schema, call)
    if isinstance(data, Frame):
        return data
    if isinstance(getattr(data, "frame", None), Frame):
        return frame_of(data, call.machine)
    names = tuple(column.name for column in columns_of(schema_of(schema), call.machine))
    if isinstance(data, Unknown):
        node = Opaque(
            inputs=data.handles,
            fingerprint=data.name,
            columns=names,
            keeps=False,
            reason="createDataFrame",
            at=call.at,
        )
        return Frame(add(call.machine, node))
    rows = call.machine.iterate(data)
    if rows is None:
        return Frame(add(call.machine, Values(columns=names, fingerprint="unknown")))
    names = names or _row_names(rows)
    literal = tuple(tuple(_constant(value) for value in _row_values(row, names)) for row in rows)
    if not all(len(row) == len(names) for row in literal):
        literal = ()
    fingerprint = digest(repr(literal)) if literal or not rows else call_fingerprint("rows", call)
    kept = literal if len(literal) <= ROW_LIMIT else ()
    return Frame(add(call.machine, Values(columns=names, rows=kept, fingerprint=fingerprint)))


def _row_names(rows: list[Value]) -> tuple[str, ...]:
    first = rows[0] if rows else None
    if isinstance(first, dict):
        return tuple(fold(str(name), DIALECT) for name in first)
    if isinstance(first, tuple | list):
        return tuple(f"_{index + 1}" for index in range(len(first)))
    return ("value",) if rows else ()


def _row_values(row: Value, names: tuple[str, ...]) -> list[Value]:
    if isinstance(row, dict):
        folded = {fold(str(key), DIALECT): value for key, value in row.items()}
        return [folded.get(name) for name in names]
    return list(row) if isinstance(row, tuple | list) else [row]


def _constant(value: Value) -> Expr:
    if isinstance(value, bool):
        return Constant("boolean", str(value).lower())
    if isinstance(value, int | float):
        return Constant("number", str(value))
    return Constant("null", "") if value is None else Constant("string", plain(to_text(value)))


def _range(call: Call) -> Value:
    bounds = ", ".join(plain(to_text(value)) for value in call.args)
    return Frame(add(call.machine, Values(columns=("id",), fingerprint=f"range({bounds})")))


def _parallelize(call: Call) -> Value:
    return Rdd(Frame(add(call.machine, Values(fingerprint=call.text))), call.text, call.at)


def _text_file(call: Call) -> Value:
    frame = Reader().invoke("text", call)
    return Rdd(frame, "textFile", call.at) if isinstance(frame, Frame) else Unknown()


def _table(call: Call) -> Value:
    return Frame(table(call.machine, call.value(0, "tableName"), call.at))


def _drop_view(call: Call) -> Value:
    state_of(call.machine).views.pop(fold(plain(to_text(call.value(0))), DIALECT), None)
    return None


def _stop(_: Call) -> Value:
    return None


_SESSION: dict[str, Callable[[Call], Value]] = {
    "sql": _sql, "table": _table, "createDataFrame": _create_frame, "range": _range,
    "parallelize": _parallelize,
    "textFile": _text_file, "wholeTextFiles": _text_file, "dropTempTable": _drop_view,
    "stop": _stop,
    "setLogLevel": _stop, "addPyFile": _stop, "addFile": _stop,
    "broadcast": lambda call: Broadcast(call.value(0)),
    "emptyRDD": _parallelize,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Broadcast:
    """`sc.broadcast(value)`."""

    held: Value

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the value."""
        del machine
        return self.held if name == "value" else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return nothing: it has no methods that matter."""
        del name, call
        return Unknown()


# --- Databricks -----------------------------------------------------------------------------------


class Utilities:
    """`dbutils`."""

    def __init__(self, part: str = "") -> None:
        """Stand for one of its parts, `widgets` or `secrets`."""
        self.part = part

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return a part."""
        del machine
        return Utilities(name) if not self.part else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return a widget's value, its default where the notebook gives one."""
        key = plain(to_text(call.value(0, "name")))
        widgets = state_of(call.machine).widgets
        if self.part == "widgets":
            if name in {"text", "dropdown", "combobox", "multiselect"}:
                widgets[key] = assumed(call.value(1, "defaultValue") or None, key)
                return None
            return widgets.get(key, Unknown(key)) if name in {"get", "getArgument"} else None
        if self.part == "secrets":
            return Unknown(plain(to_text(call.value(1, "key"))))
        if self.part == "notebook" and name == "exit":
            raise PathEnd
        return Unknown(name, weak=True)


# --- everything under `pyspark` -------------------------------------------------------------------

WINDOW_LIMITS: dict[str, Value] = {
    "unboundedPreceding": -UNBOUNDED, "unboundedFollowing": UNBOUNDED, "currentRow": 0,
}  # fmt: skip


def window_method(name: str, call: Call) -> Value:
    """Return what `Window.method(...)` gives."""
    return WindowSpec().invoke(name, call)


def row(call: Call) -> Value:
    """Return `Row(a=1, b=2)` as the dict of its fields, or its values."""
    return dict(call.kwargs) if call.kwargs else tuple(call.args)


def is_session_name(name: str) -> bool:
    """Return whether a name is one that sessions commonly have."""
    return name.lower() in SESSION_NAMES
