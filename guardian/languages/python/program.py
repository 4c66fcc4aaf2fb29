"""From one program (a file, or a notebook's cells) to its plan.

Every path run, what they found put together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from guardian.languages import Sources
from guardian.languages.python.alone import Entry, entries, start, unmentioned
from guardian.languages.python.branches import (
    Budget,
    Explorer,
    LimitReached,
    Path,
    PathLimitReached,
)
from guardian.languages.python.catalog import RepositoryCatalog, scanned
from guardian.languages.python.interpreter import Interpreter
from guardian.languages.python.lending import Pool
from guardian.languages.python.library import SparkLibrary
from guardian.languages.python.machine import Findings, PathEnd, PythonRaise
from guardian.languages.python.modules import Module, ModuleFinder, parse_module
from guardian.languages.python.spark_state import FileState, SessionState
from guardian.languages.recording import Recording
from guardian.model.lineage import Diagnostic
from guardian.model.plan import Lowered, PlanBuilder, TableEdge

# The language of a program that hands SQL to databases, and knows no Spark.
PLAIN = "python"
ALONE_LIMIT = 200
TOO_LONG = "a part of the file needs more steps than are allowed; the rest of the file is reported"
# A program that has done no Spark work on this many paths is taken to do none.
IDLE_RUNS = 8


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
    made = _Runs(module, recording, language, notebook=program.notebook).lowered()
    # A function that still holds its module would keep the whole syntax tree.
    module.tree.body.clear()
    return made


class _Runs:
    """All runs of one program."""

    def __init__(
        self, module: Module, sources: Recording, language: str, *, notebook: bool
    ) -> None:
        self.module = module
        self.sources = sources
        self.language = language
        self.notebook = notebook
        self.finder = ModuleFinder(sources, module.path)
        self.findings = Findings()
        self.budget = Budget()
        self.pool = Pool()
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
        finally:
            self.pool.clear()
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
        left_out: dict[str, list[int]] = {}
        for file, line, _ in explorer.left_out():
            left_out.setdefault(file, []).append(line)
        for file, lines in left_out.items():
            others = f" and of {len(lines) - 1} more in this file" if len(lines) > 1 else ""
            self.findings.warnings.setdefault(
                Diagnostic(
                    file,
                    lines[0],
                    "the file has too many branches to follow; one outcome of this one"
                    f"{others} is left out",
                )
            )

    def _run(self, path: Path) -> None:
        machine = self._machine(path)
        self.budget.begin_path()
        try:
            machine.run_module(self.module)
            _run_deferred(machine, self.module)
        except PythonRaise as raised:
            path.failed = True
            self._warn(
                1,
                f"one path through the file ends in an error, `{raised.kind or 'Exception'}`",
                quiet=True,
            )
        except PathEnd:
            pass
        except PathLimitReached:
            self._warn(1, TOO_LONG)
        finally:
            machine.forget()

    def _machine(self, path: Path, session: SessionState | None = None) -> Interpreter:
        machine = Interpreter(
            finder=self.finder,
            library=SparkLibrary(frames=self.language != PLAIN),
            budget=self.budget,
            path=path,
            findings=self.findings,
            pool=self.pool,
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
        """Run each function and step that nothing calls, with parameters that are not known.

        What another module imports and names is theirs to call, and is no job.
        """
        called = self.findings.called
        candidates = [entry for entry in entries(self.module.tree) if entry.node not in called]
        importers = self.finder.importers(self.module.path) if candidates else []
        for entry in unmentioned(candidates, importers)[:ALONE_LIMIT]:
            if entry.node not in called:
                self._run_alone(entry)

    def _run_alone(self, entry: Entry) -> None:
        explorer = Explorer()
        for path in explorer.paths():
            session = SessionState(self.file, parameters=entry.parameters(), alone=True)
            machine = self._machine(path, session)
            self.budget.begin_path()
            try:
                scope = machine.run_module(self.module)
                machine.module = self.module
                start(entry, scope, machine)
            except PythonRaise:
                path.failed = True
            except PathEnd:
                continue
            except PathLimitReached:
                self._warn(entry.node.lineno, TOO_LONG)
            finally:
                machine.forget()


def _run_deferred(machine: Interpreter, module: Module) -> None:
    """Run what waits for the end of the module."""
    machine.module = module
    for build in machine.deferred:
        build()
