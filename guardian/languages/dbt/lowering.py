"""A rendered model → its plan and its write, each place pointing at the model's own line."""

import re
from collections.abc import Iterator
from typing import Any

import sqlglot
from msgspec.structs import replace
from sqlglot.errors import SqlglotError

from guardian.languages import Sources
from guardian.languages.dbt.hooks import hook_writes, hooks_of
from guardian.languages.dbt.limits import LimitError
from guardian.languages.dbt.lines import Lines
from guardian.languages.dbt.project import ModelFile, Project
from guardian.languages.dbt.relations import Relation
from guardian.languages.dbt.rendering import Rendered, Renderer
from guardian.languages.dbt.run import Run
from guardian.languages.dbt.target_files import Compiled
from guardian.languages.dbt.write_options import write_options
from guardian.languages.sql import run_script
from guardian.languages.sql.script import Script
from guardian.model.lineage import Diagnostic, Location
from guardian.model.names import fold
from guardian.model.plan import (
    Filter,
    Handle,
    Item,
    Limit,
    Opaque,
    Operator,
    PlanBuilder,
    Scan,
    Star,
    Subquery,
    Symbol,
    TableEdge,
    Write,
    WriteOptions,
)
from guardian.model.plan import Project as Projection
from guardian.model.source import SourceFile

SNAPSHOT_COLUMNS = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
MAX_EPHEMERAL = 40
SEARCHED = 0.5  # the confidence of a table that was found by a search for names

_REF = re.compile(r"\bref\s*\(\s*(['\"])([^'\"]{1,200})\1\s*(?:,\s*(['\"])([^'\"]{1,200})\3)?")
_SOURCE = re.compile(r"\bsource\s*\(\s*(['\"])([^'\"]{1,200})\1\s*,\s*(['\"])([^'\"]{1,200})\3")


