"""Values and conditions in the form that what is declared of their parts allows."""

import re
from collections.abc import Callable, Sequence

from guardian.diff.reduced.arithmetic import SUMS, whole
from guardian.diff.reduced.facts import Facts, refuses_null
from guardian.diff.reduced.ranges import COMPARISONS, next_day, together
from guardian.lineage.relation import LEAVES, existing, rebuilt, rewrite
from guardian.model.aggregates import WHOLE_PARTITION, aggregate
from guardian.model.calls import call
from guardian.model.cases import case
from guardian.model.expression import (
    FALSE,
    NULL,
    ONE,
    Expression,
    as_set,
    const,
    is_const,
    make,
    name_of,
    plain,
)
from guardian.model.logic import compared, conjunction, disjunction, negation
from guardian.model.truth import as_condition, parts_of

SUBQUERIES = frozenset({"scalar", "exists", "in_rows", "array_rows"})
# So often one rule may follow upon another.
MOST_ROUNDS = 12
ZERO = const("number", "0")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.0+)?")
_UNITS = {"week": ("day", 7), "quarter": ("month", 3), "year": ("month", 12)}


class Plainer:
    """Brings values of one scope into their plainest form; `given` holds for all of its rows."""

    def __init__(self, facts: Facts, given: Sequence[Expression] = ()) -> None:
        """Start with nothing worked out."""
        self._facts = facts
        self._given = tuple(given)
        self._known: dict[Expression, Expression] = {}
        self._rounds = 0
        self._rules: dict[str, Callable[[Expression], Expression]] = {
            "is_null": self._null_test, "is": self._null_safe, "coalesce": self._coalesce,
            "case": self._case, "cast": self._cast, "in": self._one_of, "interval": _interval,
            "date_add": _date_add, "date_sub": _date_sub, "ilike": _ignoring_case,
            **dict.fromkeys(COMPARISONS, self._compared),
        }  # fmt: skip

    def __call__(self, node: Expression) -> Expression:
        """Return the plainest form of a value."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._plain(node)
        return known

    def change(self, node: Expression) -> Expression | None:
        """Return the plainest form of a value, None for a subquery: what is outer in it is ours."""
        return None if node.op in SUBQUERIES else self(node)

    def condition(self, node: Expression) -> Expression:
        """Return when a condition is true, without what its parts make superfluous."""
        made = as_condition(self(as_condition(node)))
        return self._true(made)

    def _true(self, node: Expression) -> Expression:
        for _ in range(MOST_ROUNDS):
            given = parts_of("and", node)
            parts = [self._any(self._equal(part, given)) for part in given]
            found = as_condition(conjunction(together(parts)))
            if found is node:
                break
            node = found
        return node

    def _equal(self, part: Expression, given: Sequence[Expression]) -> Expression:
        """Return `x IS NOT DISTINCT FROM y` as the equality that it is where one is never NULL."""
        if name_of(part) != "is":
            return part
        others = [other for other in given if other is not part]
        present = any(
            self._never_null(arg) or any(refuses_null(other, arg) for other in others)
            for arg in part.args
        )
        return compared("eq", part.args) if present else part

    def _any(self, part: Expression) -> Expression:
        """Return OR of what is true; of a comparison and its opposite it asks for no NULL."""
        if name_of(part) != "or":
            return part
        arms = [self._true(arm) for arm in part.args]
        for arm in arms:
            opposite = self(negation(arm))
            if opposite in arms and name_of(arm) in COMPARISONS:
                told = [_present(arg) for arg in arm.args if not is_const(arg)]
                return disjunction(
                    [*(one for one in arms if one not in {arm, opposite}), conjunction(told)]
                )
            if opposite in arms and arm.op in {"field", "member", "maybe"}:
                rest = [one for one in arms if one not in {arm, opposite}]
                return disjunction([*rest, _present(arm)])
        return disjunction(arms)

    def _plain(self, node: Expression) -> Expression:
        if node.op in SUBQUERIES:
            return rewrite(node, lambda part: None if part is node else self.change(part))
        if node.op == "outer":
            return _of_leaves(self(node.args[0]) if node.args[0].op == "outer" else node.args[0])
        if node.op not in {"call", "aggregate", "window", "lambda"}:
            return node
        made = rebuilt(node, tuple(map(self, node.args)))
        if made.op == "aggregate":
            return self._aggregate(made)
        if made.op == "window":
            return self._window(made)
        if made.op != "call":
            return made
        name = name_of(made)
        if name in SUMS and self._facts.is_integer(made):
            return whole(made, self._never_null)
        rule = self._rules.get(name)
        return made if rule is None else self._again(made, rule(made))

    def _again(self, before: Expression, after: Expression) -> Expression:
        """Return the plainest form of what a rule made, if it made something new."""
        if after is before or self._rounds > MOST_ROUNDS:
            return after
        self._rounds += 1
        found = self(after)
        self._rounds -= 1
        return found

    def _never_null(self, node: Expression) -> bool:
        return self._facts.never_null(node, self._given)

    # --- NULL ------------------------------------------------------------------------------------

    def _null_test(self, node: Expression) -> Expression:
        return FALSE if self._never_null(node.args[0]) else node

    def _null_safe(self, node: Expression) -> Expression:
        return compared("eq", node.args) if all(map(self._never_null, node.args)) else node

    def _coalesce(self, node: Expression) -> Expression:
        kept: list[Expression] = []
        for arg in node.args:
            kept.append(arg)
            if self._never_null(arg):
                break
        if len(kept) == 2 and _is_both_null(kept[1], kept[0]):
            return call("is", kept[0].args)
        return call("coalesce", _matched_in_order(kept))

    def _case(self, node: Expression) -> Expression:
        *pairs, otherwise = node.args
        parts = [
            self.condition(part) if place % 2 == 0 else part for place, part in enumerate(pairs)
        ]
        made = case((*parts, otherwise))
        if name_of(made) == "case" and len(made.args) == 3:
            condition, value, rest = made.args
            if is_const(value, "number") and condition is compared("eq", (rest, value)):
                return rest
            if rest is ZERO and _counts(value) and condition is _some_row(value):
                return value
        return made

    # --- casts, comparisons ----------------------------------------------------------------------

    def _cast(self, node: Expression) -> Expression:
        inner, kind = node.args[0], str(node.value[1]).replace(" ", "").lower()
        if len(node.args) > 1:
            return node
        if kind and self._facts.type_of(inner).replace(" ", "") == kind:
            return inner
        if kind == "date" and inner.op == "call" and inner.value == ("date_trunc", "day"):
            return call("cast", inner.args, "date")
        if kind in {"int", "bigint", "tinyint", "smallint"} and self._facts.is_boolean(inner):
            other = (ZERO,) if self._never_null(inner) else (negation(inner), ZERO, NULL)
            return call("case", (inner, ONE, *other))
        return node

    def _one_of(self, node: Expression) -> Expression:
        subject, *options = node.args
        return call("in", (subject, *(self._of_kind(subject, one) for one in options)))

    def _of_kind(self, subject: Expression, constant: Expression) -> Expression:
        """Return a constant as what it is compared as: a date where `subject` is known for one."""
        if not is_const(constant) or constant.value[0] not in {"string", "date", "timestamp"}:
            return constant
        kind, text = constant.value
        if self._facts.is_date(subject) and kind == "string" and _DAY.fullmatch(text):
            return const("date", text)
        if not self._facts.is_timestamp(subject):
            return constant
        if found := _MIDNIGHT.fullmatch(text):
            return const("timestamp", f"{found[1]} 00:00:00")
        found = _TIME.fullmatch(text)
        return const("timestamp", f"{found[1]} {found[2]}") if found else constant

    def _compared(self, node: Expression) -> Expression:
        name = name_of(node)
        one, other = node.args
        left, right = self._of_kind(other, one), self._of_kind(one, other)
        if (left, right) != (one, other):
            return compared(name, (left, right))
        for constant, subject in ((left, right), (right, left)):
            if is_const(constant) and not is_const(subject):
                found = self._with_constant(name, constant, subject, first=constant is left)
                return node if found is None else found
        return node

    def _with_constant(
        self, name: str, constant: Expression, subject: Expression, *, first: bool
    ) -> Expression | None:
        """Return a comparison with a constant in the one form of those that mean the same."""
        if name == "lt":
            bound = self._next(constant, subject, 1 if first else -1)
            if bound is not None:
                return compared("le", (bound, subject) if first else (subject, bound))
        shift = self._shift(constant, subject)
        if shift is not None:
            rest = whole(plain("sub", (subject, shift)), self._never_null)
            bound = const("number", str(int(constant.value[1]) - int(shift.value[1])))
            return compared(name, (bound, rest) if first else (rest, bound))
        if _counts(subject):
            return _any_row(name, constant, subject, first=first)
        if name == "eq" and name_of(subject) == "extract" and subject.value[1] == "year":
            return self._in_year(constant, subject.args[0])
        return _prefixed(constant, subject) if name == "eq" else None

    def _shift(self, constant: Expression, subject: Expression) -> Expression | None:
        """Return the number that a sum of whole numbers is more than its other parts."""
        if name_of(subject) != "add" or not self._facts.is_integer(subject):
            return None
        plain_number = is_const(constant) and self._facts.is_integer(constant)
        numbers = [part for part in subject.args if is_const(part, "number")]
        return numbers[0] if plain_number and len(numbers) == 1 else None

    def _next(self, constant: Expression, subject: Expression, step: int) -> Expression | None:
        """Return the next whole number, or day, where there is nothing between the two."""
        if is_const(constant, "date") and self._facts.is_date(subject):
            return next_day(constant, step)
        if self._facts.is_integer(constant) and self._facts.is_integer(subject):
            return const("number", str(int(constant.value[1]) + step))
        return None

    def _in_year(self, constant: Expression, subject: Expression) -> Expression | None:
        text = str(constant.value[1])
        if not (is_const(constant, "number") and re.fullmatch(r"[12]\d{3}", text)):
            return None
        days = (f"{text}-01-01", f"{int(text) + 1}-01-01")
        if self._facts.is_date(subject):
            low, high = (const("date", day) for day in days)
        elif self._facts.is_timestamp(subject):
            low, high = (const("timestamp", f"{day} 00:00:00") for day in days)
        else:
            return None
        return conjunction((compared("le", (low, subject)), compared("lt", (subject, high))))

    # --- aggregates and windows ------------------------------------------------------------------

    def _aggregate(self, node: Expression) -> Expression:
        name, _, distinct, count, conditional, _ = node.value
        if name == "count" and not distinct and not conditional and count == 1:
            return aggregate("count", ()) if self._never_null(node.args[0]) else node
        return node

    def _window(self, node: Expression) -> Expression:
        frame, count, flags = node.value
        function, *keys = node.args
        order = [
            (key, down, nulls and not self._never_null(key))
            for key, (down, nulls) in zip(keys[count:], flags, strict=True)
        ]
        turned = _mirrored(function, frame)
        if turned is not None:
            function, frame = turned
            order = [
                (key, not down, not nulls and not self._never_null(key))
                for key, down, nulls in order
            ]
        if name_of(function) == "first_value" and frame in _FROM_START:
            frame = WHOLE_PARTITION
        made = tuple((down, nulls) for _, down, nulls in order)
        arguments = (function, *keys[:count], *(key for key, _, _ in order))
        return make("window", arguments, (frame, count, made))


# Frames that hold their partition's first row, or its last one, for every row.
_FROM_START = frozenset(
    f"{kind} between unbounded preceding and {end}"
    for kind in ("rows", "range", "groups")
    for end in ("current row", "unbounded following")
)
_TO_END = frozenset(
    f"{kind} between {start} and unbounded following"
    for kind in ("rows", "range", "groups")
    for start in ("current row", "unbounded preceding")
)


def _mirrored(function: Expression, frame: str) -> tuple[Expression, str] | None:
    """Return LEAD as the LAG in the other order, and LAST_VALUE as the FIRST_VALUE."""
    name = name_of(function)
    if name == "lead":
        return make("call", function.args, ("lag", function.value[1])), frame
    if name == "last_value" and frame in _TO_END:
        turned = make("call", function.args, ("first_value", function.value[1]))
        return turned, WHOLE_PARTITION
    return None


def _of_leaves(value: Expression) -> Expression:
    """Return a value from around a subquery as a computation of what is there."""

    def taken(node: Expression) -> Expression | None:
        return make("outer", (node,)) if node.op in LEAVES or node.op == "outer" else None

    return rewrite(value, taken)


def _present(value: Expression) -> Expression:
    return negation(plain("is_null", (value,)))


def _is_both_null(condition: Expression, equal: Expression) -> bool:
    """Return whether `condition` asks whether both sides of an equality are NULL."""
    if name_of(equal) != "eq" or any(map(is_const, equal.args)):
        return False
    return condition is conjunction(plain("is_null", (side,)) for side in equal.args)


def _matched_in_order(args: Sequence[Expression]) -> list[Expression]:
    """Return COALESCE's arguments, the keys of the two sides of a full join in an order of theirs.

    Where both are there, they are equal.
    """
    found = list(args)
    for place in range(len(found) - 1):
        if _are_matched(found[place], found[place + 1]):
            found[place : place + 2] = as_set(found[place : place + 2])
    return found


def _are_matched(one: Expression, other: Expression) -> bool:
    if one.op != "member" or other.op != "member" or one.args[0] is not other.args[0]:
        return False
    full = one.args[0].args[0]
    return full.op == "full" and compared("eq", (one.args[1], other.args[1])) in full.args[1].args


def _counts(subject: Expression) -> bool:
    """Return whether a value is the number of rows of a query."""
    if subject.op != "scalar" or subject.args[0].op != "group" or subject.args[1].op != "member":
        return False
    group, value = subject.args[0], subject.args[1].args[1]
    plain_count = value.op == "aggregate" and value.value[:4] == ("count", "", False, 0)
    return plain_count and not group.args[1].args and not group.value


def _some_row(count: Expression) -> Expression:
    """Return whether there is a row to be counted."""
    return existing(count.args[0].args[0])


def _any_row(
    name: str, constant: Expression, subject: Expression, *, first: bool
) -> Expression | None:
    """Return a comparison of a number of rows with 0 or 1 as the EXISTS that it is."""
    some = _some_row(subject)
    asks = (name, constant.value[1], first if name == "le" else False)
    if asks in {("le", "1", True), ("neq", "0", False)}:
        return some
    return call("not", (some,)) if asks in {("le", "0", False), ("eq", "0", False)} else None


def _prefixed(constant: Expression, subject: Expression) -> Expression | None:
    """Return `LEFT(s, 2) = 'ab'` as the test for a prefix."""
    if name_of(subject) != "substring" or not is_const(constant, "string"):
        return None
    text = str(constant.value[1])
    fits = len(subject.args) == 3 and subject.args[2] is const("number", str(len(text)))
    plain_text = text and text == text.strip() and subject.args[1] is ONE
    return plain("starts_with", (subject.args[0], constant)) if fits and plain_text else None


def _interval(node: Expression) -> Expression:
    return _in_units(node, 0)


def _date_add(node: Expression) -> Expression:
    return _in_units(node, 1)


def _date_sub(node: Expression) -> Expression:
    """Return a date moved back by a number as one moved on by its opposite."""
    if len(node.args) != 2 or not is_const(node.args[1], "number"):
        return node
    return call("date_add", (node.args[0], call("neg", node.args[1:])), str(node.value[1]))


def _in_units(node: Expression, place: int) -> Expression:
    """Return weeks as days, quarters and years as months: that holds on every calendar."""
    name, unit = node.value
    if unit not in _UNITS or len(node.args) != place + 1 or not is_const(node.args[place]):
        return node
    text = str(node.args[place].value[1])
    if not text.lstrip("-").isdigit():
        return node
    smaller, times = _UNITS[unit]
    amount = const("number", str(int(text) * times))
    return call(name, (*node.args[:place], amount), smaller)


def _ignoring_case(node: Expression) -> Expression:
    """Return ILIKE as LIKE of what is in lower case."""
    if len(node.args) != 2 or not is_const(node.args[1], "string"):
        return node
    pattern = str(node.args[1].value[1])
    if not pattern.isascii():
        return node
    return call("like", (call("lower", node.args[:1]), const("string", pattern.lower())))
