"""Python's standard library and click, as far as ETL code makes names of them."""

import re
from dataclasses import dataclass

from guardian.languages.python import (
    command_lines,
    concurrency,
    configuration,
    dates,
    files,
    iteration,
    records,
    regular_expressions,
)
from guardian.languages.python.job_arguments import (
    ArgumentParser,
    CommandLine,
    EnvironmentVariables,
    click_option,
    environment_variable,
    namespace,
)
from guardian.languages.python.machine import Machine, PathEnd
from guardian.languages.python.records import members
from guardian.languages.python.registries import one_of, pattern_of
from guardian.languages.python.search_path import SearchPath
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Builtin,
    Call,
    Function,
    Handler,
    Instance,
    Partial,
    Property,
    StaticMethod,
    Unknown,
    Value,
    as_text,
    known,
    only_symbol,
    text_entries,
    to_text,
)

COPY_DEPTH = 20

# --- functions ------------------------------------------------------------------------------------


def _reduce(call: Call) -> Value:
    elements = call.machine.iterate(call.value(1, "sequence"))
    if elements is None:
        elements = [Unknown(weak=True)]
    if call.has(2, "initial"):
        elements = [call.value(2, "initial"), *elements]
    if not elements:
        return Unknown()
    value = elements[0]
    for element in elements[1:]:
        step = Call(call.machine, [value, element], {}, call.node, [None, None])
        value = call.machine.call(call.value(0), step)
    return value


def _same(call: Call) -> Value:
    """Return the decorated function, or the decorator itself where it was called with options."""
    value = call.value(0)
    if isinstance(value, Function | Property | StaticMethod) or hasattr(value, "lineage"):
        return value
    return Builtin("decorator", _same)


def _context_manager(call: Call) -> Value:
    function = call.value(0)

    def enter(inner: Call) -> Value:
        made = inner.machine.call(function, inner)
        return made[0] if isinstance(made, list) and made else made

    return Builtin("contextmanager", enter)


def _default_dict(call: Call) -> Value:
    made: dict[Value, Value] = {MISSING: call.value(0)} if call.args else {}
    start = call.value(1)
    if isinstance(start, dict):
        made.update(start)
    return made


def _dedent(call: Call) -> Value:
    import textwrap  # noqa: PLC0415 - used by this one function

    value = call.value(0)
    if not isinstance(value, str):
        return Unknown()
    made = as_text(textwrap.dedent(value), value)
    call.machine.inherit_origin(made, value)
    return made


def _exit(_: Call) -> Value:
    raise PathEnd


def _wraps(_: Call) -> Value:
    return Builtin("decorator", lambda inner: inner.value(0))


def _copied(call: Call) -> Value:
    return _copy_of(call.value(0), 1)


def _deeply_copied(call: Call) -> Value:
    return _copy_of(call.value(0), COPY_DEPTH)


def _copy_of(value: Value, depth: int) -> Value:
    """Return a copy of a container or an object, to a depth; any other value as it is."""
    if depth == 0:
        return value
    if type(value) is dict:
        return {key: _copy_of(item, depth - 1) for key, item in value.items()}
    if type(value) is list:
        return [_copy_of(item, depth - 1) for item in value]
    if isinstance(value, Instance):
        copied = {name: _copy_of(item, depth - 1) for name, item in value.attributes.items()}
        return (
            value
            if "value" in copied and value in members(value.cls)
            else Instance(value.cls, copied)
        )
    return set(value) if type(value) is set else value


def _counter(call: Call) -> Value:
    elements = call.machine.iterate(call.value(0, "", [])) or []
    return {item: elements.count(item) for item in elements if known(item)}


def _import_module(call: Call) -> Value:
    """Return the module of a name; where parts of it are not known, one of those that fit."""
    name = call.value(0)
    if not isinstance(name, str) or only_symbol(name) is not None:
        return Unknown()
    package = call.value(1, "package")
    level = len(name) - len(name.lstrip("."))
    base = tuple(package.split(".")) if level and isinstance(package, str) else ()
    parts = (*base, *name.lstrip(".").split("."))
    if OPEN not in name:
        return call.machine.import_named(parts)
    fits = re.compile(pattern_of(".".join(parts)))
    found = {
        dotted: dotted
        for dotted in call.machine.finder.modules_beside(parts, call.machine.importer_path())
        if fits.fullmatch(dotted)
    }
    if not found:
        return Unknown()
    chosen = one_of(dict(sorted(found.items())), name, call.at, call.machine)
    return call.machine.import_named(tuple(str(chosen).split(".")))


