"""The child process: scripts run in a local Spark that writes nothing, each write told as lineage.

Readers are led to empty tables of the declared columns, whatever format and path the script names.
Writers are stopped: the analyzed plan of what they would write is read, and a table of its columns
takes the place of the data, so that the script can read it again. SQL runs as it is. A stream is a
batch; `checkpoint` is nothing, as it would forget the plan; pandas is a stand-in, as no row is made.
"""

import json
import os
import re
import runpy
import sys
import tempfile
import traceback
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from tests.catalyst.expressions import Java, items, kind_of
from tests.catalyst.headers import Table, header
from tests.catalyst.interception import intercept
from tests.catalyst.plans import Plans

Told = dict[str, Any]
PATHS = "oracle_paths"


class Oracle:
    """One Spark for many scripts; what it knows of the running one is forgotten at its end."""

    def __init__(self, warehouse: str) -> None:
        """Start Spark."""
        from pyspark.sql import SparkSession

        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        self.base = (
            SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.warehouse.dir", warehouse)
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.driver.memory", "1g")
            .config("spark.log.level", "OFF")
            .config("spark.sql.crossJoin.enabled", "true")
            .getOrCreate()
        )
        self.base.sparkContext.setLogLevel("OFF")
        jvm: Any = self.base._jvm
        self.user_cast = jvm.org.apache.spark.sql.catalyst.expressions.Cast.USER_SPECIFIED_CAST()
        self.standing: dict[str, Table] = {}
        self.real_sql = type(self.base).sql
        self.real_table = type(self.base).table
        intercept(self)

    # --- one script ---------------------------------------------------------------------------------

    def run(self, path: Path) -> Told:
        """Return what a script writes: by dataset, what bears on its rows and on each column."""
        text = path.read_text(encoding="utf-8")
        told = header(text)
        self.session = self.base.newSession()
        self.names: dict[str, str] = {}
        self.inputs: dict[str, str] = {}
        self.written: dict[str, tuple[set[str], dict[str, set[str]]]] = {}
        self.waiting: dict[str, str] = {}
        self.made = self.ran_sql = False
        self.plans = Plans(self._dataset, self.user_cast)
        try:
            self._declare(told.tables)
            environment = dict(told.environment)
            with _surroundings(path, [str(path), *told.arguments], environment):
                runpy.run_path(str(path), {"spark": self.session}, run_name="__main__")
        except SystemExit:
            pass
        except Exception:  # noqa: BLE001 - any script may fail; the others are told all the same
            return {"failed": traceback.format_exc(limit=-6)}
        finally:
            self._forget()
        found: Told = {dataset: _plain(*held) for dataset, held in sorted(self.written.items())}
        if self.plans.unknown:
            return {"failed": f"plan nodes not understood: {sorted(self.plans.unknown)}"}
        return found

    def _sql(self, text: str) -> Any:
        return self.real_sql(self.session, text)

    def _declare(self, tables: tuple[Table, ...]) -> None:
        for place, table in enumerate(tables):
            name = table.name.lower()
            if table.is_path:
                name = f"{PATHS}.input_{place}"
                self.inputs[table.name.rstrip("/")] = name
                self.names[name] = table.name.rstrip("/")
            if self.standing.get(name) == table:
                continue
            self._create(name, table.columns)
            if table.rows:
                self._sql(f"INSERT INTO {name} VALUES {table.rows}").collect()
            self.standing[name] = table
        for name in self.standing.keys() - set(self._declared(tables)):
            self._sql(f"DROP TABLE {name}")
            del self.standing[name]

    @staticmethod
    def _declared(tables: tuple[Table, ...]) -> Iterator[str]:
        for place, table in enumerate(tables):
            yield f"{PATHS}.input_{place}" if table.is_path else table.name.lower()

    def _create(self, name: str, columns: str) -> None:
        if "." in name:
            self._sql(f"CREATE DATABASE IF NOT EXISTS {name.rpartition('.')[0]}")
        self._sql(f"DROP TABLE IF EXISTS {name}")
        self._sql(f"CREATE TABLE {name} ({columns}) USING parquet")

    def _forget(self) -> None:
        """Drop what the script has made; declared tables stay for the next one that declares them."""
        self.waiting.clear()
        touched = {name.lower() for name in self.written}
        self.standing = {name: one for name, one in self.standing.items() if name not in touched}
        if self.ran_sql or self.made:
            for row in self._tables():
                name = f"{row.namespace}.{row.tableName}".removeprefix("default.")
                if not row.isTemporary and name not in self.standing:
                    self._drop(name)
        self.session.catalog.clearCache()

    def _tables(self) -> list[Any]:
        databases = self._sql("SHOW DATABASES").collect()
        return [
            row
            for database in databases
            for row in self._sql(f"SHOW TABLES IN {database.namespace}").collect()
        ]

    def _drop(self, name: str) -> None:
        view = str(self.session.catalog.getTable(name).tableType) == "VIEW"
        self._sql(f"DROP {'VIEW' if view else 'TABLE'} IF EXISTS {name}")

    def settle(self) -> None:
        """Make the tables that stand for what was written, as something may read them now."""
        for name, columns in self.waiting.items():
            self._create(name, columns)
            self.made = True
        self.waiting.clear()

    # --- what the intercepted calls ask for ---------------------------------------------------------

    def read(self, path: str, columns: str | None) -> Any:
        """Return the rows of a path: declared, or of the schema that the reader is given."""
        self.settle()
        place = path.rstrip("/")
        if place not in self.inputs and columns is None:
            raise ValueError(f"declare the input: # table {place}(column type, …)")
        if place not in self.inputs:
            name = f"{PATHS}.given_{len(self.inputs)}"
            self._create(name, str(columns))
            self.inputs[place], self.names[name] = name, place
        return self.real_table(self.session, self.inputs[place])

    def write(self, dataset: str, frame: Any, *, fresh: bool, by_position: bool = False) -> None:
        """Take a write down; a table of the frame's columns stands for it from now on."""
        name = dataset.rstrip("/") if "/" in dataset else _table(dataset)
        columns = [str(one).lower() for one in frame.columns]
        if by_position:
            self.settle()
            columns = [one.lower() for one in self.real_table(self.session, name).columns]
        analyzed = frame._jdf.queryExecution().analyzed()
        self._take_down(name, analyzed, columns)
        given = ", ".join(f"`{one.name}` {one.dataType.simpleString()}" for one in frame.schema)
        if "/" in name:
            held = self.inputs.get(name, f"{PATHS}.written_{len(self.inputs)}")
            self.inputs[name], self.names[held] = held, name
            self.waiting[held] = given
        elif not by_position and (fresh or not self._exists(name)):
            self.waiting[name] = given

    def _exists(self, name: str) -> bool:
        return name in self.waiting or bool(self.session._jsparkSession.catalog().tableExists(name))

    def sql(self, session: Any, text: str, **given: Any) -> Any:
        """Run SQL; what commands write is taken down."""
        self.settle()
        self.ran_sql = True
        try:
            frame = self.real_sql(session, text, **given)
        except Exception as error:
            made = _database_that_misses(str(error))
            if made is None:
                raise
            self._sql(f"CREATE DATABASE {made}")
            frame = self.real_sql(session, text, **given)
        self._commands(frame._jdf.queryExecution().analyzed())
        return frame

    # --- plans --------------------------------------------------------------------------------------

    def _commands(self, plan: Java) -> None:
        kind = kind_of(plan)
        if kind == "CreateDataSourceTableAsSelectCommand":
            self._command(plan.table().identifier(), plan.query(), items(plan.outputColumnNames()))
        elif kind == "InsertIntoHadoopFsRelationCommand":
            table = plan.catalogTable().get()
            self._command(table.identifier(), plan.query(), items(plan.outputColumnNames()))
        elif kind == "CreateViewCommand" and str(plan.viewType()) == "PersistedView":
            names = [str(one.name()) for one in items(plan.plan().output())]
            given = [str(one._1()) for one in items(plan.userSpecifiedColumns())]
            self._command(plan.name(), plan.plan(), given or names)
        elif kind == "Union" and "Command" in str(plan.children().apply(0).getClass()):
            for child in items(plan.children()):
                self._commands(child)

    def _command(self, identifier: Java, query: Java, names: list[Any]) -> None:
        name = self._dataset(str(identifier.unquotedString()))
        self._take_down(name, query, [str(one).lower() for one in names])

    def _dataset(self, identifier: str) -> str:
        name = _table(identifier)
        return self.names.get(name, name)

    def _take_down(self, dataset: str, plan: Java, columns: list[str]) -> None:
        flows, deciders = self.plans.written(plan)
        rows, held = self.written.setdefault(dataset, (set(), {}))
        rows |= {f"{kind} {source}" for kind, source in deciders}
        for name, flow in zip(columns, flows, strict=True):
            told = held.setdefault(name, set())
            told |= {f"{kind} {source}" for source, kind in flow.direct.items()}
            told |= {f"{kind} {source}" for kind, source in flow.indirect}


