"""The names that dbt gives its templates: `ref`, `source`, `config`, `var`, `this`, and the rest.

They are made once for a project and speak to the rendering that is running (`library.run`).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from jinja2.runtime import Undefined
from typing_extensions import override

from guardian.languages.dbt import cross_database, dbt_utils, fivetran_utils
from guardian.languages.dbt.database import Adapter, ColumnMaker, RelationMaker, silent
from guardian.languages.dbt.macros import Library
from guardian.languages.dbt.modules import MOMENT, Modules
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
_NOT_GIVEN: Any = object()

RelationOf = Callable[[ModelFile], Relation]
KnownColumns = Callable[[Relation], Iterable[Column]]


class Context:
    """The names for one project.

    `relation_of` tells a model's dataset, `known_columns` what a relation holds.
    """

    def __init__(
        self, project: Project, relation_of: RelationOf, known_columns: KnownColumns
    ) -> None:
        """Offer the names of `project`."""
        self.project = project
        self.library = project.library
        self._relation_of = relation_of
        self._known_columns = known_columns

    def names(self) -> dict[str, Any]:
        """Return every name, the project's own macros not among them."""
        library, dialect = self.library, self.project.dialect
        dbt = {**cross_database.functions(dialect), **self._internal()}
        library.natives["dbt"] = dbt
        utils = dbt_utils.functions(dialect, dbt, self._columns_of, library.warn)
        library.natives["dbt_utils"] = utils
        if "fivetran_utils" not in library.packages:
            library.natives["fivetran_utils"] = fivetran_utils.functions(
                dialect, dbt, self._source, _Variables(self.project)
            )
        names = {**dbt, **self._builtins(), **self._environment()}
        names["builtins"] = {name: names[name] for name in ("ref", "source", "config", "var")}
        names["context"] = _Names(names, library)
        return names

    def _builtins(self) -> dict[str, Any]:
        return {
            "ref": self._ref, "source": self._source, "var": _Variables(self.project),
            "env_var": _env_var,
            "config": _Config(self.library), "this": _This(self.library),
            "model": _Model(self.library),
            "is_incremental": self._is_incremental, "return": _return, "doc": lambda *_names: "",
            "adapter": Adapter(self.project, self._columns_or_warn),
            "exceptions": _Exceptions(self.library), "log": silent,
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


class _Names:
    """`context`: every name of a template, by key."""

    def __init__(self, names: Mapping[str, Any], library: Library) -> None:
        self._names, self._library = names, library

    def __getitem__(self, name: str) -> Any:
        own = self._library.scope(self._library.run.package)
        return own[name] if name in own else self._names[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name, else `default`."""
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None


class _Variables:
    """`var(name, default)`: what the project gives, else the default, else a symbol."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def __call__(self, name: Any = "", default: Any = _NOT_GIVEN) -> Any:
        run = self._project.library.run
        given, value = self._project.variable(str(name), run.package)
        if not given:
            run.defaulted = True
            return Symbol(str(name)) if default is _NOT_GIVEN else default
        if isinstance(value, str) and "{{" in value:
            return self._project.library.text(value)
        return deepcopy(value)

    def has_var(self, name: Any) -> bool:
        """Return whether the project gives the variable."""
        return self._project.variable(str(name), self._project.library.run.package)[0]


def _env_var(name: Any, default: Any = _NOT_GIVEN) -> Any:
    return Symbol(str(name)) if default is _NOT_GIVEN else default


class _Config:
    """`config(…)` notes what the model says of itself; `config.get` tells all of it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def __call__(self, *given: Any, **keywords: Any) -> str:
        for mapping in (*given, keywords):
            if isinstance(mapping, Mapping):
                self._library.run.config.update(
                    {str(k): _plain(printable(v)) for k, v in mapping.items()}
                )
        return ""

    def get(self, name: Any, default: Any = None, validator: Any = None) -> Any:  # noqa: ARG002  # dbt's own signature
        """Return a configured value, else `default`."""
        value = self._library.run.config.get(str(name))
        return default if value is None else deepcopy(value)

    def require(self, name: Any, validator: Any = None) -> Any:  # noqa: ARG002  # dbt's own signature
        """Return a configured value, a symbol where there is none."""
        value = self._library.run.config.get(str(name))
        return Symbol(str(name)) if value is None else deepcopy(value)

    def set(self, name: Any, value: Any) -> str:
        """Note one value."""
        self._library.run.config[str(name)] = _plain(printable(value))
        return ""

    def persist_relation_docs(self) -> bool:
        """Return that documentation is not kept in the database."""
        return False

    def persist_column_docs(self) -> bool:
        """Return that documentation is not kept in the database."""
        return False


def _plain(value: Any) -> Any:
    """Return `value` as data: what is unknown as nothing, what is an object as its text."""
    if isinstance(value, Undefined):
        return None
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in list(value.items())[:500]}
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in list(value)[:500]]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


class _This:
    """`this`: the relation that the running model makes."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._library.run.this, name)

    @override
    def __str__(self) -> str:
        return str(self._library.run.this)


class _Model:
    """`model`: the node of the running model, as far as templates look at it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def _node(self) -> dict[str, Any]:
        run = self._library.run
        return {
            "name": run.name, "alias": run.this.identifier,
            "schema": run.this.schema or Symbol("target_schema"),
            "database": Symbol("target_database"), "config": run.config,
            "package_name": run.package,
            "original_file_path": run.path, "path": run.path, "resource_type": "model",
            "columns": {},
            "unique_id": f"model.{run.package}.{run.name}", "refs": [], "sources": [], "tags": [],
            "meta": {},
            "fqn": [run.package, run.name], "version": None, "raw_code": "",
            "depends_on": {"nodes": [], "macros": []},
        }  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._node():
            raise AttributeError(name)
        return self._node()[name]

    def __getitem__(self, name: str) -> Any:
        return self._node()[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return one entry, else `default`."""
        return self._node().get(name, default)


class _Exceptions:
    """`exceptions`: what a template complains of becomes a diagnostic."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def raise_compiler_error(self, message: Any = "", *_args: Any) -> str:
        """Note that the project's own check failed."""
        self._library.warn(f"the project's own check says: {str(message)[:300]}")
        return ""

    raise_parser_error = raise_not_implemented = raise_database_error = raise_compiler_error
    raise_fail_fast_error = raise_contract_error = raise_compiler_error

    def warn(self, *_args: Any) -> str:
        """Return nothing: a warning of the project's own is not for its readers here."""
        return ""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.raise_compiler_error


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
    name = custom_alias_name or (node.get("name") if isinstance(node, Mapping | _Model) else "")
    return str(name).strip()


def _tojson(value: Any, default: Any = None, sort_keys: Any = False) -> Any:  # noqa: FBT002  # dbt's own signature
    try:
        return json.dumps(_plain(printable(value)), sort_keys=bool(sort_keys))
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
