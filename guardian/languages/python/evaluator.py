"""Expressions of the interpreted program: names, operators, calls, comprehensions, f-strings."""

import ast
from abc import abstractmethod
from collections.abc import Callable, Sequence

from guardian.languages.python.branches import CONTAINER_LIMIT, TEXT_LIMIT
from guardian.languages.python.machine import SHORT_TEXT, Machine, keyword_nodes
from guardian.languages.python.operators import (
    BINARY,
    COMPARE,
    COMPARISONS,
    METHODS,
    UNARY,
    WIDE,
    computable,
    element_node,
    hashable,
    hashable_set,
    is_test,
    node_name,
    number,
    same_type,
    too_large,
)
from guardian.languages.python.overriding import override
from guardian.languages.python.python_builtins import BUILTINS
from guardian.languages.python.records import VALUE_ENUMS, has_base, members
from guardian.languages.python.relevance import argument_given
from guardian.languages.python.values import (
    MISSING,
    Assumed,
    Builtin,
    Call,
    Environment,
    External,
    Function,
    Instance,
    Stream,
    Text,
    Unknown,
    Value,
    as_text,
    fingerprintable,
    known,
    to_text,
    truth,
)

# Tuples: a union of types would be made anew each time that a value is looked at.
_LINKS = (ast.Call, ast.Attribute, ast.Subscript)


