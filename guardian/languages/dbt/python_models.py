"""dbt models in Python: `def model(dbt, session)` read as the Spark job that dbt runs around it.

dbt calls the function with an object that offers `ref`, `source` and `config`, and writes the frame
that it returns. The same is put behind the model's own text as a few lines of Python, and the whole
is interpreted like any Spark job. Tables go by numbered names in there, which are replaced by the
datasets that they stand for.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import replace

from guardian.languages import Sources
from guardian.languages.dbt.project import ModelFile, Project
from guardian.languages.dbt.python_config import stated_config
from guardian.languages.dbt.relations import Relation
from guardian.languages.dbt.rendering import Renderer
from guardian.languages.dbt.write_options import write_options
from guardian.languages.python.function_code import function_fingerprint
from guardian.languages.python.modules import parse_module
from guardian.languages.python.program import Program, lower_program
from guardian.languages.python.values import Environment, Function
from guardian.model.lineage import Diagnostic, Location
from guardian.model.plan import Lowered, Opaque, Operator, PlanBuilder, Scan, Write

TABLE = "dbt_table_"
OUTPUT = "dbt_output"
MOST_NAMES = 2_000
OPAQUE = 0.5  # the confidence of a write of which only the inputs are known
# a frame leaves what is interpreted here: pandas, Polars, Snowpark, DuckDB's relations
_ELSEWHERE = re.compile(
    r"\.to_pandas\(|\.toPandas\(|\.pandas_api\(|\.df\(\)|\.pl\(\)|\.fetchdf\(|\.arrow\(\)|"
    r"snowflake\.snowpark|bigframes"
)
_MODEL = re.compile(r"^def\s+model\s*\(", re.MULTILINE)

# what dbt puts around the function; `{tables}` leads the names of `ref` and `source` to tables
_AROUND = """
from pyspark.sql import SparkSession as _DbtSession
_dbt_session = _DbtSession.builder.getOrCreate()
_dbt_tables = {tables}
_dbt_values = {values}
class _DbtConfig:
    def __call__(self, **given):
        return None
    def get(self, name, default=None):
        return _dbt_values.get(name, default)
class _DbtThis:
    schema = "{schema}"
    identifier = "{identifier}"
    name = "{identifier}"
    def __str__(self):
        return "{this}"
class _Dbt:
    is_incremental = False
    this = _DbtThis()
    config = _DbtConfig()
    def ref(self, *names, v=None, version=None):
        return _dbt_session.table(_dbt_tables.get(("ref", names[-1], v or version)))
    def source(self, source, table):
        return _dbt_session.table(_dbt_tables.get(("source", source, table)))
