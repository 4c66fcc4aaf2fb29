"""A model's template → the SQL that dbt would run, and what the template said on the way."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import msgspec
from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.nodes import Impossible

from guardian.languages.dbt import naming
from guardian.languages.dbt.columns import selected
from guardian.languages.dbt.context import EPHEMERAL, Context
from guardian.languages.dbt.limits import Budget, LimitError
from guardian.languages.dbt.macros import TEMPLATE_ERRORS, template_line
from guardian.languages.dbt.marks import unmarked
from guardian.languages.dbt.project import ModelFile, Project
from guardian.languages.dbt.python_config import stated_config
from guardian.languages.dbt.relations import Column, Relation
from guardian.languages.dbt.run import Run
from guardian.languages.dbt.sandbox import MacroReturnError
from guardian.languages.dbt.schema_files import SourceTable
from guardian.languages.dbt.seed_values import values_in
from guardian.model.source import SourceFile

Read = Callable[[str], SourceFile | None]

# what decides the name of a model's dataset, or whether it has one
_CONFIG = re.compile(r"(?:\{\{[-+]?\s*)?\bconfig\s*\(")
_NAMING = ("alias", "schema", "target_schema", "materialized", "enabled", "contract")


class Rendered(msgspec.Struct, kw_only=True):
    """A rendered model: SQL, the template's line of each of its lines, and the run that made it."""

    text: str
    lines: tuple[int, ...]
    run: Run
    failed: bool = False


