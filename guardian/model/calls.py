"""Scalar calls in normal form: one constructor for each function whose forms we know."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from guardian.model.cases import case, coalesce, nullif
from guardian.model.expression import (
    NULL,
    ONE,
    Expression,
    as_set,
    const,
    flatten,
    in_order,
    is_const,
    make,
    name_of,
    plain,
)
from guardian.model.logic import between, compared, conjunction, disjunction, negation, one_of

Constructor: TypeAlias = Callable[[tuple[Expression, ...]], Expression]


def call(name: str, args: Sequence[Expression], option: str = "") -> Expression:
    """Return the normal form of a call in the vocabulary of `model/plan.py`."""
    arguments = tuple(args)
    if name in DIVISIONS and len(arguments) == 2:
        return _divided(name, arguments, option)
    if name == "trim":
        return _trimmed(arguments, option)
    constructor = _CONSTRUCTORS.get(name)
    if constructor is not None and not option:
        return constructor(arguments)
    if name in {"cast", "try_cast"}:
        return _cast(name, arguments, option)
    if name == "field":
        return _field(arguments[0], option)
    return plain(name, arguments, option)


def _cast(name: str, args: tuple[Expression, ...], option: str) -> Expression:
    inner = args[0]
    same = inner.op == "call" and inner.value == (name, option)
    return inner if same else plain(name, args, option)


def _field(struct: Expression, name: str) -> Expression:
    """Return a struct's field; of a struct built here, what it was built from.

    Of a CASE that gives structs built here it is the CASE of their fields.
    """
    if name_of(struct) == "case":
        *pairs, otherwise = struct.args
        values = [*pairs[1::2], otherwise]
        if all(value is NULL or struct_part(value, name) is not None for value in values):
            fields = [NULL if value is NULL else _field(value, name) for value in values]
            chosen = [part for both in zip(pairs[::2], fields, strict=False) for part in both]
            return case((*chosen, fields[-1]))
    part = struct_part(struct, name)
    return plain("field", (struct,), name) if part is None else part


def struct_part(struct: Expression, name: str) -> Expression | None:
    """Return what field `name` of a `struct(…)` was built from, None where that cannot be told."""
    if name_of(struct) != "struct":
        return None
    count, places, rests = _places(str(struct.value[1]))
    if count != len(struct.args):
        return None
    place = places.get(name.lower())
    if place is not None:
        return struct.args[place]
    return of_rest(struct.args[rests[0]], name) if len(rests) == 1 else None


@lru_cache(maxsize=256)
def _places(names: str) -> tuple[int, Mapping[str, int], tuple[int, ...]]:
    """Return how many fields there are, where each stands, and where those that nobody lists."""
    folded = [name.strip().lower() for name in names.split(",")]
    places = {name: place for place, name in reversed(list(enumerate(folded))) if name != OPEN}
    return len(folded), places, tuple(i for i, name in enumerate(folded) if name == OPEN)


OPEN = "*"  # the field of a struct, the column of a dataset, that stands for all that nobody lists


def of_rest(value: Expression, name: str) -> Expression | None:
    """Return the column `name` where `value` is all of an input's unknown columns."""
    if value.op == "field" and value.value == OPEN:
        return make("field", value.args, name)
    if name_of(value) == "field" and value.value[1] == OPEN:
        return call("field", value.args, name)
    if value.op in _HOLDING:
        place = _HOLDING[value.op]
        inner = of_rest(value.args[place], name)
        parts = list(value.args)
        parts[place] = parts[place] if inner is None else inner
        return None if inner is None else make(value.op, parts, value.value)
    if value.op == "merge":
        arms = [of_rest(part, name) for part in value.args]
        known = [arm for arm in arms if arm is not None]
        return make("merge", known, value.value) if len(known) == len(arms) else None
    return None


_HOLDING = {"member": 1, "maybe": 0, "outer": 0, "fanned": 0}


def _commuting(name: str) -> Constructor:
    """Return a constructor for + and *.

    Two operands change places, groups stay (floats do not reassociate).
    """

    def commuting(args: tuple[Expression, ...]) -> Expression:
        if any(is_const(arg, "string") for arg in args):
            return plain(name, args)
        if all(map(_is_integer, args)):
            one, other = (int(arg.value[1]) for arg in args)
            return const("number", str(one + other if name == "add" else one * other))
        return plain(name, in_order(args))

    return commuting


