"""Configuration files of the repository: INI, TOML, CSV, package data, OmegaConf and Hydra."""

import configparser
import csv
import io
import posixpath
import re
import tomllib
from dataclasses import dataclass, field

import yaml

from guardian.languages import safe_yaml
from guardian.languages.python.containers import dict_method
from guardian.languages.python.files import (
    DATA_SIZE_LIMIT,
    OpenFile,
    PathText,
    content_of,
    open_file,
    plain_data,
)
from guardian.languages.python.job_arguments import assumed
from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Builtin,
    Call,
    External,
    Handler,
    ModuleValue,
    Package,
    Unknown,
    Value,
    as_text,
    plain,
    symbol,
    to_text,
)

ROW_LIMIT, DEPTH_LIMIT = 2_000, 30
INTERPOLATION = re.compile(r"\$\{([^${}]{1,200})\}")
GETTERS = {"getint": int, "getfloat": float}


# --- INI ------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Settings:
    """A `configparser.ConfigParser`: what the files of the repository say, symbols for the rest."""

    parser: configparser.RawConfigParser

    def contains(self, name: Value, *, positive: bool) -> Value:
        """Return whether a section is there."""
        del positive
        return Unknown(key=f"section {plain(to_text(name))}")

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Read a file, or return settings."""
        first = call.value(0)
        match name:
            case "read" | "read_file" | "readfp" | "read_string" | "read_dict":
                return self._read(name, call)
            case "sections":
                return list(self.parser.sections()) or Unknown("sections")
            case "items" | "options" if isinstance(first, str):
                return self._listed(name, str(first))
            case "__getitem__":
                return Section(self, to_text(first))
            case "get" | "getint" | "getfloat" | "getboolean" if call.has(1, "option"):
                return self.value(
                    to_text(call.value(0, "section")), name, call.value(1, "option"), call
                )
            case "has_section" | "has_option":
                return Unknown(key=f"has {plain(to_text(first))} {plain(to_text(call.value(1)))}")
            case "set":
                self._set(call)
                return None
            case _:
                return self._own(name, call)

    def _own(self, name: str, call: Call) -> Value:
        """Return what a getter that the code adds (`converters={"path": …}`) gives."""
        if name.startswith("get") and call.has(1, "option"):
            return self.value(to_text(call.value(0)), "get", call.value(1, "option"), call)
        return Unknown(name, weak=True)

    def _set(self, call: Call) -> None:
        section, option, value = (to_text(call.value(index)) for index in range(3))
        if OPEN not in section + option + value:
            if not self.parser.has_section(section) and section != "DEFAULT":
                self.parser.add_section(section)
            self.parser.set(section, option, value.replace("%", "%%"))

    def _read(self, name: str, call: Call) -> Value:
        first = call.value(0)
        if name == "read_string" and isinstance(first, str):
            self._parse(str(first), call)
            return None
        if isinstance(first, OpenFile):
            self._parse(first.content or "", call)
            return None
        paths = [first] if isinstance(first, str) else call.machine.iterate(first) or []
        for path in paths:
            if isinstance(path, str):
                self._parse(open_file(path, call).content or "", call)
        return [path for path in paths if isinstance(path, str)]

    def _parse(self, text: str, call: Call) -> None:
        try:
            self.parser.read_string(text)
        except (configparser.Error, ValueError) as error:
            reason = (str(error).splitlines() or [""])[0]
            call.machine.warn(f"this INI file cannot be read: {reason}", call.at)

    def _listed(self, name: str, section: str) -> Value:
        if not self.parser.has_section(section):
            return Unknown(section)
        try:
            found = self.parser.items(section)
        except configparser.Error:
            found = self.parser.items(section, raw=True)
        return [key for key, _ in found] if name == "options" else list(found)

    def value(self, section: str, getter: str, option: Value, call: Call) -> Value:
        """Return one setting: as the file has it, the fallback, or its symbol."""
        key = plain(to_text(option))
        try:
            text = self.parser.get(section, key)
        except configparser.InterpolationError:
            text = self.parser.get(section, key, raw=True)
        except (configparser.Error, ValueError):
            fallback = call.kwargs.get("fallback", call.value(2) if len(call.args) > 2 else MISSING)
            return Unknown(key) if fallback is MISSING else assumed(fallback, key)
        if getter == "getboolean":
            return configparser.ConfigParser.BOOLEAN_STATES.get(text.lower(), Unknown(key))
        try:
            return GETTERS[getter](text) if getter in GETTERS else text
        except ValueError:
            return Unknown(key)


@dataclass(eq=False)
class Section:
    """One section of an INI file."""

    settings: Settings
    name: str

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return its name."""
        del machine
        return self.name if name == "name" else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return one of its settings, or all of them."""
        if name in {"__getitem__", "get", "getint", "getfloat", "getboolean"}:
            default = call.kwargs.get("fallback", call.value(1) if call.has(1) else MISSING)
            given = {} if default is MISSING else {"fallback": default}
            inner = Call(call.machine, [self.name, call.value(0)], given, call.node)
            getter = "get" if name == "__getitem__" else name
            return self.settings.value(self.name, getter, call.value(0), inner)
        pairs = self.settings.invoke("items", Call(call.machine, [self.name], {}, call.node))
        if not isinstance(pairs, list):
            return Unknown(self.name)
        return dict_method(dict(pairs), "keys" if name == "__iter__" else name, call)


def _ini(call: Call) -> Value:
    raw = call.node is not None and "Raw" in call.text
    extended = "interpolation" in call.kwargs
    interpolation = None if raw else configparser.ExtendedInterpolation() if extended else MISSING
    if interpolation is MISSING:
        return Settings(configparser.ConfigParser(allow_no_value=True, strict=False))
    return Settings(
        configparser.ConfigParser(allow_no_value=True, strict=False, interpolation=interpolation)  # type: ignore[arg-type]  # None, or an interpolation
    )


# --- TOML, CSV, package data ----------------------------------------------------------------------


def _toml(call: Call) -> Value:
    value = call.value(0)
    content = content_of(call)
    if isinstance(value, str) and "\n" not in value and "=" not in value:
        content = open_file(value, call).content
    if content is None or len(content) > DATA_SIZE_LIMIT:
        return Unknown(value.name, weak=True) if isinstance(value, Unknown) else Unknown()
    try:
        return plain_data(tomllib.loads(content), 0)
    except (ValueError, RecursionError) as error:
        call.machine.warn(f"this TOML cannot be read: {error}", call.at)
        return Unknown()


def _rows(call: Call, *, named: bool) -> Value:
    value = call.value(0)
    content = value.content if isinstance(value, OpenFile) else None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        content = "\n".join(str(item).rstrip("\n") for item in value)
    if content is None:
        return Unknown("rows", weak=True)
    mark = call.kwargs.get("delimiter", ",")
    mark = mark if isinstance(mark, str) and len(mark) == 1 else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(content), delimiter=mark) if row]
    except csv.Error:
        return Unknown("rows", weak=True)
    if not named:
        return [list(row) for row in rows[:ROW_LIMIT]]
    header = call.machine.iterate(call.kwargs.get("fieldnames")) or (rows.pop(0) if rows else [])
    return [dict(zip(header, row, strict=False)) for row in rows[:ROW_LIMIT]]


def folder_of(package: Value, machine: Machine) -> str | None:
    """Return the folder of a package, given itself or by its dotted name."""
    if isinstance(package, ModuleValue):
        return posixpath.dirname(package.module.path)
    importer = machine.module.path if machine.module is not None else ""
    parts: tuple[str, ...] = ()
    if isinstance(package, Package):
        parts, importer = package.parts, package.importer.path
    elif isinstance(package, str) and OPEN not in package:
        parts = tuple(str(package).split("."))
    elif isinstance(package, External):
        parts = tuple(package.path.split("."))
    found = machine.finder.locate(parts, importer) if parts and all(parts) else None
    return None if found is None else posixpath.dirname(found)


def _resource_folder(call: Call) -> Value:
    folder = folder_of(call.value(0, "anchor"), call.machine)
    return Unknown("package") if folder is None else PathText(folder)


def _resource(call: Call) -> Value:
    """Return the path of a file of a package."""
    folder = folder_of(call.value(0), call.machine)
    return PathText(posixpath.join(folder or "", to_text(call.value(1, "resource"))))


def _resource_text(call: Call) -> Value:
    return open_file(str(_resource(call)), call).invoke("read", call)


# --- OmegaConf and Hydra --------------------------------------------------------------------------


class ConfigTree(dict[Value, Value]):
    """A DictConfig: a dict whose entries are attributes, too."""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return an entry; a method where there is none of that name."""
        del machine
        if name in self:
            return self[name]
        return MISSING if hasattr(dict, name) else Unknown(name)