class Renderer:
    """Renders the models of one project, one after the other."""

    def __init__(self, project: Project) -> None:
        """Prepare the names that templates of `project` use."""
        self.project = project
        self.read: Read = lambda _path: None
        self._library = project.library
        self._context = Context(project, self.relation_of, self.columns_of, self.values_of)
        self._library.sandbox.globals.update(self._context.names())
        self._naming: dict[tuple[str, str], dict[str, Any]] = {}
        self._names: dict[tuple[str, str], tuple[str, str]] = {}
        self._busy: set[tuple[str, str]] = set()
        self._columns: dict[str, tuple[tuple[Column, ...], frozenset[str]]] = {}

    def render(
        self, model: ModelFile, text: str, *, incremental: bool = False, blank_unknown: bool = False
    ) -> Rendered:
        """Return the model rendered, for a full run or an incremental one."""
        run = self._run_of(model, incremental=incremental)
        run.blank_unknown = blank_unknown
        run.enabling = self.naming(model)["enabling"]
        with self._running(run):
            run.config = self.outer_config(model)
            run.this = self.relation_of(model)
            return self._rendered(model, text, run)

    def _rendered(self, model: ModelFile, text: str, run: Run) -> Rendered:
        pieces: list[str] = []
        failed = True
        try:
            tree = _of_snapshot(self._library.parsed(text, model.path), model)
            template = self._library.template(tree, model.path, mark=True)
            context = template.new_context(self._library.scope(model.settings.name))
            for piece in template.root_render_func(context):
                self._library.sandbox.budget.text(len(piece))
                pieces.append(piece)
            failed = False
        except MacroReturnError:
            failed = False
        except TemplateSyntaxError as error:
            run.warn(error.filename or model.path, error.lineno, f"not rendered: {error.message}")
        except LimitError as error:
            file, line = template_line(error) or (model.path, error.line)
            run.warn(file, line, f"not rendered: {error}")
        except TEMPLATE_ERRORS as error:
            file, line = template_line(error) or (model.path, 1)
            run.warn(file, line, f"not rendered: {str(error)[:300]}")
        except (RecursionError, MemoryError, OverflowError):
            run.warn(
                model.path, 1, "not rendered: the template is nested too deeply, or grows too large"
            )
        plain, lines = unmarked("".join(pieces))
        run.forget_literals(plain)
        return Rendered(text=plain, lines=lines, run=run, failed=failed)

    def _run_of(self, model: ModelFile, *, incremental: bool = False) -> Run:
        return Run(
            path=model.path, name=model.name, package=model.settings.name, incremental=incremental
        )

    @contextmanager
    def _running(self, run: Run) -> Iterator[None]:
        """Make `run` the one that names speak to, for one rendering may need another's outcome."""
        library, sandbox = self._library, self._library.sandbox
        before = library.run, sandbox.budget
        library.run, sandbox.budget = run, Budget()
        try:
            yield
        finally:
            library.run, sandbox.budget = before

    def outer_config(self, model: ModelFile) -> dict[str, Any]:
        """Return what folders and schema files configure for a model, their templates rendered."""
        return {key: self._value(value) for key, value in self.project.outer_config(model).items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str) and "{" in value:
            try:
                return self._context.text(value)
            except (*TEMPLATE_ERRORS, MacroReturnError):
                return value
        return deepcopy(value)

    def hook(self, text: str, model: Run) -> tuple[str, set[str]]:
        """Return a hook's text rendered for the model of a run, and the files that it followed.

        One that cannot be rendered is empty: it is not what makes the model.
        """
        run = Run(path=model.path, name=model.name, package=model.package, this=model.this)
        run.config = model.config
        with self._running(run):
            try:
                made = self._context.text(text)
            except MacroReturnError as returned:
                made = str(returned.value or "")
            except (*TEMPLATE_ERRORS, LimitError, RecursionError):
                made = ""
        return made, run.files

    # --- which dataset a model makes -------------------------------------------------------------

    def relation_of(self, model: ModelFile) -> Relation:
        """Return the dataset that a model makes: alias or name, behind a schema if stated."""
        config = self.naming(model)
        if config.get("materialized") == "ephemeral":
            return Relation(f"{EPHEMERAL}{model.name}", "", self.project.dialect, kind="cte")
        schema, alias = self._called(model, config)
        kind = "view" if config.get("materialized", "view") == "view" else "table"
        return Relation(alias, schema, self.project.dialect, kind=kind)

    def _called(self, model: ModelFile, config: Mapping[str, Any]) -> tuple[str, str]:
        """Return schema and name of a model's table, as the project's own macros make them."""
        key = (model.path, model.name)
        known = self._names.get(key)
        if known is None:
            custom = _text(config.get("schema"))
            given = _text(config.get("alias"))
            fixed = _text(config.get("target_schema")) if model.kind == "snapshots" else None
            node = self._node(model, config)
            schema = None if fixed else self._generated(model, naming.SCHEMA, custom, node)
            stated = naming.stated_schema(schema, custom) if schema else custom or ""
            alias = self._generated(model, naming.ALIAS, given, node)
            alias = alias if alias and "${" not in alias else given
            known = (fixed or stated, alias or self.project.default_alias(model))
            self._names[key] = known
        return known

    def _generated(
        self, model: ModelFile, macro: str, custom: str | None, node: Mapping[str, Any]
    ) -> str | None:
        with self._running(self._run_of(model)):
            return naming.generated(self._library, macro, custom, node)

    def _node(self, model: ModelFile, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return a model as dbt hands it to the macros that name it."""
        name, version = self.project.version_of(model)
        inner = model.path.removeprefix(f"{model.settings.root}/").split("/")[1:]
        stems = [part.rpartition(".")[0] or part for part in inner]
        return {
            "name": name, "version": version or None, "config": dict(config),
            "resource_type": model.kind.removesuffix("s"), "package_name": model.settings.name,
            "path": "/".join(inner), "original_file_path": model.path,
            "fqn": [model.settings.name, *stems], "tags": config.get("tags") or [],
            "unique_id": f"model.{model.settings.name}.{model.name}", "meta": {},
            "unrendered_config": dict(config),
        }  # fmt: skip

    def source_relation(self, source: str, table: str) -> Relation:
        """Return the dataset of a source."""
        with self._running(Run(path=self.project.root, package=self.project.settings.name)):
            return self._context.source_relation(source, table)

    def naming(self, model: ModelFile) -> Mapping[str, Any]:
        """Return the configuration that a model's name and contract are told by, all of it.

        `enabled` counts a model in that a variable not given here would enable; `enabling` says
        that it is such a one.
        """
        key = (model.path, model.name)
        known = self._naming.get(key)
        if known is None:
            run = self._run_of(model)
            with self._running(run):
                known = self.outer_config(model)
                if key not in self._busy:
                    self._busy.add(key)
                    try:
                        known |= self._stated_config(model, run)
                    finally:
                        self._busy.discard(key)
            enabled = _truth(known.get("enabled", True))
            known |= {
                "enabled": run.defaulted or enabled,
                "enabling": run.defaulted and not enabled,
            }
            self._naming[key] = known
        return known

    def _stated_config(self, model: ModelFile, run: Run) -> dict[str, Any]:
        """Return what the model's own `config(…)` says, rendered where it cannot be read off."""
        file = self.read(model.path) if model.path.endswith((".sql", ".py")) else None
        if file is not None and model.path.endswith(".py"):
            return stated_config(file.text)
        if (
            file is None
            or "config" not in file.text
            or not any(word in file.text for word in _NAMING)
        ):
            return {}
        snippet = _lone_config(file.text)
        try:
            if snippet:
                call = next(_plain_calls(self._library.parsed(snippet, model.path)), None)
                constants = _constants(call) if call and _is_config(call) else None
                if constants is not None:
                    return constants
            tree = _of_snapshot(self._library.parsed(file.text, model.path), model)
        except (TemplateSyntaxError, LimitError, RecursionError):
            return {}
        plain = {id(call) for call in _plain_calls(tree)}
        calls = [call for call in tree.find_all(nodes.Call) if _is_config(call)]
        if not all(id(call) in plain for call in calls):
            return self._rendered(model, file.text, run).run.config
        stated: dict[str, Any] = {}
        for call in calls:
            constants = _constants(call)
            stated |= self._evaluated(model, run, tree, call) if constants is None else constants
        return stated

    def _evaluated(
        self, model: ModelFile, run: Run, tree: nodes.Template, call: nodes.Call
    ) -> dict[str, Any]:
        """Return what a `config(…)` says whose values are computed, from what is set before it."""
        kept = [keyword for keyword in call.kwargs if keyword.key in _NAMING]
        part = nodes.Call(
            call.node, call.args, kept, call.dyn_args, call.dyn_kwargs, lineno=call.lineno
        )
        body: list[nodes.Node] = [node for node in tree.body if isinstance(node, nodes.Assign)]
        body.append(nodes.ExprStmt(part, lineno=call.lineno))
        small = nodes.Template(body, lineno=1)
        small.set_environment(self._library.sandbox)
        try:
            template = self._library.template(small, model.path, mark=False)
            for _ in template.root_render_func(
                template.new_context(self._library.scope(run.package))
            ):
                self._library.sandbox.step()
        except (*TEMPLATE_ERRORS, MacroReturnError, LimitError, RecursionError):
            return {}  # the model's own rendering meets the same, and says so
        return run.config

    # --- what columns a relation has -------------------------------------------------------------

    def columns_of(self, relation: Relation) -> tuple[Column, ...]:
        """Return the columns of a source or a model, as far as the code tells them.

        Whoever asks depends on the files that told it.
        """
        known = self._columns.get(relation.dataset)
        if known is None:
            self._columns[relation.dataset] = (
                (),
                frozenset(),
            )  # a model that reads itself knows nothing yet
            known = self._columns[relation.dataset] = self._found_columns(relation.origin)
        self._library.run.files |= known[1]
        return known[0]

    def _found_columns(self, origin: Any) -> tuple[tuple[Column, ...], frozenset[str]]:
        if isinstance(origin, SourceTable):
            declared = origin.properties
            return tuple(Column(c.name, c.data_type) for c in declared.columns), frozenset(
                {declared.file}
            )
        if not isinstance(origin, ModelFile):
            return (), frozenset()
        file = self.read(origin.path)
        properties = self.project.properties_of(origin)
        types = {c.name.lower(): c.data_type for c in properties.columns} if properties else {}
        files = {origin.path} | ({properties.file} if properties else set())
        names: tuple[str, ...] | None = None
        if file is not None and origin.path.endswith(".csv"):
            names = tuple(name.strip() for name in file.text.partition("\n")[0].split(","))
        elif file is not None and origin.path.endswith(".sql"):
            names = self._selected(origin, file.text, files)
        names = names or tuple(c.name for c in properties.columns) if properties else names
        return tuple(Column(name, types.get(name.lower(), "")) for name in names or ()), frozenset(
            files
        )

    def values_of(self, relation: Relation, column: str) -> tuple[str, ...]:
        """Return what a column may hold, where a seed's file or an `accepted_values` test tells."""
        origin = relation.origin
        properties = origin.properties if isinstance(origin, SourceTable) else None
        if isinstance(origin, ModelFile):
            properties = self.project.properties_of(origin)
            file = self.read(origin.path) if origin.kind == "seeds" else None
            if file is not None and (held := values_in(file.text, column)):
                return held
        found = (
            (c.values for c in properties.columns if c.name.lower() == column.lower())
            if properties
            else ()
        )
        return next((values for values in found if values), ())

    def _selected(self, model: ModelFile, text: str, files: set[str]) -> tuple[str, ...] | None:
        """Return the columns that a model selects; `files` gets what they depend on."""
        rendered = self.render(model, text)
        files |= rendered.run.files
        reads = {str(r).lower(): r for r in rendered.run.reads}

        def tables(name: str) -> tuple[str, ...] | None:
            with self._running(rendered.run):
                columns = self.columns_of(reads[name]) if name in reads else ()
            files.update(rendered.run.files)
            return tuple(c.name for c in columns) or None

        return None if rendered.failed else selected(rendered.text, self.project.dialect, tables)


def _of_snapshot(tree: nodes.Template, model: ModelFile) -> nodes.Template:
    """Return the part of a snapshot file that makes `model`: its block, and what all share."""
    if model.kind != "snapshots":
        return tree
    own: list[nodes.Node] = []
    for node in tree.body:
        name = getattr(node, "snapshot", None)
        if isinstance(node, nodes.Scope) and name == model.name:
            own += node.body
        elif (name is None and not isinstance(node, nodes.Output)) or (
            name is None and isinstance(node, nodes.Output) and not _has_snapshots(tree)
        ):
            own.append(node)
    tree.body = own
    return tree


def _has_snapshots(tree: nodes.Template) -> bool:
    return any(getattr(node, "snapshot", None) for node in tree.body)


def _plain_calls(tree: nodes.Template) -> Iterator[nodes.Call]:
    """Yield the calls that stand alone at the top of a template, under no condition."""
    for node in tree.body:
        printed = node.nodes if isinstance(node, nodes.Output) else [getattr(node, "node", None)]
        yield from (call for call in printed if isinstance(call, nodes.Call))


def _lone_config(text: str) -> str:
    """Return the one `{{ config(…) }}` of a template, nothing where something before decides on it.

    So the naming of a model, which many others ask for, seldom needs all of its text parsed.
    """
    found = list(_CONFIG.finditer(text))
    end = text.find("}}", found[0].end()) if len(found) == 1 else -1
    before = text[: found[0].start()] if end > 0 else "{%"
    return "" if "{%" in before or "{#" in before else text[found[0].start() : end + 2]


def _text(value: Any) -> str | None:
    """Return a configured name as text, None where there is none."""
    return (str(value).strip() or None) if value is not None else None


def _truth(value: Any) -> bool:
    return str(value).strip().lower() not in {"false", "0", "no", "off"}


def _is_config(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name == "config"


def _constants(call: nodes.Call) -> dict[str, Any] | None:
    """Return the naming part of a call of `config`, None where it is not written out."""
    if call.args or call.dyn_args is not None or call.dyn_kwargs is not None:
        return None
    try:
        return {k.key: k.value.as_const() for k in call.kwargs if k.key in _NAMING}
    except Impossible:
        return None
