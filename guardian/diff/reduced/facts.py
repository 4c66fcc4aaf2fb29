"""What is declared of the inputs, and what follows from it: types, what is never NULL, keys."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from guardian.lineage.joins import through
from guardian.lineage.relation import instances_in
from guardian.lineage.types import Types
from guardian.model.expression import NULL, Expression, is_const, make, name_of
from guardian.model.logic import null_with

# A set of expressions that no two rows share, and whether that counts NULL as a value, too.
UniqueKey: TypeAlias = tuple[frozenset[Expression], bool]

_INTEGER = re.compile(
    r"(big|small|tiny|medium|huge|byte)?int(eger)?[248]?|long|short|byte|serial|bigserial"
    r"|(decimal|numeric|number)\(\d+(,0)?\)"
)
_TIMESTAMP = re.compile(r"(timestamp|datetime)2?(_ntz|ntz)?(\(\d\))?( without time zone)?")
_NULL_ONLY_WITH_PARTS = frozenset({
    "add", "sub", "mul", "neg", "eq", "neq", "lt", "le", "and", "or", "not", "abs",
})  # fmt: skip
_NEVER_NULL = frozenset({"is_null", "is"})
_COUNTING = frozenset({"count", "row_number", "rank", "dense_rank", "approx_distinct"})
_OF_SOME_ROW = frozenset({"min", "max", "sum", "avg", "any_value"})
_HOLDING = {"scalar": 1, "member": 1, "maybe": 0, "outer": 0, "window": 0}
_KEEPS_ROWS = frozenset({"rows", "pick", "limit", "sample", "group"})


@dataclass(slots=True)
class Facts:
    """What both revisions declare: `required` columns, their types, and a dataset's keys."""

    required: Callable[[str, str], bool]
    declared: Callable[[str, str], str | None]
    keys: Callable[[str], Collection[tuple[str, ...]]]
    types: Types = field(init=False)
    _never: dict[Expression, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start with no type worked out."""
        self.types = Types(self.declared)

    # --- types -----------------------------------------------------------------------------------

    def type_of(self, expression: Expression) -> str:
        """Return a type in lower case, empty where it cannot be told."""
        return (self.types.of(expression) or "").lower()

    def is_integer(self, expression: Expression) -> bool:
        """Return whether a value is known to be a whole number, computed exactly."""
        if is_const(expression):
            return is_const(expression, "number") and _is_whole(str(expression.value[1]))
        name = name_of(expression)
        if expression.op == "call" and name in {"add", "sub", "mul", "neg"}:
            return expression.value[1] == "" and all(map(self.is_integer, expression.args))
        if expression.op in _HOLDING:
            return self.is_integer(expression.args[_HOLDING[expression.op]])
        if expression.op == "aggregate" and expression.value[0] in {"sum", "min", "max"}:
            return self.is_integer(expression.args[0])
        if name == "case":
            values = [*expression.args[1:-1:2], expression.args[-1]]
            return all(value is NULL or self.is_integer(value) for value in values)
        return _INTEGER.fullmatch(self.type_of(expression)) is not None

    def is_date(self, expression: Expression) -> bool:
        """Return whether a value is known to be a date."""
        return not is_const(expression) and self.type_of(expression) == "date"

    def is_timestamp(self, expression: Expression) -> bool:
        """Return whether a value is known to be a point in time without a zone of its own."""
        kind = self.type_of(expression)
        return not is_const(expression) and _TIMESTAMP.fullmatch(kind) is not None

    def is_boolean(self, expression: Expression) -> bool:
        """Return whether a value is known to be TRUE, FALSE or NULL."""
        return self.type_of(expression) == "boolean"

    # --- what is never NULL ----------------------------------------------------------------------

    def never_null(self, expression: Expression, given: Iterable[Expression] = ()) -> bool:
        """Return whether a value is never NULL in rows for which the conditions `given` hold."""
        known = self._never.get(expression)
        if known is None:
            self._never[expression] = False
            known = self._never[expression] = self._is_never_null(expression)
        return known or any(refuses_null(condition, expression) for condition in given)

    def _is_never_null(self, node: Expression) -> bool:
        match node.op:
            case "const":
                return node is not NULL
            case "exists":
                return True
            case "field":
                relation = node.args[0].args[0]
                return relation.op == "scan" and self.required(str(relation.value), str(node.value))
            case "outer":
                return self.never_null(node.args[0])
            case "member":
                return self._never_null_through(node.args[0].args[0], node.args[1])
            case "scalar":
                return _is_total(node.args[0]) and self.never_null(node.args[1])
            case "aggregate":
                return node.value[0] in _COUNTING
            case "window":
                return name_of(node.args[0]) in _COUNTING
            case "call":
                return self._never_null_call(node)
            case _:
                return False

    def _never_null_call(self, node: Expression) -> bool:
        name = name_of(node)
        if name in _NEVER_NULL:
            return True
        if name == "coalesce":
            return any(map(self.never_null, node.args))
        if name == "case":
            return all(map(self.never_null, (*node.args[1:-1:2], node.args[-1])))
        if name == "extract":
            return self.never_null(node.args[0])
        return name in _NULL_ONLY_WITH_PARTS and all(map(self.never_null, node.args))

    def _never_null_through(self, relation: Expression, value: Expression) -> bool:
        """Return whether a value of a closed relation's rows is never NULL."""
        if relation.op == "union" and value.op == "merge" and not value.value:
            return all(map(self.never_null, value.args))
        if relation.op not in _KEEPS_ROWS or (relation.op == "group" and relation.value):
            return False
        given = relation.args[1].args if relation.op == "rows" else ()
        some_row = relation.op == "group" and bool(relation.args[1].args)
        if some_row and value.op == "aggregate" and value.value[0] in _OF_SOME_ROW:
            return not value.value[4] and self.never_null(value.args[0])
        return self.never_null(value, given)

    # --- keys ------------------------------------------------------------------------------------

    def keys_of(self, instance: Expression) -> list[UniqueKey]:
        """Return the keys of one use of a relation, as expressions over it."""
        relation = instance.args[0]
        if relation.op == "scan":
            found = []
            for key in self.keys(str(relation.value)):
                fields = frozenset(make("field", (instance,), name) for name in key)
                found.append((fields, all(map(self.never_null, fields))))
            return found
        if relation.op == "group" and not relation.value:
            keys = relation.args[1].args
            return [(frozenset(make("member", (instance, key)) for key in keys), True)]
        if relation.op == "pick":
            inner = relation.args[1].args
            own = [(frozenset(through(part, instance) for part in inner), True)]
            return own + self._keys_below(relation.args[0], instance)
        if relation.op == "limit":
            return self._keys_below(relation.args[0], instance)
        if relation.op == "rows":
            return self._keys_below(relation, instance)
        return []

    def _keys_below(self, relation: Expression, instance: Expression) -> list[UniqueKey]:
        """Return the keys of the only input of a row set, seen through `instance`."""
        if relation.op == "rows":
            bag, _, optional = relation.args
            if len(bag.args) != 1 or optional.args:
                return []
            inner = bag.args[0]
        else:
            inner = make("instance", (relation,), 0)
        return [
            (frozenset(through(part, instance) for part in key), safe)
            for key, safe in self.keys_of(inner)
        ]

    def found_once(self, instance: Expression, on: Iterable[Expression]) -> bool:
        """Return whether `on` finds at most one row of `instance` for a row of the others."""
        conditions = tuple(on)
        plain = set(_fixed(instance, conditions, frozenset({"eq"})))
        null_safe = plain | set(_fixed(instance, conditions, frozenset({"is"})))
        return any(
            key <= (null_safe if safe else plain) for key, safe in self.keys_of(instance) if key
        )


def _fixed(
    instance: Expression, on: Iterable[Expression], names: frozenset[str]
) -> Iterable[Expression]:
    for condition in on:
        if name_of(condition) in names:
            one, other = condition.args
            if instance not in instances_in(other):
                yield one
            if instance not in instances_in(one):
                yield other


def refuses_null(condition: Expression, value: Expression) -> bool:
    """Return whether `condition` is not true where `value` is NULL."""
    if name_of(condition) == "not" and name_of(condition.args[0]) == "is_null":
        return condition.args[0].args[0] is value
    return condition.op == "call" and null_with(condition, value)


def _is_total(rows: Expression) -> bool:
    """Return whether a row set is the one row of an aggregate without keys."""
    return rows.op == "group" and not rows.args[1].args and not rows.value


def is_total(instance: Expression) -> bool:
    """Return whether an instance is the one row of an aggregate without keys."""
    return _is_total(instance.args[0])


def _is_whole(text: str) -> bool:
    return text.lstrip("-").isdigit() and len(text) < 18
