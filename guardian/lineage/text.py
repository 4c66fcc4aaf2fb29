"""Canonical expressions → short text that a person can read, for reports. Never parsed again."""

import re
from collections.abc import Iterable

from guardian.model.aggregates import UP_TO_PEERS, WHOLE_PARTITION
from guardian.model.expression import Expression

LIMIT = 240
_MOST_LOOKED_AT = 500  # nodes, to find out what a relation is made from
INFIX = {
    "eq": "=",
    "neq": "<>",
    "lt": "<",
    "le": "<=",
    "is": "IS NOT DISTINCT FROM",
    "and": "AND",
    "or": "OR",
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "concat": "||",
    "like": "LIKE",
    "ilike": "ILIKE",
    "rlike": "RLIKE",
}


def text_of(expression: Expression, *, qualified: bool = False) -> str:
    """Return `expression` as SQL-like text of at most `LIMIT` characters, cut with `…`.

    Where `qualified`, columns are told with the dataset that they are of: `orders.id = items.id`.
    """
    printer = _Printer(qualified=qualified)
    printed = printer.text(expression, 0)
    return printed if len(printed) <= LIMIT else printed[: LIMIT - 1] + "…"


_UNORDERED = frozenset({"and", "or", "eq", "neq", "is", "add", "mul", "greatest", "least"})
# What a day or month of one digit is to a time format, which no author writes.
_FORMAT_MARK = re.compile(r"(%-?[A-Za-z])strict")
NOTHING = "nothing"
# How many parts are told that only one of two lists holds.
_SHOWN = 3
_TAKEN_APART = frozenset({"call", "aggregate", "window", "all", "member"})


def texts_apart(one: Expression, other: Expression) -> tuple[str, str]:
    """Return two expressions that differ as the first of their innermost parts that does.

    Of two lists of different lengths it is what only one of them holds.
    """
    while (one.op, one.value) == (other.op, other.value) and one.op in _TAKEN_APART:
        if len(one.args) != len(other.args):
            return _only(one.args, other.args), _only(other.args, one.args)
        if one.op == "all" and len(set(one.args) - set(other.args)) > 1:
            return _only(one.args, other.args), _only(other.args, one.args)
        differing = _first_apart(one, other)
        if differing is None or (one.op == "member" and one.args[0] is not other.args[0]):
            break
        one, other = differing
    return text_of(one), text_of(other)


def _first_apart(one: Expression, other: Expression) -> tuple[Expression, Expression] | None:
    """Return the first arguments that differ; where order is none, of those that differ."""
    left, right = one.args, other.args
    if one.op == "all" or (one.op == "call" and one.value[0] in _UNORDERED):
        left, right = _aligned(left, set(right)), _aligned(right, set(left))
    pairs = zip(left, right, strict=True)
    return next((pair for pair in pairs if pair[0] is not pair[1]), None)


def _aligned(parts: Iterable[Expression], shared: set[Expression]) -> tuple[Expression, ...]:
    """Return what is not shared, in an order that a small difference keeps."""
    own = (part for part in parts if part not in shared)
    return tuple(sorted(own, key=lambda part: (part.op, str(part.value))))


def _only(here: tuple[Expression, ...], there: tuple[Expression, ...]) -> str:
    own = [text_of(part) for part in here if part not in there]
    return ", ".join([*own[:_SHOWN], "…"] if len(own) > _SHOWN else own) or NOTHING


