"""AND, OR, NOT and comparisons in normal form.

All of it holds in three-valued logic, where AND and OR are the smaller and the greater of
FALSE < unknown < TRUE: they distribute over each other and absorb each other, but a value and its
NOT do not cancel out.
"""

from collections.abc import Iterable, Sequence

from guardian.model.expression import (
    FALSE,
    NULL,
    TRUE,
    Expression,
    as_set,
    flatten,
    in_order,
    is_const,
    name_of,
    plain,
)

# Functions that give NULL when one of their arguments is NULL.
STRICT = frozenset({
    "eq", "neq", "lt", "le", "add", "sub", "mul", "div", "mod", "neg", "cast", "lower", "upper",
    "trim", "like", "abs", "not", "field", "date_trunc", "extract", "concat", "substring", "length",
    "round", "floor", "ceil",
})  # fmt: skip
_OPPOSITE = {"eq": "neq", "neq": "eq", "lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}
# More parts than this are left as they stand when they are compared with one another.
ABSORPTION_LIMIT = 40


def conjunction(args: Iterable[Expression]) -> Expression:
    """Return AND: flat, sorted, each part once.

    TRUE is dropped and FALSE wins, also against NULL.
    """
    parts = [part for part in flatten("and", args) if part is not TRUE]
    if FALSE in parts:
        return FALSE
    return _simplified("and", _merged_unequal(parts), TRUE)


def disjunction(args: Iterable[Expression]) -> Expression:
    """Return OR: flat, sorted, each part once.

    Equalities of one value with constants become one IN.
    """
    parts = [part for part in flatten("or", args) if part is not FALSE]
    if TRUE in parts:
        return TRUE
    return _simplified("or", _merged_equal(parts), FALSE)


def _simplified(name: str, parts: Iterable[Expression], empty: Expression) -> Expression:
    """Return the parts joined: what others absorb is gone, what all have in common stands outside.

    `p OR (p AND q)` is `p`, `(p AND q) OR (p AND r)` is `p AND (q OR r)`.
    """
    ordered = as_set(parts)
    inner = "or" if name == "and" else "and"
    if 1 < len(ordered) <= ABSORPTION_LIMIT and any(name_of(part) == inner for part in ordered):
        sets = [frozenset(_inside(inner, part)) for part in ordered]
        kept = [one for one in sets if not any(other < one for other in sets)]
        shared = frozenset.intersection(*kept)
        if shared or len(kept) < len(sets):
            return _factored(name, kept, shared)
    if len(ordered) < 2:
        return ordered[0] if ordered else empty
    return plain(name, ordered)


def _inside(name: str, part: Expression) -> tuple[Expression, ...]:
    return part.args if part.op == "call" and part.value == (name, "") else (part,)


def _factored(
    name: str, kept: Sequence[frozenset[Expression]], shared: frozenset[Expression]
) -> Expression:
    outside, inside = (disjunction, conjunction) if name == "or" else (conjunction, disjunction)
    rests = [one - shared for one in kept]
    if not all(rests):  # one part is nothing but what all share: it absorbs the others
        return inside(shared)
    return inside((*shared, outside(inside(rest) for rest in rests)))


def choices(part: Expression) -> tuple[Expression, tuple[Expression, ...]] | None:
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
        choice = choices(part)
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
        opposite = choices(negation(part)) if name_of(part) in {"neq", "not"} else None
        if opposite is None:
            rest.append(part)
        else:
            chosen.setdefault(opposite[0], []).extend(opposite[1])
    return rest + [negation(_one_of(subject, constants)) for subject, constants in chosen.items()]


def _one_of(subject: Expression, options: Iterable[Expression]) -> Expression:
    ordered = as_set(options)
    if len(ordered) == 1:
        return compared("eq", (subject, ordered[0]))
    return plain("in", (subject, *ordered))


def one_of(args: tuple[Expression, ...]) -> Expression:
    """Return `x IN (…)`; what is no constant becomes an equality."""
    subject, *options = args
    constants = [option for option in options if is_const(option)]
    others = [compared("eq", (subject, option)) for option in options if not is_const(option)]
    if not others:
        return _one_of(subject, constants) if not is_const(subject) else plain("in", args)
    found = [_one_of(subject, constants)] if constants else []
    return disjunction([*found, *others])


def negation(arg: Expression) -> Expression:
    """Return NOT, moved inside AND, OR and comparisons: all of it holds with NULL, too."""
    name = name_of(arg)
    if name == "not":
        return arg.args[0]
    if name in _OPPOSITE:
        return compared(_OPPOSITE[name], arg.args)
    if name == "and":
        return disjunction(negation(part) for part in arg.args)
    if name == "or":
        return conjunction(negation(part) for part in arg.args)
    if arg is TRUE or arg is FALSE:
        return FALSE if arg is TRUE else TRUE
    return plain("not", (arg,))


def compared(name: str, args: tuple[Expression, ...]) -> Expression:
    """Return a comparison, `a > b` written as `b < a`, operands of = and <> in order."""
    args = (_as_written(args[0]), _as_written(args[1]))
    if name in {"gt", "ge"}:
        return plain("lt" if name == "gt" else "le", (args[1], args[0]))
    return plain(name, args) if name in {"lt", "le"} else _equal(name, args)


# Fewer digits than the greatest INT has: such a number is one wherever it is written.
_SURELY_INT = 9


def _as_written(operand: Expression) -> Expression:
    """Return what is compared; of a whole number that is cast to what it is, the number."""
    if name_of(operand) == "cast" and operand.value[1] in {"int", "integer"}:
        inner = operand.args[0]
        if inner.op == "const" and inner.value[0] == "number":
            digits = str(inner.value[1])
            return inner if digits.isdigit() and len(digits) <= _SURELY_INT else operand
    return operand


def _equal(name: str, args: tuple[Expression, ...]) -> Expression:
    """Return =, <> or IS, either way round; a flag compared with TRUE or FALSE is itself or NOT."""
    one, other = args
    if one is other and is_const(one) and one is not NULL:
        return FALSE if name == "neq" else TRUE
    for subject, constant in ((one, other), (other, one)):
        if constant in {TRUE, FALSE} and not is_const(subject):
            if name in {"eq", "neq"}:
                return subject if (constant is TRUE) == (name == "eq") else negation(subject)
            if never_unknown(subject):
                return subject if constant is TRUE else negation(subject)
        if name == "is" and constant is NULL:
            return plain("is_null", (subject,))
    return plain(name, in_order(args))


def between(args: tuple[Expression, ...]) -> Expression:
    """Return BETWEEN as its two comparisons."""
    subject, low, high = args
    return conjunction([compared("ge", (subject, low)), compared("le", (subject, high))])


def never_unknown(condition: Expression) -> bool:
    """Return whether a condition is TRUE or FALSE for every row."""
    name = name_of(condition)
    if name in {"and", "or", "not"}:
        return all(map(never_unknown, condition.args))
    return name in {"is_null", "is"} or condition.op == "exists" or condition in {TRUE, FALSE}


def null_with(expression: Expression, subject: Expression) -> bool:
    """Return whether `expression` is NULL wherever `subject` is."""
    if expression is subject:
        return True
    if expression.op != "call":
        return False
    name = name_of(expression)
    if name == "in":
        return null_with(expression.args[0], subject)
    return name in STRICT and any(null_with(arg, subject) for arg in expression.args)
