"""The names that dbt gives its templates: `ref`, `source`, `config`, `var`, `this`, and the rest.

They are made once for a project and speak to the rendering that is running (`library.run`).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from guardian.languages.dbt import cross_database, dbt_utils, fivetran_utils
from guardian.languages.dbt.database import Adapter, ColumnMaker, RelationMaker, silent
from guardian.languages.dbt.modules import MOMENT, Modules
from guardian.languages.dbt.objects import (
    NOT_GIVEN,
    AllNames,
    Config,
    Exceptions,
    Model,
    This,
    Variables,
    plain,
)
from guardian.languages.dbt.project import ModelFile, Project
from guardian.languages.dbt.relations import (
    Column,
    ProductionName,
    Relation,
    Symbol,
    UnknownResult,
)
from guardian.languages.dbt.sandbox import MacroReturnError, printable
from guardian.languages.safe_yaml import load

DBT_VERSION = "1.10.0"
EPHEMERAL = "__dbt__cte__"

RelationOf = Callable[[ModelFile], Relation]
KnownColumns = Callable[[Relation], Iterable[Column]]
KnownValues = Callable[[Relation, str], tuple[str, ...]]


class Context:
    """The names for one project.

    `relation_of` tells a model's dataset, `known_columns` what a relation holds, `known_values`
    what a column of it may hold.
    """

    def __init__(
        self,
        project: Project,
        relation_of: RelationOf,
        known_columns: KnownColumns,
        known_values: KnownValues,
    ) -> None:
        """Offer the names of `project`."""
        self.project = project
        self.library = project.library
        self._relation_of = relation_of
        self._known_columns = known_columns
        self._known_values = known_values

    def names(self) -> dict[str, Any]:
        """Return every name, the project's own macros not among them."""
        library, dialect = self.library, self.project.dialect
        dbt = {**cross_database.functions(dialect), **self._internal()}
        library.natives["dbt"] = dbt
        utils = dbt_utils.functions(
            dialect, dbt, self._columns_of, self._known_values, library.warn
        )
        library.natives["dbt_utils"] = utils
        if "fivetran_utils" not in library.packages:
            library.natives["fivetran_utils"] = fivetran_utils.functions(
                dialect, dbt, self._source, Variables(self.project)
            )
        names = {**dbt, **self._builtins(), **self._environment()}
        names["builtins"] = {name: names[name] for name in ("ref", "source", "config", "var")}
        names["context"] = AllNames(names, library)
        return names

    def _builtins(self) -> dict[str, Any]:
        return {
            "ref": self._ref, "source": self._source, "var": Variables(self.project),
            "env_var": _env_var,
            "config": Config(self.library), "this": This(self.library),
            "model": Model(self.library),
            "is_incremental": self._is_incremental, "return": _return, "doc": lambda *_names: "",
            "adapter": Adapter(self.project, self._columns_or_warn),
            "exceptions": Exceptions(self.library), "log": silent,
            "print": silent,
            "modules": Modules(), "tojson": _tojson, "fromjson": _fromjson, "toyaml": _tojson,
            "fromyaml": _fromyaml,
            "set": _set, "set_strict": _set, "zip": _zip, "zip_strict": _zip,
            "local_md5": _local_md5,
            "render": lambda text: text, "write": silent,
        }  # fmt: skip

    def _environment(self) -> dict[str, Any]:
        target = {
            "name": ProductionName("prod"), "schema": Symbol("target_schema"),
            "dataset": Symbol("target_schema"),
            "database": Symbol("target_database"), "project": Symbol("target_database"),
            "type": self.project.adapter,
            "profile_name": self.project.settings.profile or "default",
            "threads": 1, "warehouse": Symbol("target_warehouse"), "role": Symbol("target_role"),
            "user": Symbol("target_user"), "account": Symbol("target_account"),
            "host": Symbol("target_host"),
            "catalog": Symbol("target_database"), "location": Symbol("target_location"),
        }  # fmt: skip
        return {
            "target": target, "execute": True, "flags": _FLAGS, "graph": {"nodes": {},
            "sources": {}, "exposures": {}},
            "project_name": self.project.settings.name, "schema": target["schema"],
            "database": target["database"],
            "dbt_version": DBT_VERSION, "run_started_at": MOMENT,
            "invocation_id": Symbol("invocation_id"),
            "thread_id": "Thread-1", "selected_resources": [], "results": [], "pre_hooks": [],
            "post_hooks": [],
            "dbt_metadata_envs": {}, "api": {"Relation": RelationMaker(self.project.dialect),
            "Column": ColumnMaker()},
        }  # fmt: skip

    def _internal(self) -> dict[str, Callable[..., Any]]:
        """Return the macros of the `dbt` package that are no SQL functions."""
        return {
            "run_query": self._run_query, "statement": self._statement,
            "load_result": self._load_result,
            "is_incremental": self._is_incremental,
            "should_full_refresh": lambda: not self.library.run.incremental,
            "load_relation": self._existing, "load_cached_relation": self._existing,
            "get_columns_in_relation": self._columns_or_warn,
            "get_columns_in_query": self._columns_or_warn,
            "generate_schema_name": _named, "generate_alias_name": _alias,
            "generate_database_name": _named,
            "run_hooks": silent, "create_schema": silent, "drop_relation": silent,
            "noop_statement": silent,
            "partition_range": lambda *_args: [], "get_where_subquery": lambda relation: relation,
            "dates_in_range": lambda *_args, **_kwargs: [], "convert_datetime": lambda value,
            _format: value,
        }  # fmt: skip

    # --- what models read ------------------------------------------------------------------------

    def _ref(self, *names: Any, v: Any = None, version: Any = None) -> Relation:
        run, project = self.library.run, self.project
        texts = [str(name) for name in names if name is not None]
        package, name = (
            (texts[0], texts[1]) if len(texts) > 1 else (None, texts[0] if texts else "")
        )
        wanted = v if v is not None else version
        model = project.model(name, package, None if wanted is None else str(wanted))
        if model is None:
            run.missing_refs.add(name)
            relation = Relation(
                f"{name}_v{wanted}" if wanted is not None else name, "", project.dialect
            )
        else:
            relation = self._relation_of(model)
            relation.made_by(model)
            run.files.add(model.path)
            run.files.update(project.property_patterns(model.path))
            properties = project.properties_of(model)
            if properties:
                run.files.add(properties.file)
            if relation.is_cte:
                run.ephemeral[relation.identifier] = model.name
        run.reads[relation] = None
        return relation

    def _source(self, *names: Any) -> Relation:
        run = self.library.run
        source, table = (
            (str(names[0]), str(names[1])) if len(names) == 2 else ("", ".".join(map(str, names)))
        )
        relation = self.source_relation(source, table)
        run.reads[relation] = None
        return relation

    def source_relation(self, source: str, table: str) -> Relation:
        """Return the relation of a source, declared or not."""
        declared = self.project.sources.get((source, table))
        if declared is None:
            if (source, table) not in self.library.run.missing_sources:
                self.library.run.missing_sources.add((source, table))
                self.library.warn(f"source `{source}.{table}` is not declared in a schema file")
            return Relation(table, source, self.project.dialect)
        self.library.run.files.add(declared.properties.file)
        schema, identifier = self.text(declared.schema), self.text(declared.identifier)
        relation = Relation(
            identifier.strip('"`'),
            schema.strip('"`'),
            self.project.dialect,
            quoted=declared.quoted[1] or identifier[:1] in {'"', "`"},
        )
        return relation.made_by(declared)

    def text(self, value: str) -> str:
        """Return what a text in a YAML file says once rendered."""
        if "{{" not in value and "{%" not in value:
            return value
        return self.library.text(value).strip()

    def _is_incremental(self) -> bool:
        self.library.run.asked_incremental = True
        return self.library.run.incremental

    # --- what only the database knows ------------------------------------------------------------

    def _columns_of(self, relation: Any) -> list[Column]:
        """Return the columns of a relation, as far as the code tells them."""
        return list(self._known_columns(relation)) if isinstance(relation, Relation) else []

    def _columns_or_warn(self, relation: Any = None, *_args: Any) -> list[Column]:
        found = self._columns_of(relation)
        if not found:
            self.library.warn(
                f"the columns of `{relation}` are not known: what is made from them is left out"
            )
        return found

    def _existing(self, relation: Any) -> Any:
        """Return the relation, which exists already in an incremental run only."""
        return relation if self.library.run.incremental else None

    def _run_query(self, *_args: Any, **_kwargs: Any) -> UnknownResult:
        self.library.warn("the result of `run_query` is not known: one unknown row stands for it")
        return UnknownResult()

    def _statement(self, name: Any = None, *_args: Any, caller: Any = None, **_kwargs: Any) -> str:
        if caller is not None:
            caller()
        self.library.run.results[str(name)] = UnknownResult()
        self.library.warn("the result of `statement` is not known: one unknown row stands for it")
        return ""

    def _load_result(self, name: Any = None, *_args: Any) -> dict[str, Any]:
        table = self.library.run.results.get(str(name)) or UnknownResult()
        return {"table": table, "data": table.rows, "response": {}}


