"""Why a column may be NULL, and whether it is known never to be."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from guardian.contracts.values import HOLDING
from guardian.diff.reduced import Facts
from guardian.model.expression import NULL, Expression, name_of, plain

# Calls that are NULL where an argument is, and nowhere else.
_PASSES_NULL_ON = frozenset({
    "cast", "add", "sub", "mul", "neg", "abs", "upper", "lower", "trim", "ltrim", "rtrim", "concat",
    "round", "floor", "ceil", "substring", "replace", "date_trunc", "md5", "sha1", "sha2",
    "extract",
})  # fmt: skip
_NEIGHBOURS = frozenset({"lag", "lead"})
_OF_SOME_ROW = frozenset({"min", "max", "sum", "avg", "any_value"})
_COLLECTING = frozenset({"array_agg", "collect_list", "collect_set"})


class Reason(NamedTuple):
    """Why a value may be NULL, in words, and how certain it is that some row has it."""

    text: str
    confidence: float


WRITTEN = Reason("NULL is written", 1.0)
_CHOSEN = Reason("a branch gives NULL", 0.95)
_UNMATCHED = Reason("an outer join finds no match", 0.8)
_FAILED_CAST = Reason("a cast that fails gives NULL", 0.8)
_NO_NEIGHBOUR = Reason("there is no row before the first, or after the last", 1.0)
_SUBTOTAL = Reason("a subtotal leaves it out", 1.0)
_LEFT_OUT = Reason("the INSERT of a MERGE leaves it out", 0.8)


class Nulls:
    """What is known of NULLs in the columns that one row set gives."""

    def __init__(self, facts: Facts, rows: Expression, target: str = "") -> None:
        """Take what is declared, and the rows; of a MERGE its `target`, else nothing."""
        self._facts = facts
        self._given = conditions(rows)
        self._target = target
        self._known: dict[tuple[Expression, tuple[Expression, ...]], bool] = {}

    # --- never ------------------------------------------------------------------------------------

    def never(self, value: Expression) -> bool:
        """Return whether a column is never NULL, as far as that can be proved."""
        return self._never(value, self._given)

    def _never(self, value: Expression, given: tuple[Expression, ...]) -> bool:
        known = self._known.get((value, given))
        if known is None:
            self._known[value, given] = False
            known = self._facts.never_null(value, given) or self._by_parts(value, given)
            self._known[value, given] = known
        return known

    def _by_parts(self, node: Expression, given: tuple[Expression, ...]) -> bool:
        name = name_of(node)
        if node.op == "member":
            return self._through(node)
        if node.op == "aggregate":
            return name in _COLLECTING
        if node.op != "call":
            return False
        if name == "case":
            return all(self._never(value, held) for value, held in _guarded(node, given))
        if name == "coalesce":
            return any(self._never(part, given) for part in node.args)
        return name in _PASSES_NULL_ON and all(self._never(part, given) for part in node.args)

    def _through(self, node: Expression) -> bool:
        """Return whether a value of a closed relation's rows is never NULL, by its own filters."""
        relation, value = node.args[0].args[0], node.args[1]
        if relation.op == "union" and value.op == "merge" and not value.value:
            arms = zip(relation.args, value.args, strict=False)
            return all(self._never(part, conditions(arm)) for arm, part in arms)
        if relation.op == "group":
            by_key = bool(relation.args[1].args) and not relation.value
            if not by_key or (value.op == "aggregate" and value.value[0] not in _OF_SOME_ROW):
                return value.op == "aggregate" and value.value[0] in _COLLECTING
            if value.op == "aggregate":
                return not value.value[4] and self._never(
                    value.args[0], conditions(relation.args[0])
                )
            return self._never(value, conditions(relation.args[0]))
        if relation.op in {"rows", "pick", "limit", "sample"}:
            below = relation if relation.op == "rows" else relation.args[0]
            return self._never(value, conditions(below))
        return False

    # --- why --------------------------------------------------------------------------------------

    def why(self, value: Expression) -> Reason | None:
        """Return why a column is NULL in some row whatever its inputs hold; None if unknown."""
        if value is NULL:
            return WRITTEN
        return self._why(value, self._given)

    def _why(self, node: Expression, given: tuple[Expression, ...]) -> Reason | None:
        if self._never(node, given):
            return None
        if node is NULL:
            return _CHOSEN
        match node.op:
            case "maybe":
                return _UNMATCHED
            case "merge":
                return _first(self._why(part, ()) for part in node.args)
            case "member":
                return self._why_through(node)
            case "scalar" | "outer":
                return self._why(node.args[HOLDING[node.op]], ())
            case "window" if name_of(node.args[0]) in _NEIGHBOURS:
                return _NO_NEIGHBOUR if len(node.args[0].args) < 3 else None
            case "call":
                return self._of_call(node, given)
            case _:
                return None

    def _why_through(self, node: Expression) -> Reason | None:
        relation, value = node.args[0].args[0], node.args[1]
        if relation.op == "union" and value.op == "merge":
            arms = list(zip(relation.args, value.args, strict=False))
            if self._target:
                return _first(self._of_merge(arm, part) for arm, part in arms)
            return _first(self._why(part, conditions(arm)) for arm, part in arms)
        if relation.op == "group" and _left_out(relation, value):
            return _SUBTOTAL
        return self._why(value, conditions(relation))

    def _of_merge(self, arm: Expression, part: Expression) -> Reason | None:
        """Return why a branch of a MERGE writes NULL; an UPDATE keeps what it does not set."""
        if part is not NULL:
            return self._why(part, conditions(arm))
        scans = {item.args[0] for item in arm.args[0].args} if arm.op == "rows" else {arm}
        own = any(scan.op == "scan" and scan.value == self._target for scan in scans)
        return None if own else _LEFT_OUT

    def _of_call(self, node: Expression, given: tuple[Expression, ...]) -> Reason | None:
        name = name_of(node)
        if name == "case":
            return _first(self._why(value, held) for value, held in _guarded(node, given))
        if name == "try_cast":
            return _FAILED_CAST
        if name == "coalesce":
            reasons = [self._why(part, given) for part in node.args]
            return reasons[0] if all(reasons) else None
        passes = name in _PASSES_NULL_ON
        return _first(self._why(part, given) for part in node.args) if passes else None


