"""Python's builtin functions and the methods of its own types, over abstract values."""

from collections.abc import Callable, Sequence

from guardian.languages.python.branches import CONTAINER_LIMIT
from guardian.languages.python.containers import sorted_values
from guardian.languages.python.registries import is_step, named_steps, one_of
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Assumed,
    Builtin,
    Call,
    ClassMethod,
    ClassValue,
    External,
    Function,
    Handler,
    Instance,
    Property,
    StaticMethod,
    Stream,
    Text,
    Unknown,
    Value,
    as_text,
    known,
    symbol,
    to_text,
    truth,
)

TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,), "int": (int,), "float": (float,), "bool": (bool,), "list": (list,),
    "tuple": (tuple,),
    "dict": (dict,), "set": (set, frozenset), "bytes": (bytes,),
}  # fmt: skip


# --- builtin functions ----------------------------------------------------------------------------


def _elements(call: Call, position: int = 0) -> list[Value] | None:
    return call.machine.iterate(call.value(position))


def _length(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, Text):
        return Unknown()
    if isinstance(value, str | bytes):
        return len(value)
    own = call.machine.special(value, "__len__")
    if own is not MISSING:
        return own
    elements = _elements(call)
    if elements is None or any(hasattr(item, "membership") for item in elements):
        return Unknown()
    return len(elements)


def _range(call: Call) -> Value:
    plain_values = [arg.value if isinstance(arg, Assumed) else arg for arg in call.args]
    bounds = [bound for bound in plain_values if isinstance(bound, int)]
    if not bounds or len(bounds) < len(plain_values):
        return Unknown()
    try:
        return list(range(*bounds)[:CONTAINER_LIMIT])
    except (TypeError, ValueError, OverflowError):
        return Unknown()


def _enumerate(call: Call) -> Value:
    elements = _elements(call)
    start = call.value(1, "start", 0)
    if elements is None or not isinstance(start, int):
        return Unknown()
    return [(start + index, item) for index, item in enumerate(elements)]


def _zip(call: Call) -> Value:
    columns = [call.machine.iterate(arg) for arg in call.args]
    if any(column is None for column in columns):
        return Unknown()
    return list(zip(*[column or [] for column in columns], strict=False))


def _map(call: Call) -> Value:
    columns = [call.machine.iterate(arg) for arg in call.args[1:]]
    rows = zip(*[[Unknown()] if column is None else column for column in columns], strict=False)
    return [call.machine.apply(call.value(0), *row) for row in rows]


def _filter(call: Call) -> Value:
    elements = _elements(call, 1)
    function = call.value(0)
    if elements is None:
        return Unknown()
    if function is None:
        return [item for item in elements if truth(item) is not False]
    return [item for item in elements if truth(call.machine.apply(function, item)) is not False]


def _sorted_builtin(call: Call) -> Value:
    elements = _elements(call)
    return Unknown() if elements is None else sorted_values(call, elements)


def _sum(call: Call) -> Value:
    import ast  # noqa: PLC0415 - used by this one function

    elements = _elements(call)
    if elements is None or len(elements) > CONTAINER_LIMIT:
        return Unknown()
    total = call.value(1, "start", 0)
    for item in elements:
        total = call.machine.binary(ast.Add(), total, item, call.node or ast.Pass())
    return total


def _extreme(pick: Callable[..., Value]) -> Handler:
    def answer(call: Call) -> Value:
        elements = call.args if len(call.args) > 1 else _elements(call)
        if elements is not None and not elements and "default" in call.kwargs:
            return call.kwargs["default"]
        key = call.kwargs.get("key")
        ranks = [item if key is None else call.machine.apply(key, item) for item in elements or ()]
        if not elements or not all(known(rank) for rank in ranks):
            return Unknown()
        try:
            return pick(zip(ranks, elements, strict=True), key=lambda pair: pair[0])[1]  # type: ignore[index]  # one of the pairs
        except TypeError:
            return Unknown()

    return answer


def _quantified(*, every: bool) -> Handler:
    def answer(call: Call) -> Value:
        elements = _elements(call)
        if elements is None:
            return Unknown()
        answers = [truth(item) for item in elements]
        if (not every) in answers:
            return not every
        return Unknown() if None in answers else every

    return answer


