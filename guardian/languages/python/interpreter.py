"""Statements of the interpreted program.

Assignments, branches, loops, definitions, imports, and where a run starts.
"""

import ast
from collections.abc import Callable, Sequence
from enum import Enum, auto

from guardian.languages.python.branches import CONTAINER_LIMIT, LOOP_LIMIT
from guardian.languages.python.function_code import bound_names
from guardian.languages.python.importing import Importer
from guardian.languages.python.lending import Pool
from guardian.languages.python.machine import PythonRaise
from guardian.languages.python.matching import fits
from guardian.languages.python.modules import Module
from guardian.languages.python.overriding import override
from guardian.languages.python.relevance import argument_given, gives_up, matters
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
    Stream,
    Text,
    Unknown,
    Value,
    known,
    truth,
)

ENUMS = frozenset({"Enum", "StrEnum", "IntEnum", "Flag"})


class Signal(Enum):
    """How a block ends other than at its end."""

    RETURN = auto()
    BREAK = auto()
    CONTINUE = auto()


class Interpreter(Importer):
    """Runs statements."""

    def __init__(self, *, pool: Pool, **state: object) -> None:
        """Set up the table of what runs which statement."""
        super().__init__(pool=pool, **state)
        self.returned: Value = None
        self.yielded: list[list[Value]] = []
        self.written: ast.expr | None = None
        self._statements: dict[type[ast.stmt], Callable[..., Signal | None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Return: self._return,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.Raise: self._raise,
            ast.FunctionDef: self._define,
            ast.AsyncFunctionDef: self._define,
            ast.ClassDef: self._define_class,
            ast.Import: self.run_import,
            ast.ImportFrom: self.run_import_from,
            ast.Match: self._match,
            ast.Delete: self._delete,
            ast.Global: self._share,
            ast.Nonlocal: self._share,
            ast.Break: lambda *_: Signal.BREAK,
            ast.Continue: lambda *_: Signal.CONTINUE,
        }

    # --- blocks -----------------------------------------------------------------------------------

    def execute(self, body: Sequence[ast.stmt], scope: Environment) -> Signal | None:
        """Run statements until one ends the block."""
        for statement in body:
            self.budget.spend()
            handler = self._statements.get(type(statement))
            signal = handler(statement, scope) if handler is not None else None
            if signal is not None:
                return signal
        return None

    @override
    def execute_body(self, body: Sequence[ast.stmt], scope: Environment) -> Value:
        """Return what a function's body returns; a generator's values as a list."""
        collected: list[Value] = Stream()
        self.yielded.append(collected)
        try:
            signal = self.execute(body, scope)
        finally:
            self.yielded.pop()
        if collected:
            return collected
        value = self.returned if signal is Signal.RETURN else None
        self.returned = None
        return value

    @override
    def emit(self, value: Value) -> None:
        """Collect a value that a generator yields."""
        if self.yielded and len(self.yielded[-1]) < LOOP_LIMIT:
            self.yielded[-1].append(value)

    @override
    def run_module(self, module: Module, environment: Environment | None = None) -> Environment:
        """Run a module's body and return its names."""
        scope = environment or Environment(module)
        self.main = self.main or scope
        before, self.module = self.module, module
        try:
            self.execute(module.tree.body, scope)
        finally:
            self.module = before
        return scope

    # --- simple statements ------------------------------------------------------------------------

    def _expression(self, node: ast.Expr, scope: Environment) -> None:
        decided = len(self._path.trace)
        try:
            self.evaluate(node.value, scope)
        except PythonRaise:
            # A check of what only a run would tell: the job is taken to pass it.
            if not isinstance(node.value, ast.Call) or len(self._path.trace) == decided:
                raise

    def _assign(self, node: ast.Assign, scope: Environment) -> None:
        value = self.evaluate(node.value, scope)
        self.written = node.value
        for target in node.targets:
            self.assign(target, value, scope)
        self.written = None

    def _annotated(self, node: ast.AnnAssign, scope: Environment) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Environment) -> None:
        current = self.evaluate(node.target, scope)
        change = self.evaluate(node.value, scope)
        if isinstance(current, list) and isinstance(node.op, ast.Add):
            room = max(0, CONTAINER_LIMIT - len(current))
            current.extend((self.iterate(change) or [Unknown()])[:room])
            return
        self.assign(node.target, self.binary(node.op, current, change, node), scope)

    def _return(self, node: ast.Return, scope: Environment) -> Signal:
        self.returned = self.evaluate(node.value, scope) if node.value is not None else None
        return Signal.RETURN

    def _delete(self, node: ast.Delete, scope: Environment) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                delete = getattr(self.evaluate(target.value, scope), "delete_item", None)
                if delete is not None:
                    key = self.evaluate(target.slice, scope)
                    self._answer(delete, Call(self, [key], {}, place=self.at(target)))

    def _share(self, node: ast.Global | ast.Nonlocal, scope: Environment) -> None:
        for name in node.names:
            around = (
                scope.around.find(name) if scope.around and isinstance(node, ast.Nonlocal) else None
            )
            scope.shared[name] = around or scope.outermost()

    def _raise(self, node: ast.Raise, scope: Environment) -> None:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        del scope
        raise PythonRaise(_last_name(kind))

    @override
    def assign(self, target: ast.expr, value: Value, scope: Environment) -> None:
        """Bind a target to a value; an unknown one takes the target's name."""
        match target:
            case ast.Name(id=name):
                scope.assign(name, _named(value, name))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, value, scope)
            case ast.Starred(value=inner):
                self.assign(inner, value, scope)
            case ast.Attribute(value=owner_node, attr=name):
                owner = self.evaluate(owner_node, scope)
                setter = getattr(owner, "set_attribute", None)
                if setter is None:
                    self._assign_attribute(owner, name, value)
                else:
                    self._answer(setter, Call(self, [name, value], {}, place=self.at(target)))
            case ast.Subscript(value=owner_node, slice=key_node):
                owner, key = self.evaluate(owner_node, scope), self.evaluate(key_node, scope)
                setter = getattr(owner, "set_item", None)
                if setter is None:
                    self._assign_element(owner, key, value)
                else:
                    nodes = [key_node, self.written]
                    place = self.at(target)
                    self._answer(setter, Call(self, [key, value], {}, nodes=nodes, place=place))
            case _:
                pass

    def _assign_attribute(self, owner: Value, name: str, value: Value) -> None:
        if isinstance(owner, Instance):
            setter = owner.cls.find(f"{name}.setter")
            if isinstance(setter, Function):
                self.run_function(setter, Call(self, [owner, value], {}))
                return
        if isinstance(owner, Instance | ClassValue):
            owner.attributes[name] = _named(value, name)
        elif isinstance(owner, ModuleValue):
            owner.environment.names[name] = value
        elif isinstance(owner, External):
            self.library.extend(owner.path, name, value, self)

    def _assign_element(self, owner: Value, key: Value, value: Value) -> None:
        if (
            isinstance(owner, dict)
            and (known(key) or isinstance(key, Text))
            and not isinstance(key, list)
        ):
            owner[key] = _named(value, str(key))
        elif isinstance(owner, list) and isinstance(key, int) and -len(owner) <= key < len(owner):
            owner[key] = value
        elif isinstance(owner, Instance):
            self.call_method(owner, "__setitem__", Call(self, [key, value], {}))

    def _unpack(self, targets: Sequence[ast.expr], value: Value, scope: Environment) -> None:
        elements = self.iterate(value)
        starred = next((i for i, item in enumerate(targets) if isinstance(item, ast.Starred)), None)
        if elements is not None and starred is not None and len(elements) >= len(targets) - 1:
            behind = len(targets) - starred - 1
            middle = elements[starred : len(elements) - behind]
            elements = [*elements[:starred], middle, *elements[len(elements) - behind :]]
        if elements is None or len(elements) != len(targets):
            handles = value.handles if isinstance(value, Unknown) else ()
            elements = [Unknown(weak=True, handles=handles) for _ in targets]
        for target, element in zip(targets, elements, strict=True):
            self.assign(target, element, scope)

    # --- branches ---------------------------------------------------------------------------------

    def _if(self, node: ast.If, scope: Environment) -> Signal | None:
        condition = self.evaluate(node.test, scope)
        answer = truth(condition)
        if answer is None:
            answer = self._choose(node, node.body, node.orelse, condition)
        return self.execute(node.body if answer else node.orelse, scope)

    def _choose(
        self, node: ast.AST, body: Sequence[ast.stmt], other: Sequence[ast.stmt], condition: Value
    ) -> bool:
        """Return whether to run `body`.

        A guard that only raises, and branches that only log, open no path.
        """
        given = argument_given(condition, body, other)
        if given is not None:
            return given
        if gives_up(body, self.matters) and not gives_up(other, self.matters):
            return False
        if other and gives_up(other, self.matters):
            return True
        if not matters(body, self.matters) and not matters(other, self.matters):
            return True
        return self.decide(node, condition)

    def _try(self, node: ast.Try | ast.TryStar, scope: Environment) -> Signal | None:
        try:
            signal = self._attempt(node, scope)
        finally:
            ending = self.execute(node.finalbody, scope) if node.finalbody else None
        return ending or signal

    def _attempt(self, node: ast.Try | ast.TryStar, scope: Environment) -> Signal | None:
        for handler in node.handlers:
            worthwhile = matters(handler.body, self.matters) and not gives_up(
                handler.body, self.matters
            )
            if worthwhile and self.decide(handler, prefer=False):
                return self._handle(handler, scope)
        try:
            signal = self.execute(node.body, scope)
        except PythonRaise as raised:
            matching = [item for item in node.handlers if _catches(item, raised.kind)]
            if not matching:
                raise
            return self._handle(matching[0], scope)
        return signal or self.execute(node.orelse, scope)

    def _handle(self, handler: ast.ExceptHandler, scope: Environment) -> Signal | None:
        if handler.name:
            scope.assign(handler.name, Unknown(handler.name))
        return self.execute(handler.body, scope)

    def _match(self, node: ast.Match, scope: Environment) -> Signal | None:
        subject = self.evaluate(node.subject, scope)
        for case in node.cases:
            answer = fits(case.pattern, subject, scope, self)
            if answer is not False and case.guard is not None:
                guard = self.evaluate(case.guard, scope)
                answer = False if truth(guard) is False else answer if truth(guard) else guard
            if answer is True or (answer is not False and self.decide(case.pattern, answer)):
                return self.execute(case.body, scope)
        return None

    # --- loops ------------------------------------------------------------------------------------

    def _for(self, node: ast.For | ast.AsyncFor, scope: Environment) -> Signal | None:
        elements = self.iterate(self.evaluate(node.iter, scope))
        for element in [Unknown()] if elements is None else elements[:LOOP_LIMIT]:
            self.assign(node.target, element, scope)
            signal = self.execute(node.body, scope)
            if signal is Signal.RETURN:
                return signal
            if signal is Signal.BREAK:
                return None
        if elements is not None and len(elements) > LOOP_LIMIT:
            self._cut_off(node, scope)
        return self.execute(node.orelse, scope)

    def _cut_off(self, node: ast.For | ast.AsyncFor | ast.While, scope: Environment) -> None:
        """Say that the loop has more rounds than were followed, and what it changes more to it."""
        at = self.at(node)
        self.warn(f"the loop was followed for its first {LOOP_LIMIT} rounds only", at)
        for name in bound_names(node.body):
            holder = scope.find(name)
            if holder is not None:
                holder.names[name] = self.library.cut_off(holder.names[name], self, at)

    def _while(self, node: ast.While, scope: Environment) -> Signal | None:
        for _ in range(LOOP_LIMIT):
            answer = truth(self.evaluate(node.test, scope))
            if answer is False:
                return self.execute(node.orelse, scope)
            signal = self.execute(node.body, scope)
            if signal is Signal.RETURN:
                return signal
            if signal is Signal.BREAK or answer is None:
                return None
        self._cut_off(node, scope)
        return None

    def _with(self, node: ast.With | ast.AsyncWith, scope: Environment) -> Signal | None:
        opened: list[Value] = []
        for item in node.items:
            manager = self.evaluate(item.context_expr, scope)
            entered = manager
            if isinstance(manager, Instance) and manager.cls.find("__enter__") is not MISSING:
                entered = self.call_method(manager, "__enter__", Call(self, [], {}))
                opened.append(manager)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered, scope)
        signal = self.execute(node.body, scope)
        for manager in reversed(opened):
            self.call_method(manager, "__exit__", Call(self, [None, None, None], {}))
        return signal

    # --- definitions ------------------------------------------------------------------------------

    @override
    def make_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Environment
    ) -> Function:
        """Return the function that a definition makes, its defaults evaluated now."""
        function = Function(node, scope)
        positional = [*node.args.posonlyargs, *node.args.args]
        behind = positional[len(positional) - len(node.args.defaults) :]
        for parameter, default in zip(behind, node.args.defaults, strict=True):
            function.defaults[parameter.arg] = self.evaluate(default, scope)
        for parameter, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            if value is not None:
                function.defaults[parameter.arg] = self.evaluate(value, scope)
        return function

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Environment) -> None:
        function = self.make_function(node, scope)
        scope.assign(node.name, self._decorated(node, function, scope))

    def _decorated(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function, scope: Environment
    ) -> Value:
        value: Value = function
        for decorator in reversed(node.decorator_list):
            if isinstance(decorator, ast.Attribute) and decorator.attr == "setter":
                scope.names[f"{node.name}.setter"] = function
                return scope.names.get(node.name, function)
            applied = self.evaluate(decorator, scope)
            made = self.call(applied, Call(self, [value], {}))
            # A decorator that we do not know is taken to call the function unchanged.
            value = value if isinstance(made, Unknown) else made
        return value

    def _define_class(self, node: ast.ClassDef, scope: Environment) -> None:
        bases = [self.evaluate(base, scope) for base in node.bases]
        cls = ClassValue(
            node.name,
            node,
            scope.module,
            tuple(base for base in bases if isinstance(base, ClassValue)),
            tuple(
                base.path if isinstance(base, External) else f"builtins.{base.name}"
                for base in bases
                if isinstance(base, External | Builtin)
            ),
        )
        inner = Environment(scope.module, scope)
        inner.names = cls.attributes
        self.execute(node.body, inner)
        # Methods do not see the names of the class body: they are looked up around it.
        for value in cls.attributes.values():
            self._adopt(cls, value, scope)
        cls.closure = scope
        cls.annotated = {
            item.target.id: item.annotation
            for item in node.body
            if isinstance(item, ast.AnnAssign)
            and isinstance(item.target, ast.Name)
            and "ClassVar" not in ast.dump(item.annotation)
        }
        if any(
            path.rpartition(".")[2] in ENUMS for base in cls.lineage() for path in base.external
        ):
            _make_members(cls)
        self._announce(node, cls, scope)
        scope.assign(node.name, self._decorated_class(node, cls, scope))

    def _announce(self, node: ast.ClassDef, cls: ClassValue, scope: Environment) -> None:
        """Tell the bases of a new class, which may keep a register of them."""
        for base in cls.lineage()[1:]:
            hook = base.attributes.get("__init_subclass__")
            hook = hook.function if isinstance(hook, ClassMethod) else hook
            if isinstance(hook, Function):
                given = {
                    item.arg: self.evaluate(item.value, scope) for item in node.keywords if item.arg
                }
                self.run_function(hook, Call(self, [cls], given))
                return

    def _adopt(self, cls: ClassValue, value: Value, scope: Environment) -> None:
        inner = getattr(value, "function", value)
        own = isinstance(inner, Function) and inner.closure.names is cls.attributes
        if isinstance(inner, Function) and own and not isinstance(inner.node, ast.Lambda):
            inner.owner = cls
            inner.closure = scope

    def _decorated_class(self, node: ast.ClassDef, cls: ClassValue, scope: Environment) -> Value:
        value: Value = cls
        for decorator in reversed(node.decorator_list):
            made = self.call(self.evaluate(decorator, scope), Call(self, [value], {}))
            value = made if isinstance(made, ClassValue) else value
        return value


def _last_name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _catches(handler: ast.ExceptHandler, kind: str) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {_last_name(item) for item in kinds}
    return not kind or kind in names or bool(names & {"Exception", "BaseException"})


def _named(value: Value, name: str) -> Value:
    if isinstance(value, Unknown) and (value.weak or not value.name) and name != "_":
        return value.renamed(name)
    return value


def _make_members(cls: ClassValue) -> None:
    for name, value in list(cls.attributes.items()):
        if (
            not isinstance(value, Function | Bound)
            and not hasattr(value, "invoke")
            and not name.startswith("_")
        ):
            cls.attributes[name] = Instance(cls, {"value": value, "name": name})
