"""Imports of the interpreted program: modules of the repository are run once."""

import ast

from guardian.languages.python.calls import Caller
from guardian.languages.python.lending import Pool
from guardian.languages.python.machine import PathEnd, PythonRaise
from guardian.languages.python.modules import Module
from guardian.languages.python.overriding import override
from guardian.languages.python.sharing import Sharing
from guardian.languages.python.values import (
    MISSING,
    Environment,
    External,
    ModuleValue,
    Package,
    Unknown,
    Value,
)
from guardian.model.lineage import Diagnostic


class Importer(Caller):
    """Follows imports inside the repository."""

    def __init__(self, *, pool: Pool, **state: object) -> None:
        """Start with no module lent; the runs of one file share the `pool`."""
        super().__init__(**state)
        self.sharing = Sharing(self, self.finder.layout.shelf, pool)

    def run_import(self, node: ast.Import, scope: Environment) -> None:
        """Bind the modules that `import a.b` names."""
        for alias in node.names:
            parts = tuple(alias.name.split("."))
            if alias.asname:
                scope.assign(alias.asname, self.import_module(parts, scope.module, 0))
            else:
                if len(parts) > 1:
                    self.import_module(parts, scope.module, 0)
                scope.assign(parts[0], self.import_module(parts[:1], scope.module, 0))
        self.sharing.settle()

    def run_import_from(self, node: ast.ImportFrom, scope: Environment) -> None:
        """Bind the names that `from a import b` names."""
        parts = tuple((node.module or "").split(".")) if node.module else ()
        source = self.import_module(parts, scope.module, node.level)
        for alias in node.names:
            if alias.name == "*":
                self._import_star(source, scope)
            else:
                scope.assign(alias.asname or alias.name, self._imported_name(source, alias.name))
        self.sharing.settle()

    def _imported_name(self, source: Value, name: str) -> Value:
        value = self.attribute(source, name)
        if not isinstance(value, Unknown):
            return value
        return value if value.weak else Unknown(name)

    def _import_star(self, source: Value, scope: Environment) -> None:
        if isinstance(source, External):
            scope.stars.append(source.path)
        elif isinstance(source, ModuleValue):
            names = source.environment.names
            listed = names.get("__all__")
            chosen = (
                listed if isinstance(listed, list) else [n for n in names if not n.startswith("_")]
            )
            scope.names.update({name: names[name] for name in chosen if name in names})
            scope.stars.extend(source.environment.stars)

    @override
    def import_module(self, parts: tuple[str, ...], importer: Module, level: int) -> Value:
        """Return the repository's module of that name, run once.

        An `External` where it is not ours.
        """
        if not parts and not level:
            return Unknown()
        if self.library.attribute(".".join(parts)) is not MISSING:
            return External(".".join(parts))
        path = self.finder.locate(parts, importer.path, level)
        self.sharing.note((parts, importer.path, level, path))
        if path is None:
            return External(".".join(parts))
        if path.endswith("/"):
            return Package(parts, importer)
        if path == importer.path and not level:
            return External(".".join(parts))
        loaded = self.loaded.get(path)
        if loaded is None:
            module = self.finder.load(path, ".".join(parts))
            if not isinstance(module, Module):
                if isinstance(module, Diagnostic):
                    self.warn(
                        f"the import of {path} was not followed: {module.message}", self.at(None)
                    )
                return External(".".join(parts))
            loaded = self._loaded(module)
        return ModuleValue(loaded.module, loaded)

    @override
    def import_again(self, path: str, name: str) -> None:
        """Load the module at `path`, which an import is known to lead to."""
        module = self.finder.load(path, name)
        if isinstance(module, Module):
            self._loaded(module)

    def _loaded(self, module: Module) -> Environment:
        """Return the names of a module that was not loaded yet."""
        loaded = self.loaded[module.path] = Environment(module)
        self.sharing.run(module, loaded, lambda: self._run_imported(module, loaded))
        return self.loaded[module.path]

    @override
    def forget(self) -> None:
        """Let go of all that the run made, but for the modules that the next run can have."""
        for path in self.sharing.give_back():
            del self.loaded[path]
        super().forget()

    @override
    def import_named(self, parts: tuple[str, ...]) -> Value:
        """Return the module of a dotted name, as the module being run would import it."""
        if self.module is None or not all(parts):
            return Unknown()
        return self.import_module(parts, self.module, 0)

    def _run_imported(self, module: Module, environment: Environment) -> bool:
        """Return whether the body of an imported module came to its end."""
        if self.too_deep:
            self.warn(f"the import of {module.path} is nested too deeply", self.at(None))
            return False
        self.importing += 1
        try:
            self.run_module(module, environment)
        except (PythonRaise, PathEnd):
            self.warn(f"the import of {module.path} ends before its last line", self.at(None))
            return False
        finally:
            self.importing -= 1
        return True