def tree(data: Value, root: Value = None, depth: int = 0) -> Value:
    """Return plain data as configuration: values that a command line may replace."""
    root = data if root is None else root
    if depth > DEPTH_LIMIT:
        return Unknown()
    if isinstance(data, dict):
        return ConfigTree(
            {key: _setting(item, root, str(key), depth + 1) for key, item in data.items()}
        )
    return [tree(item, root, depth + 1) for item in data] if isinstance(data, list) else data


def _setting(value: Value, root: Value, name: str, depth: int) -> Value:
    if isinstance(value, dict | list):
        return tree(value, root, depth)
    if value == "???":
        return Unknown(name)
    if isinstance(value, str) and "${" in value:
        return _interpolated(value, root, depth)
    return assumed(value, name) if value is not None else None


def _interpolated(text: str, root: Value, depth: int) -> Value:
    def resolved(found: re.Match[str]) -> str:
        kind, _, rest = found.group(1).rpartition(":")
        if kind:
            return symbol(rest.partition(",")[0])
        value = root
        for part in rest.split("."):
            value = value.get(part, MISSING) if isinstance(value, dict) else MISSING
        if value is MISSING or isinstance(value, dict | list) or depth > DEPTH_LIMIT:
            return symbol(rest.rpartition(".")[2])
        return to_text(_setting(value, root, rest.rpartition(".")[2], depth + 10))

    made = INTERPOLATION.sub(resolved, text)
    return assumed(made, "configuration") if OPEN not in made else as_text(made)