model(_Dbt(), _dbt_session).write.mode("overwrite").saveAsTable("{output}")
"""

# What dbt calls in a model in Python.
MODEL = "model"


class PythonModel(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a model in Python, the line of its function, and the constants it holds."""

    path: str
    text: str
    line: int
    tree: ast.Module

    def texts(self) -> list[str]:
        """Return the texts that the model holds, each once, in order."""
        found = (n.value for n in ast.walk(self.tree) if isinstance(n, ast.Constant))
        return list(dict.fromkeys(text for text in found if isinstance(text, str)))[:MOST_NAMES]

    def versions(self) -> list[str]:
        """Return what `ref(…, v=…)` asks for in the model's text, each once."""
        keywords = (n for n in ast.walk(self.tree) if isinstance(n, ast.keyword))
        found = (k.value for k in keywords if k.arg in {"v", "version"})
        return list(dict.fromkeys(str(n.value) for n in found if isinstance(n, ast.Constant)))

    def code(self) -> str:
        """Return a digest of what the model does, whatever it calls things and however laid out."""
        module = parse_module(self.path, self.text)
        if isinstance(module, Diagnostic):
            return self.text
        scope = Environment(module)
        rest = []
        for statement in module.tree.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                scope.names[statement.name] = Function(statement, scope)
            elif not isinstance(statement, ast.Import | ast.ImportFrom):
                rest.append(ast.dump(statement))
        made = function_fingerprint(scope.names[MODEL]) if MODEL in scope.names else ""
        return sha256("\x1f".join([made, *rest]).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def python_model(path: str, text: str) -> PythonModel | Diagnostic | None:
    """Return the model that a file holds, what is wrong with it, None where it holds none."""
    found = _MODEL.search(text)
    if found is None:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return Diagnostic(path, line, f"the model is not valid Python: {error}")
    line = text.count("\n", 0, found.start()) + 1
    return PythonModel(path=path, text=text, line=line, tree=tree)


class PythonLowering:
    """Lowers one model in Python; `files` are those that decided what its tables are called."""

    def __init__(
        self, text: PythonModel, model: ModelFile, project: Project, renderer: Renderer
    ) -> None:
        """Prepare to lower `model`."""
        self.files: set[str] = set()
        self._text, self._model, self._project, self._renderer = text, model, project, renderer

    def lowered(self, sources: Sources) -> Lowered:
        """Return what the model reads and writes; nothing where it is disabled."""
        config = self._renderer.naming(self._model)
        if not config["enabled"]:
            return Lowered(path=self._text.path, language="dbt")
        this, tables = self._renderer.relation_of(self._model), dict(self._tables())
        spark = _ELSEWHERE.search(self._text.text) is None
        found = (
            self._interpreted(this, tables, sources)
            if spark
            else Lowered(path=self._text.path, language="dbt")
        )
        write = outcome(found)
        options = write_options(self._config(), self._model.kind)
        at = Location(self._text.path, self._text.line)
        others = tuple(w for w in found.writes if w is not write)
        if write is not None:
            made = replace(write, dataset=this.dataset, options=options, job=self._text.path, at=at)
            return replace(found, language="dbt", writes=(*others, made))
        return self._connected(found, Write(
            job=self._text.path, dataset=this.dataset, plan=0, options=options, at=at
        ), tables.values(), others)  # fmt: skip

    def _connected(
        self, found: Lowered, write: Write, tables: Iterable[Relation], others: tuple[Write, ...]
    ) -> Lowered:
        """Return a model whose frame is not Spark's, tied to all that it reads."""
        builder = PlanBuilder()
        builder.nodes.extend(found.nodes)
        scans = [builder.add(Scan(dataset=one.dataset, at=write.at)) for one in tables]
        fingerprint = self._text.code()
        plan = builder.add(
            Opaque(
                inputs=tuple(scans),
                fingerprint=fingerprint,
                reason="a model in Python",
                at=write.at,
            )
        )
        warning = Diagnostic(
            write.at.file, write.at.line,
            "the frame that `model` returns is not one of Spark's: which of its inputs a column "
            "comes from is not known; what reads it is kept in the lineage",
        )  # fmt: skip
        return Lowered(
            path=self._text.path, language="dbt", nodes=tuple(builder.nodes),
            writes=(*others, replace(write, plan=plan, confidence=OPAQUE)), warnings=(warning,),
        )  # fmt: skip

    def _config(self) -> dict[str, Any]:
        outer = self._renderer.outer_config(self._model)
        return outer | stated_config(self._text.text)

    def _tables(self) -> Iterator[tuple[tuple[str, ...], Relation]]:
        """Yield the relations that the model may ask for, by the names that its text holds."""
        texts = self._text.texts()
        for name in texts:
            for version in ("", *self._text.versions()):
                model = self._project.model(name, None, version or None)
                if model is not None and model is not self._model:
                    self.files.add(model.path)
                    yield ("ref", name, version), self._renderer.relation_of(model)
        for source, table in self._project.sources:
            if source in texts and table in texts:
                self.files.add(self._project.sources[source, table].properties.file)
                yield ("source", source, table), self._renderer.source_relation(source, table)

    def _interpreted(
        self, this: Relation, tables: Mapping[tuple[str, ...], Relation], sources: Sources
    ) -> Lowered:
        """Return the plan of the model, its write to a dataset called `OUTPUT` still."""
        names = {f"{TABLE}{number}": one.dataset for number, one in enumerate(tables.values())}
        lookup = {
            (kind, name, _version(last) if kind == "ref" else last): f"{TABLE}{number}"
            for number, (kind, name, last) in enumerate(tables)
        }
        around = _AROUND.format(
            tables=repr(lookup), values=repr(_constants(self._config())), schema=this.schema,
            identifier=this.identifier, this=f"{TABLE}this", output=OUTPUT,
        )  # fmt: skip
        names[f"{TABLE}this"] = this.dataset
        text = self._text.text.rstrip("\n")
        lines = (
            *range(1, text.count("\n") + 2),
            *(self._text.line for _ in range(around.count("\n") + 1)),
        )
        lowered = lower_program(Program(self._text.path, text + around, lines), sources, "pyspark")
        return replace(lowered, nodes=tuple(_named(node, names) for node in lowered.nodes))


def _constants(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a configuration that Python can spell."""
    return {
        key: value
        for key, value in config.items()
        if value is None or isinstance(value, str | int | float | bool)
    }


def _version(text: str) -> Any:
    """Return a version as the code writes it: a number where it is one, None for the latest."""
    if not text:
        return None
    return int(text) if text.isdigit() else text


def _named(node: Operator, names: Mapping[str, str]) -> Operator:
    if isinstance(node, Scan) and node.dataset in names:
        return replace(node, dataset=names[node.dataset])
    return node


def outcome(lowered: Lowered) -> Write | None:
    """Return the write of the frame that the function returned; None where it is not Spark's."""
    found = [write for write in lowered.writes if write.dataset.endswith(OUTPUT)]
    return found[-1] if found else None
