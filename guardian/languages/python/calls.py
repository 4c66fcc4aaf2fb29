"""Calls: functions, classes, methods, attributes and elements of every kind of value."""

import ast
from abc import abstractmethod
from collections.abc import Callable

from guardian.languages.python.annotations import unpassed
from guardian.languages.python.branches import CONTAINER_LIMIT
from guardian.languages.python.containers import (
    dict_method,
    list_method,
    set_method,
    text_method,
    translation,
)
from guardian.languages.python.evaluator import Evaluator
from guardian.languages.python.machine import Activation, PathEnd
from guardian.languages.python.modules import Module
from guardian.languages.python.operators import hashable
from guardian.languages.python.overriding import override
from guardian.languages.python.records import (
    CLASS_FACTS,
    class_fact,
    elements,
    make_record,
    members,
    record_method,
)
from guardian.languages.python.registries import is_step, one_of, table_of_steps
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Builtin,
    Call,
    ClassMethod,
    ClassValue,
    Environment,
    External,
    Function,
    Instance,
    ModuleValue,
    Package,
    Partial,
    Property,
    StaticMethod,
    Super,
    Text,
    Unknown,
    Value,
    fingerprintable,
    small,
)
from guardian.model.lineage import Location

CONTAINER_TYPES = frozenset({"str", "list", "dict", "set", "tuple"})
# Methods that task runners give a function: they run it, run it many times, or configure it.
HANDED_ON = frozenset({"__call__", "submit", "delay", "remote", "fn", "run", "kiq", "apply_sync"})
HANDED_MANY = frozenset({"map", "starmap"})
OPTIONS = frozenset({"options", "with_options", "override", "partial"})
GETTERS = frozenset({"get", "getString", "getOrElse", "pop", "getArgument", "getenv", "get_secret"})
# What a scheduler adds to a function that is a task: it runs the function, now or elsewhere.
TASK_METHODS = frozenset({
    "map", "submit", "delay", "apply_async", "run", "fn", "expand", "remote", "with_options",
    "starmap", "override",
})  # fmt: skip