def _env_var(name: Any, default: Any = NOT_GIVEN) -> Any:
    return Symbol(str(name)) if default is NOT_GIVEN else default


_FLAGS: dict[str, Any] = {
    "FULL_REFRESH": False, "WHICH": "run", "STORE_FAILURES": False, "EMPTY": False,
    "full_refresh": False,
    "which": "run",
}  # fmt: skip


def _return(value: Any = None) -> Any:
    raise MacroReturnError(value)


def _named(custom_name: Any = None, node: Any = None) -> str:  # noqa: ARG001  # dbt's own signature
    return str(custom_name).strip() if custom_name else Symbol("target_schema")


def _alias(custom_alias_name: Any = None, node: Any = None) -> str:
    name = custom_alias_name or (node.get("name") if isinstance(node, Mapping | Model) else "")
    return str(name).strip()


def _tojson(value: Any, default: Any = None, sort_keys: Any = False) -> Any:  # noqa: FBT002  # dbt's own signature
    try:
        return json.dumps(plain(printable(value)), sort_keys=bool(sort_keys))
    except (TypeError, ValueError):
        return default


def _fromjson(text: Any, default: Any = None) -> Any:
    try:
        return json.loads(str(text))
    except ValueError:
        return default


def _fromyaml(text: Any, default: Any = None) -> Any:
    try:
        return load(str(text))
    except ValueError:
        return default


def _set(value: Any, default: Any = None) -> Any:
    try:
        return set(value)
    except TypeError:
        return default


def _zip(*values: Iterable[Any], default: Any = None) -> Any:
    try:
        return list(zip(*values, strict=False))
    except TypeError:
        return default


def _local_md5(value: Any) -> str:
    return hashlib.md5(str(value).encode(), usedforsecurity=False).hexdigest()
