"""Job arguments: argparse, click, the command line and the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    MISSING,
    Assumed,
    AssumedText,
    Call,
    Function,
    Given,
    Unknown,
    Value,
    fingerprintable,
    plain,
)


def assumed(value: Value, name: str) -> Value:
    """Return a job argument: its default where it has one, else its symbol.

    Either decides no branch.
    """
    if isinstance(value, str):
        made = AssumedText(value)
        made.argument = name
        return made
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Assumed(value, name)
    if isinstance(value, list | tuple) and value:
        return [assumed(item, name) for item in value]
    return Unknown(name)


@dataclass(eq=False)
class Arguments:
    """What `parse_args()` gives."""

    declared: Mapping[str, Value]

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return an argument."""
        del machine
        if name == "__dict__":
            return dict(self.declared)
        return self.declared.get(name, Unknown(name))

    def invoke(self, name: str, call: Call) -> Value:
        """Return an argument by key, or all of them."""
        key = call.value(0)
        if name in {"__getitem__", "get"} and isinstance(key, str):
            return self.declared.get(str(key), Unknown(str(key)))
        return Unknown(name, weak=True)


@dataclass(eq=False)
class ArgumentParser:
    """An `argparse.ArgumentParser`, its groups and subparsers all in one."""

    declared: dict[str, Value] = field(default_factory=dict)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: all that matters are methods."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Declare an argument, or return all of them."""
        match name:
            case "add_argument":
                self._declare(call)
                return Unknown()
            case "set_defaults":
                for key, value in call.kwargs.items():
                    self.declared[key] = assumed(value, key)
                return None
            case "parse_args":
                return Arguments(self.declared)
            case "parse_known_args":
                return (Arguments(self.declared), Unknown("unknown_args"))
            case _:
                pass
        return self if name.startswith(("add_", "parse")) else Unknown()

    def _declare(self, call: Call) -> None:
        flags = [str(arg) for arg in call.args if isinstance(arg, str)]
        long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
        given = call.kwargs.get("dest")
        name = given if isinstance(given, str) else long.lstrip("-").replace("-", "_")
        self.declared[str(name)] = assumed(call.kwargs.get("default"), str(name))


def click_option(call: Call) -> Value:
    """Return the decorator that declares an option."""
    flags = [str(arg) for arg in call.args if isinstance(arg, str)]
    bare = [flag for flag in flags if not flag.startswith("-")]
    long = max(flags, key=len, default="")
    name = (bare[0] if bare else long.partition("/")[0].lstrip("-")).replace("-", "_").lower()
    value = assumed(call.kwargs.get("default"), name)

    def decorate(inner: Call) -> Value:
        function = inner.value(0)
        if isinstance(function, Function):
            function.options[name] = value
        return function

    from guardian.languages.python.values import Builtin  # noqa: PLC0415 - used by this one function

    return Builtin("click.option", decorate)


def environment_variable(call: Call) -> Value:
    """Return a variable's symbol, or the default that the code gives."""
    name = call.value(0)
    if not isinstance(name, str):
        return Unknown()
    default = call.value(1, "default")
    return assumed(default, plain(name)) if default is not None else Unknown(plain(name))


class EnvironmentVariables:
    """`os.environ`."""

    def contains(self, name: Value, *, positive: bool) -> Value:
        """Return whether a variable is set, which only a run would tell."""
        return Given(fingerprintable(name), positive=positive)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: all that matters are methods."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return a variable's symbol, or the default that the code gives."""
        if name in {"get", "__getitem__", "setdefault", "pop"}:
            return environment_variable(call)
        return Unknown()


class CommandLine:
    """`sys.argv`."""

    def contains(self, name: Value, *, positive: bool) -> Value:
        """Return whether an argument is given, which only a run would tell."""
        return Given(fingerprintable(name), positive=positive)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: all that matters are elements."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the symbol of an element; the variable that takes it gives it a better name."""
        key = call.value(0)
        if name == "__getitem__" and isinstance(key, int):
            return Unknown(f"argv{key}", weak=True)
        return Unknown("argv", weak=True)


def namespace(call: Call) -> Value:
    """Return arguments given by name."""
    return Arguments(dict(call.kwargs))
