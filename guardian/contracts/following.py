"""A constant followed through an expression: what is written in rows where a column holds it."""

from typing import NamedTuple

from guardian.contracts.values import HOLDING, giving, spelled
from guardian.model.expression import FALSE, NULL, TRUE, Expression, is_const, name_of, plain
from guardian.model.lineage import ColumnRef
from guardian.model.truth import as_condition

_SPELLING = frozenset({"upper", "lower", "trim"})
_COMPARISONS = frozenset({"eq", "neq", "lt", "le", "is"})


class Following:
    """What expressions give in rows where one column of a dataset holds one constant."""

    def __init__(self, ref: ColumnRef, constant: Expression) -> None:
        """Take the column and the constant."""
        self._ref = ref
        self._constant = constant
        self._known: dict[Expression, tuple[Expression, ...]] = {}
        self._depends: dict[Expression, bool] = {}

    def given_by(self, expression: Expression) -> tuple[Expression, ...]:
        """Return the constants that are written because the column holds this one.

        What a condition that cannot be told may choose as well is not among them.
        """
        known = self._known.get(expression)
        if known is None:
            self._known[expression] = ()
            known = self._known[expression] = tuple(dict.fromkeys(self._given(expression)))
        return known

    def _given(self, node: Expression) -> list[Expression]:
        name = name_of(node)
        if self._is_column(node):
            return [self._constant]
        if not node.args or not self._concerned(node):
            return []
        if name == "case":
            return self._of_case(node)
        if name == "coalesce":
            return self._of_coalesce(node)
        if name in _SPELLING and len(node.args) == 1:
            return [
                NULL if value is NULL else spelled(name, value)
                for value in self.given_by(node.args[0])
            ]
        return [value for part in giving(node) for value in self.given_by(part)]

    def _is_column(self, node: Expression) -> bool:
        if node.op != "field" or node.value != self._ref.column or not node.args:
            return False
        relation = node.args[0].args[0]
        return relation.op == "scan" and relation.value == self._ref.dataset

    def _concerned(self, node: Expression) -> bool:
        """Return whether the column is among what a value is computed from."""
        known = self._depends.get(node)
        if known is None:
            self._depends[node] = False
            parts = (node.args[HOLDING[node.op]],) if node.op in HOLDING else node.args
            known = self._is_column(node) or any(map(self._concerned, parts))
            self._depends[node] = known
        return known

    def _of_case(self, node: Expression) -> list[Expression]:
        """Return what a CASE chooses: a constant counts where the column has decided for it."""
        found: list[Expression] = []
        decided = False
        for condition, value in zip(node.args[:-1:2], node.args[1:-1:2], strict=True):
            concerned = self._concerned(condition)
            answer = self._truth(condition) if concerned else None
            if answer is TRUE:
                return [*found, *self._chosen(value, decided=True)]
            if answer is None:
                found += self.given_by(value)
            decided = decided or (concerned and answer is not None)
        return [*found, *self._chosen(node.args[-1], decided=decided)]

    def _chosen(self, value: Expression, *, decided: bool) -> list[Expression]:
        if decided and is_const(value):
            return [value]
        return list(self.given_by(value))

    def _of_coalesce(self, node: Expression) -> list[Expression]:
        found: list[Expression] = []
        for part in node.args:
            values = self.given_by(part)
            if not values:
                # All before are NULL here: a constant takes their place.
                return [*found, part] if is_const(part) else found
            found += [value for value in values if value is not NULL]
            if NULL not in values:
                return found
        return [*found, NULL]

    # --- conditions -------------------------------------------------------------------------------

    def _truth(self, node: Expression) -> Expression | None:
        """Return TRUE, FALSE or NULL; None where that cannot be told."""
        name = name_of(node)
        match name:
            case "not":
                inner = self._truth(node.args[0])
                return {TRUE: FALSE, FALSE: TRUE, NULL: NULL}.get(inner) if inner else None
            case "and" | "or":
                return self._of_all(name, [self._truth(part) for part in node.args])
            case "is_null":
                value = self._value(node.args[0])
                return None if value is None else (TRUE if value is NULL else FALSE)
            case "in":
                pairs = [plain("eq", (node.args[0], other)) for other in node.args[1:]]
                return self._of_all("or", [self._truth(pair) for pair in pairs])
            case _ if name in _COMPARISONS:
                return self._compared(node)
            case _:
                return None

    def _compared(self, node: Expression) -> Expression | None:
        values = [self._value(part) for part in node.args]
        one, other = values
        if one is None or other is None:
            return None
        if NULL in (one, other):
            if name_of(node) == "is":
                return TRUE if one is other else FALSE
            return NULL
        answer = as_condition(plain("eq" if name_of(node) == "is" else name_of(node), values))  # type: ignore[arg-type]  # neither is None
        return answer if answer in {TRUE, FALSE} else None

    def _of_all(self, name: str, answers: list[Expression | None]) -> Expression | None:
        deciding, other = (FALSE, TRUE) if name == "and" else (TRUE, FALSE)
        if deciding in answers:
            return deciding
        if None in answers:
            return None
        return NULL if NULL in answers else other

    def _value(self, node: Expression) -> Expression | None:
        """Return the one constant that an operand is, None where it may be several."""
        if is_const(node):
            return node
        values = self.given_by(node)
        return values[0] if len(values) == 1 else None


class Step(NamedTuple):
    """A column that writes a constant because another column does."""

    ref: ColumnRef
    constant: Expression
