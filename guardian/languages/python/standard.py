"""Python's standard library, click and YAML, as far as ETL code makes names of them."""

import fnmatch
import json
import posixpath
from dataclasses import dataclass

import yaml

from guardian.languages import safe_yaml
from guardian.languages.python.containers import text_method
from guardian.languages.python.job_arguments import (
    ArgumentParser,
    CommandLine,
    EnvironmentVariables,
    click_option,
    environment_variable,
    namespace,
)
from guardian.languages.python.machine import Machine, PathEnd
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Bound,
    Call,
    Function,
    Handler,
    Partial,
    Property,
    StaticMethod,
    Text,
    Unknown,
    Value,
    as_text,
    plain,
    to_text,
)

DATA_SIZE_LIMIT = 1_000_000
PATTERN_LIMIT, LISTED_LIMIT = 3, 500


class PathText(Text):
    """A `pathlib.Path`: a string that `/` joins."""

    def operate(self, sign: str, other: Value, machine: Machine, *, reflected: bool) -> Value:
        """Return the joined path."""
        del machine
        if sign != "/":
            return Unknown()
        left, right = (other, self) if reflected else (self, other)
        return PathText(posixpath.join(to_text(left), to_text(right)))

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return a part of the path."""
        del machine
        base = posixpath.basename(self)
        stem, _ = posixpath.splitext(base)
        parts: dict[str, Value] = {
            "name": Text(base), "stem": Text(stem), "parent": PathText(posixpath.dirname(self)),
            "suffix": Text(posixpath.splitext(base)[1]),
        }  # fmt: skip
        return parts.get(name, MISSING)

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method of the path gives."""
        match name:
            case "joinpath":
                return PathText(posixpath.join(self, *[to_text(arg) for arg in call.args]))
            case "resolve" | "absolute" | "expanduser":
                return self
            case "as_posix" | "__str__":
                return Text(self)
            case "open":
                return open_file(str(self), call)
            case "read_text":
                return open_file(str(self), call).invoke("read", call)
            case "glob" | "rglob" | "iterdir":
                pattern = "*" if name == "iterdir" else to_text(call.value(0))
                return _listed(self, f"**/{pattern}" if name == "rglob" else pattern, call)
            case "exists" | "is_file" | "is_dir":
                return Unknown()
            case "with_suffix":
                return PathText(posixpath.splitext(self)[0] + to_text(call.value(0)))
            case _:
                pass
        return text_method(str(self), name, call)


def _listed(folder: str, pattern: str, call: Call) -> Value:
    """Return the files of the repository that a pattern finds in a folder, sorted."""
    if OPEN in folder or OPEN in pattern or pattern.count("*") > PATTERN_LIMIT:
        return Unknown()
    start = posixpath.normpath(folder).lstrip("/")
    deep, names = pattern.startswith("**/"), pattern.removeprefix("**/")
    found = [
        path
        for path in call.machine.finder.paths
        if (deep and path.startswith(f"{start}/")) or posixpath.dirname(path) == start
    ]
    kept = sorted(path for path in found if fnmatch.fnmatchcase(posixpath.basename(path), names))
    return [PathText(path) for path in kept[:LISTED_LIMIT]] or Unknown()


def _glob(call: Call) -> Value:
    pattern = call.value(0)
    if not isinstance(pattern, str):
        return Unknown()
    return _listed(posixpath.dirname(pattern), posixpath.basename(pattern), call)


