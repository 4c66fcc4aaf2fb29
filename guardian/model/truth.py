"""Conditions that are asked for nothing but their truth: in filters, joins and CASE WHEN.

There, false and unknown are one. `as_condition` says when a condition is true in AND, OR and parts
that it cannot take further: `NOT COALESCE(p, FALSE)`, `p IS NOT TRUE` and `NOT p OR p IS NULL` come
out as one form.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation

from guardian.model.expression import (
    FALSE,
    NULL,
    TRUE,
    Expression,
    is_const,
    name_of,
    plain,
)
from guardian.model.logic import (
    choices,
    compared,
    conjunction,
    disjunction,
    negation,
    never_unknown,
    null_with,
)

Truth = Callable[[Expression], Expression]
COMPARISONS = frozenset({"eq", "neq", "lt", "le"})
# A CASE of more branches is not written out as the condition that it is.
CASE_LIMIT = 12


def as_condition(expression: Expression) -> Expression:
    """Return a condition that is true for the same rows: false and unknown are one there."""
    known = _known.get(expression)
    if known is None:
        known = _known[expression] = _true(expression)
    return known


_known: dict[Expression, Expression] = {}


def parts_of(name: str, condition: Expression) -> tuple[Expression, ...]:
    """Return the parts of AND or OR, or the condition itself."""
    return condition.args if name_of(condition) == name else (condition,)


def _all_of(parts: Iterable[Expression]) -> Expression:
    """Return AND of what must be true: no `x IS NOT NULL` beside what is not true of a NULL."""
    together = conjunction(parts)
    found = parts_of("and", together)
    if len(found) < 2:
        return together
    rest = [_without_refused(part, found) for part in found]
    kept = [part for part in rest if not _implied(part, rest)]
    return together if tuple(kept) == found else conjunction(kept)


def _implied(part: Expression, parts: Iterable[Expression]) -> bool:
    subject = _asked_for_value(part)
    return subject is not None and any(
        null_with(other, subject) for other in parts if _asked_for_value(other) is None
    )


def _asked_for_value(part: Expression) -> Expression | None:
    """Return x of `x IS NOT NULL`."""
    asks = name_of(part) == "not" and name_of(part.args[0]) == "is_null"
    return part.args[0].args[0] if asks else None


def _without_refused(part: Expression, parts: Iterable[Expression]) -> Expression:
    """Return an OR without the `x IS NULL` that another part rules out."""
    if name_of(part) != "or":
        return part
    others = [other for other in parts if other is not part]
    kept = [
        arm
        for arm in part.args
        if not (name_of(arm) == "is_null" and any(_rules_out(other, arm) for other in others))
    ]
    return part if len(kept) == len(part.args) else disjunction(kept)


def _rules_out(condition: Expression, test: Expression) -> bool:
    subject = _asked_for_value(condition)
    if subject is not None:
        return subject is test.args[0]
    return null_with(condition, test.args[0])


# --- true, false, and not ------------------------------------------------------------------------


def _true(expression: Expression) -> Expression:
    """Return when `expression` is true."""
    match name_of(expression):
        case "and":
            return _all_of(map(as_condition, expression.args))
        case "or":
            return _any_of(map(as_condition, expression.args))
        case "not":
            return _false(expression.args[0])
        case "is":
            return _same(expression)
        case "is_null":
            return _missing(expression)
        case "case":
            return _case_is(expression, TRUE)
        case name if name in COMPARISONS:
            return _compared(expression)
        case _:
            return expression if expression is not NULL else FALSE


def _any_of(parts: Iterable[Expression]) -> Expression:
    together = disjunction(parts)
    pairs = [_both_missing(part) for part in parts_of("or", together)]
    if not any(pairs):
        return together
    kept = list(parts_of("or", together))
    for pair in filter(None, pairs):
        equal = compared("eq", pair)
        missing = _both_are_null(pair)
        if equal in kept and missing in kept:
            kept = [part for part in kept if part not in {equal, missing}]
            kept.append(compared("is", pair))
    return disjunction(kept)


def _both_missing(part: Expression) -> tuple[Expression, Expression] | None:
    """Return (x, y) of `x IS NULL AND y IS NULL`."""
    if name_of(part) != "and" or len(part.args) != 2:
        return None
    one, other = part.args
    both = name_of(one) == "is_null" and name_of(other) == "is_null"
    return (one.args[0], other.args[0]) if both else None


def _both_are_null(pair: tuple[Expression, Expression]) -> Expression:
    return conjunction(plain("is_null", (side,)) for side in pair)


def _false(expression: Expression) -> Expression:
    """Return when `expression` is false."""
    match name_of(expression):
        case "and":
            return _any_of(map(_false, expression.args))
        case "or":
            return _all_of(map(_false, expression.args))
        case "not":
            return as_condition(expression.args[0])
        case "is":
            return _not_same(expression)
        case "is_null":
            missing = _missing(expression)
            return negation(expression) if missing is expression else complement(missing)
        case "case":
            return _case_is(expression, FALSE)
        case name if name in COMPARISONS:
            return _compared(negation(expression))
        case _:
            return negation(expression)


def _not(expression: Expression, wanted: Expression) -> Expression:
    """Return when `expression` is anything but `wanted`: TRUE or FALSE."""
    other = _false if wanted is TRUE else _true
    match name_of(expression):
        case "and" | "or" as name:
            joins = _any_of if (name == "and") == (wanted is TRUE) else _all_of
            return joins(_not(part, wanted) for part in expression.args)
        case "not":
            return _not(expression.args[0], FALSE if wanted is TRUE else TRUE)
        case _:
            pass
    if never_unknown(expression):
        return other(expression)
    return _any_of([other(expression), _unknown(expression)])


def _unknown(expression: Expression) -> Expression:
    """Return when a condition, or a value, is NULL."""
    if is_const(expression):
        return TRUE if expression is NULL else FALSE
    name = name_of(expression)
    if name in COMPARISONS or name in {"add", "sub", "mul", "neg", "lower", "upper", "like"}:
        return _any_of(map(_unknown, expression.args))
    if name == "in" and all(is_const(arg) and arg is not NULL for arg in expression.args[1:]):
        return _unknown(expression.args[0])
    if name == "not":
        return _unknown(expression.args[0])
    return FALSE if never_unknown(expression) else plain("is_null", (expression,))


def complement(condition: Expression) -> Expression:
    """Return when a condition is not true: false or unknown."""
    return _not(condition, TRUE)


def _same(expression: Expression) -> Expression:
    """Return when `x IS NOT DISTINCT FROM c` is true; `p IS TRUE` is whether p is."""
    subject, constant = _with_constant(expression)
    if constant is None:
        return expression
    if constant is TRUE or constant is FALSE:
        return as_condition(subject) if constant is TRUE else _false(subject)
    return _compared(compared("eq", (subject, constant)))


def _not_same(expression: Expression) -> Expression:
    subject, constant = _with_constant(expression)
    if constant is None:
        return negation(expression)
    if constant is TRUE or constant is FALSE:
        return _not(subject, constant)
    return _any_of([_compared(compared("neq", (subject, constant))), _unknown(subject)])


def _with_constant(expression: Expression) -> tuple[Expression, Expression | None]:
    one, other = expression.args
    if is_const(other) and other is not NULL:
        return one, other
    return (other, one) if is_const(one) and one is not NULL else (one, None)


def _missing(expression: Expression) -> Expression:
    """Return when `x IS NULL`: of a COALESCE when all are, of a CASE when the chosen value is."""
    value = expression.args[0]
    name = name_of(value)
    if name == "coalesce":
        return _all_of(map(_unknown, value.args))
    if name == "case" and len(value.args) <= CASE_LIMIT:
        return _chosen(value, _unknown)
    return FALSE if is_const(value) and value is not NULL else expression


# --- comparisons with constants ------------------------------------------------------------------


def _compared(expression: Expression) -> Expression:
    """Return when a comparison is true; of a COALESCE or CASE with a constant it is written out."""
    if name_of(expression) not in COMPARISONS:
        return expression
    one, other = expression.args
    if is_const(one) and is_const(other):
        return _folded(expression) or expression
    if one is other and name_of(expression) == "eq":
        return complement(_unknown(one))
    for subject, constant, turned in ((one, other, False), (other, one, True)):
        if is_const(constant) and constant is not NULL and not is_const(subject):
            found = _written_out(name_of(expression), subject, constant, turned=turned)
            if found is not None:
                return found
    return expression


def _written_out(
    name: str, subject: Expression, constant: Expression, *, turned: bool
) -> Expression | None:
    def holds(value: Expression) -> Expression:
        return compared(name, (constant, value) if turned else (value, constant))

    if name_of(subject) == "coalesce" and is_const(subject.args[-1]):
        *values, default = subject.args
        by_default = _of_constants(name, (constant, default) if turned else (default, constant))
        if by_default is None or len(values) > 1:
            return None
        told = as_condition(holds(values[0]))
        return _any_of([told, _unknown(values[0])]) if by_default else told
    if name_of(subject) == "case" and len(subject.args) <= CASE_LIMIT:
        values = [*subject.args[1:-1:2], subject.args[-1]]
        answers = [_folded(holds(value)) for value in values]
        if all(answer is not None for answer in answers):
            replaced = dict(zip(values, answers, strict=True))
            return _chosen(subject, lambda value: replaced[value] or FALSE)
    return None


def _folded(comparison: Expression) -> Expression | None:
    """Return TRUE or FALSE for a comparison of constants; FALSE with a NULL, as a condition is."""
    if comparison in {TRUE, FALSE}:
        return comparison
    if NULL in comparison.args:
        return FALSE
    answer = _of_constants(name_of(comparison), comparison.args)
    return None if answer is None else (TRUE if answer else FALSE)


def _of_constants(name: str, args: tuple[Expression, ...]) -> bool | None:
    """Return the answer of a comparison of constants, None where engines may differ."""
    one, other = args
    if not (is_const(one) and is_const(other)) or NULL in args:
        return None
    if one is other:
        return name in {"eq", "le"}
    if name in {"eq", "neq"}:
        return (name == "neq") if unequal(one, other) else None
    values = _numbers(one, other)
    if values is None:
        return None
    return values[0] < values[1] if name == "lt" else values[0] <= values[1]


def unequal(one: Expression, other: Expression) -> bool:
    """Return whether two constants differ in every engine, whatever the case and the padding."""
    kind = one.value[0]
    if not (is_const(one) and is_const(other)) or kind != other.value[0]:
        return False
    if kind == "string":
        return _bare(one) != _bare(other)
    values = _numbers(one, other)
    return values is not None and values[0] != values[1]


def exclusive(one: Expression, other: Expression) -> bool:
    """Return whether two conditions ask for different constants of one value."""
    here, there = choices(one), choices(other)
    if here is None or there is None or here[0] is not there[0]:
        return False
    return all(unequal(left, right) for left in here[1] for right in there[1])


def _bare(constant: Expression) -> str:
    return str(constant.value[1]).strip().casefold()


def _numbers(one: Expression, other: Expression) -> tuple[Decimal, Decimal] | None:
    if not (is_const(one, "number") and is_const(other, "number")):
        return None
    try:
        return Decimal(str(one.value[1])), Decimal(str(other.value[1]))
    except InvalidOperation:
        return None


def _case_is(expression: Expression, wanted: Expression) -> Expression:
    """Return when a CASE of flags is TRUE or FALSE."""
    values = {*expression.args[1:-1:2], expression.args[-1]}
    if len(expression.args) <= CASE_LIMIT and values <= {TRUE, FALSE, NULL}:
        return _chosen(expression, lambda value: TRUE if value is wanted else FALSE)
    return expression if wanted is TRUE else negation(expression)


def _chosen(case: Expression, truth: Truth) -> Expression:
    """Return when `truth` holds for the value that a CASE chooses."""
    *pairs, otherwise = case.args
    refused: list[Expression] = []
    found: list[Expression] = []
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        asked = as_condition(condition)
        answer = truth(value)
        if answer is not FALSE:
            before = [complement(one) for one in refused if not exclusive(one, asked)]
            found.append(_all_of([*before, asked, answer]))
        refused.append(asked)
    answer = truth(otherwise)
    if answer is not FALSE:
        found.append(_all_of([*map(complement, refused), answer]))
    return _any_of(found)
