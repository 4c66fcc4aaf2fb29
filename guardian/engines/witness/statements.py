"""Canonical expressions and relations → one DuckDB SELECT.

A row set becomes a FROM clause, one alias for each instance; what is needed of an instance is asked
of the relation behind it, which is a derived table. So each scope of the normal form is one SELECT.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from guardian.engines.witness.functions import (
    AGGREGATES,
    WINDOW_ONLY,
    UnsupportedError,
    frame_of,
    scalar,
)
from guardian.engines.witness.kinds import Kinds
from guardian.lineage.relation import contains_window, instance_of, instances_in, operand_count
from guardian.model.expression import Expression, make

MOST_SCOPES = 200
PARAMETERS = "parameters"


@dataclass(slots=True)
class Tables:
    """What the statements read: the columns of each dataset, and the parameters."""

    kinds: Kinds
    columns: dict[str, dict[str, Expression]] = field(default_factory=dict)
    parameters: dict[str, Expression] = field(default_factory=dict)
    scopes: int = 0

    def table(self, dataset: str) -> str:
        """Return the name of a dataset's table."""
        self.columns.setdefault(dataset, {})
        return f"t{list(self.columns).index(dataset)}"

    def column(self, node: Expression) -> str:
        """Return the name of a column of its dataset's table."""
        dataset, name = str(node.args[0].args[0].value), str(node.value)
        known = self.columns.setdefault(dataset, {})
        known.setdefault(name, node)
        return f"c{list(known).index(name)}"

    def parameter(self, node: Expression) -> str:
        """Return a value that is known at run time only."""
        name = str(node.value)
        self.parameters.setdefault(name, node)
        place = list(self.parameters).index(name)
        return f"(SELECT p{place} FROM {PARAMETERS})"

    def alias(self) -> str:
        """Return an alias that nothing else has."""
        self.scopes += 1
        if self.scopes > MOST_SCOPES:
            raise UnsupportedError("so large a query")
        return f"s{self.scopes}"


def select(rows: Expression, values: Sequence[Expression], tables: Tables) -> str:
    """Return the SELECT that gives `values`, as v0, v1, …, for each row of `rows`.

    Raises:
        UnsupportedError: something in it is not run.
    """
    return _Scope(rows, tables, None, values).select(values)


