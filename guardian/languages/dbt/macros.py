"""The macros of a project and its packages: found by name, compiled when first called."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from jinja2 import ChainableUndefined, Template, TemplateError, nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.utils import missing
from typing_extensions import override

from guardian.languages.dbt.limits import MAX_TEMPLATE, LimitError
from guardian.languages.dbt.marks import instrument
from guardian.languages.dbt.roots import PROJECT_FILE
from guardian.languages.dbt.run import Run
from guardian.languages.dbt.sandbox import MacroReturnError, Named, Names, Sandbox

# What a template of somebody else's can raise while it runs; a model goes on around it.
TEMPLATE_ERRORS = (
    TemplateError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
)

_MACRO = re.compile(r"\{%[-+]?\s*macro\s+([A-Za-z_]\w*)\s*\(")
_END_MACRO = re.compile(r"\{%[-+]?\s*endmacro\s*[-+]?%\}")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_PARENTS = {
    "databricks": ("databricks", "spark"), "redshift": ("redshift", "postgres"),
    "synapse": ("synapse", "sqlserver"),
    "materialize": ("materialize", "postgres"), "fabric": ("fabric", "sqlserver"),
}  # fmt: skip


class MacroFile(msgspec.Struct, frozen=True):
    """A file of macros, before it is compiled: whose it is, and the names it defines."""

    path: str
    package: str
    text: str
    names: tuple[str, ...]


def macro_file(path: str, package: str, text: str) -> MacroFile:
    """Return the file with the names of its macros, found without compiling it."""
    return MacroFile(path, package, text, tuple(_MACRO.findall(_COMMENT.sub("", text))))


def _cut_out(text: str) -> Iterator[tuple[str, str]]:
    """Yield each macro of a file that is no template as a whole: its name, its text in place."""
    for found in _MACRO.finditer(text):
        end = _END_MACRO.search(text, found.end())
        if end is not None:
            lines = text.count("\n", 0, found.start())
            yield found[1], "\n" * lines + text[found.start() : end.end()]


class Library:
    """All macros that models of one project can call, and the sandbox that they run in."""

    def __init__(self, files: Iterable[MacroFile], project: str, adapter: str) -> None:
        """Index `files`; those of the package `project` come first wherever a name is looked up."""
        self.project = project
        self.prefixes = (*_PARENTS.get(adapter, (adapter,)), "default") if adapter else ("default",)
        self.run = Run()
        self.sandbox = Sandbox(_unknown_of(self))
        self.natives: dict[str, Mapping[str, Callable[..., Any]]] = {}
        self.packages: dict[str, dict[str, ProjectMacro]] = {}
        for file in files:
            own = self.packages.setdefault(file.package, {})
            own.update((name, ProjectMacro(name, file, self)) for name in file.names)
        self._modules: dict[str, Mapping[str, Any]] = {}
        self._texts: dict[str, Template] = {}
        self._scopes: dict[str, dict[str, Any]] = {}

    def scope(self, package: str) -> dict[str, Any]:
        """Return the names that templates of `package` can use beside the globals."""
        known = self._scopes.get(package)
        if known is None:
            known = {name: Namespace(name, self) for name in {*self.packages, *self.natives}}
            known.update(self.packages.get(self.project, {}))
            known.update(self.packages.get(package, {}))
            self._scopes[package] = known
        return known

    def compiled(self, text: str, path: str, *, mark: bool) -> Template:
        """Return the template of `text`.

        Raises:
            LimitError: where it is larger or deeper than any honest one.
            TemplateSyntaxError: where it is not Jinja.
        """
        return self.template(self.parsed(text, path), path, mark=mark)

    def text(self, text: str) -> str:
        """Return what a template in a YAML file prints; each is compiled once."""
        template = self._texts.get(text)
        if template is None:
            template = self._texts[text] = self.compiled(text, PROJECT_FILE, mark=False)
        context = template.new_context(self.scope(self.run.package))
        return str(self.sandbox.concat(template.root_render_func(context)))

    def parsed(self, text: str, path: str) -> nodes.Template:
        """Return the tree of `text`, before it is compiled.

        Raises:
            LimitError: where it is larger than any honest one.
            TemplateSyntaxError: where it is not Jinja.
        """
        if len(text) > MAX_TEMPLATE:
            raise LimitError(f"the template has more than {MAX_TEMPLATE} characters")
        return self.sandbox.parse(text, path, path)

    def template(self, tree: nodes.Template, path: str, *, mark: bool) -> Template:
        """Return a tree compiled; it is changed, so each tree is compiled once."""
        tree = instrument(tree, mark=mark)
        code = self.sandbox.compile(tree, path, path)
        return self.sandbox.template_class.from_code(
            self.sandbox, code, self.sandbox.make_globals(None)
        )

    def module(self, file: MacroFile) -> Mapping[str, Any]:
        """Return the compiled macros of `file`, by name.

        Raises:
            TemplateSyntaxError: where the file is not Jinja.
        """
        known = self._modules.get(file.path)
        if known is None:
            try:
                known = self._ran(file.text, file)
            except TemplateSyntaxError:
                # dbt cuts out each macro first: what stands between them need not be Jinja
                known = {}
                for name, text in _cut_out(file.text):
                    known[name] = self._ran(text, file)[name]
            self._modules[file.path] = known
        return known

    def _ran(self, text: str, file: MacroFile) -> dict[str, Any]:
        """Return what the template of a macro file defines."""
        template = self.compiled(text, file.path, mark=False)
        context = template.new_context(self.scope(file.package))
        for _ in template.root_render_func(context):
            self.sandbox.step()
        return context.vars

    def dispatched(self, name: str, package: str | None = None) -> Callable[..., Any] | None:
        """Return what `adapter.dispatch(name, package)` calls; None where nobody offers it."""
        places = [self.project, *([package] if package else sorted(self.packages))]
        for place in places:
            found = self.override(name, place)
            if found is not None:
                return found
        for offering in (package or "dbt", "dbt", *sorted(self.natives)):
            native = self.natives.get(offering, {}).get(name)
            if native is not None:
                return native
        return None

    def override(self, name: str, package: str) -> "ProjectMacro | None":
        """Return the adapter's own version of a macro in `package`, else its `default__` one."""
        own = self.packages.get(package, {})
        return next((own[f"{p}__{name}"] for p in self.prefixes if f"{p}__{name}" in own), None)

    def placeholder(self, name: str, args: Iterable[Any] = ()) -> str:
        """Return what stands for an unknown macro: a function over the columns it was given."""
        self.run.unknown.add(name.rpartition(".")[2])
        if self.run.blank_unknown:
            return ""
        columns = (
            str(a) for a in args if isinstance(a, str) and re.fullmatch(r"[A-Za-z_][\w.]*", a)
        )
        function = re.sub(r"[^A-Za-z0-9_]", "__", name)
        self.run.functions.add(function.lower())
        return f"{function}({', '.join(columns)})"

    def position(self) -> tuple[str, int]:
        """Return the file and line of the template that is running."""
        frame = sys._getframe()  # noqa: SLF001  # the only way to the line that a template stands at
        while frame is not None:
            template = frame.f_globals.get("__jinja_template__")
            if template is not None and template.filename:
                return template.filename, template.get_corresponding_lineno(frame.f_lineno)
            frame = frame.f_back  # type: ignore[assignment]
        return self.run.path, 1

    def warn(self, message: str, stand_in: str = "") -> None:
        """Add a diagnostic at the running template's line, see `Run.warn`."""
        file, line = self.position()
        self.run.warn(file, line, message, stand_in)


