"""Programs of several commands: click groups, Typer, Fire. Each command is run on a path."""

from dataclasses import dataclass, field

from guardian.languages.python.job_arguments import assumed
from guardian.languages.python.machine import Machine
from guardian.languages.python.registries import named_steps, one_of
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Builtin,
    Call,
    ClassValue,
    Function,
    Handler,
    Instance,
    ModuleValue,
    Unknown,
    Value,
)


@dataclass(frozen=True, eq=False)
class OptionDefault:
    """`typer.Option("x")` as the default of a parameter; `MISSING` where it is required."""

    value: Value


@dataclass(eq=False)
class Commands:
    """A `typer.Typer()` or a click group: its own function, and commands by name."""

    callback: Value = None
    commands: dict[Value, Value] = field(default_factory=dict)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Add a command, or run the program."""
        first = call.value(0)
        match name:
            case "command" | "group":
                return self._decorator(call, group=name == "group")
            case "callback" | "result_callback":
                return Builtin("callback", self._set_callback)
            case "add_command" | "add_typer":
                self._add(call.value(1, "name"), first)
                return None
            case "__call__" | "main":
                return self._run(call)
            case _:
                return Unknown(name, weak=True)

    def _decorator(self, call: Call, *, group: bool) -> Value:
        first = call.value(0, "name")
        if isinstance(first, Function):
            return self._added(None, first, group=group)
        return Builtin("command", lambda inner: self._added(first, inner.value(0), group=group))

    def _added(self, name: Value, function: Value, *, group: bool) -> Value:
        made = Commands(function) if group else function
        self._add(name, made)
        return made

    def _add(self, name: Value, command: Value) -> None:
        own = getattr(command, "name", "")
        self.commands[name if isinstance(name, str) else own or len(self.commands)] = command

    def _set_callback(self, call: Call) -> Value:
        self.callback = call.value(0)
        return self.callback

    def _run(self, call: Call) -> Value:
        if self.callback is not None:
            started(self.callback, call)
        if self.commands:
            return started(one_of(self.commands, Unknown("command"), call.at, call.machine), call)
        return None


def started(command: Value, call: Call) -> Value:
    """Return what a command gives that is run with the arguments of a command line."""
    if isinstance(command, Function):
        for name, default in command.defaults.items():
            value = default.value if isinstance(default, OptionDefault) else default
            if value is MISSING:
                command.options.setdefault(name, Unknown(name))
            elif not isinstance(value, bool):
                command.options.setdefault(name, assumed(value, name))
    return call.machine.call(command, Call(call.machine, [], {}, call.node))


def _option(call: Call) -> Value:
    default = call.value(0, "default", MISSING)
    return OptionDefault(MISSING if isinstance(default, Unknown) else default)


def _group(call: Call) -> Value:
    """Return `@click.group()`."""
    first = call.value(0)
    if isinstance(first, Function):
        return Commands(first)
    return Builtin("group", lambda inner: Commands(inner.value(0)))


def _typer_run(call: Call) -> Value:
    return started(call.value(0), call)


def _fire(call: Call) -> Value:
    component = call.value(0, "component")
    if isinstance(component, ClassValue):
        component = call.machine.instantiate(component, Call(call.machine, [], {}))
    main = call.machine.main_scope
    if component is None and main is not None:
        component = ModuleValue(main.module, main)
    if isinstance(component, Instance | ModuleValue):
        options: dict[Value, Value] = {
            name: value
            for name, value in named_steps(component, Unknown()).items()
            if isinstance(value, Function | Bound)
        }
        return _one(options, call)
    return _one(component, call) if isinstance(component, dict) else started(component, call)


def _one(options: dict[Value, Value], call: Call) -> Value:
    if not options:
        return None
    return started(one_of(options, Unknown("command"), call.at, call.machine), call)


CALLS: dict[str, Handler] = {
    "typer.Typer": lambda _: Commands(), "typer.Option": _option, "typer.Argument": _option,
    "typer.run": _typer_run, "fire.Fire": _fire, "absl.app.run": _typer_run,
    "click.group": _group, "click.CommandCollection": lambda _: Commands(),
}  # fmt: skip
