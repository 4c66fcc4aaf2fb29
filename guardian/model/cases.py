"""CASE, COALESCE and NULLIF in normal form."""

from collections.abc import Iterator, Sequence

from guardian.model.expression import (
    FALSE,
    NULL,
    TRUE,
    Expression,
    flatten,
    is_const,
    name_of,
    plain,
)
from guardian.model.logic import (
    compared,
    conjunction,
    disjunction,
    negation,
    never_unknown,
    null_with,
)
from guardian.model.truth import as_condition, complement, exclusive, parts_of

Branch = tuple[Expression, Expression]
# A CASE with more branches than this keeps those inside its branches as they stand.
BRANCH_LIMIT = 60


def coalesce(args: tuple[Expression, ...]) -> Expression:
    """Return COALESCE: flat, each part once, nothing behind a constant.

    Of a condition and TRUE or FALSE it is `IS [NOT] …`; of a CASE it stands in its branches.
    """
    flat = [arg for arg in dict.fromkeys(flatten("coalesce", args)) if arg is not NULL]
    for position, arg in enumerate(flat):
        if is_const(arg):
            flat = flat[: position + 1]
            break
    if len(flat) < 2:
        return flat[0] if flat else NULL
    if len(flat) == 2 and flat[1] in {TRUE, FALSE}:
        return (
            compared("is", (flat[0], TRUE))
            if flat[1] is FALSE
            else negation(compared("is", (flat[0], FALSE)))
        )
    if name_of(flat[0]) == "case" and is_const(flat[1]):
        *pairs, otherwise = flat[0].args
        moved = [
            part if place % 2 == 0 else coalesce((part, flat[1]))
            for place, part in enumerate(pairs)
        ]
        return case((*moved, coalesce((otherwise, flat[1]))))
    return plain("coalesce", flat)


def nullif(args: tuple[Expression, ...]) -> Expression:
    """Return NULLIF as the CASE that it is."""
    return case((compared("eq", args), NULL, args[0]))


def case(args: tuple[Expression, ...]) -> Expression:
    """Return CASE with one level and no dead branch, or the COALESCE or condition that it is."""
    *pairs, otherwise = args
    branches: list[Branch] = []
    for condition, value in _branches(pairs, otherwise):
        if condition is TRUE:
            otherwise = value
            break
        left = _left_of(condition, branches)
        if left is FALSE or left is NULL or _reached_before(left, branches):
            continue
        branches.append((left, value))
    branches = _merged(_sorted_choices(branches))
    while branches and branches[-1][1] is otherwise:
        branches.pop()
    if not branches:
        return otherwise
    if len(branches) == 1:
        return _one_branch(*branches[0], otherwise)
    return plain("case", [part for branch in branches for part in branch] + [otherwise])


def _branches(pairs: Sequence[Expression], otherwise: Expression) -> Iterator[Branch]:
    """Yield the branches, those of a CASE in THEN or ELSE as branches of the whole."""
    for written, value in zip(pairs[::2], pairs[1::2], strict=True):
        condition = as_condition(written)
        if name_of(value) == "case" and len(pairs) + len(value.args) <= BRANCH_LIMIT:
            *inner, rest = value.args
            for inside, chosen in zip(inner[::2], inner[1::2], strict=True):
                yield as_condition(conjunction((condition, inside))), chosen
            yield condition, rest
        else:
            yield condition, value
    if name_of(otherwise) == "case":
        *inner, rest = otherwise.args
        yield from _branches(inner, rest)
        yield TRUE, rest


def _reached_before(condition: Expression, branches: Sequence[Branch]) -> bool:
    """Return whether an earlier branch is taken wherever `condition` is true."""
    parts = _all_parts(condition)
    return any(_all_parts(earlier) <= parts for earlier, _ in branches[-BRANCH_LIMIT:])


def _all_parts(condition: Expression) -> frozenset[Expression]:
    return frozenset(parts_of("and", condition))