class ProjectMacro(Named):
    """A macro as templates call it; compiled when it is called first."""

    def __init__(self, name: str, file: MacroFile, library: Library) -> None:
        """Name the macro `name` of `file`."""
        self.name = name
        self._file, self._library = file, library

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the macro prints or returns; where it fails, a placeholder."""
        library, run = self._library, self._library.run
        run.files.add(self._file.path)
        try:
            macro = library.module(self._file)[self.name]
            return macro(*args, **kwargs)
        except MacroReturnError as returned:
            return returned.value
        except TemplateSyntaxError as error:
            message = f"macro `{self.name}` cannot be read: {error.message}"
            run.warn(self._file.path, error.lineno, message)
        except TEMPLATE_ERRORS as error:
            if library.sandbox.budget.depth > 1:
                raise
            file, line = template_line(error) or (self._file.path, 1)
            run.warn(file, line, f"macro `{self.name}` failed: {error}")
        return library.placeholder(self.name, args)


class NativeMacro(Named):
    """A macro of a well-known package, as a function of ours."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Stand for `function`."""
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the function returns."""
        return self._function(*args, **kwargs)


class Namespace(Names):
    """The macros of one package: `package.macro(…)`; what we know natively comes first."""

    def __init__(self, package: str, library: Library) -> None:
        """Open the namespace of `package`."""
        self._package, self._library = package, library

    def __getattr__(self, name: str) -> Any:
        """Return the macro of that name."""
        if name.startswith("__"):
            raise AttributeError(name)
        library, package = self._library, self._package
        native = library.natives.get(package, {}).get(name)
        if native is not None:
            return library.override(name, library.project) or NativeMacro(native)
        if name in library.packages.get(package, {}):
            return library.packages[package][name]
        raise AttributeError(name)

    def __getitem__(self, name: str) -> Any:
        """Return the macro of that name."""
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(name) from error

    @override
    def __repr__(self) -> str:
        """Return the package's name, as a diagnostic prints it."""
        return self._package