def _omega(call: Call) -> Value:
    """Return `OmegaConf.load` of a file."""
    path = call.value(0)
    content = open_file(path, call).content if isinstance(path, str) else content_of(call)
    return _from_yaml(content, call) if content is not None else Unknown("cfg", weak=True)


def _from_yaml(content: str, call: Call) -> Value:
    if len(content) > DATA_SIZE_LIMIT:
        return Unknown("cfg", weak=True)
    try:
        return tree(plain_data(safe_yaml.load(content, last_wins=True), 0))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = (str(error).splitlines() or [""])[0]
        call.machine.warn(f"this YAML cannot be read: {reason}", call.at)
        return Unknown()


def _create(call: Call) -> Value:
    first = call.value(0)
    if isinstance(first, str):
        return _from_yaml(str(first), call)
    return tree(first) if isinstance(first, dict | list) else first


def merged(left: Value, right: Value) -> Value:
    """Return two configurations as one: the second wins, branch by branch."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        return right
    made = ConfigTree(left)
    for key, value in right.items():
        made[key] = merged(left[key], value) if key in left else value
    return made


def _merge(call: Call) -> Value:
    known = [part for part in call.args if isinstance(part, dict)]
    made: Value = ConfigTree()
    for part in known:
        made = merged(made, part)
    return made if known else Unknown("cfg", weak=True)


@dataclass(eq=False)
class HydraMain:
    """A function under `@hydra.main`: called without arguments, it gets its configuration."""

    function: Value
    config: Value = field(default_factory=ConfigTree)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return an attribute of the function."""
        return machine.attribute(self.function, name)

    def invoke(self, name: str, call: Call) -> Value:
        """Run the function."""
        if name != "__call__":
            return Unknown(name, weak=True)
        if call.args:
            return call.machine.call(self.function, call)
        return call.machine.apply(self.function, self.config)


def _hydra_main(call: Call) -> Value:
    folder, name = call.value(0, "config_path"), call.value(1, "config_name")
    config: Value = Unknown("cfg")
    if isinstance(name, str):
        config = _composed(to_text(folder or ""), str(name), call)
    return Builtin("hydra.main", lambda inner: HydraMain(inner.value(0), config))


def _composed(folder: str, name: str, call: Call) -> Value:
    """Return a Hydra configuration with the files that its `defaults` name."""
    loaded = _yaml_of(folder, name, call)
    if not isinstance(loaded, dict):
        return Unknown("cfg")
    made: Value = ConfigTree()
    for entry in loaded.get("defaults") or []:
        for group, chosen in entry.items() if isinstance(entry, dict) else [("", entry)]:
            if not isinstance(chosen, str) or chosen == "_self_":
                continue
            part = _yaml_of(
                posixpath.join(folder, str(group).removeprefix("override ")), chosen, call
            )
            wrapped = {str(group).rpartition("/")[2]: part} if group else part
            made = merged(made, wrapped if isinstance(wrapped, dict) else {})
    own = {key: value for key, value in loaded.items() if key != "defaults"}
    return tree(merged(made, own))