class Caller(Evaluator):
    """Knows what calling, attribute access and indexing mean.

    The statements of a body are left open.
    """

    @abstractmethod
    def import_module(self, parts: tuple[str, ...], importer: Module, level: int) -> Value:
        """Return the module or package of that name."""

    @override
    def call(self, function: Value, call: Call) -> Value:
        """Return what calling `function` gives."""
        self.budget.spend()
        match function:
            case Function():
                return self.run_function(function, call)
            case ClassValue():
                return self.instantiate(function, call)
            case Builtin():
                if function.name in {"exit", "quit"}:
                    raise PathEnd
                return self._answer(function.handler, call)
            case External():
                return self._external(function.path, call)
            case Bound(function=None):
                return self.call_method(function.owner, function.name, call)
            case Bound():
                return self.call(function.function, _with_first(call, function.owner))
            case Partial():
                merged = {**function.kwargs, **call.kwargs}
                args = [*function.args, *call.args]
                nodes = [*[None] * len(function.args), *call.nodes]
                return self.call(
                    function.function,
                    Call(self, args, merged, call.node, nodes, call.keyword_nodes),
                )
            case StaticMethod() | ClassMethod():
                return self.call(function.function, call)
            case Instance():
                return self.call_method(function, "__call__", call)
            case _ if hasattr(function, "invoke"):
                return self._answer(function.invoke, call, "__call__")
            case Unknown():
                return self._unknown_call(function, "", call)
            case _:
                return Unknown()

    def _answer(self, handler: Callable[..., Value], call: Call, *before: object) -> Value:
        """Return what a library answers; `before` stands in front of the call.

        A call with arguments that it was never meant to have is not known.
        """
        try:
            return handler(*before, call)
        except (TypeError, ValueError, AttributeError, LookupError, MemoryError) as error:
            self.warn(f"this call was not understood ({type(error).__name__})", call.at)
            return Unknown()

    def _external(self, path: str, call: Call) -> Value:
        answer = self._answer(self.library.call, call, path)
        if answer is not MISSING:
            return answer
        return self._unknown_call(Unknown(), path.rpartition(".")[2], call)

    def _unknown_call(self, owner: Unknown, name: str, call: Call) -> Value:
        answer = self.library.unknown_method(owner, name, call)
        if answer is not MISSING:
            return answer
        # Code that we hand a function to may call it: its writes count, its result is not known.
        for argument in call.args:
            if isinstance(argument, Function) and not isinstance(argument.node, ast.Lambda):
                return Unknown(name, weak=True)
        first = call.value(0)
        if name in GETTERS and isinstance(first, str):
            return Unknown(str(first).strip())
        return Unknown(name or owner.name, weak=True)

    @override
    def call_method(self, owner: Value, name: str, call: Call) -> Value:  # noqa: PLR0911 - one arm for each kind of value
        """Return what the method `name` of `owner` gives."""
        self.budget.spend()
        if type(owner) is External:
            return self._external(f"{owner.path}.{name}", call)
        invoke = getattr(owner, "invoke", None)
        if invoke is not None:
            return self._answer(invoke, call, name)
        match owner:
            case Instance() | ClassValue() | Super():
                return self._object_method(owner, name, call)
            case ModuleValue() | Package():
                return self.call(self.attribute(owner, name), call)
            case Unknown():
                return self._unknown_call(owner, name, call)
            case Builtin():
                return self._builtin_method(owner, name, call)
            case Function() | Bound() | Partial():
                return self._function_method(owner, name, call)
            case str():
                return self._answer(text_method, call, owner, name)
            case list():
                return self._answer(list_method, call, owner, name)
            case dict():
                return self._answer(dict_method, call, owner, name)
            case set():
                return self._answer(set_method, call, owner, name)
            case tuple():
                return self._answer(list_method, call, list(owner), name)
            case _:
                return Unknown()

    def _object_method(self, owner: Instance | ClassValue | Super, name: str, call: Call) -> Value:
        found = self.attribute(owner, name)
        if isinstance(found, Unknown) and found.weak:
            if not isinstance(owner, Super):
                made = record_method(owner, name, call)
                if made is not MISSING:
                    return made
            elif name == "__setattr__" and isinstance(owner.instance, Instance):
                owner.instance.attributes[str(call.value(0))] = call.value(1)
                return None
            if name == "__subclasses__" and isinstance(owner, ClassValue):
                return self._subclasses(owner)
            return self._unknown_call(found, name, call)
        return self.call(found, call)

    def _function_method(self, owner: Function | Bound | Partial, name: str, call: Call) -> Value:
        """Return what a method of a function gives: one that a scheduler added runs it."""
        if name in HANDED_ON:
            return self.call(owner, call)
        if name in HANDED_MANY:
            mapped = Call(self, [owner, *call.args], call.kwargs, call.node)
            return self.call(self.builtin("map"), mapped)
        return owner if name in OPTIONS else self.call(self.attribute(owner, name), call)

    def _builtin_method(self, owner: Builtin, name: str, call: Call) -> Value:
        """Return what `str.lower(x)`, `dict.fromkeys(…)` or `object.__setattr__(…)` gives."""
        first = call.value(0)
        if owner.name == "object" and name == "__setattr__" and isinstance(first, Instance):
            first.attributes[str(call.value(1))] = call.value(2)
            return None
        if name == "fromkeys":
            return {hashable(key): call.value(1) for key in self.iterate(first) or []}
        if name == "maketrans":
            return translation(call)
        if owner.name in CONTAINER_TYPES and call.args:
            return self.call_method(first, name, call.shifted())
        return Unknown(name, weak=True)

    def _subclasses(self, cls: ClassValue) -> list[Value]:
        """Return the classes that are directly built on `cls`, in modules that were run."""
        scopes = [*self.loaded.values(), *([self.main_scope] if self.main_scope else [])]
        found = [
            value
            for scope in scopes
            for value in list(scope.names.values())
            if isinstance(value, ClassValue) and cls in value.bases
        ]
        return list(dict.fromkeys(found))

    @override
    def run_function(self, function: Function, call: Call) -> Value:
        """Return what the body of `function` gives for these arguments.

        `Unknown` below the depth limit.
        """
        node = function.node
        self.findings.called.add(node)
        recursive = sum(entry.function is function for entry in self.stack) > 8
        if self.too_deep or recursive:
            self.warn(
                f"the call of `{function.name}` is nested too deeply and was not followed", call.at
            )
            return Unknown()
        scope = Environment(function.module, function.closure)
        caller = call.at
        self._bind(function, call, scope)
        before = self.module
        self.stack.append(Activation(function, caller))
        self.module = function.module
        try:
            if isinstance(node, ast.Lambda):
                return self.evaluate(node.body, scope)
            return self.execute_body(node.body, scope)
        finally:
            self.module = before
            self.stack.pop()

    def _bind(self, function: Function, call: Call, scope: Environment) -> None:
        arguments = function.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        for index, parameter in enumerate(positional):
            if index < len(call.args):
                scope.names[parameter.arg] = call.args[index]
        rest = call.args[len(positional) :]
        if arguments.vararg:
            scope.names[arguments.vararg.arg] = tuple(rest)
        spare: dict[Value, Value] = {}
        names = {parameter.arg for parameter in (*positional, *arguments.kwonlyargs)}
        for name, value in call.kwargs.items():
            if name in names:
                scope.names[name] = value
            else:
                spare[name] = value
        if arguments.kwarg:
            scope.names[arguments.kwarg.arg] = spare
        for parameter in (*positional, *arguments.kwonlyargs):
            if parameter.arg not in scope.names:
                scope.names[parameter.arg] = self._default(function, parameter)

    def _default(self, function: Function, parameter: ast.arg) -> Value:
        for known_values in (function.options, function.defaults):
            if parameter.arg in known_values:
                return known_values[parameter.arg]
        return unpassed(parameter.arg, parameter.annotation, function.closure, self)

    @override
    def instantiate(self, cls: Value, call: Call) -> Value:
        """Return a new object.

        Without an `__init__` of its own, arguments become its attributes.
        """
        if not isinstance(cls, ClassValue):
            return Unknown()
        initializer = cls.find("__init__")
        if isinstance(initializer, Function):
            instance = Instance(cls)
            self.run_function(initializer, _with_first(call, instance))
            return instance
        return make_record(cls, call)

    # --- attributes -------------------------------------------------------------------------------

    @override
    def attribute(self, owner: Value, name: str) -> Value:  # noqa: PLR0911 - one arm for each kind of value
        """Return an attribute; a weak `Unknown` of its name where it is not known."""
        answer = getattr(owner, "attribute", None)
        if answer is not None:
            value = answer(name, self)
            return Bound(owner, name) if value is MISSING else value
        match owner:
            case Instance():
                return self._instance_attribute(owner, name)
            case ClassValue():
                return self._class_attribute(owner, name)
            case Super():
                return self._super_attribute(owner, name)
            case ModuleValue():
                return self._module_attribute(owner, name)
            case Package():
                return self.import_module((*owner.parts, name), owner.importer, 0)
            case External() if name in {"__name__", "__qualname__"}:
                return owner.path.rpartition(".")[2]
            case External():
                value = self.library.attribute(f"{owner.path}.{name}")
                return External(f"{owner.path}.{name}") if value is MISSING else value
            case Unknown():
                value = self.library.unknown_attribute(owner, name, self)
                return owner.derived(name) if value is MISSING else value
            case Builtin():
                return owner.name if name in {"__name__", "__qualname__"} else Bound(owner, name)
            case Function() | Bound():
                return self._function_attribute(owner, name)
            case str() | list() | dict() | set() | tuple():
                return owner if name in {"value", "name"} else Bound(owner, name)
            case _:
                pass
        return Unknown(name, weak=True)

    def _function_attribute(self, owner: Function | Bound, name: str) -> Value:
        if name in {"__name__", "__qualname__"}:
            return owner.name
        if name in TASK_METHODS:
            return owner
        return Unknown(name, weak=True) if name.startswith("__") else Bound(owner, name, owner)

    def _instance_attribute(self, owner: Instance, name: str) -> Value:
        if name in owner.attributes:
            return owner.attributes[name]
        if name == "__class__":
            return owner.cls
        if name == "__dict__":
            return owner.attributes
        found = owner.cls.find(name)
        if found is MISSING and name in CLASS_FACTS:
            return self._class_attribute(owner.cls, name)
        if found is MISSING:
            ambient = self.library.ambient(name, self)
            if ambient is not MISSING:
                return ambient
            fallback = owner.cls.find("__getattr__")
            if isinstance(fallback, Function) and not name.startswith("__"):
                return self.run_function(fallback, Call(self, [owner, name], {}))
            return Unknown(name, weak=True)
        return self._bind_found(found, owner, owner.cls)

    def _bind_found(self, found: Value, instance: Value, cls: ClassValue) -> Value:
        match found:
            case Function():
                return Bound(instance, found.name, found)
            case Property():
                return self.call(found.function, Call(self, [instance], {}))
            case StaticMethod():
                return found.function
            case ClassMethod():
                return Bound(cls, "", found.function)
            case _:
                pass
        return found

    def _class_attribute(self, owner: ClassValue, name: str) -> Value:
        if name in {"__name__", "__qualname__"}:
            return owner.name
        found = owner.find(name)
        if found is MISSING and name in CLASS_FACTS:
            return class_fact(owner, name)
        match found:
            case StaticMethod():
                return found.function
            case ClassMethod():
                return Bound(owner, "", found.function)
            case _:
                pass
        return Unknown(name, weak=True) if found is MISSING else found

    def _super_attribute(self, owner: Super, name: str) -> Value:
        cls = owner.instance.cls if isinstance(owner.instance, Instance) else owner.instance
        order = cls.lineage() if isinstance(cls, ClassValue) else []
        behind = order[order.index(owner.after) + 1 :] if owner.after in order else []
        for base in behind:
            if name in base.attributes and isinstance(cls, ClassValue):
                return self._bind_found(base.attributes[name], owner.instance, cls)
        return Unknown(name, weak=True)

    def _module_attribute(self, owner: ModuleValue, name: str) -> Value:
        if name in owner.environment.names:
            return owner.environment.names[name]
        inner = self.import_module((name,), owner.module, 1)
        if not isinstance(inner, External):
            return inner
        return self.undefined(name, owner.environment)

    @override
    def super_of(self, scope: Environment) -> Value:
        """Return what `super()` means in the method being run."""
        function = self.stack[-1].function if self.stack else None
        if function is None or function.owner is None or isinstance(function.node, ast.Lambda):
            return Unknown()
        positional = [*function.node.args.posonlyargs, *function.node.args.args]
        if not positional:
            return Unknown()
        holder = scope.find(positional[0].arg)
        instance = holder.names[positional[0].arg] if holder is not None else None
        return Super(instance, function.owner)

    # --- elements ---------------------------------------------------------------------------------

    @override
    def subscript(self, owner: Value, key: Value, node: ast.Subscript | None = None) -> Value:
        """Return an element; an `Unknown` of the key's name where it is not known."""
        name = str(key) if isinstance(key, str) else ""
        match owner:
            case dict():
                return self._entry(owner, key, name, self.at(node))
            case str() | list() | tuple():
                return _item(owner, key)
            case Instance():
                listed = elements(owner)
                if listed is not None:
                    return _item(listed, key)
                return self.call_method(owner, "__getitem__", Call(self, [key], {}))
            case ClassValue() | External() | Builtin():
                # `list[str]`, `Enum["name"]`
                found = owner.find(name) if isinstance(owner, ClassValue) and name else MISSING
                return owner if found is MISSING else found
            case Unknown():
                return owner.derived(name or owner.name, weak=not name)
            case _ if hasattr(owner, "invoke"):
                nodes = [node.slice] if node is not None else []
                place = self.at(node) if node is not None else None
                asked = Call(self, [key], {}, nodes=nodes, place=place)
                return self._answer(owner.invoke, asked, "__getitem__")
            case _:
                pass
        return Unknown(name)

    def _entry(self, owner: dict[Value, Value], key: Value, name: str, at: Location) -> Value:
        try:
            if small(key) and key in owner and not (isinstance(key, Text) and is_step(owner[key])):
                return owner[key]
        except TypeError:
            return Unknown()
        steps = table_of_steps(owner, key)
        if steps:
            return one_of(steps, key, at, self)
        default = owner.get(MISSING, MISSING)
        if default is not MISSING:
            owner[key] = self.apply(default)
            return owner[key]
        return Unknown(name or "value")

    @override
    def iterate(self, value: Value) -> list[Value] | None:
        """Return the elements of `value`; None where they are not known."""
        match value:
            case Text():
                return None
            case list() | tuple() | str():
                return list(value)[:CONTAINER_LIMIT]
            case set() | frozenset():  # Python's own order changes from run to run
                return sorted(value, key=fingerprintable)[:CONTAINER_LIMIT]
            case dict():
                return [key for key in value if key is not MISSING]
            case ClassValue():
                return list(members(value)) or None
            case Instance():
                iterator = value.cls.find("__iter__")
                if isinstance(iterator, Function):
                    made = self.run_function(iterator, Call(self, [value], {}))
                    return None if isinstance(made, Instance) else self.iterate(made)
                return elements(value)
            case _ if hasattr(value, "invoke"):
                found = value.invoke("__iter__", Call(self, [], {}))
                return found if isinstance(found, list) else None
            case _:
                pass
        return None


def _with_first(call: Call, first: Value) -> Call:
    return Call(
        call.machine,
        [first, *call.args],
        call.kwargs,
        call.node,
        [None, *call.nodes],
        call.keyword_nodes,
    )


def _item(owner: str | list[Value] | tuple[Value, ...], key: Value) -> Value:
    if isinstance(owner, list) and any(hasattr(item, "membership") for item in owner):
        return owner if isinstance(key, slice) else Unknown()
    if isinstance(key, int | slice):
        try:
            made: Value = owner[key]
        except (IndexError, ValueError, TypeError):
            return Unknown()
        return Text(made) if isinstance(owner, Text) and isinstance(made, str) else made
    return Unknown()