class ModelLowering:
    """Lowers the models of one file into one table of nodes."""

    def __init__(
        self, file: SourceFile, project: Project, renderer: Renderer, sources: Sources
    ) -> None:
        """Prepare to lower what `file` holds."""
        self.builder = PlanBuilder()
        self.writes: list[Write] = []
        self.tables: list[TableEdge] = []
        self.warnings: dict[Diagnostic, None] = {}
        self.files: set[str] = set()
        self.failed = False
        self._file, self._project, self._renderer, self._sources = file, project, renderer, sources
        self._dialect = sources.dialect(file.path) or project.dialect

    def lower(self, model: ModelFile, job: str, text: str) -> None:
        """Add the write of `model`, with the template `text`, unless it is ephemeral or disabled.

        A model that a variable enables, which this project does not give,
        counts as enabled: it is a package's.
        """
        if not self._renderer.naming(model)["enabled"]:
            return
        rendered = self._compiled_or_rendered(model, text)
        run = rendered.run
        handle = None if rendered.failed else self._plan(rendered, job)
        if handle is None:
            handle = self._connected(rendered, model)
        if run.this.is_cte:
            return
        options = write_options(run.config, model.kind)
        if model.kind == "snapshots":
            handle = self._with_snapshot_columns(handle)
        extra = self._incremental(model, text, handle, job) if run.asked_incremental else None
        if extra and extra[1]:
            options = replace(
                options, options=tuple(sorted((*options.options, ("incremental filter", extra[1]))))
            )
        at = Location(model.path, _first_line(rendered))
        self.writes.append(
            Write(job=job, dataset=run.this.dataset, plan=handle, options=options, at=at)
        )
        self._add_hooks(rendered, job, at)
        if extra and extra[0] is not None:
            again = WriteOptions(mode=options.mode, materialized=options.materialized)
            self.writes.append(
                Write(job=job, dataset=run.this.dataset, plan=extra[0], options=again, at=at)
            )

    def _compiled_or_rendered(self, model: ModelFile, text: str) -> Rendered:
        """Return the model rendered; as dbt compiled it, where our rendering lacks a part."""
        before = dict(self.warnings)
        rendered = self._rendered(model, text, incremental=False)
        if not rendered.failed and not rendered.run.warnings:
            return rendered
        compiled = Compiled(self._project, self._renderer)
        self.files.add(compiled.path)
        made = compiled.of(model, text)
        if made is None:
            return rendered
        self.warnings, run = before, rendered.run
        run.warnings, run.asked_incremental = {}, False
        line = _first_line(rendered)
        return Rendered(text=made, lines=(line,) * (made.count("\n") + 1), run=run)

    def _add_hooks(self, rendered: Rendered, job: str, at: Location) -> None:
        """Add what the model's hooks write elsewhere, and what they alter in its own table."""
        for hook in hooks_of(rendered.run.config):
            text, files = self._renderer.hook(hook, rendered.run)
            writes = hook_writes(text, self.builder, dialect=self._dialect, job=job, at=at)
            if writes:
                self.writes += writes
                self.files |= files

    def _rendered(self, model: ModelFile, text: str, *, incremental: bool) -> Rendered:
        rendered = self._renderer.render(model, text, incremental=incremental)
        if rendered.run.unknown and not _parses(rendered.text, self._dialect):
            blank = self._renderer.render(model, text, incremental=incremental, blank_unknown=True)
            rendered = blank if _parses(blank.text, self._dialect) else rendered
        run = rendered.run
        self.files |= run.files
        if run.unknown or run.missing_refs or run.missing_sources:
            self.files.update(self._project.missed_patterns())
        properties = self._project.properties_of(model)
        if properties:
            self.files.add(properties.file)
        self.warnings.update(dict.fromkeys(run.warnings))
        return rendered

    # --- plans -----------------------------------------------------------------------------------

    def _plan(self, rendered: Rendered, job: str) -> Handle | None:
        """Return the rows of the rendered query; None where there is no query."""
        views: dict[str, Handle] = {}
        self._ephemeral(rendered.run, job, views, ())
        return self._query(rendered, job, views)

    def _ephemeral(
        self, run: Run, job: str, views: dict[str, Handle], outer: tuple[str, ...]
    ) -> None:
        """Lower the ephemeral models that `run` reads, and those that they read, into `views`."""
        for identifier, name in run.ephemeral.items():
            view = fold(identifier, self._dialect)
            model = self._project.model(name)
            if view in views or model is None or name in outer or len(outer) > MAX_EPHEMERAL:
                continue
            file = self._sources.read(model.path)
            if file is None:
                continue
            rendered = self._rendered(model, file.text, incremental=False)
            self._ephemeral(rendered.run, job, views, (*outer, name))
            handle = None if rendered.failed else self._query(rendered, job, views)
            views[view] = (
                handle if handle is not None else self._opaque(rendered.run, "ephemeral model")
            )

    def _query(self, rendered: Rendered, job: str, views: dict[str, Handle]) -> Handle | None:
        first = len(self.builder.nodes)
        path = rendered.run.path
        script = Script(
            builder=self.builder, dialect=self._dialect, path=path, job=job, views=dict(views),
            macros=frozenset(rendered.run.functions),
        )  # fmt: skip
        handle = run_script(rendered.text, script)
        self.failed = self.failed or script.failed
        lines = Lines(path, rendered.lines)
        for index in range(first, len(self.builder.nodes)):
            self.builder.nodes[index] = lines.moved(self.builder.nodes[index])
        self.warnings.update((replace(w, line=lines.line(w.line)), None) for w in script.warnings)
        # tables found by name only are not needed where the template itself names them
        hints = (t for t in script.tables if handle is not None or t.confidence > SEARCHED)
        self.tables += [replace(t, at=lines.location(t.at)) for t in hints]
        return handle

    def _connected(self, rendered: Rendered, model: ModelFile) -> Handle:
        """Return rows not understood, tied to all that the model reads; a warning says so."""
        run = rendered.run
        self.failed = self.failed or rendered.failed
        if rendered.failed or not run.reads:
            self._add_static_reads(run)
        if not rendered.failed and not self.warnings:
            what = "query" if rendered.text.strip() else "text"
            run.warn(model.path, 1, f"the model renders to no {what}")
        self.warnings.update(dict.fromkeys(run.warnings))
        return self._opaque(run, "a model that could not be read")

    def _opaque(self, run: Run, reason: str) -> Handle:
        at = Location(run.path, 1)
        scans = tuple(
            self.builder.add(Scan(dataset=r.dataset, at=at)) for r in run.reads if not r.is_cte
        )
        return self.builder.add(
            Opaque(inputs=scans, fingerprint=self._file.blob, reason=reason, at=at)
        )

    def _add_static_reads(self, run: Run) -> None:
        """Note the literal `ref` and `source` of a model that could not be rendered to its end."""
        for found in _REF.finditer(self._file.text):
            model = self._project.model(found[4] or found[2])
            name = found[4] or found[2]
            relation = (
                self._renderer.relation_of(model) if model else Relation(name, "", self._dialect)
            )
            run.reads.setdefault(relation)
        for found in _SOURCE.finditer(self._file.text):
            declared = self._project.sources.get((found[2], found[4]))
            schema, table = (
                (declared.schema, declared.identifier) if declared else (found[2], found[4])
            )
            run.reads.setdefault(Relation(table, schema, self._dialect))

    def _with_snapshot_columns(self, handle: Handle) -> Handle:
        items = [Item(expr=Star())]
        items += [Item(expr=Symbol(n), name=fold(n, self._dialect)) for n in SNAPSHOT_COLUMNS]
        return self.builder.add(Projection(input=handle, items=tuple(items)))

    # --- incremental runs ------------------------------------------------------------------------

    def _incremental(
        self, model: ModelFile, text: str, main: Handle, job: str
    ) -> tuple[Handle | None, str] | None:
        """Return what an incremental run has beyond a full one: its plan, and its filters.

        The plan is None where it reads nothing that the full run does not: then only the filters
        differ, and they are an option of the write, so that a row change is not told twice.
        """
        rendered = self._rendered(model, text, incremental=True)
        if rendered.failed:
            return None
        own = rendered.run.this.dataset
        plan = self._plan(rendered, job)
        if plan is None:
            return None
        wanted = _below(self.builder, plan)
        for index in wanted - _below(self.builder, main):
            node = self.builder.nodes[index]
            if isinstance(node, Scan) and node.dataset == own:
                self.builder.nodes[index] = replace(node, target=True)
        filters = self._filters(wanted) - self._filters(_below(self.builder, main))
        more = self._inputs(wanted) - self._inputs(_below(self.builder, main)) - {own}
        return (plan if more else None), "; ".join(sorted(filters))

    def _inputs(self, handles: set[Handle]) -> set[str]:
        nodes = (self.builder[handle] for handle in handles)
        return {node.dataset for node in nodes if isinstance(node, Scan)}

    def _filters(self, handles: set[Handle]) -> set[str]:
        """Return the conditions and limits among nodes, printed so that layout does not count."""
        found = set()
        for handle in handles:
            node = self.builder[handle]
            if isinstance(node, Filter):
                found.add(_printed(node.text, self._dialect))
            elif isinstance(node, Limit):
                found.add(f"limit {node.count}")
        return found