def _isinstance(call: Call) -> Value:
    value, kinds = call.value(0), call.value(1)
    answers = [_is_a(value, kind) for kind in (kinds if isinstance(kinds, tuple) else (kinds,))]
    if True in answers:
        return True
    return Unknown() if None in answers else False


def _is_a(value: Value, kind: Value) -> bool | None:
    if isinstance(value, Unknown):
        return None
    if isinstance(kind, Builtin) and kind.name in TYPES:
        return isinstance(value, TYPES[kind.name]) and not (kind.name == "int" and value is True)
    if isinstance(kind, ClassValue):
        return isinstance(value, Instance) and kind in value.cls.lineage()
    if isinstance(kind, External):
        name = getattr(value, "spark_type", None)
        wanted = kind.path.rpartition(".")[2]
        if name is not None:
            return bool(name == wanted) or wanted in getattr(value, "spark_families", ())
        return None if isinstance(value, Instance) else False
    return None


def _getattr(call: Call) -> Value:
    name = call.value(1)
    if not isinstance(name, str) or (isinstance(name, Text) and OPEN in name):
        options = named_steps(call.value(0), name)
        return one_of(options, name, call.at, call.machine) if options else Unknown()
    found = call.machine.attribute(call.value(0), name)
    return call.value(2) if call.has(2) and isinstance(found, Unknown) and found.weak else found


def _setattr(call: Call) -> Value:
    owner, name = call.value(0), call.value(1)
    if isinstance(owner, Instance | ClassValue) and isinstance(name, str):
        owner.attributes[name] = call.value(2)
    elif isinstance(owner, External) and isinstance(name, str):
        call.machine.library.extend(owner.path, name, call.value(2), call.machine)
    return None


def _hasattr(call: Call) -> Value:
    owner, name = call.value(0), call.value(1)
    if isinstance(owner, Instance) and isinstance(name, str):
        return (
            name in owner.attributes
            or owner.cls.find(name) is not MISSING
            or (Unknown() if owner.cls.external else False)
        )
    return Unknown()


def _string(call: Call) -> Value:
    if not call.args:
        return ""
    value = call.machine.shown(call.value(0))
    return as_text(to_text(value), value)


def _representation(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, str) and not isinstance(value, Text):
        return repr(value)
    return _string(call)


def _formatted(call: Call) -> Value:
    value, spec = call.value(0), call.value(1)
    return as_text(to_text(value, str(spec) if isinstance(spec, str) else ""), value)


def _number_text(make: Callable[..., str | int]) -> Handler:
    def answer(call: Call) -> Value:
        value = call.value(0)
        if isinstance(value, Text) or not isinstance(value, int | str):
            return Unknown()
        try:
            return make(value)
        except (TypeError, ValueError, OverflowError):
            return Unknown()

    return answer


def _divided(call: Call) -> Value:
    left, right = call.value(0), call.value(1)
    if isinstance(left, int | float) and isinstance(right, int | float) and right:
        return divmod(left, right)
    return Unknown()


def _power(call: Call) -> Value:
    import ast  # noqa: PLC0415 - used by this one function

    return call.machine.binary(ast.Pow(), call.value(0), call.value(1), ast.Pass())


def _is_subclass(call: Call) -> Value:
    cls, kinds = call.value(0), call.value(1)
    options = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(cls, ClassValue) or not all(isinstance(kind, ClassValue) for kind in options):
        return Unknown()
    return any(kind in cls.lineage() for kind in options)


def _stream(call: Call) -> Value:
    elements = _elements(call)
    value = call.value(0)
    if elements is None:
        return value if isinstance(value, Unknown) else Unknown()
    return value if isinstance(value, Stream) else Stream(elements)


def _to_number(kind: type) -> Handler:
    def answer(call: Call) -> Value:
        value = call.value(0, "", 0)
        if isinstance(value, Assumed):
            return value
        if isinstance(value, Unknown):
            return value
        try:
            made = kind(str(value)) if isinstance(value, str) else kind(value)
        except (TypeError, ValueError, OverflowError):
            return Unknown()
        return Assumed(made) if isinstance(value, Text) else made

    return answer


def _container(make: Callable[[Sequence[Value]], Value]) -> Handler:
    def answer(call: Call) -> Value:
        if not call.args:
            return make([])
        elements = _elements(call)
        if elements is None:
            return call.value(0) if isinstance(call.value(0), Unknown) else Unknown()
        try:
            return make(elements)
        except TypeError:
            return Unknown()

    return answer


