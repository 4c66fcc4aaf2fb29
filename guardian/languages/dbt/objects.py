"""The objects that templates talk to: `config`, `var`, `this`, `model`, `context`, `exceptions`."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from jinja2.runtime import Undefined
from typing_extensions import override

from guardian.languages.dbt.macros import Library
from guardian.languages.dbt.project import Project
from guardian.languages.dbt.relations import Symbol
from guardian.languages.dbt.sandbox import printable

NOT_GIVEN: Any = object()


class AllNames:
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


class Variables:
    """`var(name, default)`: what the project gives, else the default, else a symbol."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def __call__(self, name: Any = "", default: Any = NOT_GIVEN) -> Any:
        """Return the value of a variable."""
        run = self._project.library.run
        given, value = self._project.variable(str(name), run.package)
        if not given:
            run.defaulted = True
            if default is NOT_GIVEN:
                return Symbol(str(name))
            return True if run.enabling and default is False else default
        if isinstance(value, str) and "{{" in value:
            return self._project.library.text(value)
        return deepcopy(value)

    def has_var(self, name: Any) -> bool:
        """Return whether the project gives the variable."""
        return self._project.variable(str(name), self._project.library.run.package)[0]


class Config:
    """`config(…)` notes what the model says of itself; `config.get` tells all of it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def __call__(self, *given: Any, **keywords: Any) -> str:
        """Note what the model says of itself, and print nothing."""
        for mapping in (*given, keywords):
            if isinstance(mapping, Mapping):
                self._library.run.config.update(
                    {str(k): plain(printable(v)) for k, v in mapping.items()}
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
        self._library.run.config[str(name)] = plain(printable(value))
        return ""

    def persist_relation_docs(self) -> bool:
        """Return that documentation is not kept in the database."""
        return False

    def persist_column_docs(self) -> bool:
        """Return that documentation is not kept in the database."""
        return False


def plain(value: Any) -> Any:
    """Return `value` as data: what is unknown as nothing, what is an object as its text."""
    if isinstance(value, Undefined):
        return None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in list(value.items())[:500]}
    if isinstance(value, list | tuple | set):
        return [plain(v) for v in list(value)[:500]]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


class This:
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


class Model:
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


class Exceptions:
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