class _Scope:
    """One row set, the names of its instances, and what is asked of each of them."""

    def __init__(
        self,
        rows: Expression,
        tables: Tables,
        outer: "_Scope | None",
        values: Sequence[Expression] = (),
    ) -> None:
        self.tables = tables
        self.outer = outer
        self.inner: list[Expression] = []
        self.optional: list[Expression] = []
        self.filters: tuple[Expression, ...] = ()
        self.aliases: dict[Expression, str] = {}
        self.wanted: dict[Expression, dict[Expression, str]] = {}
        if rows.op == "rows":
            self.inner = list(rows.args[0].args)
            self.filters = rows.args[1].args
            for node in rows.args[2].args:
                self._take(node)
        elif rows.op != "nothing":
            self.inner = [_only_instance(rows, values)]
        for value in values:
            self._find_optional(value)

    # --- the statement -------------------------------------------------------------------------

    def select(self, values: Sequence[Expression], tail: str = "") -> str:
        """Return the whole SELECT; `tail` is what comes behind WHERE."""
        return self.statement([self.text(value) for value in values], tail)

    def statement(self, texts: Sequence[str], tail: str = "") -> str:
        """Return the SELECT of texts made in this scope."""
        where = [self.text(part) for part in self.filters if not contains_window(part)]
        qualify = [self.text(part) for part in self.filters if contains_window(part)]
        listed = ", ".join(f"{text} AS v{place}" for place, text in enumerate(texts)) or "1 AS v0"
        parts = [f"SELECT {listed}{self._from()}"]
        if where:
            parts.append(f"WHERE {' AND '.join(where)}")
        if qualify and tail:
            raise UnsupportedError("a filter on a window under a grouping")
        if qualify:
            parts.append(f"QUALIFY {' AND '.join(qualify)}")
        return " ".join([*parts, tail]) if tail else " ".join(parts)

    def _from(self) -> str:
        joins = [
            (self._optional_name(node), " AND ".join(map(self.text, node.args[1].args)) or "true")
            for node in self.optional
        ]
        # What is made from other inputs asks them for values, so that it is written before them.
        made = [self.source(item) for item in self.inner if item.args[0].op == "generate"]
        plain = [self.source(item) for item in self.inner if item.args[0].op != "generate"]
        text = " CROSS JOIN ".join((*plain, *made)) or "(SELECT 1)"
        for node, (_, condition) in zip(self.optional, joins, strict=True):
            text += f" LEFT JOIN {self.source(node.args[0], marked=True)} ON {condition}"
        return f" FROM {text}"

    def source(self, instance: Expression, *, marked: bool = False) -> str:
        alias = self._alias(instance)
        relation = instance.args[0]
        if relation.op == "generate":
            return self._unpivot(relation, alias)
        wanted = self.wanted.get(instance, {})
        inner = _derived(relation, list(wanted), self.tables, self.outer)
        listed = ", ".join(f"v{place} AS {name}" for place, name in enumerate(wanted.values()))
        mark = ("true AS found" + (", " if listed else "")) if marked else ""
        return f"(SELECT {mark}{listed or ('' if marked else '1')} FROM ({inner})) AS {alias}"

    def _unpivot(self, relation: Expression, alias: str) -> str:
        if relation.value[0] != "unpivot":
            raise UnsupportedError("rows made from a value")
        names = relation.value[1]
        rows = ", ".join(
            f"({_string(name)}, {self.text(value)})"
            for name, value in zip(names, relation.args, strict=True)
        )
        kept = "" if "nulls" in relation.value else " WHERE f1 IS NOT NULL"
        return f"LATERAL (SELECT * FROM (VALUES {rows}) AS u(f0, f1){kept}) AS {alias}"

    # --- names ---------------------------------------------------------------------------------

    def _alias(self, instance: Expression) -> str:
        if instance not in self.aliases:
            self.aliases[instance] = self.tables.alias()
        return self.aliases[instance]

    def _optional_name(self, node: Expression) -> str:
        return self._alias(node.args[0])

    def _take(self, node: Expression) -> None:
        """Add an outer-joined input, those that its condition looks at before it."""
        if node in self.optional:
            return
        if node.value not in {"left", "one"}:
            raise UnsupportedError(f"a join of kind {node.value}")
        for part in node.args[1].args:
            self._find_optional(part)
        self.optional.append(node)

    def _find_optional(self, root: Expression) -> None:
        """Add the outer-joined inputs that a value of this scope looks at."""
        seen: set[tuple[Expression, int]] = set()
        stack = [(root, 0)]
        while stack:
            node, depth = stack.pop()
            if (node, depth) in seen:
                continue
            seen.add((node, depth))
            if depth == 0 and node.op == "maybe":
                self._take(node.args[1])
            if depth == 0 and node.op == "fanned":
                for entry in node.args[1].args:
                    self._take(entry)
            if node.op == "outer":
                stack += [(node.args[0], depth - 1)] if depth else []
            elif node.op in _SUBQUERIES:
                operands = operand_count(node)
                stack += [(arg, depth) for arg in node.args[:operands]]
                stack += [(arg, depth + 1) for arg in node.args[operands:]]
            elif depth or node.op not in {"member", "field", "instance"}:
                stack += [(arg, depth) for arg in node.args]

    def _asked(self, instance: Expression, value: Expression) -> str:
        """Return the name of a value of the relation behind an instance of this scope."""
        if instance not in self.inner and all(
            instance is not node.args[0] for node in self.optional
        ):
            if not _is_one_row(instance.args[0]):
                raise UnsupportedError("a value from nowhere")
            self.inner.append(instance)
        wanted = self.wanted.setdefault(instance, {})
        name = wanted.setdefault(value, f"w{len(wanted)}")
        return f"{self._alias(instance)}.{name}"

    # --- expressions ---------------------------------------------------------------------------

    def text(self, node: Expression) -> str:
        """Return an expression of this scope."""
        match node.op:
            case "const":
                return constant(*node.value)
            case "symbol":
                return self.tables.parameter(node)
            case "field":
                return self._field(node)
            case "member":
                return self._asked(node.args[0], node.args[1])
            case "maybe":
                found = f"{self._optional_name(node.args[1])}.found"
                return f"(CASE WHEN {found} THEN {self.text(node.args[0])} END)"
            case "outer":
                if self.outer is None:
                    raise UnsupportedError("a value from around it")
                return self.outer.text(node.args[0])
            case "fanned":
                return self.text(node.args[0])
            case "call":
                return self._call(node)
            case "aggregate":
                return self._aggregate(node)
            case "window":
                return self._window(node)
            case _:
                return self._subquery(node)

    def _field(self, node: Expression) -> str:
        instance = node.args[0]
        if instance.op == "instance" and instance.args[0].op == "generate":
            return f"{self._alias(instance)}.f{node.value}"
        if instance.op != "instance" or instance.args[0].op not in {"scan", "values"}:
            raise UnsupportedError("a field of a value")
        return self._asked(instance, node)

    def _call(self, node: Expression) -> str:
        name, option = node.value
        args = [self.text(arg) for arg in node.args]
        if name == "div" and "typed" in str(option):
            whole = all(self.tables.kinds.of(arg) == "integer" for arg in node.args)
            return scalar("int_div" if whole else "div", args, "")
        return scalar(str(name), args, str(option))

    def _aggregate(self, node: Expression) -> str:
        name, option, distinct, count, conditional, flags = node.value
        word = AGGREGATES.get(str(name))
        if word is None or option or (distinct and count != 1):
            raise UnsupportedError(f"{name}({option})" if option else str(name))
        args = [self.text(arg) for arg in node.args[:count]]
        keys = node.args[count + bool(conditional) :]
        inner = ", ".join(args) or "*"
        if word == "count_distinct":
            word, distinct = "count", True
        ordered = f" ORDER BY {self.order(keys, flags)}" if keys else ""
        text = f"{word}({'DISTINCT ' if distinct else ''}{inner}{ordered})"
        if conditional:
            text += f" FILTER (WHERE {self.text(node.args[count])})"
        return text

    def _window(self, node: Expression) -> str:
        frame, count, flags = node.value
        function, *keys = node.args
        if any(map(contains_window, node.args)):
            raise UnsupportedError("a window over a window")
        parts = []
        if count:
            parts.append("PARTITION BY " + ", ".join(map(self.text, keys[:count])))
        if len(keys) > count:
            parts.append("ORDER BY " + self.order(keys[count:], flags))
        words = frame_of(str(frame))
        if words:
            parts.append(words)
        return f"{self._windowed(function)} OVER ({' '.join(parts)})"

    def _windowed(self, function: Expression) -> str:
        if function.op == "aggregate":
            return self._aggregate(function)
        name, option = function.value if function.op == "call" else ("", "")
        word = WINDOW_ONLY.get(str(name))
        if word is None or option not in {"", "ignore nulls"}:
            raise UnsupportedError(str(name) or "a window")
        inner = ", ".join(map(self.text, function.args))
        return f"{word}({inner}{' IGNORE NULLS' if option else ''})"

    def order(self, keys: Sequence[Expression], flags: Sequence[tuple[bool, bool]]) -> str:
        return ", ".join(
            f"{self.text(key)} {'DESC' if down else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"
            for key, (down, first) in zip(keys, flags, strict=True)
        )

    def _subquery(self, node: Expression) -> str:
        match node.op:
            case "exists":
                return f"EXISTS ({_Scope(node.args[0], self.tables, self).select(())})"
            case "scalar":
                rows, value = node.args
                return f"({_Scope(rows, self.tables, self, (value,)).select((value,))})"
            case "in_rows" if isinstance(node.value, int):
                return self._in_rows(node)
            case _:
                raise UnsupportedError(node.op.replace("_", " "))

    def _in_rows(self, node: Expression) -> str:
        count = int(node.value)
        operands, rows, values = node.args[:count], node.args[count], node.args[count + 1 :]
        inner = _Scope(rows, self.tables, self, values).select(values)
        quantified = operands[0].value[0] if operands[0].op == "call" else ""
        if count == 1 and str(quantified).startswith(("any_", "all_")):
            raise UnsupportedError("a comparison with all rows of a query")
        listed = ", ".join(map(self.text, operands))
        return f"({listed if count == 1 else f'({listed})'} IN ({inner}))"


