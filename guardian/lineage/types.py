"""Types of expressions, as far as the code tells them.

Declared columns, casts, constants, counts.
"""

from collections.abc import Callable

from guardian.lineage.structs import element_of, fields_of, is_document, pair_of
from guardian.model.expression import Expression

BOOLEAN = frozenset(
    {"eq", "neq", "lt", "le", "is", "and", "or", "not", "is_null", "in", "like", "ilike", "rlike"}
)
SAME_AS_ARGUMENT = frozenset(
    {"min", "max", "any_value", "first", "last", "lag", "lead", "first_value", "last_value"}
)
BIGINT = frozenset({"count", "row_number", "rank", "dense_rank", "approx_count_distinct"})


TYPED = frozenset({"cast", "try_cast", "from_json", "from_csv", "window", "session_window"})


class Types:
    """Tells the type of an expression; `declared` tells the type of a dataset's column."""

    def __init__(self, declared: Callable[[str, str], str | None]) -> None:
        """Start with what the schemas declare."""
        self._declared = declared
        self._known: dict[Expression, str | None] = {}

    def of(self, expression: Expression) -> str | None:
        """Return the type as the code writes it, None where it cannot be told."""
        if expression not in self._known:
            self._known[expression] = None
            self._known[expression] = self._type(expression)
        return self._known[expression]

    def _type(self, node: Expression) -> str | None:
        match node.op:
            case "field":
                return self._field(node)
            case "member":
                return self.of(node.args[1])
            case "maybe" | "outer" | "fanned":
                return self.of(node.args[0])
            case "merge":
                return self._common(node.args)
            case "window":
                return self.of(node.args[0])
            case "scalar":
                return self.of(node.args[1])
            case "exists" | "in_rows":
                return "boolean"
            case "aggregate":
                return self._function(str(node.value[0]), node.args[: node.value[3]])
            case "call":
                return self._call(node)
            case "const":
                return "boolean" if node.value[0] == "boolean" else None
            case _:
                return None

    def _field(self, node: Expression) -> str | None:
        """Return the type of a dataset's column, or of what `explode` makes of an array."""
        relation = node.args[0].args[0]
        if relation.op == "scan":
            return self._declared(str(relation.value), str(node.value))
        if relation.op == "generate" and relation.value[0] != "unpivot":
            arrays = relation.args[0].args
            place = node.value if isinstance(node.value, int) and node.value < len(arrays) else 0
            whole = self.of(arrays[place]) if arrays else None
            element = whole if is_document(whole) and not pair_of(whole) else element_of(whole)
            if isinstance(node.value, str):
                return dict(fields_of(element)).get(node.value)
            return element
        return None

    def _call(self, node: Expression) -> str | None:
        name, option = node.value
        if name in TYPED:
            return str(option) or None
        if name == "field" and is_document(self.of(node.args[0])):
            pair = pair_of(self.of(node.args[0]))
            return pair[1] if pair else self.of(node.args[0])
        if name == "field":
            fields = {key.lower(): kind for key, kind in fields_of(self.of(node.args[0]))}
            return fields.get(str(option).lower())
        if name in BOOLEAN:
            return "boolean"
        if name in {"index", "element_at"}:
            whole = self.of(node.args[0])
            pair = pair_of(whole)
            return pair[1] if pair else whole if is_document(whole) else element_of(whole)
        if name == "coalesce":
            return self._common(node.args)
        if name == "case":
            return self._common((*node.args[1:-1:2], node.args[-1]))
        if name in {"current_date", "to_date"}:
            return "date"
        return self._function(str(name), node.args)

    def _function(self, name: str, args: tuple[Expression, ...]) -> str | None:
        if name in BIGINT:
            return "bigint"
        return self.of(args[0]) if name in SAME_AS_ARGUMENT and args else None

    def _common(self, parts: tuple[Expression, ...]) -> str | None:
        """Return the one type of all parts but nulls.

        None where they differ or one cannot be told.
        """
        types = {
            self.of(part) for part in parts if not (part.op == "const" and part.value[0] == "null")
        }
        return types.pop() if len(types) == 1 else None