def _collection(call: Call) -> Value:
    first = call.value(0)
    return {**(first if isinstance(first, dict) else {}), **call.kwargs}


def _partial(call: Call) -> Value:
    return Partial(call.value(0), tuple(call.args[1:]), call.kwargs)


def _chain_map(call: Call) -> Value:
    made: dict[Value, Value] = {}
    for part in reversed(call.args):
        made.update(part if isinstance(part, dict) else {})
    return made


@dataclass(eq=False)
class TextTemplate:
    """A `string.Template`."""

    text: str

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return its text."""
        del machine
        return self.text if name == "template" else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the text with values for its names."""
        if name not in {"substitute", "safe_substitute"}:
            return Unknown(name, weak=True)
        given = {**text_entries(call.value(0)), **call.kwargs}
        text = self.text
        for key, value in sorted(given.items(), key=lambda item: -len(item[0])):
            shown = to_text(call.machine.shown(value), hint=key)
            text = text.replace(f"${{{key}}}", shown).replace(f"${key}", shown)
        made = as_text(text, *given.values())
        call.machine.inherit_origin(made, self.text)
        return made


def _template(call: Call) -> Value:
    template = call.value(0)
    return TextTemplate(template) if isinstance(template, str) else Unknown()


CALLS: dict[str, Handler] = {
    **files.CALLS, **configuration.CALLS, **iteration.CALLS, **records.CALLS, **dates.CALLS,
    **regular_expressions.CALLS, **concurrency.CALLS,
    "argparse.ArgumentParser": lambda _: ArgumentParser(),
    "argparse.Namespace": namespace, "types.SimpleNamespace": namespace,
    "click.option": click_option, "click.argument": click_option,
    "click.command": _same, "click.pass_context": _same, "click.pass_obj": _same,
    **command_lines.CALLS,
    "os.getenv": environment_variable, "os.environ.get": environment_variable,
    "functools.reduce": _reduce, "functools.partialmethod": _partial, "functools.partial": _partial,
    "functools.wraps": _wraps, "functools.lru_cache": _same, "functools.cache": _same,
    "functools.total_ordering": _same, "typing.overload": _same, "typing.final": _same,
    "typing.override": _same, "typing.runtime_checkable": _same,
    "functools.cached_property": lambda call: Property(call.value(0)),
    "contextlib.contextmanager": _context_manager, "abc.abstractmethod": _same,
    "contextlib.nullcontext": lambda call: call.value(0, "enter_result"),
    "contextlib.closing": lambda call: call.value(0),
    "abc.abstractproperty": lambda call: Property(call.value(0)),
    "typing.cast": lambda call: call.value(1),
    "collections.defaultdict": _default_dict, "collections.OrderedDict": _collection,
    "collections.Counter": _counter, "collections.ChainMap": _chain_map,
    "collections.deque": lambda call: list(call.machine.iterate(call.value(0)) or []),
    "types.MappingProxyType": lambda call: call.value(0),
    "textwrap.dedent": _dedent, "inspect.cleandoc": _dedent,
    "copy.deepcopy": _deeply_copied, "copy.copy": _copied,
    "importlib.import_module": _import_module, "builtins.__import__": _import_module,
    "sys.exit": _exit, "os._exit": _exit, "string.Template": _template,
}  # fmt: skip
ATTRIBUTES: dict[str, Value] = {
    **regular_expressions.ATTRIBUTES,
    "os.environ": EnvironmentVariables(),
    "sys.argv": CommandLine(),
    "sys.path": SearchPath(),
    "os.sep": "/", "os.path.sep": "/", "os.linesep": "\n",
    "typing.TYPE_CHECKING": False,
    "omegaconf.MISSING": Unknown(weak=True),
    "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.digits": "0123456789",
}  # fmt: skip
KNOWN_ROOTS = frozenset({
    "os", "sys", "json", "yaml", "argparse", "functools", "itertools", "collections", "dataclasses",
    "typing", "abc",
    "datetime", "re", "logging", "pathlib", "contextlib", "copy", "enum", "textwrap", "string",
    "math", "time", "uuid", "operator", "csv", "configparser", "tomllib", "importlib", "inspect",
    "concurrent", "threading", "multiprocessing", "types", "shutil", "tempfile", "subprocess",
    "glob",
})  # fmt: skip