_SUBQUERIES = frozenset({"exists", "scalar", "in_rows", "array_rows"})


def _only_instance(rows: Expression, values: Iterable[Expression]) -> Expression:
    """Return the one use of a relation that is a whole join graph, as what is wanted names it."""
    used = {instance for value in values for instance in instances_in(value)}
    own = {instance for instance in used if instance.args[0] is rows}
    return own.pop() if len(own) == 1 else instance_of(rows)


def _is_one_row(relation: Expression) -> bool:
    """Return whether a relation always has one row, so that it may stand beside any other."""
    return relation.op == "group" and not relation.args[1].args and not relation.value


def _derived(
    relation: Expression, wanted: Sequence[Expression], tables: Tables, outer: _Scope | None
) -> str:
    """Return the SELECT of a closed relation's values, as v0, v1 and so on.

    A join graph of one input alone is that input: what is computed over it, such as a window, is
    told by the instance that it looks at.
    """
    if relation.op != "rows" and any(_is_over(value, relation) for value in wanted):
        one = instance_of(relation)
        values = [
            value
            if _is_over(value, relation) or _is_own_field(value, relation)
            else make("member", (one, value))
            for value in wanted
        ]
        return _Scope(relation, tables, outer, values).select(values)
    match relation.op:
        case "scan":
            return _table(relation, wanted, tables)
        case "values":
            return _values(relation, wanted, tables)
        case "rows":
            return _Scope(relation, tables, outer, wanted).select(wanted)
        case "group":
            return _group(relation, wanted, tables, outer)
        case "pick":
            return _pick(relation, wanted, tables, outer)
        case "limit":
            return _limit(relation, wanted, tables, outer)
        case "union":
            return _union(relation, wanted, tables, outer)
        case "intersect" | "except":
            return _set(relation, wanted, tables, outer)
        case "full":
            return _full(relation, wanted, tables, outer)
        case other:
            raise UnsupportedError(other.replace("_", " "))