class _Printer:
    """Prints a shared graph as a tree, with a budget of nodes.

    The graph may be exponentially larger as a tree.
    """

    def __init__(self, *, qualified: bool = False) -> None:
        self.budget = 200
        self.qualified = qualified
        self.named: dict[Expression, str] = {}
        self.through: Expression | None = None

    def text(self, node: Expression, depth: int) -> str:
        self.budget -= 1
        if self.budget < 0 or depth > 30:
            return "…"
        match node.op:
            case "const":
                return _constant(*node.value)
            case "symbol":
                return "{" + str(node.value) + "}"
            case "field":
                return self._field(node, depth)
            case "member":
                return self._seen_through(node, depth)
            case "maybe" | "outer" | "field_of" | "fanned":
                return self.text(node.args[0], depth + 1)
            case "merge":
                return " | ".join(dict.fromkeys(self.text(arm, depth + 1) for arm in node.args))
            case "call":
                return self._call(node, depth)
            case "aggregate":
                return self._aggregate(node, depth)
            case "window":
                return self._window(node, depth)
            case _:
                return self._other(node, depth)

    def _field(self, node: Expression, depth: int) -> str:
        """Return a column's name; what a generator makes has none of its own."""
        relation = node.args[0].args[0]
        if isinstance(node.value, int) and relation.op == "generate":
            return self._list(relation.args, depth)
        name = f"col{node.value + 1}" if isinstance(node.value, int) else str(node.value)
        qualifier = self._qualifier(node.args[0]) if self.qualified else ""
        return f"{qualifier}.{name}" if qualifier else name

    def _seen_through(self, node: Expression, depth: int) -> str:
        """Return a value of a closed relation, which is what its columns are told apart by."""
        outer, self.through = self.through, self.through or node.args[0]
        text = self.text(node.args[1], depth + 1)
        self.through = outer
        return text

    def _qualifier(self, instance: Expression) -> str:
        """Return what an input is called; a second one of the same dataset gets a number."""
        known = self.through or instance
        if known not in self.named:
            name = _only_dataset(known.args[0])
            same = sum(other.partition("_#")[0] == name for other in self.named.values())
            self.named[known] = f"{name}_#{same + 1}" if name and same else name
        return self.named[known].replace("_#", "_")

    def _other(self, node: Expression, depth: int) -> str:
        match node.op:
            case "scalar" | "array_rows":
                return f"(SELECT {self.text(node.args[1], depth + 1)} …)"
            case "exists":
                return f"EXISTS (SELECT … {self._from(node.args[0], depth)})"
            case "in_rows":
                return f"{self.text(node.args[0], depth + 1)} IN (SELECT …)"
            case "opaque":
                name = str(node.value[0]) or "…"
                return f"{name}({self._list(node.args, depth)})"
            case "unknown" | "scan":
                return str(node.value)
            case "ambiguous":
                return self.text(node.args[0], depth + 1)
            case "generate":
                return self._generated(node, depth)
            case "instance":
                return self.text(node.args[0], depth + 1)
            case "param":
                return f"x{node.value}"
            case "lambda":
                return f"-> {self.text(node.args[0], depth + 1)}"
            case "optional":
                before, self.qualified = self.qualified, True
                condition = " AND ".join(self.text(part, depth + 1) for part in node.args[1].args)
                self.qualified = before
                return f"LEFT JOIN {self.text(node.args[0], depth + 1)} ON {condition}"
            case _:
                return self._from(node, depth)

    def _from(self, node: Expression, depth: int) -> str:
        if node.op == "rows":
            sources = ", ".join(self.text(instance, depth + 1) for instance in node.args[0].args)
            conditions = " AND ".join(self.text(part, depth + 1) for part in node.args[1].args)
            return f"FROM {sources}" + (f" WHERE {conditions}" if conditions else "")
        if node.op == "group":
            return f"GROUP BY {self._list(node.args[1].args, depth)}"
        return node.op.upper()

    def _generated(self, node: Expression, depth: int) -> str:
        if node.value[0] == "unpivot":
            return f"UNPIVOT ({', '.join(node.value[1])})"
        outer = "OUTER " if node.value[0] else ""
        return f"{outer}{self._list(node.args, depth)}"

    def _list(self, nodes: tuple[Expression, ...], depth: int) -> str:
        return ", ".join(self.text(node, depth + 1) for node in nodes)

    def _call(self, node: Expression, depth: int) -> str:
        name, option = node.value
        args = [self.text(arg, depth + 1) for arg in node.args]
        if name in {"lt", "le"} and node.args[0].op in _GIVEN and node.args[1].op not in _GIVEN:
            return f"{args[1]} {'>' if name == 'lt' else '>='} {args[0]}"
        if name in INFIX and len(args) > 1:
            return f" {INFIX[name]} ".join(_operands(str(name), node.args, args))
        match name:
            case "not":
                return _negated(node.args[0], args[0])
            case "is_null":
                return f"{args[0]} IS NULL"
            case "neg":
                return f"-{args[0]}"
            case "in":
                return f"{args[0]} IN ({', '.join(sorted(args[1:]))})"
            case "cast" | "try_cast":
                return f"{name.upper()}({args[0]} AS {option})"
            case "field":
                return f"{args[0]}.{option}"
            case "parameter":
                return f"{args[0]} (default {args[1]})"
            case "case":
                pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
                branches = " ".join(f"WHEN {condition} THEN {value}" for condition, value in pairs)
                return f"CASE {branches} ELSE {args[-1]} END"
            case _:
                called, told = _called(str(name), str(option))
                return f"{called}({', '.join([*args, told] if told else args)})"

    def _aggregate(self, node: Expression, depth: int) -> str:
        name, _, distinct, count, conditional, _ = node.value
        inner = self._list(node.args[:count], depth) or "*"
        condition = (
            f" FILTER (WHERE {self.text(node.args[count], depth + 1)})" if conditional else ""
        )
        return f"{name.upper()}({'DISTINCT ' if distinct else ''}{inner}){condition}"

    def _window(self, node: Expression, depth: int) -> str:
        count = int(node.value[1])
        keys = node.args[1:]
        parts = []
        if count:
            parts.append(f"PARTITION BY {self._list(keys[:count], depth)}")
        if len(keys) > count:
            flags = node.value[2]
            ordered = [
                self.text(key, depth + 1) + (" DESC" if flag[0] else "")
                for key, flag in zip(keys[count:], flags, strict=True)
            ]
            parts.append(f"ORDER BY {', '.join(ordered)}")
        if node.value[0] not in {"", UP_TO_PEERS, WHOLE_PARTITION}:
            parts.append(str(node.value[0]).upper())
        return f"{self.text(node.args[0], depth + 1)} OVER ({' '.join(parts)})"