class Evaluator(Machine):
    """Evaluates expressions.

    Statements and calls of functions are left to the classes built on it.
    """

    def __init__(self, **state: object) -> None:
        """Set up the table of what evaluates which syntax."""
        super().__init__(**state)  # type: ignore[arg-type]  # handed through unchanged
        self.open_tests = 0
        self._table: dict[type[ast.expr], Callable[..., Value]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Call: self._chain,
            ast.Attribute: self._chain,
            ast.Subscript: self._chain,
            ast.BinOp: self._binary_chain,
            ast.BoolOp: self._bool,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
            ast.JoinedStr: self._joined,
            ast.List: lambda node, scope: self._elements(node.elts, scope),
            ast.Tuple: lambda node, scope: tuple(self._elements(node.elts, scope)),
            ast.Set: lambda node, scope: hashable_set(self._elements(node.elts, scope)),
            ast.Dict: self._dict,
            ast.ListComp: self._comprehension,
            ast.GeneratorExp: self._generator,
            ast.SetComp: lambda node, scope: hashable_set(self._comprehension(node, scope)),
            ast.DictComp: self._dict_comprehension,
            ast.Lambda: self.make_function,
            ast.NamedExpr: self._walrus,
            ast.Await: lambda node, scope: self.evaluate(node.value, scope),
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield_from,
            ast.Slice: self._slice,
        }

    @abstractmethod
    def make_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Environment
    ) -> Function:
        """Return the function that a definition makes."""

    @abstractmethod
    def assign(self, target: ast.expr, value: Value, scope: Environment) -> None:
        """Bind a target to a value."""

    @abstractmethod
    def emit(self, value: Value) -> None:
        """Collect a value that a generator yields."""

    @override
    def evaluate(self, node: ast.expr, scope: Environment) -> Value:
        """Return the value of an expression; `Unknown` for syntax that has no meaning here."""
        budget = self.budget
        budget.left -= 1
        if budget.left < budget.floor:
            budget.spend(0)
        handler = self._table.get(type(node))
        return Unknown() if handler is None else handler(node, scope)

    def _constant(self, node: ast.Constant, _: Environment) -> Value:
        value = node.value
        if type(value) is str and len(value) > SHORT_TEXT:
            self.remember_origin(value, node)
        return Unknown() if value is ... else value

    def _name(self, node: ast.Name, scope: Environment) -> Value:
        name = node.id
        holder: Environment | None = scope
        while holder is not None:
            if name in holder.names:
                return holder.names[name]
            holder = holder.around
        return self.undefined(name, scope)

    def undefined(self, name: str, scope: Environment) -> Value:
        """Return what a name means that no environment holds.

        A star import, a builtin, a notebook's global.
        """
        for path in reversed(scope.outermost().stars):
            if self.library.offers(f"{path}.{name}"):
                return External(f"{path}.{name}")
        if name in BUILTINS:
            return Builtin(name, BUILTINS[name])
        if name in {"__name__", "__file__"}:
            return scope.module.name if name == "__name__" else scope.module.path
        value = self.library.ambient(name, self)
        return Unknown(name) if value is MISSING else value

    def _chain(self, node: ast.expr, scope: Environment) -> Value:
        # Method chains of a thousand calls are one expression: walked in a loop, not by recursion.
        links: list[ast.Call | ast.Attribute | ast.Subscript] = []
        inner: ast.expr = node
        while isinstance(inner, _LINKS):
            links.append(inner)
            inner = inner.func if isinstance(inner, ast.Call) else inner.value
        value = self.evaluate(inner, scope)
        index = len(links) - 1
        spend = self.budget.spend
        while index >= 0:
            spend()
            link = links[index]
            follower = links[index - 1] if index else None
            if type(link) is ast.Attribute and type(follower) is ast.Call:
                value = self.call_method(value, link.attr, self.arguments(follower, scope))
                index -= 1
            else:
                value = self._link(value, link, scope)
            index -= 1
        return value

    def _link(
        self, value: Value, link: ast.Call | ast.Attribute | ast.Subscript, scope: Environment
    ) -> Value:
        if isinstance(link, ast.Attribute):
            return self.attribute(value, link.attr)
        if isinstance(link, ast.Subscript):
            return self.subscript(value, self.evaluate(link.slice, scope), link)
        if isinstance(value, Builtin) and value.name == "super" and not link.args:
            return self.super_of(scope)
        if isinstance(value, Builtin) and value.name in {"locals", "globals"}:
            return dict(scope.names) if value.name == "locals" else scope.outermost().names
        return self.call(value, self.arguments(link, scope))

    @abstractmethod
    def super_of(self, scope: Environment) -> Value:
        """Return what `super()` means in the method being run."""

    def arguments(self, node: ast.Call, scope: Environment) -> Call:
        """Return a call with its arguments evaluated, starred ones spread out."""
        args: list[Value] = []
        nodes: list[ast.expr | None] = []
        for argument in node.args:
            if type(argument) is ast.Starred:
                spread = self.iterate(self.evaluate(argument.value, scope))
                args.extend([Unknown()] if spread is None else spread)
                nodes.extend(
                    [
                        element_node(argument.value, index, spread)
                        for index in range(len(args) - len(nodes))
                    ]
                )
            else:
                args.append(self.evaluate(argument, scope))
                nodes.append(argument)
        kwargs: dict[str, Value] = {}
        if not node.keywords:
            return Call(self, args, kwargs, node, nodes)
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict):
                kwargs.update({key: item for key, item in value.items() if isinstance(key, str)})
        return Call(self, args, kwargs, node, nodes, keyword_nodes(node))

    def _elements(self, nodes: Sequence[ast.expr], scope: Environment) -> list[Value]:
        made: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                spread = self.iterate(self.evaluate(node.value, scope))
                made.extend([Unknown()] if spread is None else spread)
            else:
                made.append(self.evaluate(node, scope))
        return made

    def _dict(self, node: ast.Dict, scope: Environment) -> Value:
        made: dict[Value, Value] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, scope)
            if key_node is None:
                made.update(value if isinstance(value, dict) else {})
            else:
                made[hashable(self.evaluate(key_node, scope))] = value
        return made

    def _walrus(self, node: ast.NamedExpr, scope: Environment) -> Value:
        value = self.evaluate(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def _yield(self, node: ast.Yield, scope: Environment) -> Value:
        self.emit(self.evaluate(node.value, scope) if node.value else None)
        return Unknown()

    def _yield_from(self, node: ast.YieldFrom, scope: Environment) -> Value:
        for value in self.iterate(self.evaluate(node.value, scope)) or [Unknown()]:
            self.emit(value)
        return Unknown()

    def _slice(self, node: ast.Slice, scope: Environment) -> Value:
        parts = [
            None if part is None else self.evaluate(part, scope)
            for part in (node.lower, node.upper, node.step)
        ]
        if all(part is None or isinstance(part, int) for part in parts):
            return slice(*parts)
        return Unknown()

    def _conditional(self, node: ast.IfExp, scope: Environment) -> Value:
        condition = self.evaluate(node.test, scope)
        answer = argument_given(condition, [node.body], [node.orelse])
        if answer is None:
            answer = self.holds(node, condition)
        return self.evaluate(node.body if answer else node.orelse, scope)

    def _bool(self, node: ast.BoolOp, scope: Environment) -> Value:
        stops_at = isinstance(node.op, ast.Or)
        keys: list[str] = []
        value: Value = None
        for operand in node.values:
            value = self.evaluate(operand, scope)
            answer = truth(value)
            if answer is stops_at:
                return value
            if answer is None:
                if stops_at and isinstance(value, Text | Unknown) and not is_test(value):
                    # `args.path or "default"`: the name of the argument is the better name.
                    return value
                keys.append(fingerprintable(value))
        word = " or " if stops_at else " and "
        return Unknown(key=word.join(keys)) if keys else value

    def _unary(self, node: ast.UnaryOp, scope: Environment) -> Value:
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            answer = truth(value)
            if answer is not None:
                return not answer
            return Unknown(key=f"not {fingerprintable(value)}")
        sign = UNARY[type(node.op)]
        if isinstance(value, Assumed):
            value = value.value
        if isinstance(value, int | float):
            return -value if sign == "-" else value if sign == "+" else ~int(value)
        operate = getattr(value, "operate_unary", None)
        return operate(sign, self) if operate is not None else Unknown()

    def _binary_chain(self, node: ast.BinOp, scope: Environment) -> Value:
        chain: list[ast.BinOp] = []
        inner: ast.expr = node
        while isinstance(inner, ast.BinOp):
            chain.append(inner)
            inner = inner.left
        value = self.evaluate(inner, scope)
        for link in reversed(chain):
            self.budget.spend()
            value = self.binary(link.op, value, self.evaluate(link.right, scope), link)
        return value

    @override
    def builtin(self, name: str) -> Value:
        """Return one of Python's builtin functions."""
        return Builtin(name, BUILTINS[name])

    @override
    def special(self, owner: Value, name: str, *args: Value) -> Value:
        """Return what a method like `__add__` of an object gives; `MISSING` where it has none."""
        found = owner.cls.find(name) if isinstance(owner, Instance) else MISSING
        if not isinstance(found, Function):
            return MISSING
        return self.run_function(found, Call(self, [owner, *args], {}))

    @override
    def shown(self, value: Value) -> Value:
        """Return an object as its own `__str__` prints it; any other value as it is."""
        if not isinstance(value, Instance):
            return value
        for name, given in (("__format__", ("",)), ("__str__", ()), ("__repr__", ())):
            made = self.special(value, name, *given)
            if isinstance(made, str):
                return made
        return value

    def _by_method(self, op: ast.operator, left: Value, right: Value) -> Value:
        name = METHODS.get(type(op), "")
        made = self.special(left, f"__{name}__", right)
        return self.special(right, f"__r{name}__", left) if made is MISSING else made

    @override
    def binary(self, op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        """Return `left op right`."""
        if isinstance(left, Instance) or isinstance(right, Instance):
            made = self._by_method(op, left, right)
            if made is not MISSING:
                return made
        sign, compute = BINARY.get(type(op), ("", None))
        for value, other, reflected in ((left, right, False), (right, left, True)):
            operate = getattr(value, "operate", None)
            if operate is not None:
                return operate(sign, other, self, reflected=reflected)
        if sign == "%" and isinstance(left, str):
            return self._percent(left, right)
        if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
            return self._concatenate(left, right, node)
        if compute is None or too_large(sign, left, right):
            return Unknown()
        first, second = number(left), number(right)
        if not computable(first) or not computable(second):
            return Unknown()
        try:
            made = compute(first, second)
        except (TypeError, ValueError, ArithmeticError, MemoryError):
            return Unknown()
        if isinstance(left, Assumed) or isinstance(right, Assumed):
            return Assumed(made) if isinstance(made, int | float) else Unknown()
        return as_text(made, left, right) if isinstance(made, str) else made

    def _concatenate(self, left: Value, right: Value, node: ast.AST) -> Value:
        hints = (
            (node_name(node.left), node_name(node.right))
            if isinstance(node, ast.BinOp)
            else ("", "")
        )
        first, second = to_text(left, hint=hints[0]), to_text(right, hint=hints[1])
        if len(first) + len(second) > TEXT_LIMIT:
            return Unknown()
        made = as_text(first + second, left, right)
        self.inherit_origin(made, left)
        return made

    def _percent(self, template: str, values: Value) -> Value:
        operands: dict[str, str] | tuple[Value, ...]
        if isinstance(values, dict):
            operands = {str(key): to_text(value, hint=str(key)) for key, value in values.items()}
        else:
            parts = values if isinstance(values, tuple) else (values,)
            operands = tuple(
                part if isinstance(part, int | float) else to_text(part) for part in parts
            )
        texts = operands.values() if isinstance(operands, dict) else operands
        longest = max((len(item) for item in texts if isinstance(item, str)), default=0)
        if WIDE.search(template) or template.count("%") * longest > TEXT_LIMIT:
            return Unknown()
        try:
            made = as_text(template % operands, template, values)
        except (TypeError, ValueError, KeyError, OverflowError):
            return Unknown()
        self.inherit_origin(made, template)
        return made

    def _joined(self, node: ast.JoinedStr, scope: Environment) -> Value:
        pieces: list[str] = []
        operands: list[Value] = []
        room = TEXT_LIMIT
        for part in node.values:
            if isinstance(part, ast.Constant):
                pieces.append(str(part.value))
                continue
            if not isinstance(part, ast.FormattedValue):
                continue
            value = self.shown(self.evaluate(part.value, scope))
            operands.append(value)
            spec = (
                self._joined(part.format_spec, scope)
                if isinstance(part.format_spec, ast.JoinedStr)
                else ""
            )
            pieces.append(to_text(value, str(spec), hint=node_name(part.value)))
            room -= len(pieces[-1])
            if room < 0:
                return Unknown()
        made = "".join(pieces)
        text = as_text(made, *operands)
        self.remember_origin(text, node)
        return text

    def _compare(self, node: ast.Compare, scope: Environment) -> Value:
        left = self.evaluate(node.left, scope)
        answers: list[Value] = []
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node, scope)
            answer = self.compare(op, left, right)
            if answer is False or not isinstance(answer, bool | Unknown):
                return answer
            answers.append(answer)
            left = right
        return next((answer for answer in answers if isinstance(answer, Unknown)), True)

    @override
    def compare(self, op: ast.cmpop, left: Value, right: Value) -> Value:
        """Return what a comparison gives; an `Unknown` with a key where only a run would tell."""
        if isinstance(left, Instance) or isinstance(right, Instance):
            made = self._compare_objects(op, left, right)
            if made is not MISSING:
                return made
        if isinstance(op, ast.Is | ast.IsNot):
            return self._identity(op, left, right)
        if isinstance(op, ast.In | ast.NotIn):
            return self._membership(op, left, right)
        same = same_type(left, right)
        if same is not None and isinstance(op, ast.Eq | ast.NotEq):
            return same is isinstance(op, ast.Eq)
        sign, compute = COMPARE[type(op)]
        for value, other, reflected in ((left, right, False), (right, left, True)):
            operate = getattr(value, "operate", None)
            if operate is not None:
                return operate(sign, other, self, reflected=reflected)
        if known(left) and known(right):
            try:
                return bool(compute(left, right))
            except TypeError:
                return Unknown()
        if sign in {"==", "!="} and left is right and not isinstance(left, Unknown | Text):
            return sign == "=="
        if sign == "!=":
            return Unknown(key=f"not {fingerprintable(left)} == {fingerprintable(right)}")
        return Unknown(key=f"{fingerprintable(left)} {sign} {fingerprintable(right)}")

    def _compare_objects(self, op: ast.cmpop, left: Value, right: Value) -> Value:
        """Return what objects' own methods give, or whether two members of an enum are one."""
        if isinstance(op, ast.In | ast.NotIn):
            made = self.special(right, "__contains__", left)
            answer = truth(made) if made is not MISSING else None
            return MISSING if answer is None else answer is isinstance(op, ast.In)
        name = COMPARISONS.get(type(op), "")
        made = self.special(left, f"__{name}__", right)
        if made is not MISSING or name not in {"eq", "ne"}:
            return made
        for member, other in ((left, right), (right, left)):
            if isinstance(member, Instance) and member in members(member.cls):
                same = self._is_member(member, other)
                return MISSING if same is None else same is (name == "eq")
        return MISSING

    def _is_member(self, member: Instance, other: Value) -> bool | None:
        if isinstance(other, Instance):
            return member is other
        if has_base(member.cls, VALUE_ENUMS):
            return truth(self.compare(ast.Eq(), member.attributes["value"], other))
        return False if known(other) else None

    def _identity(self, op: ast.cmpop, left: Value, right: Value) -> Value:
        positive = isinstance(op, ast.Is)
        same = same_type(left, right)
        if same is not None:
            return same is positive
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            key = f"{fingerprintable(left)} is {fingerprintable(right)}"
            return Unknown(key=key if positive else f"not {key}")
        if isinstance(right, bool) and isinstance(left, Assumed | Text):
            return Unknown()
        return (left is right) is positive

    def _membership(self, op: ast.cmpop, left: Value, right: Value) -> Value:
        positive = isinstance(op, ast.In)
        test = getattr(left, "membership", None)
        if test is not None:
            answer: Value = test(right, positive=positive)
            return answer
        contains = getattr(right, "contains", None)
        if contains is not None:
            given: Value = contains(left, positive=positive)
            return given
        elements: list[Value] | str | None = (
            right if isinstance(right, str) else self.iterate(right)
        )
        if elements is not None and known(left) and (not isinstance(right, Text)):
            try:
                if left in elements:
                    return positive
            except TypeError:
                return Unknown()
            if all(known(item) for item in elements):
                return not positive
        key = f"{fingerprintable(left)} in {fingerprintable(right)}"
        return Unknown(key=key if positive else f"not {key}")

    def _generator(self, node: ast.GeneratorExp, scope: Environment) -> Value:
        before, self.open_tests = self.open_tests, 0
        made = Stream(self._comprehension(node, scope))
        made.narrowed = self.open_tests > 0
        self.open_tests = before
        return made

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Environment
    ) -> list[Value]:
        made: list[Value] = []
        self._generate(
            node.generators,
            Environment(scope.module, scope),
            lambda inner: made.append(self.evaluate(node.elt, inner)),
        )
        return made

    def _dict_comprehension(self, node: ast.DictComp, scope: Environment) -> Value:
        made: dict[Value, Value] = {}

        def add(inner: Environment) -> None:
            made[hashable(self.evaluate(node.key, inner))] = self.evaluate(node.value, inner)

        self._generate(node.generators, Environment(scope.module, scope), add)
        return made

    def _generate(
        self,
        generators: Sequence[ast.comprehension],
        scope: Environment,
        add: Callable[[Environment], None],
    ) -> None:
        if not generators:
            add(scope)
            return
        first, rest = generators[0], generators[1:]
        elements = self.iterate(self.evaluate(first.iter, scope))
        for element in [Unknown()] if elements is None else elements[:CONTAINER_LIMIT]:
            self.assign(first.target, element, scope)
            if all(self._keeps(test, first.target, scope) for test in first.ifs):
                self._generate(rest, scope, add)

    def _keeps(self, test: ast.expr, target: ast.expr, scope: Environment) -> bool:
        value = self.evaluate(test, scope)
        narrowed = getattr(value, "narrowed", None)
        if narrowed is not None and isinstance(target, ast.Name):
            scope.names[target.id] = narrowed
        elif isinstance(target, ast.Name) and truth(value) is None:
            narrow = getattr(scope.names.get(target.id), "partial", None)
            if narrow is not None:
                scope.names[target.id] = narrow()
        answer = truth(value)
        self.open_tests += answer is None
        return answer is not False
