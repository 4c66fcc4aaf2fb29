"""What a function of the repository does, whatever it calls things: the code of UDFs, compared.

Names that the function binds itself are numbered in the order in which they appear; docstrings,
comments, annotations and its own name are left out. Functions, classes and constants that it takes
from around it are followed, under any name.
"""

import ast
import hashlib
from collections import deque
from collections.abc import Iterable, Sequence

from guardian.languages.python.branches import Budget
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Builtin,
    ClassValue,
    Environment,
    External,
    Function,
    Instance,
    ModuleValue,
    Partial,
    StaticMethod,
    Value,
    fingerprintable,
    known,
)

FOLLOW_LIMIT = 50
ELEMENT_LIMIT = 500
WORDS_PER_STEP = 2
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def function_fingerprint(function: Value, returns: str = "", budget: Budget | None = None) -> str:
    """Return a digest of a function's code and of the repository's code that it uses.

    `returns` is the type that it was declared to return. Takes steps from `budget` as the code is
    long.
    """
    form = _Form()
    form.parts.append(returns)
    form.reference(function)
    form.follow()
    if budget is not None:
        budget.spend(len(form.parts) // WORDS_PER_STEP)
    text = "\x1f".join(form.parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class _Form:
    """The code of a function and of what it uses, as a row of words."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.order: dict[int, int] = {}
        self.pending: list[tuple[Value, Value]] = []
        self.scopes: list[dict[str, str]] = []
        self.closure: Environment | None = None
        self.owner: tuple[str, Value] = ("", None)
        self.count = 0

    # --- what is followed -------------------------------------------------------------------------

    def reference(self, value: Value) -> None:
        """Say which value of the world around is meant."""
        instance: Value = None
        if isinstance(value, Bound) and isinstance(value.function, Function):
            value, instance = value.function, value.owner
        if isinstance(value, StaticMethod):
            value = value.function
        if isinstance(value, Function | ClassValue):
            number = self.order.get(id(value.node))
            if number is None:
                number = self.order[id(value.node)] = len(self.order)
                self.pending.append((value, instance))
            self.parts.append(f"@{number}")
        elif isinstance(value, Partial):
            self.parts.append("partial")
            self.reference(value.function)
            self.parts += [constant_text(item) for item in value.args]
            self.parts += [f"{key}={constant_text(item)}" for key, item in value.kwargs.items()]
        else:
            self.parts.append(constant_text(value))

    def follow(self) -> None:
        """Write out what was referred to, and what that refers to."""
        for _ in range(FOLLOW_LIMIT):
            if not self.pending:
                return
            value, instance = self.pending.pop(0)
            self.parts.append("#")
            if isinstance(value, Function):
                self._function(value, instance)
            elif isinstance(value, ClassValue):
                for name, member in value.attributes.items():
                    self.parts.append(name)
                    self.reference(member)

    def _function(self, function: Function, instance: Value) -> None:
        self.scopes, self.closure, self.count = [], function.closure, 0
        arguments = function.node.args
        first = [*arguments.posonlyargs, *arguments.args][:1]
        self.owner = (first[0].arg if first and instance is not None else "", instance)
        try:
            self._definition(function.node)
        except RecursionError:
            # Deeper than can be walked: told by its lines, layout and names among them.
            first_line, last_line = function.node.lineno, function.node.end_lineno
            self.parts += function.module.lines[first_line - 1 : last_line]

    # --- syntax -----------------------------------------------------------------------------------

    def _definition(self, node: Definition) -> None:
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self._node(default)
        positional = [*arguments.posonlyargs, *arguments.args]
        body: Sequence[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
        self.scopes.append(dict.fromkeys((*_parameters(arguments), *bound_names(body)), ""))
        self.parts.append(
            f"def {len(positional)} {bool(arguments.vararg)} {len(arguments.kwonlyargs)} "
            f"{bool(arguments.kwarg)}"
        )
        for name in _parameters(arguments):
            self._local(name)
        if isinstance(node, ast.Lambda):
            self.parts.append("return")
            self._node(node.body)
        else:
            self._block(node.body)
        self.scopes.pop()

    def _block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if isinstance(statement, ast.Return):
                self.parts.append("return")
                self._node(statement.value)
            elif not _says_nothing(statement):
                self._node(statement)

    def _node(self, node: object) -> None:  # noqa: C901, PLR0912 - one arm for each kind of syntax that is not taken as it stands
        match node:
            case ast.Name():
                self._name(node.id)
            case ast.Attribute():
                self._attribute(node)
            case ast.Constant():
                self.parts.append(f"{type(node.value).__name__} {node.value!r}")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._name(node.name)
                self._definition(node)
            case ast.Lambda():
                self._definition(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node)
            case ast.AnnAssign():
                self._generic("Assign", ([node.target], node.value, None))
            case ast.ExceptHandler():
                self._generic("except", (node.type, node.name and ast.Name(node.name), node.body))
            case ast.alias():
                self.parts.append(node.name)
                self._name(node.asname or node.name.partition(".")[0])
            case ast.MatchAs() | ast.MatchStar():
                self._generic("as", (getattr(node, "pattern", None),))
                self._name(node.name or "_")
            case ast.Call():
                self._call(node)
            case ast.AST():
                fields = [getattr(node, name, None) for name in node._fields]
                self._generic(type(node).__name__, fields)
            case list():
                for item in node:
                    if not (isinstance(item, ast.stmt) and _says_nothing(item)):
                        self._node(item)
            case None:
                self.parts.append("-")
            case _:
                self.parts.append(str(node))

    def _generic(self, word: str, fields: Iterable[object]) -> None:
        self.parts.append(f"{word}(")
        for value in fields:
            # Load and Store say where a name stands, which is told already.
            if not isinstance(value, ast.expr_context):
                self._node(value)
                self.parts.append(",")
        self.parts.append(")")

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        self.scopes.append(
            dict.fromkeys(bound_names([item.target for item in node.generators]), "")
        )
        self._generic(type(node).__name__, (node.generators,))
        outputs = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self._generic("", outputs)
        self.scopes.pop()

    def _call(self, node: ast.Call) -> None:
        function = self._value_of(node.func)
        names = _positions(function)
        self.parts.append("call")
        self._node(node.func)
        self._node(node.args)
        for keyword in node.keywords:
            self.parts.append(f"{names.get(keyword.arg or '**', keyword.arg)}=")
            self._node(keyword.value)
        self.parts.append(")")

    # --- names ------------------------------------------------------------------------------------

    def _local(self, name: str) -> bool:
        """Say the number of a name that the function binds; False where it binds no such name."""
        for scope in reversed(self.scopes):
            if name in scope:
                if not scope[name]:
                    scope[name] = f"${self.count}"
                    self.count += 1
                self.parts.append(scope[name])
                return True
        return False

    def _name(self, name: str) -> None:
        if self._local(name):
            return
        value = self._around(name)
        if value is MISSING:
            self.parts.append(name)
        elif self._tells(value):
            self.reference(value)
        else:
            self._made_by(name)

    def _made_by(self, name: str) -> None:
        """Say how the module makes a value that is not known: the code that assigns it."""
        holder = self.closure.find(name) if self.closure is not None else None
        body = holder.module.tree.body if holder is not None and holder.around is None else []
        made = [
            statement.value
            for statement in body
            if isinstance(statement, ast.Assign)
            and any(isinstance(item, ast.Name) and item.id == name for item in statement.targets)
        ]
        self.parts += [ast.dump(value) for value in made] or [name]

    def _attribute(self, node: ast.Attribute) -> None:
        value = self._value_of(node)
        if value is not MISSING and self._tells(value):
            self.reference(value)
            return
        self.parts.append(".")
        self._node(node.value)
        self.parts.append(node.attr)

    def _value_of(self, node: ast.expr) -> Value:
        """Return what a dotted name means around the function; `MISSING` if not known."""
        if isinstance(node, ast.Name):
            bound = any(node.id in scope for scope in self.scopes)
            if bound:
                return self.owner[1] if node.id == self.owner[0] else MISSING
            return self._around(node.id)
        if isinstance(node, ast.Attribute):
            return _member(self._value_of(node.value), node.attr)
        return MISSING

    def _around(self, name: str) -> Value:
        holder = self.closure.find(name) if self.closure is not None else None
        return MISSING if holder is None else holder.names[name]

    @staticmethod
    def _tells(value: Value) -> bool:
        """Return whether a value says itself what it is."""
        return (
            isinstance(
                value,
                Function | ClassValue | External | Bound | StaticMethod | Partial | Builtin | dict,
            )
            or known(value)
            or isinstance(value, str)
            or hasattr(value, "constant_text")
        )


def constant_text(value: Value) -> str:
    """Return a text that tells a value from others, as far as it is known."""
    told = getattr(value, "constant_text", None)
    if isinstance(told, str):
        return told
    if isinstance(value, External):
        return value.path
    if isinstance(value, Builtin):
        return value.name
    if isinstance(value, dict):
        pairs = list(value.items())[:ELEMENT_LIMIT]
        return repr([(constant_text(key), constant_text(item)) for key, item in pairs])
    if isinstance(value, set | frozenset):
        return repr(sorted(constant_text(item) for item in value))
    if isinstance(value, list | tuple):
        return repr([constant_text(item) for item in value[:ELEMENT_LIMIT]])
    return fingerprintable(value) if known(value) or isinstance(value, str) else "?"


def _member(owner: Value, name: str) -> Value:
    match owner:
        case ModuleValue():
            return owner.environment.names.get(name, MISSING)
        case ClassValue():
            return owner.find(name)
        case External():
            return External(f"{owner.path}.{name}")
        case Instance():
            if name in owner.attributes:
                return owner.attributes[name]
            found = owner.cls.find(name)
            return Bound(owner, name, found) if isinstance(found, Function) else found
        case _:
            return MISSING


def _positions(function: Value) -> dict[str, str]:
    """Return the numbers of a function's parameters, for arguments that are given by name."""
    if isinstance(function, Bound):
        function = function.function
    if not isinstance(function, Function):
        return {}
    return {name: f"${index}" for index, name in enumerate(_parameters(function.node.args))}


def _parameters(arguments: ast.arguments) -> list[str]:
    """Return the names of a function's parameters, in order."""
    parts = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs]
    return [part.arg for part in (*parts, arguments.kwarg) if part is not None]


def _says_nothing(statement: ast.stmt) -> bool:
    """Return whether a statement has no effect: a docstring, `pass`, a bare annotation."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value is None
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass | ast.Global | ast.Nonlocal)


def bound_names(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the names that code binds in its own scope, those of functions inside it left out."""
    found: dict[str, None] = {}
    shared: set[str] = set()
    pending = deque(nodes)
    while pending:
        node = pending.popleft()
        match node:
            case ast.Name(ctx=ast.Store()):
                found.setdefault(node.id)
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                found.setdefault(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                found.setdefault(name)
            case ast.alias():
                found.setdefault(node.asname or node.name.partition(".")[0])
            case ast.Global() | ast.Nonlocal():
                shared.update(node.names)
            case _:
                pass
        if not isinstance(node, (*DEFINITIONS, *COMPREHENSIONS, ast.ClassDef)):
            pending.extend(ast.iter_child_nodes(node))
    return [name for name in found if name not in shared]