def _table(identifier: str) -> str:
    return (
        identifier.lower().replace("`", "").removeprefix("spark_catalog.").removeprefix("default.")
    )


def _database_that_misses(message: str) -> str | None:
    found = re.search(r"SCHEMA_NOT_FOUND\] The schema (\S+) cannot", message)
    return None if found is None else found[1].rpartition(".")[2].strip("`")


def _plain(rows: set[str], columns: Mapping[str, set[str]]) -> Told:
    return {
        "rows": sorted(rows),
        "columns": {name: sorted(told) for name, told in columns.items()},
    }


@contextmanager
def _surroundings(
    path: Path, arguments: list[str], environment: Mapping[str, str]
) -> Iterator[None]:
    """Give a script its arguments, environment and modules, and take its output."""
    kept = sys.argv, dict(os.environ), list(sys.path), set(sys.modules)
    folder = path.parent
    sys.argv, sys.path = arguments, [str(folder), *sys.path]
    os.environ.update(environment)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.argv, sys.path = kept[0], kept[2]
        os.environ.clear()
        os.environ.update(kept[1])
        for name in set(sys.modules) - kept[3]:
            found = getattr(sys.modules[name], "__file__", None)
            if found and Path(found).is_relative_to(folder):
                del sys.modules[name]


def stand_in_for_pandas() -> None:
    """Let scripts name pandas' types: Spark asks for the module where a function takes them."""
    pandas = types.ModuleType("pandas")
    for name in ("DataFrame", "Series"):
        setattr(pandas, name, type(name, (), {"__module__": "pandas"}))
    vars(pandas)["__version__"] = "99.0"
    sys.modules.setdefault("pandas", pandas)
    from pyspark.sql.pandas import functions, typehints, utils
    from pyspark.sql.udf import UserDefinedFunction

    UserDefinedFunction._check_return_type = staticmethod(lambda *_: None)

    for module in (functions, typehints, utils):
        for name in ("require_minimum_pandas_version", "require_minimum_pyarrow_version"):
            setattr(module, name, lambda: None)


def main() -> None:
    """Run the scripts named on the command line; print what they write, by path, as JSON."""
    stand_in_for_pandas()
    with tempfile.TemporaryDirectory() as warehouse:
        oracle = Oracle(warehouse)
        os.chdir(warehouse)
        listed = Path(sys.argv[1])
        paths = [Path(line) for line in listed.read_text(encoding="utf-8").splitlines()]
        told = {str(path): oracle.run(path) for path in paths}
        version = oracle.base.version
        oracle.base.stop()
    document = {"spark": version, "scripts": told}
    listed.with_suffix(".json").write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    main()
