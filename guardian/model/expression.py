"""Canonical expressions and relations: equal meaning is one object.

Every `Expression` is hash-consed: `make` returns the same object for the same operator, value and
arguments, so equality is identity. The constructors below it put what they are given into normal
form at birth; each rewrite holds under SQL's three-valued logic for every input
(`tests/test_rewrites.py` runs both sides). When in doubt, two forms stay two.

Scalars: `field` (of an instance), `const`, `symbol`, `call`, `aggregate`, `window`, `member` (a
value seen through a closed relation), `maybe` (a value from the optional side of an outer join),
`merge` (one column of a union), `outer` (a value from around a subquery), `scalar`, `exists`,
`in_rows`, `lambda`, `param`, `opaque`, `ambiguous`. Relations: `scan`, `rows` (a join graph),
`group`, `pick`, `union`, `limit`, … and `instance`: one use of a relation.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

# Strings, numbers, booleans and tuples of these, each operator its own shape; hashable, with a
# stable repr.
Value: TypeAlias = Any


class Expression:
    """A node of the canonical graph. Compare with `is`.

    Made by `make` only. `digest` is stable between runs.
    """

    __slots__ = ("args", "digest", "op", "value")

    def __init__(
        self, op: str, value: Value, args: "tuple[Expression, ...]", digest: bytes
    ) -> None:
        """Take the parts as they are; call `make` instead.

        Which keeps one object for equal parts.
        """
        self.op = op
        self.value = value
        self.args = args
        self.digest = digest

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """Return a short form for debugging."""
        inner = ", ".join(map(repr, self.args))
        return f"{self.op}[{self.value}]({inner})" if self.value != "" else f"{self.op}({inner})"


_interned: dict[tuple[str, Value, tuple[Expression, ...]], Expression] = {}


def make(op: str, args: Iterable[Expression] = (), value: Value = "") -> Expression:
    """Return the one expression with these parts, as they are: no rewriting."""
    arguments = tuple(args)
    key = (op, value, arguments)
    known = _interned.get(key)
    if known is not None:
        return known
    hasher = hashlib.blake2b(f"{op}\x1f{value!r}\x1f".encode(), digest_size=12)
    for argument in arguments:
        hasher.update(argument.digest)
    made = _interned[key] = Expression(op, value, arguments, hasher.digest())
    return made


def _by_digest(expression: Expression) -> bytes:
    return expression.digest


def in_order(expressions: Iterable[Expression]) -> tuple[Expression, ...]:
    """Return `expressions` in the order that stands for "no order", repeats kept."""
    return tuple(sorted(expressions, key=_by_digest))


def as_set(expressions: Iterable[Expression]) -> tuple[Expression, ...]:
    """Return `expressions` in that order, each once."""
    return in_order(dict.fromkeys(expressions))


# --- leaves --------------------------------------------------------------------------------------


def const(kind: str, text: str) -> Expression:
    """Return a constant; numbers without needless zeros in front.

    Booleans and nulls in one spelling.
    """
    if kind == "number":
        text = _plain_number(text)
    return make("const", value=(kind, text))


def _plain_number(text: str) -> str:
    lowered = text.strip().lower().lstrip("+")
    if not lowered.replace(".", "", 1).lstrip("-").isdigit():
        return lowered
    sign = "-" if lowered.startswith("-") else ""
    whole, point, fraction = lowered.lstrip("-").partition(".")
    return f"{sign}{whole.lstrip('0') or '0'}{point}{fraction}"


NULL = const("null", "")
TRUE = const("boolean", "true")
FALSE = const("boolean", "false")
ONE = const("number", "1")


def is_const(expression: Expression, kind: str | None = None) -> bool:
    """Return whether this is a constant, of `kind` where one is given."""
    return expression.op == "const" and (kind is None or expression.value[0] == kind)


def name_of(expression: Expression) -> str:
    """Return the function's name of a `call` or `aggregate`, empty for anything else."""
    return str(expression.value[0]) if expression.op in {"call", "aggregate"} else ""


# --- scalar calls --------------------------------------------------------------------------------

Constructor: TypeAlias = Callable[[tuple[Expression, ...]], Expression]


def plain(name: str, args: Iterable[Expression], option: str = "") -> Expression:
    """Return a call as it stands, without looking for a simpler form."""
    return make("call", args, (name, option))