def conditions(rows: Expression) -> tuple[Expression, ...]:
    """Return what holds for each of the rows: filters and the conditions of inner joins.

    What is looked up with success is not NULL, either.
    """
    own = rows.args[1].args if rows.op == "rows" else ()
    return (*own, *(_present(value) for part in own for value in _looked_up(part)))


def _looked_up(condition: Expression) -> Iterator[Expression]:
    """Yield the values that `IN (SELECT …)` or EXISTS finds elsewhere."""
    if condition.op == "in_rows":
        yield from condition.args[: int(condition.value)]
    if condition.op == "exists":
        rows = condition.args[0]
        for part in rows.args[1].args if rows.op == "rows" else ():
            if name_of(part) == "eq":
                yield from (one.args[0] for one in part.args if one.op == "outer")


def _present(value: Expression) -> Expression:
    return plain("not", (plain("is_null", (value,)),))


def _left_out(group: Expression, key: Expression) -> bool:
    """Return whether some of the grouping sets of a grouping are without a key."""
    sets = group.value or ()
    return key in group.args[1].args and any(key.digest.hex() not in chosen for chosen in sets)


def _guarded(
    case: Expression, given: tuple[Expression, ...]
) -> Iterator[tuple[Expression, tuple[Expression, ...]]]:
    """Yield each value of a CASE with what holds where it is chosen."""
    for condition, value in zip(case.args[:-1:2], case.args[1:-1:2], strict=True):
        yield value, (*given, *_parts(condition))
    yield case.args[-1], given


def _parts(condition: Expression) -> tuple[Expression, ...]:
    return condition.args if name_of(condition) == "and" else (condition,)


def _first(reasons: Iterable[Reason | None]) -> Reason | None:
    found = [reason for reason in reasons if reason is not None]
    return max(found, key=lambda reason: reason.confidence, default=None)