@dataclass(eq=False)
class OpenFile:
    """A file of the repository that the code has opened.

    `content` is None where it is not in the repository.
    """

    path: str
    content: str | None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a file's attributes are never needed."""
        del machine
        return Text(self.path) if name == "name" else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what is read."""
        if name == "read":
            return Unknown(posixpath.basename(self.path)) if self.content is None else self.content
        if name in {"readlines", "__iter__"} and self.content is not None:
            return self.content.splitlines(keepends=True)
        if name == "__enter__":
            return self
        del call
        return Unknown()


def open_file(path: str, call: Call) -> OpenFile:
    """Return the file that the code opens, with its text where the repository holds it."""
    machine = call.machine
    importer = machine.module.path if machine.module is not None else ""
    source = machine.finder.read(plain(path), importer) if OPEN not in path else None
    if source is None:
        return OpenFile(path, None)
    if len(source.text) > DATA_SIZE_LIMIT:
        machine.warn(f"`{plain(path)}` is too large to be followed", call.at)
        return OpenFile(path, None)
    from guardian.model.lineage import Location  # noqa: PLC0415 - used by this one function

    machine.findings.origins[source.text] = Location(source.path, 1)
    return OpenFile(source.path, source.text)


def _open(call: Call) -> Value:
    path = call.value(0, "file")
    return open_file(path, call) if isinstance(path, str) else Unknown()


def _content(call: Call) -> str | None:
    value = call.value(0)
    if isinstance(value, OpenFile):
        return value.content
    return str(value) if isinstance(value, str) and OPEN not in value else None


def _json(call: Call) -> Value:
    content = _content(call)
    if content is None:
        return _named_after(call)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        call.machine.warn(f"this JSON cannot be read: {error}", call.at)
        return Unknown()


def _named_after(call: Call) -> Value:
    value = call.value(0)
    return Unknown(value.name, weak=True) if isinstance(value, Unknown) else Unknown()


def _yaml(call: Call) -> Value:
    content = _content(call)
    if content is None or len(content) > DATA_SIZE_LIMIT:
        return _named_after(call)
    try:
        return _plain_data(safe_yaml.load(content, last_wins=True), 0)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = (str(error).splitlines() or [""])[0]
        call.machine.warn(f"this YAML cannot be read: {reason}", call.at)
        return Unknown()


def _plain_data(value: object, depth: int) -> Value:
    if depth > 40:
        return Unknown()
    if isinstance(value, dict):
        return {key: _plain_data(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain_data(item, depth + 1) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


# --- functions ------------------------------------------------------------------------------------


def _join_path(call: Call) -> Value:
    if not call.args or not all(isinstance(arg, str | Unknown) for arg in call.args):
        return Unknown()
    return as_text(posixpath.join(*[to_text(arg) for arg in call.args]), *call.args)


def _path_function(name: str) -> Handler:
    def answer(call: Call) -> Value:
        value = call.value(0)
        if not isinstance(value, str):
            return Unknown()
        made = getattr(posixpath, name)(str(value))
        if isinstance(made, tuple):
            return tuple(as_text(part, value) for part in made)
        return as_text(made, value)

    return answer


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
    from guardian.languages.python.values import Builtin  # noqa: PLC0415 - used by this one function

    return Builtin("decorator", _same)


def _wraps(_: Call) -> Value:
    from guardian.languages.python.values import Builtin  # noqa: PLC0415 - used by this one function

    return Builtin("decorator", lambda inner: inner.value(0))


def _field(call: Call) -> Value:
    if "default_factory" in call.kwargs:
        return Bound(call.kwargs["default_factory"], "default_factory")
    return call.value(0, "default", MISSING)


def _context_manager(call: Call) -> Value:
    function = call.value(0)

    def enter(inner: Call) -> Value:
        made = inner.machine.call(function, inner)
        return made[0] if isinstance(made, list) and made else made

    from guardian.languages.python.values import Builtin  # noqa: PLC0415 - used by this one function

    return Builtin("contextmanager", enter)


def _default_dict(call: Call) -> Value:
    made: dict[Value, Value] = {MISSING: call.value(0)} if call.args else {}
    start = call.value(1)
    if isinstance(start, dict):
        made.update(start)
    return made


def _as_path(call: Call) -> Value:
    return PathText(posixpath.join("", *[to_text(arg) for arg in call.args]))


def _dedent(call: Call) -> Value:
    import textwrap  # noqa: PLC0415 - used by this one function

    value = call.value(0)
    if not isinstance(value, str):
        return Unknown()
    made = as_text(textwrap.dedent(value), value)
    call.machine.inherit_origin(made, value)
    return made


def _chain(call: Call) -> Value:
    parts = [call.machine.iterate(arg) for arg in call.args]
    return [item for part in parts for item in (part or [])]


def _flatten(call: Call) -> Value:
    parts = call.machine.iterate(call.value(0)) or []
    return [item for part in parts for item in (call.machine.iterate(part) or [])]


def _exit(_: Call) -> Value:
    raise PathEnd


def _first_argument(call: Call) -> Value:
    return call.value(0)


def _collection(call: Call) -> Value:
    first = call.value(0)
    return {**(first if isinstance(first, dict) else {}), **call.kwargs}


def _template(call: Call) -> Value:
    template = call.value(0)

    def substitute(inner: Call) -> Value:
        values = inner.value(0)
        merged = {**(values if isinstance(values, dict) else {}), **inner.kwargs}
        text = str(template) if isinstance(template, str) else ""
        for key, value in merged.items():
            shown = to_text(value, hint=str(key))
            text = text.replace(f"${{{key}}}", shown).replace(f"${key}", shown)
        return as_text(text, *merged.values())

    from guardian.languages.python.values import Builtin  # noqa: PLC0415 - used by this one function

    return Builtin("substitute", substitute) if isinstance(template, str) else Unknown()


def _now(call: Call) -> Value:
    del call
    return Unknown("now", weak=True)


CALLS: dict[str, Handler] = {
    "builtins.open": _open, "codecs.open": _open, "io.open": _open,
    "json.load": _json, "json.loads": _json,
    "yaml.safe_load": _yaml, "yaml.load": _yaml, "yaml.full_load": _yaml,
    "argparse.ArgumentParser": lambda _: ArgumentParser(),
    "argparse.Namespace": namespace, "types.SimpleNamespace": namespace,
    "click.option": click_option, "click.argument": click_option,
    "click.command": _same, "click.group": _same, "click.pass_context": _same,
    "os.getenv": environment_variable, "os.environ.get": environment_variable,
    "os.path.join": _join_path, "posixpath.join": _join_path,
    "os.path.dirname": _path_function("dirname"), "os.path.basename": _path_function("basename"),
    "os.path.splitext": _path_function("splitext"), "os.path.abspath": _first_argument,
    "os.path.realpath": _first_argument, "os.path.expanduser": _first_argument,
    "os.path.normpath": _path_function("normpath"), "os.getcwd": lambda _: "",
    "pathlib.Path": _as_path, "pathlib.PurePath": _as_path, "pathlib.PosixPath": _as_path,
    "glob.glob": _glob,
    "functools.reduce": _reduce,
    "functools.partial": lambda call: Partial(call.value(0), tuple(call.args[1:]), call.kwargs),
    "functools.wraps": _wraps, "functools.lru_cache": _same, "functools.cache": _same,
    "functools.cached_property": lambda call: Property(call.value(0)),
    "dataclasses.dataclass": _same, "dataclasses.field": _field, "attr.s": _same,
    "attrs.define": _same,
    "contextlib.contextmanager": _context_manager, "abc.abstractmethod": _same,
    "typing.cast": lambda call: call.value(1),
    "collections.defaultdict": _default_dict, "collections.OrderedDict": _collection,
    "itertools.chain": _chain, "itertools.chain.from_iterable": _flatten,
    "textwrap.dedent": _dedent, "copy.deepcopy": _first_argument, "copy.copy": _first_argument,
    "sys.exit": _exit, "os._exit": _exit, "string.Template": _template,
    "datetime.datetime.now": _now, "datetime.date.today": _now, "datetime.datetime.utcnow": _now,
    "datetime.datetime.today": _now,
}  # fmt: skip
ATTRIBUTES: dict[str, Value] = {
    "os.environ": EnvironmentVariables(),
    "sys.argv": CommandLine(),
    "os.sep": "/",
    "typing.TYPE_CHECKING": False,
}
KNOWN_ROOTS = frozenset({
    "os", "sys", "json", "yaml", "argparse", "functools", "itertools", "collections", "dataclasses",
    "typing", "abc",
    "datetime", "re", "logging", "pathlib", "contextlib", "copy", "enum", "textwrap", "string",
    "math", "time", "uuid",
})  # fmt: skip