def call(name: str, args: Sequence[Expression], option: str = "") -> Expression:
    """Return the normal form of a call in the vocabulary of `model/plan.py`."""
    arguments = tuple(args)
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
    """Return a struct's field; of a struct built here, what it was built from."""
    part = struct_part(struct, name)
    return plain("field", (struct,), name) if part is None else part


def struct_part(struct: Expression, name: str) -> Expression | None:
    """Return what field `name` of a `struct(…)` was built from, None where that cannot be told."""
    if name_of(struct) != "struct":
        return None
    names = [known.strip().lower() for known in str(struct.value[1]).split(",")]
    known = len(names) == len(struct.args) and name.lower() in names
    return struct.args[names.index(name.lower())] if known else None


def _flatten(name: str, args: Iterable[Expression]) -> list[Expression]:
    flat: list[Expression] = []
    for arg in args:
        if arg.op == "call" and arg.value == (name, ""):
            flat.extend(arg.args)
        else:
            flat.append(arg)
    return flat


def conjunction(args: Iterable[Expression]) -> Expression:
    """Return AND: flat, sorted, each part once.

    TRUE is dropped and FALSE wins, also against NULL.
    """
    parts = [part for part in _flatten("and", args) if part is not TRUE]
    if FALSE in parts:
        return FALSE
    return _joined("and", _merged_unequal(parts), TRUE)


def disjunction(args: Iterable[Expression]) -> Expression:
    """Return OR: flat, sorted, each part once.

    Equalities of one value with constants become one IN.
    """
    parts = [part for part in _flatten("or", args) if part is not FALSE]
    if TRUE in parts:
        return TRUE
    return _joined("or", _merged_equal(parts), FALSE)


def _joined(name: str, parts: Iterable[Expression], empty: Expression) -> Expression:
    ordered = as_set(parts)
    if len(ordered) < 2:
        return ordered[0] if ordered else empty
    return plain(name, ordered)


def _choices(part: Expression) -> tuple[Expression, tuple[Expression, ...]] | None:
    """Return (x, constants) where `part` says that x is one of some constants."""
    if name_of(part) == "in":
        return part.args[0], part.args[1:]
    if name_of(part) == "eq":
        one, other = part.args
        if is_const(other) and not is_const(one):
            return one, (other,)
        if is_const(one) and not is_const(other):
            return other, (one,)
    return None


def _merged_equal(parts: Sequence[Expression]) -> list[Expression]:
    chosen: dict[Expression, list[Expression]] = {}
    rest: list[Expression] = []
    for part in parts:
        choice = _choices(part)
        if choice is None:
            rest.append(part)
        else:
            chosen.setdefault(choice[0], []).extend(choice[1])
    return rest + [_one_of(subject, constants) for subject, constants in chosen.items()]


def _merged_unequal(parts: Sequence[Expression]) -> list[Expression]:
    """Do the same for AND of inequalities: each is the negation of a choice."""
    chosen: dict[Expression, list[Expression]] = {}
    rest: list[Expression] = []
    for part in parts:
        opposite = _choices(negation(part)) if name_of(part) in {"neq", "not"} else None
        if opposite is None:
            rest.append(part)
        else:
            chosen.setdefault(opposite[0], []).extend(opposite[1])
    return rest + [negation(_one_of(subject, constants)) for subject, constants in chosen.items()]


def _one_of(subject: Expression, options: Iterable[Expression]) -> Expression:
    ordered = as_set(options)
    if len(ordered) == 1:
        return _equal("eq", (subject, ordered[0]))
    return plain("in", (subject, *ordered))


def _in(args: tuple[Expression, ...]) -> Expression:
    subject, *options = args
    constants = [option for option in options if is_const(option)]
    others = [_equal("eq", (subject, option)) for option in options if not is_const(option)]
    if not others:
        return _one_of(subject, constants) if not is_const(subject) else plain("in", args)
    found = [_one_of(subject, constants)] if constants else []
    return disjunction([*found, *others])