def _yaml_of(folder: str, name: str, call: Call) -> Value:
    path = posixpath.join(folder, f"{name.removesuffix('.yaml')}.yaml")
    content = open_file(path, call).content
    if content is None or len(content) > DATA_SIZE_LIMIT:
        return None
    try:
        return plain_data(safe_yaml.load(content, last_wins=True), 0)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _instantiate(call: Call) -> Value:
    """Return the object that a configuration's `_target_` names."""
    return _made(call.value(0, "config"), call.kwargs, call, 0)


def _made(config: Value, given: dict[str, Value], call: Call, depth: int) -> Value:
    if not isinstance(config, dict) or depth > DEPTH_LIMIT:
        return Unknown("instance", weak=True) if depth == 0 else config
    values = {
        str(key): _made(item, {}, call, depth + 1)
        for key, item in config.items()
        if isinstance(key, str) and not key.startswith("_")
    }
    target = config.get("_target_")
    if not isinstance(target, str) or OPEN in target:
        return config
    parts = tuple(str(target).split("."))
    owner = call.machine.import_named(parts[:-1])
    found = call.machine.attribute(owner, parts[-1])
    return call.machine.call(found, Call(call.machine, [], {**values, **given}, call.node))


# --- templates ------------------------------------------------------------------------------------

PLACEHOLDER = re.compile(r"\{\{-?\s*([A-Za-z_][\w.]{0,100})\s*-?\}\}")


@dataclass(eq=False)
class JinjaTemplate:
    """A Jinja template; only those without logic are rendered."""

    text: str

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the rendered text."""
        if name != "render" or "{%" in self.text:
            return Unknown(name, weak=True)
        first = call.value(0)
        given = {**(first if isinstance(first, dict) else {}), **call.kwargs}

        def shown(found: re.Match[str]) -> str:
            head, *rest = found.group(1).split(".")
            value = given.get(head, Unknown(head))
            for part in rest:
                value = (
                    value.get(part, Unknown(part))
                    if isinstance(value, dict)
                    else call.machine.attribute(value, part)
                )
            return to_text(value, hint=found.group(1).rpartition(".")[2])

        made = as_text(PLACEHOLDER.sub(shown, self.text), *given.values())
        if "{{" in made:
            return Unknown(name, weak=True)
        call.machine.inherit_origin(made, self.text)
        return made


class JinjaEnvironment:
    """A Jinja environment: templates are files of the repository."""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return a template."""
        first = call.value(0)
        if name == "from_string" and isinstance(first, str):
            return JinjaTemplate(str(first))
        if name == "get_template" and isinstance(first, str):
            content = open_file(f"/{first}", call).content
            return Unknown("template") if content is None else JinjaTemplate(content)
        return Unknown(name, weak=True)


def _jinja(call: Call) -> Value:
    first = call.value(0)
    return JinjaTemplate(str(first)) if isinstance(first, str) else Unknown("template")


CALLS: dict[str, Handler] = {
    "configparser.ConfigParser": _ini, "configparser.RawConfigParser": _ini,
    "configparser.SafeConfigParser": _ini,
    "tomllib.load": _toml, "tomllib.loads": _toml, "tomli.load": _toml, "tomli.loads": _toml,
    "toml.load": _toml, "toml.loads": _toml,
    "csv.reader": lambda call: _rows(call, named=False),
    "csv.DictReader": lambda call: _rows(call, named=True),
    "importlib.resources.files": _resource_folder, "importlib_resources.files": _resource_folder,
    "importlib.resources.path": _resource, "importlib.resources.read_text": _resource_text,
    "importlib.resources.read_binary": _resource_text, "pkgutil.get_data": _resource_text,
    "importlib.resources.open_text": lambda call: open_file(str(_resource(call)), call),
    "pkg_resources.resource_filename": _resource, "pkg_resources.resource_string": _resource_text,
    "importlib.resources.as_file": lambda call: call.value(0),
    "omegaconf.OmegaConf.load": _omega, "omegaconf.OmegaConf.create": _create,
    "omegaconf.OmegaConf.structured": _create, "omegaconf.OmegaConf.merge": _merge,
    "omegaconf.OmegaConf.to_container": lambda call: call.value(0),
    "omegaconf.OmegaConf.to_object": lambda call: call.value(0),
    "omegaconf.OmegaConf.resolve": lambda _: None,
    "hydra.main": _hydra_main, "hydra.utils.instantiate": _instantiate,
    "hydra.utils.call": _instantiate,
    "jinja2.Template": _jinja, "jinja2.Environment": lambda _: JinjaEnvironment(),
}  # fmt: skip
