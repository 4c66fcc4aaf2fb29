"""What kind of value each expression is, from what is declared and from how it is used."""

from collections.abc import Callable, Iterable, Sequence

from guardian.engines.witness.functions import type_of
from guardian.model.expression import Expression, name_of

# From the surest to the vaguest: a class of expressions has the first that it was used as.
KINDS = ("boolean", "timestamp", "date", "double", "decimal", "integer", "string")
TYPES = {
    "boolean": "BOOLEAN", "timestamp": "TIMESTAMP", "date": "DATE", "double": "DOUBLE",
    "decimal": "DECIMAL(18, 3)", "integer": "BIGINT", "string": "VARCHAR",
}  # fmt: skip

_ALIKE = frozenset({
    "eq", "neq", "lt", "le", "is", "in", "coalesce", "greatest", "least", "add", "sub", "mod",
})  # fmt: skip
_SAME_AS_FIRST = frozenset({"coalesce", "greatest", "least", "add", "sub", "neg", "abs"})
_NUMBERS = frozenset({
    "sum", "avg", "mul", "div", "add", "sub", "neg", "abs", "mod", "int_div", "sqrt", "ceil",
    "floor", "power", "pow", "ln", "exp", "sign", "stddev", "variance", "stddev_samp", "median",
})  # fmt: skip
_TEXTS = frozenset({
    "like", "ilike", "lower", "upper", "trim", "ltrim", "rtrim", "length", "substring", "replace",
    "concat_skip_null", "left", "right", "lpad", "rpad", "starts_with", "ends_with", "contains",
    "split_part", "md5", "initcap", "reverse",
})  # fmt: skip
_TEXT_RESULTS = _TEXTS - {"like", "ilike", "length", "starts_with", "ends_with", "contains"}
_MOMENTS = frozenset({"date_trunc", "extract", "date_add", "date_sub", "date_diff", "last_day"})
_CONDITIONS = frozenset({
    "eq", "neq", "lt", "le", "is", "in", "and", "or", "not", "is_null", "like", "ilike",
    "starts_with", "ends_with", "contains",
})  # fmt: skip
_FOLLOWS_FIRST = frozenset({
    "min", "max", "any_value", "first", "last", "lag", "lead", "first_value", "last_value",
    "max_by", "min_by",
})  # fmt: skip
_COUNTS = frozenset({
    "count", "row_number", "rank", "dense_rank", "ntile", "length", "date_diff", "extract",
    "approx_distinct",
})  # fmt: skip
_RESULTS = {
    **dict.fromkeys(_CONDITIONS, "boolean"), **dict.fromkeys(_COUNTS, "integer"),
    **dict.fromkeys(_TEXT_RESULTS, "string"), "div": "decimal", "concat": "string",
    "current_date": "date", "current_timestamp": "timestamp", "now": "timestamp",
    "bool_and": "boolean", "bool_or": "boolean",
}  # fmt: skip
# Nodes that show a value of another scope as it is: which of their arguments.
_SHOWING = {"member": 1, "maybe": 0, "outer": 0, "fanned": 0, "scalar": 1, "window": 0}