def _is_over(value: Expression, relation: Expression) -> bool:
    """Return whether `value` is computed over an instance of `relation`, not inside it."""
    own = any(instance.args[0] is relation for instance in instances_in(value))
    return own and not _is_own_field(value, relation)


def _is_own_field(value: Expression, relation: Expression) -> bool:
    return value.op == "field" and relation.op in {"scan", "values"}


def _table(relation: Expression, wanted: Sequence[Expression], tables: Tables) -> str:
    table = tables.table(str(relation.value))
    names = []
    for node in wanted:
        if node.op != "field" or not isinstance(node.value, str) or node.value == "*":
            raise UnsupportedError("columns that nobody lists")
        names.append(tables.column(node))
    listed = ", ".join(f"{name} AS v{place}" for place, name in enumerate(names)) or "1"
    return f"SELECT {listed} FROM {table}"


def _values(relation: Expression, wanted: Sequence[Expression], tables: Tables) -> str:
    fingerprint, width = relation.value
    if fingerprint or not relation.args or not width:
        raise UnsupportedError("rows written in the code, too many to be kept")
    scope = _Scope(NOTHING, tables, None)
    rows = ", ".join(f"({', '.join(map(scope.text, row.args))})" for row in relation.args)
    names = ", ".join(f"f{place}" for place in range(width))
    listed = ", ".join(f"f{node.value} AS v{place}" for place, node in enumerate(wanted)) or "1"
    return f"SELECT {listed} FROM (VALUES {rows}) AS v({names})"


NOTHING = Expression("nothing", "", (), b"", windowed=False)


def _group(
    relation: Expression, wanted: Sequence[Expression], tables: Tables, outer: _Scope | None
) -> str:
    rows, keys = relation.args[0], relation.args[1].args
    scope = _Scope(rows, tables, outer, (*wanted, *keys))
    texts = [scope.text(value) for value in wanted] or ["1"]
    named = {key: scope.text(key) for key in keys}
    if relation.value:
        by_digest = {key.digest.hex(): text for key, text in named.items()}
        sets = (", ".join(by_digest[digest] for digest in chosen) for chosen in relation.value)
        tail = f"GROUP BY GROUPING SETS ({', '.join(f'({chosen})' for chosen in sets)})"
    elif named:
        tail = f"GROUP BY {', '.join(named.values())}"
    else:
        tail = ""
        texts = texts if wanted else ["count(*)"]
    if any(text.isdigit() for text in named.values()):
        raise UnsupportedError("a constant as a grouping key")
    return scope.statement(texts, tail)


