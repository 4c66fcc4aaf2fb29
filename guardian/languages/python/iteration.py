"""`itertools`, `operator` and what of `functools` works on values, over abstract values."""

import itertools
from collections.abc import Callable, Iterable

from guardian.languages.python.branches import CONTAINER_LIMIT
from guardian.languages.python.operators import OPERATOR_FUNCTIONS
from guardian.languages.python.values import (
    Builtin,
    Call,
    Function,
    Handler,
    Stream,
    Unknown,
    Value,
    known,
    truth,
)


def _taken(made: Iterable[Value]) -> Value:
    return Stream(itertools.islice(made, CONTAINER_LIMIT))


def _over(make: Callable[[Call, list[list[Value]]], Iterable[Value]]) -> Handler:
    """Return a function of iterables: unknown where one of them is."""

    def answer(call: Call) -> Value:
        columns = [call.machine.iterate(arg) for arg in call.args]
        lists = [column for column in columns if column is not None]
        return _taken(make(call, lists)) if len(lists) == len(columns) else Unknown()

    return answer


def _product(call: Call, columns: list[list[Value]]) -> Iterable[Value]:
    repeat = call.kwargs.get("repeat", 1)
    if isinstance(repeat, int) and 1 < repeat <= 10:
        columns = columns * repeat
    size = 1
    for column in columns:
        size *= max(1, len(column))
    return itertools.product(*columns) if size <= CONTAINER_LIMIT else ()


def _sized(name: str) -> Handler:
    def answer(call: Call) -> Value:
        elements, count = call.machine.iterate(call.value(0)), call.value(1, "r")
        if elements is None or not (count is None or isinstance(count, int)):
            return Unknown()
        if len(elements) > 50 or (name == "permutations" and (count or len(elements)) > 4):
            return Unknown()
        make = getattr(itertools, name)
        return _taken(make(elements, count) if count is not None else make(elements))

    return answer


def _slice(call: Call) -> Value:
    elements, bounds = call.machine.iterate(call.value(0)), call.args[1:]
    known = [bound for bound in bounds if bound is None or isinstance(bound, int)]
    if elements is None or len(known) < len(bounds):
        return Unknown()
    return Stream(elements[slice(*known)])


def _accumulate(call: Call) -> Value:
    elements = call.machine.iterate(call.value(0))
    if elements is None:
        return Unknown()
    add = call.value(1, "func") or Builtin("operator.add", OPERATOR_FUNCTIONS["add"])
    start = call.kwargs.get("initial")
    made = [start] if start is not None else elements[:1]
    for element in elements if start is not None else elements[1:]:
        made.append(call.machine.apply(add, made[-1], element))
    return Stream(made)


def _starmap(call: Call) -> Value:
    rows = call.machine.iterate(call.value(1))
    if rows is None:
        return Unknown()
    spread = [call.machine.iterate(row) or [Unknown()] for row in rows]
    return Stream(call.machine.apply(call.value(0), *row) for row in spread)


def _group_by(call: Call) -> Value:
    elements = call.machine.iterate(call.value(0))
    if elements is None:
        return Unknown()
    key = call.value(1, "key")
    groups: list[tuple[Value, list[Value]]] = []
    for element in elements:
        mark = element if key is None else call.machine.apply(key, element)
        if groups and known(mark) and groups[-1][0] == mark:
            groups[-1][1].append(element)
        else:
            groups.append((mark, [element]))
    return Stream(groups)


def _while(*, take: bool) -> Handler:
    def answer(call: Call) -> Value:
        elements = call.machine.iterate(call.value(1))
        if elements is None:
            return Unknown()
        answers = [truth(call.machine.apply(call.value(0), item)) for item in elements]
        end = next((i for i, held in enumerate(answers) if held is False), len(elements))
        return Stream(elements[:end] if take else elements[end:])

    return answer


def _filter_false(call: Call) -> Value:
    elements = call.machine.iterate(call.value(1))
    if elements is None:
        return Unknown()
    kept = [item for item in elements if truth(call.machine.apply(call.value(0), item)) is not True]
    return Stream(kept)


def _flatten(call: Call) -> Value:
    parts = call.machine.iterate(call.value(0)) or []
    return Stream(item for part in parts for item in (call.machine.iterate(part) or []))