class Kinds:
    """Tells kinds; expressions that are compared or chosen between are of one kind."""

    def __init__(
        self, roots: Iterable[Expression], declared: Callable[[str, str], str | None]
    ) -> None:
        """Look at every node below `roots`; `declared` tells the type of a dataset's column."""
        self._declared = declared
        self._parents: dict[object, object] = {}
        self._seen: dict[object, set[str]] = {}
        self._literals: dict[object, dict[tuple[str, str], None]] = {}
        self._types: dict[object, str] = {}
        for node in _below(roots):
            self._look_at(node)

    def of(self, node: Expression) -> str | None:
        """Return the kind of an expression, None where nothing tells it."""
        seen = self._seen.get(self._root(_key(node)), set())
        return next((kind for kind in KINDS if kind in seen), None)

    def type_of(self, node: Expression) -> str | None:
        """Return the declared type of a column in DuckDB's words, else one of its kind."""
        declared = self._types.get(_key(node))
        kind = self.of(node)
        return declared or (TYPES[kind] if kind else None)

    def literals(self, node: Expression) -> Sequence[tuple[str, str]]:
        """Return the constants (kind, text) that `node` is compared with."""
        return tuple(self._literals.get(self._root(_key(node)), ()))

    # --- looking -------------------------------------------------------------------------------

    def _look_at(self, node: Expression) -> None:
        match node.op:
            case "const":
                self._constant(node)
            case "field":
                self._column(node)
            case "call":
                self._call(node)
            case "aggregate":
                self._function(node, str(node.value[0]), node.args[: node.value[3]])
            case "merge":
                self._alike(node, *node.args)
            case "in_rows" if isinstance(node.value, int):
                values = node.args[node.value + 1 :]
                for one, other in zip(node.args[: node.value], values, strict=False):
                    self._alike(one, other)
            case "rows":
                self._conditions(node.args[1].args)
            case "full" | "optional":
                self._conditions(node.args[1].args)
            case op if op in _SHOWING:
                self._alike(node, node.args[_SHOWING[op]])
            case "values":
                self._rows(node)
            case _:
                pass

    def _constant(self, node: Expression) -> None:
        kind, text = node.value
        if kind == "number":
            self._note(node, "integer" if text.lstrip("-").isdigit() else "decimal")
        elif kind in KINDS:
            self._note(node, kind)
        if kind != "null":
            self._literals.setdefault(_key(node), {})[kind, text] = None

    def _column(self, node: Expression) -> None:
        relation = node.args[0].args[0]
        if relation.op != "scan" or not isinstance(node.value, str):
            return
        text = self._declared(str(relation.value), node.value)
        known = None if text is None else type_of(text)
        if known is not None:
            self._types[_key(node)] = known
            self._note(node, _kind_of_type(known))

    def _call(self, node: Expression) -> None:
        name, option = node.value
        self._function(node, str(name), node.args)
        if name == "case":
            self._alike(node, *node.args[1:-1:2], node.args[-1])
            self._conditions(node.args[:-1:2])
        elif name in {"cast", "try_cast"}:
            known = type_of(str(option))
            if known is not None:
                self._note(node, _kind_of_type(known))
        elif name in {"and", "or", "not"}:
            self._conditions(node.args)

    def _function(self, node: Expression, name: str, args: Sequence[Expression]) -> None:
        if name in _ALIKE:
            self._alike(*args)
        if name in _SAME_AS_FIRST or name in _FOLLOWS_FIRST:
            self._alike(node, *args[:1])
        result = _RESULTS.get(name)
        if result is not None:
            self._note(node, result)
        if name in _NUMBERS and not any(_is_moment(arg) for arg in args):
            for part in (node, *args):
                self._note(part, "decimal", weak=True)
        if name in _TEXTS:
            self._note(args[0], "string")
        if name == "concat":
            for arg in args:
                self._note(arg, "string", weak=True)
        if name in _MOMENTS and args:
            self._moment(node, name, args)

    def _moment(self, node: Expression, name: str, args: Sequence[Expression]) -> None:
        """Look at a function of a date or a timestamp."""
        moments = args[:2] if name == "date_diff" else args[:1]
        for arg in moments:
            self._note(arg, "timestamp", weak=True)
        if name not in {"extract", "date_diff"}:
            self._alike(node, args[0])

    def _conditions(self, parts: Iterable[Expression]) -> None:
        for part in parts:
            if part.op in {"field", "member", "maybe"}:
                self._note(part, "boolean")

    def _rows(self, node: Expression) -> None:
        for rows in zip(*(row.args for row in node.args), strict=False):
            self._alike(*rows)

    # --- classes -------------------------------------------------------------------------------

    def _root(self, key: object) -> object:
        while key in self._parents:
            key = self._parents[key]
        return key

    def _alike(self, *nodes: Expression) -> None:
        keys = [self._root(_key(node)) for node in nodes if not _is_null(node)]
        for other in keys[1:]:
            first, second = self._root(keys[0]), self._root(other)
            if first != second:
                self._parents[second] = first
                self._seen.setdefault(first, set()).update(self._seen.pop(second, ()))
                self._literals.setdefault(first, {}).update(self._literals.pop(second, {}))

    def _note(self, node: Expression, kind: str, *, weak: bool = False) -> None:
        seen = self._seen.setdefault(self._root(_key(node)), set())
        if not weak or not seen:
            seen.add(kind)


def _key(node: Expression) -> object:
    """Return what stands for an expression: one key for a dataset's column, however it is seen."""
    while node.op in {"member", "maybe", "outer"}:
        node = node.args[_SHOWING[node.op]]
    if node.op == "field" and node.args[0].args[0].op == "scan":
        return node.args[0].args[0].value, node.value
    if node.op == "field":
        return node.args[0].args[0], node.value
    return node


def _kind_of_type(kind: str) -> str:
    word = kind.partition("(")[0]
    if word in {"INTEGER", "BIGINT", "SMALLINT", "TINYINT"}:
        return "integer"
    return {"FLOAT": "double", "VARCHAR": "string"}.get(word, word.lower())


def _is_moment(node: Expression) -> bool:
    return name_of(node) in {"interval", "date_trunc", "current_date", "current_timestamp"}


def _is_null(node: Expression) -> bool:
    return node.op == "const" and node.value[0] == "null"


def _below(roots: Iterable[Expression]) -> list[Expression]:
    """Return every node below `roots`, arguments before what they are arguments of."""
    seen: set[Expression] = set()
    found: list[Expression] = []
    stack = [(root, False) for root in roots]
    while stack:
        node, done = stack.pop()
        if done:
            found.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((arg, False) for arg in node.args)
    return found