def template_line(error: BaseException) -> tuple[str, int] | None:
    """Return the innermost template file and line that `error` came through, None without one."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None and template.filename:
            found = (template.filename, template.get_corresponding_lineno(trace.tb_lineno))
        trace = trace.tb_next
    return found


def _unknown_of(library: Library) -> type[ChainableUndefined]:
    """Return the class of what `library` does not know: a placeholder that leaves a diagnostic."""

    class Unknown(ChainableUndefined):
        __slots__ = ()

        def _full_name(self) -> str:
            base = self._undefined_obj
            name = str(self._undefined_name)
            if isinstance(base, Unknown):
                return f"{base._full_name()}.{name}"  # noqa: SLF001  # of its own class
            return f"{base!r}.{name}" if isinstance(base, Namespace) else name

        def _refused(self) -> None:
            if self._undefined_exception is SecurityError:
                self._fail_with_undefined_error()

        @override
        def __getattr__(self, name: str) -> Any:
            self._refused()
            if name.startswith("__"):
                raise AttributeError(name)
            return Unknown(obj=self, name=name)

        @override
        def __getitem__(self, key: Any) -> Any:
            self._refused()
            return Unknown(obj=self, name=str(key))

        @override
        def __str__(self) -> str:
            self._refused()
            base = self._undefined_obj
            if self._undefined_name is None or not _is_missing(base, Unknown):
                return ""
            name = self._full_name()
            stand_in = re.sub(r"\W", "__", name)
            library.warn(f"`{name}` is not known", stand_in)
            return stand_in

        @override
        def __call__(self, *args: Any, **_kwargs: Any) -> str:  # type: ignore[override]
            self._refused()
            name = self._full_name()
            if not _is_missing(self._undefined_obj, Unknown):
                library.warn(f"`{name}` of a value that is not known")
                return name
            library.warn(f"macro `{name}` is not known; is its package installed?")
            return library.placeholder(name, args)

        @override
        def __iter__(self) -> Iterator[Any]:
            self._refused()
            return iter(())

    return Unknown


def _is_missing(base: Any, unknown: type[ChainableUndefined]) -> bool:
    """Return whether a name was looked up in no value at all, or in another unknown one."""
    return base is missing or isinstance(base, unknown | Namespace)