def _pick(
    relation: Expression, wanted: Sequence[Expression], tables: Tables, outer: _Scope | None
) -> str:
    rows, partition, *order = relation.args
    scope = _Scope(rows, tables, outer, (*wanted, *partition.args, *order))
    texts = [scope.text(value) for value in wanted]
    parts = []
    if partition.args:
        parts.append("PARTITION BY " + ", ".join(map(scope.text, partition.args)))
    if order:
        parts.append("ORDER BY " + scope.order(order, relation.value))
    number = f"row_number() OVER ({' '.join(parts)})"
    inner = scope.statement([*texts, number])
    listed = ", ".join(f"v{place}" for place in range(len(texts))) or "1"
    return f"SELECT {listed} FROM ({inner}) WHERE v{len(texts)} = 1"


def _limit(
    relation: Expression, wanted: Sequence[Expression], tables: Tables, outer: _Scope | None
) -> str:
    rows, *order = relation.args
    count, offset, flags = relation.value
    if not str(count).isdigit() or (offset and not str(offset).isdigit()):
        raise UnsupportedError("a limit that is no number")
    scope = _Scope(rows, tables, outer, (*wanted, *order))
    texts = [scope.text(value) for value in wanted]
    tail = f"ORDER BY {scope.order(order, flags)} " if order else ""
    tail += f"LIMIT {count}" + (f" OFFSET {offset}" if offset else "")
    return scope.statement(texts, tail)


def _union(
    relation: Expression, wanted: Sequence[Expression], tables: Tables, outer: _Scope | None
) -> str:
    if any(value.op != "merge" or len(value.args) != len(relation.args) for value in wanted):
        raise UnsupportedError("a value of a union's arm")
    arms = []
    for place, rows in enumerate(relation.args):
        values = [value.args[place] for value in wanted]
        arms.append(f"({_Scope(rows, tables, outer, values).select(values)})")
    return " UNION ALL ".join(arms)


def _set(
    relation: Expression, wanted: Sequence[Expression], tables: Tables, outer: _Scope | None
) -> str:
    arms = [(arm.args[0], list(arm.args[1:])) for arm in relation.args]
    first = next((values for _, values in arms if set(wanted) <= set(values)), None)
    if first is None:
        raise UnsupportedError("a value of a set operation's arm")
    word = f" {relation.op.upper()}{' ALL' if relation.value else ''} "
    text = word.join(
        f"({_Scope(rows, tables, outer, values).select(values)})" for rows, values in arms
    )
    listed = ", ".join(f"v{first.index(value)} AS v{place}" for place, value in enumerate(wanted))
    names = ", ".join(f"v{place}" for place in range(len(first)))
    return f"SELECT {listed or '1'} FROM ({text}) AS e({names})"


def _full(
    relation: Expression, wanted: Sequence[Expression], tables: Tables, outer: _Scope | None
) -> str:
    sides, on = relation.args
    if len(sides.args) != 2:
        raise UnsupportedError("a full join of more than two")
    scope = _Scope(NOTHING, tables, outer)
    scope.inner = list(sides.args)
    texts = [scope.text(value) for value in wanted] or ["1"]
    condition = " AND ".join(map(scope.text, on.args)) or "true"
    left, right = (scope.source(side) for side in sides.args)
    listed = ", ".join(f"{text} AS v{place}" for place, text in enumerate(texts))
    return f"SELECT {listed} FROM {left} FULL JOIN {right} ON {condition}"


def constant(kind: str, text: str) -> str:
    """Return a constant.

    Raises:
        UnsupportedError: one of a kind that is not plain.
    """
    match kind:
        case "string":
            return _string(text)
        case "null":
            return "NULL"
        case "boolean" if text in {"true", "false"}:
            return text
        case "number" if _is_number(text):
            return text
        case "date" | "timestamp":
            return f"{kind.upper()} {_string(text)}"
        case _:
            raise UnsupportedError(f"a constant of kind {kind}")


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit() and len(text) < 40


def _string(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\0", "") + "'"
