"""`Script`: what a run of statements knows and has found so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from guardian.languages import Sources
from guardian.languages.expressions import Scope, SourceText
from guardian.languages.sql.state import State
from guardian.languages.sql.touched import Touched
from guardian.model.lineage import Diagnostic, Location
from guardian.model.plan import Declaration, Handle, PlanBuilder, Routine, TableEdge, Write

MAX_SPELLED = 60


@dataclass(slots=True)
class Script:
    """The state of one script: temporary views in scope, and what its statements have said.

    `views` leads folded names of temporary views and tables to their rows; statements change it
    as they run. `first_line` is the line of `path` that the text starts on. `confidence` goes
    into each write: it is below 1 where the text was pieced together. `columns` are the
    declared columns of temporary tables, `generated` those of them that a table fills itself,
    `computed` what it computes some of them from, `shapes` the datasets that temporary tables
    were made LIKE. `dropped` are the datasets that the script has dropped, `emptied` those that
    TRUNCATE or DELETE has emptied and that nothing has filled yet, with that write. `routines`
    are the procedures and functions that return rows, `procedures` the jobs that procedures
    are, `calls` which job runs which of them. `state` is what statements set for those behind
    them. `touched` takes the rows that statements touch, where an OUTPUT asks for them.
    `spelled` tells how the author writes what the plan has a symbol for, by job and symbol.
    `procedure` is the one whose body is read, `foreign` are the temporary tables of its caller that
    it uses. `macros` are names of functions that stand for macros of templates that are not known.
    `failed` says that something was not read which may write a dataset.
    """

    builder: PlanBuilder
    dialect: str
    path: str
    job: str
    first_line: int = 1
    views: dict[str, Handle] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    tables: list[TableEdge] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    routines: list[Routine] = field(default_factory=list)
    procedures: list[tuple[str, str]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    confidence: float = 1.0
    source: SourceText | None = None
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    generated: dict[str, frozenset[str]] = field(default_factory=dict)
    computed: dict[str, dict[str, exp.Expr]] = field(default_factory=dict)
    emptied: dict[str, Write] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    shapes: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    state: State = field(default_factory=State)
    touched: list[Touched] | None = None
    depth: int = 0
    failed: bool = False
    sources: Sources | None = None
    including: tuple[str, ...] = ()
    included: int = 0
    queried: tuple[Location, str] | None = None
    macros: frozenset[str] = frozenset()
    spelled: dict[tuple[str, str], str] = field(default_factory=dict)
    procedure: str = ""
    foreign: set[str] = field(default_factory=set)

    def scope(self, at: Location | None = None) -> "QueryScope":
        """Return the scope that a statement's queries and expressions are lowered in."""
        from guardian.languages.sql.queries import lower_subquery  # noqa: PLC0415 (queries need us)

        return QueryScope(
            builder=self.builder,
            dialect=self.dialect,
            path=self.path,
            at=at or Location(self.path, self.first_line),
            relations=self.views,
            warnings=self.warnings,
            source=self.source,
            query=lower_subquery,
            script=self,
            values=self.state.values,
            spell=self.spell,
        )

    def line(self, line: int) -> Location:
        """Return the place in the file of a line of the text, which counts from 1."""
        return Location(self.path, line + self.first_line - 1)

    def spell(self, symbol: str, written: str) -> None:
        """Note how the author writes a value that the plan has a symbol for."""
        if len(written) <= MAX_SPELLED and written != f"{{{symbol}}}":
            self.spelled.setdefault((self.job, symbol), written)

    def warn(self, line: int, message: str) -> None:
        """Say that something on a line of the text was not understood."""
        self.warnings.append(Diagnostic(self.path, line + self.first_line - 1, message))

    def filled(self, temporary: str) -> tuple[str, ...]:
        """Return the columns of a temporary table that rows are given by position."""
        generated = self.generated.get(temporary, frozenset())
        return tuple(name for name in self.columns.get(temporary, ()) if name not in generated)

    def declared(self, dataset: str) -> tuple[str, ...]:
        """Return the columns that the script itself has declared `dataset` to have."""
        for place in range(len(self.declarations) - 1, -1, -1):
            declaration = self.declarations[place]
            if declaration.dataset == dataset and not declaration.extend:
                own = tuple(column.name for column in declaration.columns)
                like = declaration.like
                return (*(self.declared(like) if like and like != dataset else ()), *own)
        return ()


@dataclass(slots=True)
class QueryScope(Scope):
    """A scope inside a script, for queries that hold statements (`WITH moved AS (DELETE …)`)."""

    script: Script | None = None


def script_of(scope: Scope) -> Script | None:
    """Return the script that a query is part of."""
    return scope.script if isinstance(scope, QueryScope) else None


def with_relations(scope: Scope, more: Mapping[str, Handle]) -> Scope:
    """Return a scope inside `scope` in which `more` names lead to handles, too."""
    return scope.within({**scope.relations, **more})