def _is_integer(expression: Expression) -> bool:
    """Return whether this is an integer constant, small enough to compute with in every engine."""
    if not is_const(expression, "number"):
        return False
    text = str(expression.value[1])
    return text.lstrip("-").isdigit() and len(text) < 5


def _shifting(name: str) -> Constructor:
    """Return a constructor for LAG and LEAD: one row, and NULL where there is none, written out."""

    def shifting(args: tuple[Expression, ...]) -> Expression:
        subject, *rest = args
        offset = rest[0] if rest else ONE
        default = [arg for arg in rest[1:] if arg is not NULL]
        return plain(name, (subject, offset, *default))

    return shifting


DIVISIONS = frozenset({"div", "int_div", "mod"})


def _divided(name: str, args: tuple[Expression, ...], option: str) -> Expression:
    """Return a division; one by `NULLIF(y, 0)` as the CASE that it is."""
    left, right = args
    if name_of(right) == "case" and len(right.args) == 3 and right.args[1] is NULL:
        condition, _, divisor = right.args
        return case((condition, NULL, plain(name, (left, divisor), option)))
    return plain(name, args, option)


def _trimmed(args: tuple[Expression, ...], option: str) -> Expression:
    """Return TRIM; blanks on both sides are what it takes away where nothing is said."""
    option = "" if option == "position=both" else option
    if len(args) == 2 and args[1] is const("string", " "):
        args = args[:1]
    return _once("trim")(args) if len(args) == 1 and not option else plain("trim", args, option)


def _once(name: str) -> Constructor:
    """Return a constructor for a function of which the second application changes nothing."""

    def once(args: tuple[Expression, ...]) -> Expression:
        again = len(args) == 1 and args[0].op == "call" and args[0].value == (name, "")
        return args[0] if again else plain(name, args)

    return once


def _left(args: tuple[Expression, ...]) -> Expression:
    counted = len(args) == 2 and is_const(args[1], "number") and str(args[1].value[1]).isdigit()
    return plain("substring", (args[0], ONE, args[1])) if counted else plain("left", args)


def _round(args: tuple[Expression, ...]) -> Expression:
    whole = len(args) == 2 and args[1] is const("number", "0")
    return plain("round", args[:1] if whole else args)


def _date_part(args: tuple[Expression, ...]) -> Expression:
    unit, *rest = args
    if len(rest) != 1 or not is_const(unit, "string"):
        return plain("date_part", args)
    text = str(unit.value[1]).lower()
    return plain("extract", rest, text[:-1] if len(text) > 3 and text.endswith("s") else text)


def _like(args: tuple[Expression, ...]) -> Expression:
    """Return LIKE; `x LIKE 'ab%'` as the test for a prefix."""
    if len(args) == 2 and is_const(args[1], "string"):
        pattern = str(args[1].value[1])
        if pattern.endswith("%") and len(pattern) > 1 and not set(pattern[:-1]) & set("%_\\["):
            return plain("starts_with", (args[0], const("string", pattern[:-1])))
    return plain("like", args)


def _neg(args: tuple[Expression, ...]) -> Expression:
    inner = args[0]
    if is_const(inner, "number"):
        text = inner.value[1]
        return const("number", text[1:] if text.startswith("-") else f"-{text}")
    return inner.args[0] if name_of(inner) == "neg" else plain("neg", args)


def _concat(args: tuple[Expression, ...]) -> Expression:
    return plain("concat", flatten("concat", args))


def _set_of(name: str) -> Constructor:
    def ordered(args: tuple[Expression, ...]) -> Expression:
        return plain(name, as_set(flatten(name, args)))

    return ordered


def _comparing(name: str) -> Constructor:
    return lambda args: compared(name, args)


_CONSTRUCTORS: dict[str, Constructor] = {
    "and": conjunction,
    "or": disjunction,
    "not": lambda args: negation(args[0]),
    **{name: _comparing(name) for name in ("eq", "neq", "is", "lt", "le", "gt", "ge")},
    "between": between,
    "in": one_of,
    "coalesce": coalesce,
    "case": case,
    "nullif": nullif,
    "add": _commuting("add"),
    "mul": _commuting("mul"),
    "neg": _neg,
    "concat": _concat,
    "lag": _shifting("lag"),
    "lead": _shifting("lead"),
    "left": _left,
    "round": _round,
    "date_part": _date_part,
    "like": _like,
    "lower": _once("lower"),
    "upper": _once("upper"),
    "greatest": _set_of("greatest"),
    "least": _set_of("least"),
}
