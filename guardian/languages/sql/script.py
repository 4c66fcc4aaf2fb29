"""`Script`: what a run of statements knows and has found so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guardian.languages.expressions import Scope, SourceText
from guardian.model.lineage import Diagnostic, Location
from guardian.model.plan import Declaration, Handle, PlanBuilder, TableEdge, Write


@dataclass(slots=True)
class Script:
    """The state of one script: temporary views in scope, and what its statements have said.

    `views` leads folded names of temporary views and tables to their rows; statements change it as
    they run. `first_line` is the line of `path` that the text starts on. `confidence` goes into
    each write: it is below 1 where the text was pieced together. `columns` are the declared columns
    of temporary tables, `dropped` the datasets that the script has dropped. `emptied` are those
    that TRUNCATE or DELETE has emptied and that nothing has filled yet, with that write. `failed`
    says that something was not read which may write a dataset.
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
    warnings: list[Diagnostic] = field(default_factory=list)
    confidence: float = 1.0
    source: SourceText | None = None
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    emptied: dict[str, Write] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)
    depth: int = 0
    failed: bool = False

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
        )

    def line(self, line: int) -> Location:
        """Return the place in the file of a line of the text, which counts from 1."""
        return Location(self.path, line + self.first_line - 1)

    def warn(self, line: int, message: str) -> None:
        """Say that something on a line of the text was not understood."""
        self.warnings.append(Diagnostic(self.path, line + self.first_line - 1, message))

    def declared(self, dataset: str) -> tuple[str, ...]:
        """Return the columns that the script itself has declared `dataset` to have."""
        for declaration in reversed(self.declarations):
            if declaration.dataset == dataset and not declaration.extend:
                return tuple(column.name for column in declaration.columns)
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