_OPPOSITE = {"eq": "neq", "neq": "eq", "lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}


def negation(arg: Expression) -> Expression:
    """Return NOT, moved inside AND, OR and comparisons: all of it holds with NULL, too."""
    name = name_of(arg)
    if name == "not":
        return arg.args[0]
    if name in _OPPOSITE:
        return call(_OPPOSITE[name], arg.args)
    if name == "and":
        return disjunction(negation(part) for part in arg.args)
    if name == "or":
        return conjunction(negation(part) for part in arg.args)
    if arg is TRUE or arg is FALSE:
        return FALSE if arg is TRUE else TRUE
    return plain("not", (arg,))


def _equal(name: str, args: tuple[Expression, ...]) -> Expression:
    """Return = or <>, either way round; a flag compared with TRUE or FALSE is itself or its NOT."""
    one, other = args
    if one is other and _never_null(one):
        return FALSE if name == "neq" else TRUE
    for flag, constant in ((one, other), (other, one)):
        if constant in {TRUE, FALSE} and name in {"eq", "neq"} and not is_const(flag):
            return flag if (constant is TRUE) == (name == "eq") else negation(flag)
    return plain(name, in_order(args))


def _turned(name: str) -> Constructor:
    """Return a constructor that writes `a > b` as `b < a`, `name` being the turned comparison."""

    def turned(args: tuple[Expression, ...]) -> Expression:
        return plain(name, (args[1], args[0]))

    return turned


def _between(args: tuple[Expression, ...]) -> Expression:
    subject, low, high = args
    return conjunction([call("ge", (subject, low)), call("le", (subject, high))])


def _coalesce(args: tuple[Expression, ...]) -> Expression:
    flat = [arg for arg in dict.fromkeys(_flatten("coalesce", args)) if arg is not NULL]
    for position, arg in enumerate(flat):
        if is_const(arg):
            flat = flat[: position + 1]
            break
    if len(flat) < 2:
        return flat[0] if flat else NULL
    return plain("coalesce", flat)


def as_condition(expression: Expression) -> Expression:
    """Return a condition that is true for the same rows: false and unknown are one there.

    A filter, a join and CASE WHEN ask only whether a condition is true.
    """
    name = name_of(expression)
    if name in {"and", "or"}:
        join = conjunction if name == "and" else disjunction
        return join(map(as_condition, expression.args))
    if name == "is":
        one, other = expression.args
        subject, constant = (one, other) if is_const(other) else (other, one)
        if is_const(constant) and constant is not NULL:
            return as_condition(_equal("eq", (subject, constant)))
    if name == "coalesce" and expression.args[-1] is FALSE and len(expression.args) == 2:
        return as_condition(expression.args[0])
    if name == "case" and expression.args[1:] in ((TRUE, FALSE), (TRUE, NULL)):
        return expression.args[0]
    return expression


def _case(args: tuple[Expression, ...]) -> Expression:
    """Return CASE, nested ELSE CASE unrolled and dead branches dropped, or the COALESCE it is."""
    *pairs, otherwise = args
    if otherwise.op == "call" and otherwise.value == ("case", ""):
        return _case((*pairs, *otherwise.args))
    branches: list[tuple[Expression, Expression]] = []
    for written, value in zip(pairs[::2], pairs[1::2], strict=True):
        condition = as_condition(written)
        if condition is FALSE or condition is NULL:
            continue
        if condition is TRUE:
            otherwise = value
            break
        if branches and branches[-1][1] is value:
            condition = disjunction([branches.pop()[0], condition])
        branches.append((condition, value))
    while branches and branches[-1][1] is otherwise:
        branches.pop()
    if not branches:
        return otherwise
    if len(branches) == 1:
        return _one_branch(*branches[0], otherwise)
    return plain("case", [part for branch in branches for part in branch] + [otherwise])


def _one_branch(condition: Expression, value: Expression, otherwise: Expression) -> Expression:
    """Return a CASE of one branch; a condition that is never unknown is asked the positive way."""
    simple = _null_test(condition, value, otherwise)
    if simple is not None:
        return simple
    if name_of(condition) == "not" and _never_unknown(condition.args[0]):
        return _case((condition.args[0], otherwise, value))
    return plain("case", (condition, value, otherwise))


def _never_unknown(condition: Expression) -> bool:
    return name_of(condition) in {"is_null", "is"} or condition.op == "exists"


def _null_test(
    condition: Expression, value: Expression, otherwise: Expression
) -> Expression | None:
    """Return COALESCE for `CASE WHEN x IS NULL THEN y ELSE x END` and its mirror image."""
    if name_of(condition) == "is_null" and condition.args[0] is otherwise:
        return _coalesce((otherwise, value))
    if name_of(condition) == "not" and name_of(condition.args[0]) == "is_null":
        return _coalesce((value, otherwise)) if condition.args[0].args[0] is value else None
    return None


def _nullif(args: tuple[Expression, ...]) -> Expression:
    return _case((_equal("eq", args), NULL, args[0]))


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


def _neg(args: tuple[Expression, ...]) -> Expression:
    inner = args[0]
    if is_const(inner, "number"):
        text = inner.value[1]
        return const("number", text[1:] if text.startswith("-") else f"-{text}")
    return inner.args[0] if name_of(inner) == "neg" else plain("neg", args)


def _concat(args: tuple[Expression, ...]) -> Expression:
    return plain("concat", _flatten("concat", args))


def _set_of(name: str) -> Constructor:
    def ordered(args: tuple[Expression, ...]) -> Expression:
        return plain(name, as_set(args))

    return ordered


_CONSTRUCTORS: dict[str, Constructor] = {
    "and": conjunction,
    "or": disjunction,
    "not": lambda args: negation(args[0]),
    "eq": lambda args: _equal("eq", args),
    "neq": lambda args: _equal("neq", args),
    "is": lambda args: _equal("is", args),
    "gt": _turned("lt"),
    "ge": _turned("le"),
    "between": _between,
    "in": _in,
    "coalesce": _coalesce,
    "case": _case,
    "nullif": _nullif,
    "add": _commuting("add"),
    "mul": _commuting("mul"),
    "neg": _neg,
    "concat": _concat,
    "lag": _shifting("lag"),
    "lead": _shifting("lead"),
    "greatest": _set_of("greatest"),
    "least": _set_of("least"),
}


# --- aggregates and windows ----------------------------------------------------------------------

# Aggregates that skip NULLs, so that a FILTER is the same as a CASE without ELSE in the argument.
SKIPS_NULL = frozenset(
    {"sum", "count", "min", "max", "avg", "stddev", "variance", "bool_and", "bool_or"}
)
ORDER_FREE = frozenset({"min", "max"})  # DISTINCT changes nothing


def aggregate(
    name: str,
    args: Sequence[Expression],
    *,
    distinct: bool = False,
    condition: Expression | None = None,
    order: Sequence[tuple[Expression, bool, bool]] = (),
    option: str = "",
) -> Expression:
    """Return an aggregate; COUNT of a constant is COUNT(*).

    A FILTER becomes a CASE where NULLs are skipped.
    """
    arguments: tuple[Expression, ...] = tuple(args)
    if name == "count_if":
        condition = _both(condition, arguments[0])
        name, arguments = "count", ()
    if name == "count" and not distinct and len(arguments) == 1 and _never_null(arguments[0]):
        arguments = ()
    if condition is not None and name in SKIPS_NULL and len(arguments) < 2:
        subject = arguments[0] if arguments else ONE
        arguments, condition = (_case((condition, subject, NULL)),), None
    if name in ORDER_FREE:
        distinct = False
    flags = tuple((descending, nulls_first) for _, descending, nulls_first in order)
    extra = (condition,) if condition is not None else ()
    value = (name, option, distinct, len(arguments), condition is not None, flags)
    return make("aggregate", (*arguments, *extra, *(key for key, _, _ in order)), value)


def _never_null(expression: Expression) -> bool:
    return is_const(expression) and expression is not NULL


def _both(one: Expression | None, other: Expression) -> Expression:
    return other if one is None else conjunction([one, other])


UP_TO_PEERS = "range between unbounded preceding and current row"
WHOLE_PARTITION = "rows between unbounded preceding and unbounded following"


def window(
    function: Expression,
    partition: Iterable[Expression],
    order: Sequence[tuple[Expression, bool, bool]],
    frame: str,
) -> Expression:
    """Return a window function; partition keys are a set.

    Order keys a list with their directions.
    """
    keys = as_set(key for key in partition if not is_const(key))
    sorted_by = [entry for entry in order if not is_const(entry[0]) and entry[0] not in keys]
    if not sorted_by and frame == UP_TO_PEERS:
        frame = WHOLE_PARTITION  # all rows are peers where nothing orders them
    flags = tuple((descending, nulls_first) for _, descending, nulls_first in sorted_by)
    arguments = (function, *keys, *(key for key, _, _ in sorted_by))
    return make("window", arguments, (frame, len(keys), flags))


def window_parts(
    expression: Expression,
) -> tuple[Expression, tuple[Expression, ...], tuple[Expression, ...]]:
    """Return function, partition keys and order keys of a `window`."""
    count = int(expression.value[1])
    function, *keys = expression.args
    return function, tuple(keys[:count]), tuple(keys[count:])
