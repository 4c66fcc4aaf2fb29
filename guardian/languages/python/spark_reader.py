"""Reading: `spark.read` and `spark.readStream`, their formats, options and schemas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import as_tree, spread
from guardian.languages.python.spark_frames import Frame, made
from guardian.languages.python.spark_io import PATH_FORMATS, lower_keys, named_by
from guardian.languages.python.spark_state import columns_of, lower, scan, table
from guardian.languages.python.spark_types import StructType, schema_of
from guardian.languages.python.values import MISSING, Call, Unknown, Value, plain, to_text
from guardian.model.plan import Call as PlanCall
from guardian.model.plan import Constant, Filter, Handle, SetOperation

# Formats of plain files: the same file read as another one has other rows.
FILES = frozenset({"csv", "json", "parquet", "orc", "avro", "text", "xml", "binaryfile"})
# Options that alter what is read, under one name each.
READ_OPTIONS = {
    "header": "header", "sep": "sep", "delimiter": "sep", "quote": "quote", "escape": "escape",
    "nullvalue": "nullvalue", "emptyvalue": "emptyvalue", "multiline": "multiline", "mode": "mode",
    "encoding": "encoding", "charset": "encoding", "dateformat": "dateformat",
    "timestampformat": "timestampformat", "inferschema": "inferschema", "comment": "comment",
    "mergeschema": "mergeschema", "recursivefilelookup": "recursivefilelookup",
    "pathglobfilter": "pathglobfilter", "modifiedafter": "modifiedafter",
    "modifiedbefore": "modifiedbefore", "rowtag": "rowtag", "linesep": "linesep",
    "ignoreleadingwhitespace": "ignoreleadingwhitespace",
    "ignoretrailingwhitespace": "ignoretrailingwhitespace",
}  # fmt: skip
DEFAULTS = {
    "header": "false", "sep": ",", "quote": '"', "multiline": "false", "inferschema": "false",
    "mode": "PERMISSIVE", "mergeschema": "false", "recursivefilelookup": "false",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reader:
    """`spark.read`, with what was said so far."""

    format: str = ""
    options: Mapping[str, Value] = field(default_factory=dict)
    schema: StructType | None = None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a reader has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the reader with one more thing said, or what it reads."""
        match name:
            case "format":
                return replace(self, format=plain(to_text(call.value(0, "source"))))
            case "option":
                key = plain(to_text(call.value(0, "key"))).lower()
                return replace(self, options={**self.options, key: call.value(1, "value")})
            case "options":
                return replace(self, options={**self.options, **lower_keys(call.kwargs)})
            case "schema":
                return replace(self, schema=schema_of(call.value(0, "schema")))
            case "table":
                return self.scanned(call, [call.value(0, "tableName")], is_table=True)
            case "jdbc":
                return self.scanned(call, [call.value(1, "table")])
            case "load":
                return self._load(call)
            case _:
                pass
        if name in PATH_FORMATS or name in {"textFile", "excel"}:
            paths = spread([call.value(0, "path", call.kwargs.get("paths"))])
            paths += (
                [value for value in call.args[1:] if isinstance(value, str)]
                if name == "parquet"
                else []
            )
            return self._with_arguments(name, call).scanned(call, paths)
        return self

    def _with_arguments(self, kind: str, call: Call) -> "Reader":
        """Return the reader with what `csv(path, schema, header=True)` says beside the path."""
        said = {**self.options, **lower_keys(call.kwargs)}
        schema = said.pop("schema", call.value(1) if kind in {"csv", "json", "orc"} else None)
        known = schema_of(schema) if schema is not None else self.schema
        return replace(self, format=kind, options=said, schema=known)

    def _load(self, call: Call) -> Value:
        paths = spread([call.value(0, "path")]) if call.has(0, "path") else []
        options = {**self.options, **lower_keys(call.kwargs)}
        kind = options.pop("format", call.value(1))
        schema = options.pop("schema", call.value(2))
        if not paths or paths == [None]:
            paths = [named_by(options, call, "source")]
        known = schema_of(schema) if schema is not None else self.schema
        reader = replace(self, options=options, schema=known)
        if isinstance(kind, str):
            reader = replace(reader, format=plain(kind))
        return reader.scanned(call, paths)

    def scanned(self, call: Call, names: Sequence[Value], *, is_table: bool = False) -> Value:
        """Return the rows of the datasets of these names; several are read as one."""
        columns = columns_of(self.schema, call.machine)
        handles: list[Handle] = []
        for name in names or [Unknown("source")]:
            if is_table and isinstance(name, str) and not columns:
                handles.append(self._as_of(table(call.machine, name, call.at), call))
                continue
            if isinstance(name, str) and _is_query(name):
                from guardian.languages.python.sql_text import run_sql  # noqa: PLC0415 - it needs us

                text = name.strip()
                inner = text[1 : text.rindex(")")] if text.startswith("(") and ")" in text else text
                return run_sql(inner, call)
            handles.append(
                self._as_of(self._as_told(scan(call.machine, name, call.at, columns), call), call)
            )
        if len(handles) == 1:
            return Frame(handles[0])
        return made(
            call,
            SetOperation(kind="union", inputs=tuple(handles), all=True, by_name=True, at=call.at),
        )

    def _as_told(self, handle: Handle, call: Call) -> Handle:
        """Return the rows of files, with how they are to be read: other options, other rows."""
        kind = self.format.lower()
        if kind not in FILES:
            return handle
        said = {
            READ_OPTIONS[key]: plain(to_text(value, hint=key))
            for key, value in self.options.items()
            if key in READ_OPTIONS
        }
        shown = {
            key: text.lower() if text.lower() in {"true", "false"} else text
            for key, text in said.items()
        }
        told = [f"{key}={text}" for key, text in sorted(shown.items()) if DEFAULTS.get(key) != text]
        text = " ".join([kind, *told])
        condition = PlanCall("read_as", (Constant("string", text),))
        node = Filter(handle, condition, "FORMAT", call.at, f"FORMAT {text}")
        return made(call, node).handle

    def _as_of(self, handle: Handle, call: Call) -> Handle:
        """Return the rows of an earlier version of a table, where the reader asks for one."""
        for key, clause in EARLIER.items():
            if key in self.options:
                version = lower(call.machine, as_tree(self.options[key]), call.at)
                asked = PlanCall(clause.replace(" ", "_").lower(), (version,))
                text = f"{clause} {plain(to_text(self.options[key], hint=key))}"
                return made(call, Filter(handle, asked, clause, call.at, text)).handle
        return handle


# An earlier version of a Delta or Iceberg table, by number or by time.
EARLIER = {
    "versionasof": "VERSION AS OF",
    "snapshot-id": "VERSION AS OF",
    "timestampasof": "TIMESTAMP AS OF",
    "as-of-timestamp": "TIMESTAMP AS OF",
}


def _is_query(text: str) -> bool:
    head = text.lstrip("( \n\t").lower()
    return head.startswith(("select ", "select\n", "with "))