def _printed(text: str, dialect: str) -> str:
    try:
        return sqlglot.parse_one(text, dialect=dialect or None).sql(
            dialect=dialect or None, comments=False
        )
    except (SqlglotError, RecursionError):
        return " ".join(text.split())


def _parses(text: str, dialect: str) -> bool:
    try:
        return bool(
            sqlglot.parse(text.replace("${", "_").replace("}", "_"), dialect=dialect or None)
        )
    except (SqlglotError, RecursionError):
        return False


def _below(builder: PlanBuilder, handle: Handle) -> set[Handle]:
    """Return the handles that a plan is made of, those of queries in its expressions too."""
    found: set[Handle] = set()
    pending = [handle]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending.extend(_inputs_of(builder[current]))
    return found


_HANDLES = ("input", "left", "right", "anchor", "step")


def _inputs_of(node: Operator) -> Iterator[Handle]:
    for name in _HANDLES:
        value = getattr(node, name, None)
        if isinstance(value, int):
            yield value
    yield from getattr(node, "inputs", ())
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if not isinstance(value, str | int | None):
            yield from _subqueries(value)


def _subqueries(value: Any) -> Iterator[Handle]:
    """Yield the plans of the queries inside an expression, however deep it is."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, Subquery):
            yield current.plan
        if isinstance(current, tuple):
            pending.extend(current)
        elif hasattr(current, "__struct_fields__"):
            pending.extend(getattr(current, name) for name in current.__struct_fields__)


def _first_line(rendered: Rendered) -> int:
    lines = zip(rendered.text.split("\n"), rendered.lines, strict=False)
    return next((origin for line, origin in lines if line.strip()), 1)


__all__ = ["LimitError", "ModelLowering"]