def _left_of(condition: Expression, branches: Sequence[Branch]) -> Expression:
    """Return what is left of a condition where no earlier branch was taken.

    `x >= 5 AND x < 10` is `x < 10` behind `WHEN x < 5`: the rest is not true of NULL.
    """
    parts = parts_of("and", condition)
    if len(parts) < 2:
        return condition
    refused = {negation(earlier) for earlier, _ in branches if name_of(earlier) in _COMPARISONS}
    kept = [part for part in parts if not (part in refused and _known_with(part, parts))]
    return conjunction(kept)


_COMPARISONS = frozenset({"eq", "neq", "lt", "le"})


def _known_with(part: Expression, parts: Sequence[Expression]) -> bool:
    """Return whether `part` is not unknown where the other parts hold."""
    others = [other for other in parts if other is not part]
    operands = [arg for arg in part.args if not is_const(arg)]
    return all(any(null_with(other, arg) for other in others) for arg in operands)


def _sorted_choices(branches: list[Branch]) -> list[Branch]:
    """Return branches that ask for different constants of one value in the order of no order."""
    ordered: list[Branch] = []
    run: list[Branch] = []
    for branch in branches:
        if run and not all(exclusive(branch[0], other) for other, _ in run):
            ordered += sorted(run, key=lambda item: item[0].digest)
            run = []
        run.append(branch)
    return ordered + sorted(run, key=lambda item: item[0].digest)


def _merged(branches: list[Branch]) -> list[Branch]:
    """Return branches that give one value as one branch, where none between them could be taken."""
    merged: list[Branch] = []
    for condition, value in branches:
        place = _same_value(merged, condition, value)
        if place is None:
            merged.append((condition, value))
        else:
            merged[place] = (disjunction([merged[place][0], condition]), value)
    return merged


def _same_value(merged: Sequence[Branch], condition: Expression, value: Expression) -> int | None:
    for place in range(len(merged) - 1, -1, -1):
        if merged[place][1] is value:
            return place
        if not exclusive(merged[place][0], condition):
            return None
    return None


def _one_branch(condition: Expression, value: Expression, otherwise: Expression) -> Expression:
    """Return a CASE of one branch; a condition that is never unknown is asked the positive way."""
    simple = _null_test(condition, value, otherwise) or _flag(condition, value, otherwise)
    if simple is not None:
        return simple
    turned = _turned(condition)
    if turned is not None:
        return case((turned, otherwise, value))
    if otherwise is NULL and _null_where_unknown(condition, value):
        return plain("case", (negation(condition), NULL, value))
    return plain("case", (condition, value, otherwise))


def _turned(condition: Expression) -> Expression | None:
    """Return when a condition is not true, where that is the simpler thing to ask."""
    name = name_of(condition)
    if name == "not":
        return condition.args[0] if never_unknown(condition.args[0]) else None
    if name not in {"and", "or"}:
        return None
    turned = complement(condition)
    return turned if _size(turned) < _size(condition) else None


def _size(condition: Expression) -> int:
    if name_of(condition) in {"and", "or"}:
        return 1 + sum(map(_size, condition.args))
    return 1 + (name_of(condition) == "not")


def _null_where_unknown(condition: Expression, value: Expression) -> bool:
    """Return whether `x <> c` is asked of a value that is NULL where x is: `=` may give NULL."""
    asked = [arg for arg in condition.args if not is_const(arg)]
    return name_of(condition) == "neq" and len(asked) == 1 and null_with(value, asked[0])


def _flag(condition: Expression, value: Expression, otherwise: Expression) -> Expression | None:
    """Return the condition itself where CASE gives TRUE and FALSE for it."""
    if (value, otherwise) == (TRUE, FALSE):
        return compared("is", (condition, TRUE))
    if (value, otherwise) == (FALSE, TRUE):
        return negation(compared("is", (condition, TRUE)))
    return None


def _null_test(
    condition: Expression, value: Expression, otherwise: Expression
) -> Expression | None:
    """Return COALESCE for `CASE WHEN x IS NULL THEN y ELSE x END` and its mirror image."""
    if name_of(condition) == "is_null" and condition.args[0] is otherwise:
        return coalesce((otherwise, value))
    if name_of(condition) == "not" and name_of(condition.args[0]) == "is_null":
        return coalesce((value, otherwise)) if condition.args[0].args[0] is value else None
    return None