def _only_dataset(relation: Expression) -> str:
    """Return the last part of the one dataset that a relation is made from; empty for several."""
    found: set[str] = set()
    pending, seen = [relation], 0
    while pending and seen < _MOST_LOOKED_AT:
        node = pending.pop()
        seen += 1
        if node.op == "scan":
            found.add(str(node.value))
        else:
            pending += node.args
    name = found.pop() if len(found) == 1 and not pending else ""
    return name if "/" in name or "{" in name else name.rpartition(".")[2]


def _called(name: str, option: str) -> tuple[str, str]:
    """Return a function's name and what an author writes of its option.

    An option `key=true` says how its dialect means the function.
    """
    if name == "pad":
        return ("LPAD" if "is_left=true" in option else "RPAD"), ""
    return name.upper(), "" if "=" in option else option


def _negated(node: Expression, text: str) -> str:
    """Return NOT as people write it."""
    name = node.value[0] if node.op == "call" else ""
    if name == "is_null":
        return text.removesuffix(" IS NULL") + " IS NOT NULL"
    if name in {"in", "like", "ilike", "rlike"}:
        word = INFIX.get(str(name), "IN")
        return text.replace(f" {word} ", f" NOT {word} ", 1)
    return f"NOT {text}" if node.op == "exists" else f"NOT ({text})"


def _constant(kind: str, text: str) -> str:
    match kind:
        case "string":
            return "'" + _FORMAT_MARK.sub(r"\1", text).replace("'", "''") + "'"
        case "null":
            return "NULL"
        case "number" | "boolean":
            return text.upper() if kind == "boolean" else text
        case _:
            return f"{kind.upper()} '{text}'"


# What is compared with, and stands behind what is compared.
_GIVEN = {"symbol": 1, "const": 2}
PRECEDENCE = {"or": 1, "and": 2, "add": 4, "sub": 4, "concat": 4, "mul": 5, "div": 5, "mod": 5}


def _operands(name: str, parts: Iterable[Expression], texts: Iterable[str]) -> list[str]:
    """Return operands as people write them: columns before constants, brackets where needed.

    What is known at run time only is as good as a constant.
    """
    level = PRECEDENCE.get(name, 3)
    pairs = list(zip(parts, texts, strict=True))
    if name in {"eq", "neq"}:
        pairs.sort(key=lambda pair: _GIVEN.get(pair[0].op, 0))
    written = []
    for position, (part, text) in enumerate(pairs):
        infix = part.op == "call" and part.value[0] in INFIX
        own = PRECEDENCE.get(str(part.value[0]), 3) if infix else 9
        tight = own > level or (own == level and (position == 0 or name in {"and", "or", "add"}))
        written.append(text if tight else f"({text})")
    return written
