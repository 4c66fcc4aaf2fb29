"""What the interpreter is told about the world outside the repository.

One dispatch by dotted path.
"""

import re
from functools import lru_cache

from guardian.languages.python import glue, glue_transforms, standard
from guardian.languages.python.airflow import airflow_call
from guardian.languages.python.chance import drawn
from guardian.languages.python.delta import delta_table
from guardian.languages.python.delta_live import live_call
from guardian.languages.python.files import PathText
from guardian.languages.python.fingerprints import values_fingerprint
from guardian.languages.python.frames.pandas_frame import PandasFrame
from guardian.languages.python.frames.pandas_module import pandas_call
from guardian.languages.python.frames.polars_frame import PolarsFrame
from guardian.languages.python.frames.polars_module import polars_attribute, polars_call
from guardian.languages.python.frames.rows import opaque as opaque_rows
from guardian.languages.python.job_arguments import (
    ArgumentParser,
    Arguments,
    CommandLine,
    EnvironmentVariables,
)
from guardian.languages.python.machine import Machine
from guardian.languages.python.notebooks import run_cell, run_notebook
from guardian.languages.python.schema_json import from_json
from guardian.languages.python.spark_columns import Column, WindowSpec, located, spread
from guardian.languages.python.spark_frames import (
    METHODS,
    PROPERTIES,
    Frame,
    frame_of,
    warn_of_guess,
)
from guardian.languages.python.spark_functions import function_call, is_function
from guardian.languages.python.spark_names import NAME_METHODS
from guardian.languages.python.spark_nulls import NULL_METHODS, NullFunctions
from guardian.languages.python.spark_schemas import SCHEMA_PROPERTIES
from guardian.languages.python.spark_select import SELECT_METHODS
from guardian.languages.python.spark_session import (
    WINDOW_LIMITS,
    Catalog,
    Configuration,
    SparkSession,
    Utilities,
    is_session_name,
    row,
    window_method,
)
from guardian.languages.python.spark_state import add, state_of
from guardian.languages.python.spark_types import (
    CONTAINERS,
    SIMPLE,
    DataType,
    StructField,
    StructType,
    make_type,
)
from guardian.languages.python.sql_clients import Client, client_call, unknown_client, write_rows
from guardian.languages.python.udfs import Udf, opaque_column
from guardian.languages.python.values import (
    MISSING,
    Builtin,
    Call,
    Collected,
    Function,
    Handler,
    Unknown,
    Value,
)
from guardian.model.lineage import Location
from guardian.model.plan import Handle, Opaque

METHODS.update({**SELECT_METHODS, **NAME_METHODS, **NULL_METHODS})
PROPERTIES.update({**SCHEMA_PROPERTIES, "na": lambda frame, _: NullFunctions(frame)})