def _dict_of(call: Call) -> Value:
    made: dict[Value, Value] = {}
    first = call.value(0, "", {})
    if isinstance(first, dict):
        made.update(first)
    else:
        for pair in call.machine.iterate(first) or []:
            if (
                isinstance(pair, tuple | list)
                and len(pair) == 2
                and not isinstance(pair[0], list | dict)
            ):
                made[pair[0]] = pair[1]
    made.update(call.kwargs)
    return made


def _type_of(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, Instance):
        return value.cls
    for name, kinds in TYPES.items():
        if type(value) in kinds or (isinstance(value, Text) and name == "str"):
            return Builtin(name, BUILTINS[name])
    return Unknown()


def _next(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, Stream):
        if value.narrowed and len(value) > 1 and all(is_step(item) for item in value):
            return one_of(dict(enumerate(value)), Unknown("next"), call.at, call.machine)
        if value:
            return value.pop(0)
        return call.value(1) if call.has(1) else Unknown()
    own = call.machine.special(value, "__next__")
    if own is not MISSING:
        return own
    elements = _elements(call)
    if elements:
        return elements[0]
    return call.value(1) if elements is not None and call.has(1) else Unknown()


def _open(call: Call) -> Value:
    return call.machine.library.call("builtins.open", call)


def _import(call: Call) -> Value:
    return call.machine.library.call("builtins.__import__", call)


def _property(call: Call) -> Value:
    return Property(call.value(0))


def _reduce_number(name: str) -> Handler:
    def answer(call: Call) -> Value:
        value = call.value(0)
        if isinstance(value, bool | int | float):
            return abs(value) if name == "abs" else round(value, *_digits(call))
        return Unknown()

    return answer


def _digits(call: Call) -> list[int]:
    digits = call.value(1, "ndigits")
    return [digits] if isinstance(digits, int) else []


def _bool(call: Call) -> Value:
    answer = truth(call.value(0))
    return Unknown() if answer is None else answer


def _reversed(call: Call) -> Value:
    elements = _elements(call)
    return Unknown() if elements is None else list(reversed(elements))


def _nothing(_: Call) -> Value:
    return None


def _unknown(_: Call) -> Value:
    return Unknown()


def _callable(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, Unknown | External):
        return Unknown()
    return isinstance(value, Function | ClassValue | Builtin)


def _input(_: Call) -> Value:
    return symbol("input")


BUILTINS: dict[str, Handler] = {
    "len": _length, "range": _range, "enumerate": _enumerate, "zip": _zip, "map": _map,
    "filter": _filter,
    "sorted": _sorted_builtin, "reversed": _reversed, "sum": _sum, "min": _extreme(min),
    "max": _extreme(max),
    "any": _quantified(every=False), "all": _quantified(every=True), "isinstance": _isinstance,
    "issubclass": _is_subclass, "getattr": _getattr, "setattr": _setattr, "hasattr": _hasattr,
    "str": _string,
    "repr": _representation, "int": _to_number(int), "float": _to_number(float), "bool": _bool,
    "list": _container(list), "tuple": _container(tuple), "set": _container(set),
    "frozenset": _container(set),
    "dict": _dict_of, "type": _type_of, "iter": _stream, "next": _next, "open": _open,
    "property": _property, "staticmethod": lambda call: StaticMethod(call.value(0)),
    "classmethod": lambda call: ClassMethod(call.value(0)), "abs": _reduce_number("abs"),
    "round": _reduce_number("round"), "print": _nothing, "callable": _callable,
    "__import__": _import, "input": _input,
    "id": _unknown, "hash": _unknown, "vars": _unknown, "dir": _unknown, "object": _unknown,
    "bytes": _unknown,
    "pow": _power, "chr": _number_text(chr), "ord": _number_text(ord), "hex": _number_text(hex),
    "bin": _number_text(bin), "oct": _number_text(oct), "ascii": _representation,
    "divmod": _divided,
    "format": _formatted, "exit": _unknown,
    "quit": _unknown,
    "super": _unknown, "locals": _unknown, "globals": _unknown, "display": _nothing,
}  # fmt: skip
