"""From one program (a file, or a notebook's cells) to its plan.

Every path run, what they found put together.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from guardian.languages import Sources
from guardian.languages.python.branches import Budget, Explorer, LimitReached, Path
from guardian.languages.python.catalog import RepositoryCatalog, scanned
from guardian.languages.python.interpreter import Interpreter
from guardian.languages.python.library import SparkLibrary
from guardian.languages.python.machine import Findings, PathEnd, PythonRaise
from guardian.languages.python.modules import Module, ModuleFinder, parse_module
from guardian.languages.python.spark_state import FileState, SessionState
from guardian.languages.python.values import Call, Environment, Function, Instance, Value
from guardian.languages.recording import Recording
from guardian.model.lineage import Diagnostic
from guardian.model.plan import Lowered, PlanBuilder, TableEdge

# The language of a program that hands SQL to databases, and knows no Spark.
PLAIN = "python"
ALONE_LIMIT = 200
# A program that has done no Spark work on this many paths is taken to do none.
IDLE_RUNS = 8
WORK_WORDS = frozenset({
    "write", "read", "sql", "table", "spark", "execute", "executemany", "read_sql", "query",
    "read_sql_query", "to_sql",
})  # fmt: skip
SPARK_TYPES = ("SparkSession", "DataFrame", "GlueContext", "SparkContext")


@dataclass(frozen=True)
class Program:
    """Python text, and for each of its lines the line of the file that it came from (empty.

    The same).
    """

    path: str
    text: str
    line_numbers: Sequence[int] = ()
    notebook: bool = False


def lower_program(program: Program, sources: Sources, language: str) -> Lowered:
    """Return all that a program says; a program that cannot be parsed is one diagnostic."""
    module = parse_module(program.path, program.text, line_numbers=program.line_numbers)
    if isinstance(module, Diagnostic):
        return Lowered(path=program.path, language=language, warnings=(module,), failed=True)
    recording = sources if isinstance(sources, Recording) else Recording(sources, program.path)
    return _Runs(module, recording, language, notebook=program.notebook).lowered()


class _Runs:
    """All runs of one program."""

    def __init__(
        self, module: Module, sources: Recording, language: str, *, notebook: bool
    ) -> None:
        self.module = module
        self.sources = sources
        self.language = language
        self.notebook = notebook
        self.finder = ModuleFinder(sources)
        self.findings = Findings()
        self.budget = Budget()
        self.file = FileState(PlanBuilder(), module.path, RepositoryCatalog(self.finder))

    def lowered(self) -> Lowered:
        """Return what all runs found."""
        try:
            self._explore()
            if not self.notebook and not self.file.writes:
                self._try_alone()
        except LimitReached:
            self._warn(
                1,
                "the file needs more steps than are allowed; what was found until then is reported",
            )
        except RecursionError:
            self._warn(1, "the file is nested too deeply; what was found until then is reported")
        if not self.file.worked:
            return Lowered(
                path=self.module.path, language=self.language, files_read=self.sources.files_read
            )
        return Lowered(
            path=self.module.path,
            language=self.language,
            nodes=tuple(self.file.builder.nodes),
            writes=tuple(self.file.writes),
            declarations=tuple(self.file.declarations),
            tables=(*self.file.tables, *self._only_read()),
            aliases=tuple(self.file.aliases),
            warnings=tuple(sorted(self.findings.warnings)),
            files_read=self.sources.files_read,
        )

    def _only_read(self) -> list[TableEdge]:
        """Return what the job reads and brings out of Spark, but never writes."""
        nodes = self.file.builder
        known = {item for write in self.file.writes for item in scanned(nodes, write.plan)}
        edges = []
        for handle, at in self.file.collected.items():
            reads = [name for name in scanned(nodes, handle) if name not in known]
            known.update(reads)
            if reads:
                edge = TableEdge(
                    job=self.module.path, reads=tuple(sorted(reads)), confidence=1.0, at=at
                )
                edges.append(edge)
        return edges

    def _explore(self) -> None:
        explorer = Explorer()
        for path in explorer.paths():
            if explorer.runs > IDLE_RUNS and not self.file.worked:
                return
            self._run(path)
        for file, line, _ in explorer.left_out()[:20]:
            self.findings.warnings.setdefault(
                Diagnostic(
                    file,
                    line,
                    "the file has too many branches to follow; one outcome of this one is left out",
                )
            )

    def _run(self, path: Path) -> Interpreter:
        machine = self._machine(path)
        try:
            machine.run_module(self.module)
            _run_deferred(machine, self.module)
        except PythonRaise as raised:
            self._warn(
                1,
                f"one path through the file ends in an error, `{raised.kind or 'Exception'}`",
                quiet=True,
            )
        except PathEnd:
            pass
        return machine

    def _machine(self, path: Path, session: SessionState | None = None) -> Interpreter:
        machine = Interpreter(
            finder=self.finder,
            library=SparkLibrary(frames=self.language != PLAIN),
            budget=self.budget,
            path=path,
            findings=self.findings,
        )
        machine.session = session or SessionState(self.file)
        return machine

    def _warn(self, line: int, message: str, *, quiet: bool = False) -> None:
        if not quiet:
            self.findings.warnings.setdefault(
                Diagnostic(self.module.path, self.module.line(line), message)
            )

    # --- functions that nobody calls --------------------------------------------------------------

    def _try_alone(self) -> None:
        """Run each function that nothing in the file calls, with parameters that are not known.

        A module that others import is theirs to call: its functions are no jobs.
        """
        candidates = [
            node
            for node, owner in _entries(self.module.tree)
            if node not in self.findings.called and _takes_spark(node, owner)
        ]
        if not candidates or self.finder.imported_elsewhere(self.module.path):
            return
        for node in candidates[:ALONE_LIMIT]:
            if node not in self.findings.called:
                self._run_alone(node)

    def _run_alone(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        explorer = Explorer()
        for path in explorer.paths():
            parameters = frozenset(item.arg for item in _parameters(node))
            session = SessionState(self.file, parameters=parameters, alone=True)
            machine = self._machine(path, session)
            try:
                scope = machine.run_module(self.module)
                target = _find(scope, node, machine)
                if target is not None:
                    machine.module = self.module
                    machine.call(target, Call(machine, [], {}))
            except (PythonRaise, PathEnd):
                continue


def _run_deferred(machine: Interpreter, module: Module) -> None:
    """Run what waits for the end of the module."""
    machine.module = module
    for build in machine.deferred:
        build()


def _entries(
    tree: ast.Module,
) -> list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, ast.ClassDef | None]]:
    found: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, ast.ClassDef | None]] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append((node, None))
        elif isinstance(node, ast.ClassDef):
            found.extend(
                (inner, node)
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                and not inner.name.startswith("_")
            )
    return found


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _takes_spark(node: ast.FunctionDef | ast.AsyncFunctionDef, owner: ast.ClassDef | None) -> bool:
    for parameter in _parameters(node):
        annotation = ast.unparse(parameter.annotation) if parameter.annotation else ""
        if any(kind in annotation for kind in SPARK_TYPES):
            return True
        if parameter.arg in {
            "spark",
            "df",
            "session",
            "spark_session",
            "sc",
            "glueContext",
            "glue_context",
            "conn",
            "connection",
            "cursor",
            "cur",
            "engine",
        }:
            return True
    if (
        owner is not None
        or not _parameters(node)
        or node.name in {"main", "run", "handler", "lambda_handler"}
    ):
        return any(
            isinstance(inner, ast.Attribute) and inner.attr in WORK_WORDS
            for inner in ast.walk(node)
        )
    return False


def _find(scope: Environment, node: ast.AST, machine: Interpreter) -> Value:
    """Return the function of `node`, bound to a new object where it is a method."""
    for value in scope.names.values():
        if isinstance(value, Function) and value.node is node:
            return value
    for value in list(scope.names.values()):
        attributes = getattr(value, "attributes", None)
        if isinstance(value, Instance) or not isinstance(attributes, dict):
            continue
        for name, member in attributes.items():
            inner = getattr(member, "function", member)
            if isinstance(inner, Function) and inner.node is node:
                instance = machine.instantiate(value, Call(machine, [], {}))
                return machine.attribute(instance, name)
    return None