def _repeat(call: Call) -> Value:
    times = call.value(1, "times")
    return Stream([call.value(0)] * min(times, 1000)) if isinstance(times, int) else Unknown()


def _item_getter(call: Call) -> Value:
    keys = list(call.args)

    def pick(inner: Call) -> Value:
        found = [inner.machine.subscript(inner.value(0), key) for key in keys]
        return found[0] if len(found) == 1 else tuple(found)

    return Builtin("itemgetter", pick)


def _attribute_getter(call: Call) -> Value:
    names = [str(arg) for arg in call.args]

    def pick(inner: Call) -> Value:
        found = []
        for path in names:
            value = inner.value(0)
            for name in path.split("."):
                value = inner.machine.attribute(value, name)
            found.append(value)
        return found[0] if len(found) == 1 else tuple(found)

    return Builtin("attrgetter", pick)


def _method_caller(call: Call) -> Value:
    name = str(call.value(0))
    given = call.shifted()
    return Builtin(
        "methodcaller", lambda inner: inner.machine.call_method(inner.value(0), name, given)
    )


def _single_dispatch(call: Call) -> Value:
    return Dispatcher(call.value(0))


class Dispatcher:
    """A function of `functools.singledispatch`: the first argument's type picks what runs."""

    def __init__(self, default: Value) -> None:
        """Start with what runs for every other type."""
        self.default = default
        self.chosen: list[tuple[Value, Value]] = []

    def attribute(self, name: str, machine: object) -> Value:
        """Return nothing: it is called, and registers."""
        del name, machine
        from guardian.languages.python.values import MISSING  # noqa: PLC0415 - rare

        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Register a function for a type, or run the one for the argument's type."""
        if name == "register":
            return self._register(call)
        if name == "__call__":
            check = call.machine.builtin("isinstance")
            for kind, function in reversed(self.chosen):
                if truth(call.machine.apply(check, call.value(0), kind)):
                    return call.machine.call(function, call)
            return call.machine.call(self.default, call)
        return Unknown(name, weak=True)

    def _register(self, call: Call) -> Value:
        first = call.value(0)
        if isinstance(first, Function):
            arguments = first.node.args
            parameters = [*arguments.posonlyargs, *arguments.args]
            annotation = parameters[0].annotation if parameters else None
            kind = call.machine.evaluate(annotation, first.closure) if annotation else Unknown()
            self.chosen.append((kind, first))
            return first
        if call.has(1, "func"):
            self.chosen.append((first, call.value(1, "func")))
            return call.value(1, "func")

        def note(inner: Call) -> Value:
            self.chosen.append((first, inner.value(0)))
            return inner.value(0)

        return Builtin("register", note)


CALLS: dict[str, Handler] = {
    "itertools.chain": _over(lambda _, columns: itertools.chain(*columns)),
    "itertools.chain.from_iterable": _flatten,
    "itertools.product": _over(_product),
    "itertools.zip_longest": _over(
        lambda call, columns: itertools.zip_longest(
            *columns, fillvalue=call.kwargs.get("fillvalue")
        )
    ),
    "itertools.pairwise": _over(lambda _, columns: itertools.pairwise(columns[0])),
    "itertools.islice": _slice, "itertools.accumulate": _accumulate, "itertools.starmap": _starmap,
    "itertools.groupby": _group_by, "itertools.repeat": _repeat,
    "itertools.combinations": _sized("combinations"),
    "itertools.permutations": _sized("permutations"),
    "itertools.combinations_with_replacement": _sized("combinations_with_replacement"),
    "itertools.takewhile": _while(take=True), "itertools.dropwhile": _while(take=False),
    "itertools.filterfalse": _filter_false,
    "itertools.tee": lambda call: tuple(
        [Stream(call.machine.iterate(call.value(0)) or []) for _ in range(2)]
    ),
    "operator.itemgetter": _item_getter, "operator.attrgetter": _attribute_getter,
    "operator.methodcaller": _method_caller,
    "functools.singledispatch": _single_dispatch,
    "functools.singledispatchmethod": _single_dispatch,
    **{f"operator.{name}": handler for name, handler in OPERATOR_FUNCTIONS.items()},
}  # fmt: skip
