"""Files of the repository that the code opens: paths, JSON and YAML."""

import fnmatch
import json
import posixpath
from dataclasses import dataclass

import yaml

from guardian.languages import safe_yaml
from guardian.languages.python.containers import text_method
from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Call,
    Handler,
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
    inner, _, names = pattern.rpartition("/")
    deep, inner = "**" in inner, inner.replace("**", "").strip("/")
    start = _folder(posixpath.join(folder, inner), call)
    found = call.machine.finder.layout.inside(start, deep=deep)
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


def content_of(call: Call) -> str | None:
    """Return the text that a reader is given: of an opened file, or itself."""
    value = call.value(0)
    if isinstance(value, OpenFile):
        return value.content
    return str(value) if isinstance(value, str) and OPEN not in value else None


def _json(call: Call) -> Value:
    content = content_of(call)
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
    content = content_of(call)
    if content is None or len(content) > DATA_SIZE_LIMIT:
        return _named_after(call)
    try:
        return plain_data(safe_yaml.load(content, last_wins=True), 0)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = (str(error).splitlines() or [""])[0]
        call.machine.warn(f"this YAML cannot be read: {reason}", call.at)
        return Unknown()


def plain_data(value: object, depth: int) -> Value:
    """Return what a data file holds as values of the program."""
    if depth > 40:
        return Unknown()
    if isinstance(value, dict):
        return {key: plain_data(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_data(item, depth + 1) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


# --- paths ---


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


def _as_path(call: Call) -> Value:
    return PathText(posixpath.join("", *[to_text(arg) for arg in call.args]))


def _list_folder(call: Call) -> Value:
    """Return `os.listdir`: the names in a folder of the repository, folders among them."""
    folder = call.value(0, "path", "")
    if not isinstance(folder, str) or OPEN in folder:
        return Unknown()
    start = _folder(folder, call)
    prefix = f"{start}/" if start else ""
    names = {
        path[len(prefix) :].partition("/")[0]
        for path in call.machine.finder.paths
        if path.startswith(prefix)
    }
    return [Text(name) for name in sorted(names)[:LISTED_LIMIT]] or Unknown()


def _walk(call: Call) -> Value:
    """Return `os.walk`: each folder of the repository with the names of its folders and files."""
    folder = call.value(0, "top", "")
    if not isinstance(folder, str) or OPEN in folder:
        return Unknown()
    start = _folder(folder, call)
    found: dict[str, list[Value]] = {}
    for path in sorted(call.machine.finder.paths):
        if path.startswith(f"{start}/"):
            found.setdefault(posixpath.dirname(path), []).append(Text(posixpath.basename(path)))
    return [
        (Text(path), [], names) for path, names in list(found.items())[:LISTED_LIMIT]
    ] or Unknown()


def _folder(folder: str, call: Call) -> str:
    """Return the folder as the repository has it: beside the code, above it, or at the root."""
    wanted = posixpath.normpath(folder).strip("/").removeprefix("./")
    wanted = "" if wanted == "." else wanted
    at = posixpath.dirname(call.machine.module.path) if call.machine.module is not None else ""
    folders = call.machine.finder.all_folders
    while at:
        if posixpath.join(at, wanted) in folders:
            return posixpath.join(at, wanted)
        at = posixpath.dirname(at)
    return wanted


CALLS: dict[str, Handler] = {
    "builtins.open": _open, "codecs.open": _open, "io.open": _open, "fsspec.open": _open,
    "smart_open.open": _open,
    "json.load": _json, "json.loads": _json, "ujson.load": _json, "ujson.loads": _json,
    "orjson.loads": _json, "simplejson.load": _json, "simplejson.loads": _json,
    "yaml.safe_load": _yaml, "yaml.load": _yaml, "yaml.full_load": _yaml,
    "yaml.safe_load_all": lambda call: [_yaml(call)], "yaml.load_all": lambda call: [_yaml(call)],
    "ruamel.yaml.safe_load": _yaml, "ruamel.yaml.load": _yaml,
    "os.path.join": _join_path, "posixpath.join": _join_path, "ntpath.join": _join_path,
    "os.path.dirname": _path_function("dirname"), "os.path.basename": _path_function("basename"),
    "os.path.split": _path_function("split"), "os.path.splitext": _path_function("splitext"),
    "os.path.normpath": _path_function("normpath"),
    "os.path.abspath": lambda call: call.value(0), "os.path.realpath": lambda call: call.value(0),
    "os.path.expanduser": lambda call: call.value(0),
    "os.path.expandvars": lambda call: call.value(0), "os.fspath": lambda call: call.value(0),
    "os.getcwd": lambda _: "", "os.listdir": _list_folder, "os.walk": _walk,
    "pathlib.Path": _as_path, "pathlib.PurePath": _as_path, "pathlib.PosixPath": _as_path,
    "pathlib.PurePosixPath": _as_path, "cloudpathlib.AnyPath": _as_path,
    "cloudpathlib.CloudPath": _as_path, "cloudpathlib.S3Path": _as_path,
    "cloudpathlib.GSPath": _as_path, "cloudpathlib.AzureBlobPath": _as_path,
    "upath.UPath": _as_path, "s3path.S3Path": _as_path, "s3path.PureS3Path": _as_path,
    "pathlib.Path.cwd": lambda _: PathText(""),
    "glob.glob": _glob, "glob.iglob": _glob,
}  # fmt: skip