FUNCTIONS = re.compile(r"(?:.*\.)?pyspark\.sql(?:\.connect)?\.functions(?:\.builtin)?\.(\w+)$")
TYPES = re.compile(r"(?:.*\.)?pyspark\.sql(?:\.connect)?\.types\.(\w+)$")
WINDOW = re.compile(
    r"(?:.*\.)?pyspark\.sql(?:\.window)?\.(?:window\.)?Window(?:Spec)?(?:\.(\w+))?$"
)
FRAME_METHOD = re.compile(r"(?:.*\.)?pyspark\.sql(?:\.connect)?(?:\.dataframe)?\.DataFrame\.(\w+)$")
COLUMN_METHOD = re.compile(r"(?:.*\.)?pyspark\.sql(?:\.column)?\.Column\.(\w+)$")
SESSION = re.compile(
    r"(?:pyspark|databricks|delta|awsglue)\b.*\.(SparkSession|SparkContext|SQLContext|HiveContext|GlueContext|"
    r"StreamingContext|DatabricksSession|SparkConf)(?:\.(\w+))?(?:\.(\w+))?$"
)
# Methods that only a DataFrame has: an unknown value on which they are called is one.
FRAME_ONLY = frozenset({
    "withColumn", "withColumns", "withColumnRenamed", "selectExpr", "createOrReplaceTempView",
    "unionByName",
    "dropDuplicates", "crossJoin", "createTempView", "unionAll", "dropna", "fillna", "writeTo",
    "exceptAll",
    "toDF", "repartition", "groupBy", "orderBy", "createOrReplaceGlobalTempView", "drop_duplicates",
})  # fmt: skip
# What a notebook of Databricks, Synapse or Fabric has at hand.
UTILITIES = frozenset({"dbutils", "mssparkutils", "notebookutils"})
TRUE_FRAME_NAMES = re.compile(
    r"^(df|sdf|dataframe|data_frame)$|_s?df$|^s?df_|dataframe$", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def matched(pattern: re.Pattern[str], path: str) -> re.Match[str] | None:
    """Return the match of a dotted path: the same few are asked for again and again."""
    return pattern.match(path)


@lru_cache(maxsize=4096)
def _known_call(path: str) -> Handler | None:
    """Return what answers a call of `path` and of no other path; None where nothing does."""
    return standard.CALLS.get(path) or glue.CALLS.get(path) or live_call(path)


class SparkLibrary:
    """PySpark, Glue, Delta, Databricks, database clients and the standard library.

    `frames` says that values nobody knows may be Spark's frames, by their names and methods.
    """

    plain_kinds = frozenset({
        Catalog, Column, CommandLine, Configuration, DataType, EnvironmentVariables, SparkSession,
        Utilities, WindowSpec, PathText,
    })  # fmt: skip
    compound_kinds = frozenset({Arguments, ArgumentParser, Client, StructField, StructType, Udf})

    def __init__(self, *, frames: bool = True) -> None:
        """Guess at frames, or leave them to pandas."""
        self.frames = frames
        self.kind = "frames" if frames else "plain"

    def call(self, path: str, call: Call) -> Value:
        """Return what calling `path` gives; `MISSING` where it is not known."""
        known = _known_call(path)
        if known is not None:
            return known(call)
        if path.startswith("pyspark.pandas."):
            return pandas_call(path, call)
        if (
            path.startswith(("pyspark", "delta", "awsglue", "databricks", "pyspark_utils"))
            or "pyspark." in path
        ):
            return self._spark(path, call)
        if path.startswith("logging"):
            return Unknown("logger")
        for of_frames in (pandas_call, polars_call):
            answer = of_frames(path, call)
            if answer is not MISSING:
                return answer
        for answer in (client_call, drawn):
            made = answer(path, call)
            if made is not MISSING:
                return made
        answer = airflow_call(path, call)
        return self._of_columns(path, call) if answer is MISSING and self.frames else answer

    def _of_columns(self, path: str, call: Call) -> Value:
        """Return what a function of another library makes of columns: a column that is opaque.

        Those of Sedona are functions of Spark SQL under the same names.
        """
        values = spread([*call.args, *call.kwargs.values()])
        columns = [value for value in values if isinstance(value, Column)]
        name = path.rpartition(".")[2]
        if not columns or any(hasattr(value, "handle") for value in values):
            return MISSING
        if path.startswith("sedona."):
            return function_call(name, call)
        if name[:1].isupper():  # a class: a model, a plot
            return MISSING
        others = [value for value in values if not isinstance(value, Column)]
        return located(opaque_column(name, values_fingerprint([path, *others]), columns), call)

    def _spark(self, path: str, call: Call) -> Value:
        function = matched(FUNCTIONS, path)
        if function:
            made = function_call(function.group(1), call)
            return located(made, call) if isinstance(made, Column) else made
        kind = matched(TYPES, path)
        name = path.rpartition(".")[2]
        if kind and kind.group(1) != "Row":
            return make_type(kind.group(1), call)
        window = matched(WINDOW, path)
        if window:
            return window_method(window.group(1), call) if window.group(1) else WindowSpec()
        for pattern in (FRAME_METHOD, COLUMN_METHOD):
            method = matched(pattern, path)
            if method and call.args:
                return call.machine.call_method(call.args[0], method.group(1), call.shifted())
        session = matched(SESSION, path)
        if session:
            names = [part for part in session.groups()[1:] if part]
            return SparkSession().invoke(names[-1], call) if names else SparkSession()
        if path.endswith("types.StructType.fromJson"):
            return from_json(call)
        if "DeltaTable." in path:
            return delta_table(path, call)
        if path.startswith("awsglue.transforms.") and (name == "apply" or path.count(".") == 2):
            return glue_transforms.transform(path.split(".")[2], call)
        if name == "Row":
            return row(call)
        if name == "DBUtils":
            return Utilities()
        return MISSING

    def attribute(self, path: str) -> Value:
        """Return the value of `path`; `MISSING` where it is not known."""
        if path in standard.ATTRIBUTES:
            return standard.ATTRIBUTES[path]
        if path.partition(".")[0] in standard.KNOWN_ROOTS and "." not in path:
            # A file of the repository called `json.py` does not hide the standard library's.
            return Unknown(path)
        window = matched(WINDOW, path)
        if window and window.group(1) in WINDOW_LIMITS:
            return WINDOW_LIMITS[window.group(1)]
        session = matched(SESSION, path)
        if session and session.group(2) == "builder":
            return SparkSession()
        if path in {"numpy.nan", "numpy.NaN", "pandas.NA", "pandas.NaT"}:
            return None
        if path.startswith("polars.col."):
            return polars_attribute(path)
        if path == "sys.maxsize":
            return 1 << 62
        return MISSING

    def offers(self, path: str) -> bool:
        """Return whether a star import of a module brings this name."""
        function = FUNCTIONS.match(path)
        if function:
            return is_function(function.group(1))
        kind = TYPES.match(path)
        if kind:
            return kind.group(1) in SIMPLE or kind.group(1) in CONTAINERS or kind.group(1) == "Row"
        name = path.rpartition(".")[2]
        if path.startswith("awsglue.transforms."):
            return name in glue_transforms.NAMES
        if path.startswith("pyspark.sql."):
            return name in {
                "SparkSession",
                "Window",
                "DataFrame",
                "Column",
                "Row",
                "functions",
                "types",
                "SQLContext",
            }
        if path.startswith("delta"):
            return name == "DeltaTable"
        return False

    def extend(self, path: str, name: str, value: Value, machine: Machine) -> None:
        """Give all frames a method of the program's own, `DataFrame.pipe = pipe`."""
        if path.endswith(".DataFrame"):
            state_of(machine).methods[name] = value

    def unknown_attribute(self, owner: Unknown, name: str, machine: Machine) -> Value:
        """Return an attribute of what is a frame or a session, as far as can be told."""
        if isinstance(owner, Collected) or not self.frames:
            return MISSING
        if name in {"write", "writeStream"}:
            frame = frame_of(owner, machine)
            return PROPERTIES[name](frame, machine) if frame is not None else MISSING
        if name in PROPERTIES and owner.handles:
            frame = frame_of(owner, machine)
            return PROPERTIES[name](frame, machine) if frame is not None else MISSING
        if is_session_name(name) or is_session_name(owner.name):
            return (
                SparkSession() if is_session_name(name) else SparkSession().attribute(name, machine)
            )
        return MISSING

    def unknown_method(self, owner: Unknown, name: str, call: Call) -> Value:
        """Return what a method of an unknown value gives.

        `MISSING` where nothing better than unknown is known.
        """
        frames = tuple(
            handle for value in [*call.args, *call.kwargs.values()] for handle in _handles(value)
        )
        given = next(
            (value for value in call.args if isinstance(value, PandasFrame | PolarsFrame)), None
        )
        if given is not None and not owner.handles and name:
            return _unknown_step(given, name, call)
        handles = tuple(dict.fromkeys((*owner.handles, *frames)))
        if isinstance(owner, Collected):
            return self._collected(owner, name, call)
        if self.frames and (name in FRAME_ONLY or (owner.handles and name in METHODS)):
            return self._on_frame(owner, name, call)
        if (
            self.frames
            and is_session_name(owner.name)
            and name in {"sql", "table", "createDataFrame"}
        ):
            return SparkSession().invoke(name, call)
        for answer in (write_rows(owner, name, call), unknown_client(name, call)):
            if answer is not MISSING:
                return answer
        self._visit_callbacks(call)
        return Unknown(name or owner.name, weak=True, handles=handles) if handles else MISSING

    def _collected(self, owner: Collected, name: str, call: Call) -> Value:
        """Return what is made of collected rows; pandas may write them."""
        written = write_rows(owner, name, call)
        if written is not MISSING:
            return written
        return owner.derived(name, weak=True)

    def _on_frame(self, owner: Unknown, name: str, call: Call) -> Value:
        frame = frame_of(owner, call.machine)
        if frame is None:
            return MISSING
        warn_of_guess(owner.name, len(owner.handles), call)
        return call.machine.call_method(frame, name, call)

    def _visit_callbacks(self, call: Call) -> None:
        for value in [*call.args, *call.kwargs.values()]:
            if isinstance(value, Function):
                call.machine.findings.called.discard(value.node)

    def cut_off(self, value: Value, machine: Machine, at: Location) -> Value:
        """Return a frame that a loop was still changing as one that may have other columns."""
        if not isinstance(value, Frame):
            return value
        node = Opaque(inputs=(value.handle,), fingerprint="loop", keeps=True, reason="loop", at=at)
        return Frame(add(machine, node))

    def parameter(self, name: str, annotation: str, machine: Machine) -> Value:
        """Return what a parameter that nobody passes may be."""
        if re.search(r"\b(?:pd|pandas|ps)\.DataFrame\b", annotation):
            return PandasFrame(_parameter_frame(name, machine).handle)
        if re.search(r"\b(?:pl|polars)\.(?:Data|Lazy)Frame\b", annotation):
            return PolarsFrame(_parameter_frame(name, machine).handle)
        if name in UTILITIES:
            return Utilities()
        if not self.frames:
            return MISSING
        if "SparkSession" in annotation or "GlueContext" in annotation or is_session_name(name):
            return SparkSession()
        if "DataFrame" in annotation and "pd." not in annotation and "pandas" not in annotation:
            return _parameter_frame(name, machine)
        if not annotation and TRUE_FRAME_NAMES.search(name):
            return _parameter_frame(name, machine)
        return MISSING

    def ambient(self, name: str, machine: Machine) -> Value:
        """Return what a name that nobody defines means: the session of a notebook, `dbutils`."""
        del machine
        if is_session_name(name):
            return SparkSession()
        if name in UTILITIES:
            return Utilities()
        if name == "__run_notebook__":
            return Builtin(name, run_notebook)
        if name == "__run_cell__":
            return Builtin(name, run_cell)
        if name in {"get_ipython", "display", "displayHTML"}:
            return Builtin(name, lambda _: None)
        return MISSING


def _handles(value: Value) -> tuple[Handle, ...]:
    """Return the frames that a value is, or was made from: a result that is handed to a report."""
    if isinstance(value, Frame):
        return (value.handle,)
    return value.handles if type(value) is Unknown else ()


def _unknown_step(given: PandasFrame | PolarsFrame, name: str, call: Call) -> Value:
    """Return what a function that is not known may make of a frame: the frame, changed."""
    kinds = PandasFrame | PolarsFrame
    handles = [value.handle for value in call.args if isinstance(value, kinds)]
    why = f"`{name}` is not known; its lineage is that of the frames that it is given"
    made = opaque_rows(call, handles, name, why=why)
    return PandasFrame(made, given.index) if isinstance(given, PandasFrame) else PolarsFrame(made)


def _parameter_frame(name: str, machine: Machine) -> Frame:
    return Frame(
        add(machine, Opaque(fingerprint=f"parameter {name}", reason=f"parameter `{name}`"))
    )
