"""PySpark's readers and writers, led to the oracle. Only in the child process; nothing is undone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.catalyst.session import Oracle

FORMATS = ("parquet", "csv", "json", "orc", "text", "xml")


def intercept(oracle: "Oracle") -> None:
    """Patch the classes that scripts meet."""
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.classic.dataframe import DataFrame as Classic

    _session(oracle, SparkSession)
    _reader(oracle)
    _writer(oracle)
    for frame in (DataFrame, Classic):
        for name in ("checkpoint", "localCheckpoint"):
            setattr(frame, name, lambda self, *_, **__: self)
        frame.writeStream = property(lambda self: Stream(oracle, self))
        frame.isStreaming = property(lambda _: True)


def _settling(oracle: "Oracle", call: Callable[..., Any]) -> Callable[..., Any]:
    def settled(*given: Any, **more: Any) -> Any:
        oracle.settle()
        return call(*given, **more)

    return settled


def _session(oracle: "Oracle", session: Any) -> None:
    from pyspark.sql.catalog import Catalog

    builder = session.Builder
    builder.getOrCreate = lambda _: oracle.session
    builder.create = lambda _: oracle.session
    session.getActiveSession = classmethod(lambda _: oracle.session)
    session.stop = lambda _: None
    session.readStream = session.read
    session.table = _settling(oracle, oracle.real_table)
    for name in ("tableExists", "getTable", "listTables", "listColumns", "dropTempView"):
        setattr(Catalog, name, _settling(oracle, getattr(Catalog, name)))
    session.__exit__ = lambda *_: None
    session.sql = lambda self, sqlQuery, args=None, **more: (  # noqa: N803 - as PySpark calls it
        oracle.sql(self, sqlQuery, **({"args": args} if args else {}), **more)
    )


# --- reading --------------------------------------------------------------------------------------


def _reader(oracle: "Oracle") -> None:
    from pyspark.sql.readwriter import DataFrameReader

    _keep_options(DataFrameReader)
    given_schema = DataFrameReader.schema

    def schema(self: Any, schema: Any) -> Any:
        self.oracle_schema = schema
        return given_schema(self, schema)

    def load(
        self: Any,
        path: Any = None,
        format: str = "",  # noqa: A002 - as PySpark calls it
        schema: Any = None,
        **more: Any,
    ) -> Any:
        kept = _options(self) | more
        given = _columns(schema if schema is not None else getattr(self, "oracle_schema", None))
        where = path or kept.get("path") or kept.get("dbtable") or kept.get("topic")
        if (format or kept.get("format")) in {"delta", "iceberg"} and "/" not in str(where):
            return oracle.session.table(str(where))
        first, *others = list(where) if isinstance(where, list | tuple) else [str(where)]
        frame = oracle.read(first, given)
        for other in others:
            frame = frame.unionByName(oracle.read(other, given))
        return frame

    DataFrameReader.table = lambda _, name: oracle.session.table(name)
    DataFrameReader.schema = schema
    DataFrameReader.load = load
    DataFrameReader.jdbc = lambda self, url, table, *_, **__: load(self, table)  # noqa: ARG005
    for name in FORMATS:
        setattr(DataFrameReader, name, _reading(load))


def _reading(load: Callable[..., Any]) -> Callable[..., Any]:
    def read(self: Any, *paths: Any, **more: Any) -> Any:
        path = more.pop("path", None) or (list(paths) if len(paths) > 1 else paths[0])
        schema = more.pop("schema", None)
        return load(self, path, None, schema)

    return read


def _columns(schema: Any) -> str | None:
    """Return a schema as SQL declares columns."""
    if schema is None or isinstance(schema, str):
        return schema
    return ", ".join(f"`{one.name}` {one.dataType.simpleString()}" for one in schema.fields)


def _keep_options(kind: Any) -> None:
    """Let a reader or writer remember what it is told."""
    given_format, given_option, given_options = kind.format, kind.option, kind.options

    def format_(self: Any, source: str) -> Any:
        _options(self)["format"] = source
        return given_format(self, source)

    def option(self: Any, key: str, value: Any) -> Any:
        _options(self)[key] = value
        return given_option(self, key, value)

    def options(self: Any, **more: Any) -> Any:
        _options(self).update(more)
        return given_options(self, **more)

    kind.format, kind.option, kind.options = format_, option, options


def _options(holder: Any) -> dict[str, Any]:
    kept: dict[str, Any] = holder.__dict__.setdefault("oracle_options", {})
    return kept


# --- writing --------------------------------------------------------------------------------------


def _writer(oracle: "Oracle") -> None:
    from pyspark.sql.readwriter import DataFrameWriter, DataFrameWriterV2

    _keep_options(DataFrameWriter)
    given_mode = DataFrameWriter.mode

    def mode(self: Any, saveMode: Any) -> Any:  # noqa: N803 - as PySpark calls it
        _options(self)["mode"] = saveMode
        return given_mode(self, saveMode)

    def save(self: Any, path: Any = None, *_: Any, **more: Any) -> None:
        kept = _options(self) | more
        where = path or kept.get("path") or kept.get("dbtable") or kept.get("topic")
        oracle.write(str(where), self._df, fresh=True)

    def save_as_table(self: Any, name: str, *given: Any, **more: Any) -> None:
        mode = more.get("mode") or (given[1] if len(given) > 1 else None)
        how = mode or _options(self).get("mode")
        oracle.write(name, self._df, fresh=how != "append")

    def insert_into(self: Any, tableName: str, overwrite: Any = None) -> None:  # noqa: N803, ARG001
        oracle.write(tableName, self._df, fresh=False, by_position=True)

    DataFrameWriter.mode = mode
    DataFrameWriter.save = save
    DataFrameWriter.saveAsTable = save_as_table
    DataFrameWriter.insertInto = insert_into
    DataFrameWriter.jdbc = lambda self, url, table, *_, **__: save(self, table)  # noqa: ARG005
    for name in FORMATS:
        setattr(DataFrameWriter, name, lambda self, path, *_, **__: save(self, path))
    _writer_v2(oracle, DataFrameWriterV2)


def _writer_v2(oracle: "Oracle", kind: Any) -> None:
    def begin(self: Any, frame: Any, table: str) -> None:
        self._df, self.oracle_table = frame, table

    kind.__init__ = begin
    for name in ("using", "option", "options", "tableProperty", "partitionedBy", "clusterBy"):
        setattr(kind, name, lambda self, *_, **__: self)
    for name in ("create", "replace", "createOrReplace"):
        setattr(kind, name, lambda self: oracle.write(self.oracle_table, self._df, fresh=True))
    for name in ("append", "overwrite", "overwritePartitions"):
        setattr(kind, name, lambda self, *_: oracle.write(self.oracle_table, self._df, fresh=False))


class Stream:
    """`df.writeStream`, as if it were one batch."""

    def __init__(self, oracle: "Oracle", frame: Any) -> None:
        """Begin with nothing told."""
        self._oracle, self._frame = oracle, frame
        self._kept: dict[str, Any] = {}
        self._batch: Callable[..., None] | None = None

    def option(self, key: str, value: Any) -> "Stream":
        """Remember an option."""
        self._kept[key] = value
        return self

    def options(self, **more: Any) -> "Stream":
        """Remember options."""
        self._kept |= more
        return self

    def foreachBatch(self, function: Callable[..., None]) -> "Stream":  # noqa: N802
        """Remember what is called with each batch."""
        self._batch = function
        return self

    def start(self, path: str | None = None, **more: Any) -> "Stream":
        """Write, or call what is called with each batch."""
        if self._batch is not None:
            self._batch(self._frame, 0)
            return self
        where = path or more.get("path") or self._kept.get("path") or self._kept.get("topic")
        if where:
            self._oracle.write(str(where), self._frame, fresh=True)
        return self

    def toTable(self, name: str, **_: Any) -> "Stream":  # noqa: N802
        """Write a table."""
        self._oracle.write(name, self._frame, fresh=False)
        return self

    def __getattr__(self, name: str) -> Callable[..., "Stream"]:
        """Return what any other step does: nothing."""
        return lambda *_, **__: self
