"""Each output column back to its input columns: one walk over the shared graph, every node once."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from guardian.lineage.relation import Outer, SideNotes, operand_count
from guardian.model.expression import Expression, name_of, struct_part
from guardian.model.lineage import ColumnRef, Edge, EdgeType, Location, RowFlow, Subtype

# (dataset, column) → how it flows, and how sure we are
Source: TypeAlias = tuple[str, str]
Flows: TypeAlias = dict[Source, tuple[Subtype, float]]
# (dataset, column, how it decides) → how sure we are, and where it is written
Deciders: TypeAlias = dict[tuple[str, str, Subtype], tuple[float, Location | None]]

RANK: dict[Subtype, int] = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}
RANKING = frozenset(
    {
        "row_number",
        "rank",
        "dense_rank",
        "percent_rank",
        "cume_dist",
        "ntile",
        "count_star",
    }
)
# What generators make that only counts: by function, the positions of such columns.
COUNTED = {"posexplode": (0,), "posexplode_outer": (0,), "flatten": (0, 2, 3)}
GUESSED = 0.5  # one of several columns that a name may mean
THROUGH_OPAQUE = 0.6  # through code that we could not read


@dataclass(frozen=True, slots=True)
class Traced:
    """What a value comes from (`direct`) and what decides it (`indirect`.

    By source and subtype).
    """

    direct: Flows = field(default_factory=dict)
    indirect: dict[tuple[str, str, Subtype], float] = field(default_factory=dict)


NOTHING = Traced()


@dataclass(slots=True)
class Tracer:
    """Traces expressions and row sets of one file.

    Results are kept by node, so shared parts are walked once.
    """

    notes: SideNotes
    _values: dict[Expression, Traced] = field(default_factory=dict)
    _rows: dict[Expression, Deciders] = field(default_factory=dict)

    # --- values ----------------------------------------------------------------------------------

    def value(self, expression: Expression) -> Traced:
        """Return where the value of `expression` comes from."""
        known = self._values.get(expression)
        if known is None:
            known = self._values[expression] = self._value(expression)
        return known

    def _value(self, node: Expression) -> Traced:  # noqa: PLR0911 - one answer for each kind of node
        match node.op:
            case "field":
                return self._field(node)
            case "member":
                return self.value(node.args[1])
            case "maybe" | "outer" | "field_of" | "fanned":
                return self.value(node.args[0])
            case "merge":
                return _all(map(self.value, node.args))
            case "ambiguous":
                return _weakened(_all(map(self.value, node.args)), GUESSED)
            case "opaque":
                return _weakened(
                    _as(_all(map(self.value, node.args)), "TRANSFORMATION"), THROUGH_OPAQUE
                )
            case "window":
                return self._window(node)
            case "aggregate":
                return self._aggregate(node)
            case "scalar" | "array_rows":
                return self._scalar(node)
            case "exists" | "in_rows":
                return Traced(indirect=_conditional(self._matching(node)))
            case "call":
                return self._call(node)
            case "lambda":
                return self.value(node.args[0])
            case "generate":
                return _as(_all(map(self.value, node.args)), "TRANSFORMATION")
            case _:
                return NOTHING

    def _field(self, node: Expression) -> Traced:
        relation = node.args[0].args[0]
        if relation.op == "scan":
            return Traced({(str(relation.value), str(node.value)): ("IDENTITY", 1.0)})
        if relation.op == "generate":
            return self._generated(relation, node)
        return NOTHING

    def _generated(self, relation: Expression, node: Expression) -> Traced:
        """Trace a column that `explode`, `UNPIVOT` or their like makes, by its position."""
        if relation.value[0] == "unpivot":
            values = _as(_all(map(self.value, relation.args)), "TRANSFORMATION")
            return values if node.value == 1 else NOTHING
        generator, position = relation.args[0], node.value
        name = name_of(generator)
        if not isinstance(position, int):
            return self.value(relation)
        if name == "stack" and relation.value[2]:
            made = generator.args[1 + position :: relation.value[2]]
            return _as(_all(map(self.value, made)), "TRANSFORMATION")
        counted = (
            position >= len(generator.args)
            if name == "unnest"
            else position in COUNTED.get(name, ())
        )
        return NOTHING if counted else self.value(relation)

    def _window(self, node: Expression) -> Traced:
        function, keys = node.args[0], node.args[1:]
        return _joined(self.value(function), _deciding(map(self.value, keys), "WINDOW"))

    def _aggregate(self, node: Expression) -> Traced:
        count = node.value[3]
        traced = _as(_all(map(self.value, node.args[:count])), "AGGREGATION")
        if node.value[0] == "any_value":
            traced = _all(map(self.value, node.args[:count]))
        extra = _deciding(map(self.value, node.args[count:]), "CONDITIONAL")
        return _joined(traced, extra)

    def _scalar(self, node: Expression) -> Traced:
        rows, value = node.args
        return _joined(
            _as(self.value(value), "TRANSFORMATION"), Traced(indirect=_conditional(self.rows(rows)))
        )

    def _matching(self, node: Expression) -> Deciders:
        """Return what decides an EXISTS or IN.

        Operands, compared values, the subquery's own rows.
        """
        count = operand_count(node)
        rows = node.args[count]
        found = dict(self.rows(rows))
        for value in (*node.args[:count], *node.args[count + 1 :]):
            _decide(found, self.value(value), "FILTER", None)
        return found

    def _call(self, node: Expression) -> Traced:
        name, option = node.value
        if name == "case":
            return self._case(node)
        if name == "field":
            part = _built_from(node.args[0], str(option))
            return self._field_call(node, str(option)) if part is None else self._part(node, part)
        if name in RANKING:
            return NOTHING
        return _as(_all(map(self.value, node.args)), "TRANSFORMATION")

    def _field_call(self, node: Expression, name: str) -> Traced:
        return _field_of(self.value(node.args[0]), name)

    def _part(self, node: Expression, part: Expression) -> Traced:
        """Trace one field of an aggregate of structs: `max(struct(a, b)).b` comes from b alone."""
        whole = self.value(node.args[0])
        gathered = {subtype for subtype, _ in whole.direct.values()}
        kind: Subtype = "AGGREGATION" if "AGGREGATION" in gathered else "TRANSFORMATION"
        return Traced(_as(self.value(part), kind).direct, whole.indirect)

    def _case(self, node: Expression) -> Traced:
        *pairs, otherwise = node.args
        values = _as(_all(map(self.value, (*pairs[1::2], otherwise))), "TRANSFORMATION")
        return _joined(values, _deciding(map(self.value, pairs[::2]), "CONDITIONAL"))

    # --- rows ------------------------------------------------------------------------------------

    def rows(self, relation: Expression) -> Deciders:
        """Return the columns that decide which rows there are, with how, how surely.

        And where it is written.
        """
        known = self._rows.get(relation)
        if known is None:
            self._rows[relation] = {}
            known = self._rows[relation] = self._row_set(relation)
        return known

    def _row_set(self, node: Expression) -> Deciders:
        found: Deciders = {}
        for entry in self.notes.neutral.get(node, ()):
            self._joined_input(entry, found)
        for key in self.notes.sorts.get(node, ()):
            _decide(found, self.value(key), "SORT", None)
        match node.op:
            case "rows":
                self._graph(node, found)
            case "group" | "pick":
                self._group(node, found)
            case "limit":
                found |= self.rows(node.args[0])
                for key in node.args[1:]:
                    _decide(found, self.value(key), "SORT", self._place(node))
            case "full":
                for instance in node.args[0].args:
                    found |= self.rows(instance.args[0])
                for condition in node.args[1].args:
                    _decide(found, self.value(condition), "JOIN", self._place(node))
            case "intersect" | "except":
                self._compared(node, found)
            case "union" | "sample" | "opaque_rows" | "recursion":
                for part in node.args:
                    found |= self.rows(part)
            case _:
                pass
        return found

    def _graph(self, node: Expression, found: Deciders) -> None:
        bag, filters, optional = node.args
        for instance in bag.args:
            found |= self.rows(instance.args[0])
        for entry in optional.args:
            instance, on = entry.args
            found |= self.rows(instance.args[0])
            for condition in on.args:
                _decide(found, self.value(condition), "JOIN", self._place(condition))
        for condition in filters.args:
            self._condition(condition, found)

    def _condition(self, condition: Expression, found: Deciders) -> None:
        joined = condition in self.notes.joined
        place = self._place(condition)
        inner = condition.args[0] if name_of(condition) == "not" else condition
        if inner.op in {"exists", "in_rows"}:
            for (dataset, column, subtype), (sure, at) in self._matching(inner).items():
                kind: Subtype = "JOIN" if joined and subtype == "FILTER" else subtype
                found.setdefault((dataset, column, kind), (sure, at or place))
            return
        _decide(found, self.value(condition), "JOIN" if joined else "FILTER", place)

    def _group(self, node: Expression, found: Deciders) -> None:
        rows, keys = node.args[:2]
        found |= self.rows(rows)
        place = self._place(node)
        ranked = node in self.notes.ranked
        for key in keys.args:
            _decide(found, self.value(key), "FILTER" if ranked else "GROUP_BY", place)
        for key in node.args[2:]:
            _decide(found, self.value(key), "FILTER" if ranked else "SORT", place)

    def _compared(self, node: Expression, found: Deciders) -> None:
        """INTERSECT and EXCEPT look at every column of every arm."""
        for position, arm in enumerate(node.args):
            rows, *values = arm.args
            found |= self.rows(rows)
            for value in values:
                if position or node.op == "intersect":
                    _decide(found, self.value(value), "FILTER", self._place(node))

    def _joined_input(self, entry: Outer, found: Deciders) -> None:
        found |= self.rows(entry.instance.args[0])
        for condition in entry.on:
            _decide(found, self.value(condition), "JOIN", self._place(condition))

    def _place(self, node: Expression) -> Location | None:
        return self.notes.words.get(node, ("", None))[1]


ARRAYS = frozenset({"array", "sort_array", "array_sort", "array_distinct", "slice", "explode"})


def _built_from(value: Expression, name: str) -> Expression | None:
    """Return what field `name` was built from, of a struct gathered or exploded."""
    while True:
        if value.op in {"member", "maybe", "fanned"}:
            value = value.args[1] if value.op == "member" else value.args[0]
        elif value.op == "aggregate" and value.value[3] == 1:
            value = value.args[0]
        elif value.op == "field" and _exploded(value) is not None:
            value = _exploded(value) or value
        elif value.op == "call" and value.value[0] in ARRAYS and value.args:
            value = value.args[0]
        else:
            return struct_part(value, name)


def _exploded(value: Expression) -> Expression | None:
    """Return the array that a generator's column is an element of."""
    relation = value.args[0].args[0]
    if relation.op != "generate" or relation.value[0] == "unpivot" or not relation.args[0].args:
        return None
    return relation.args[0].args[0]


# --- combining -----------------------------------------------------------------------------------


def _all(parts: Iterable[Traced]) -> Traced:
    direct: Flows = {}
    indirect: dict[tuple[str, str, Subtype], float] = {}
    for part in parts:
        for source, (subtype, sure) in part.direct.items():
            held = direct.get(source)
            if held is None or RANK[subtype] > RANK[held[0]]:
                direct[source] = (subtype, max(sure, held[1]) if held else sure)
        for key, sure in part.indirect.items():
            indirect[key] = max(sure, indirect.get(key, 0.0))
    return Traced(direct, indirect)


def _joined(one: Traced, other: Traced) -> Traced:
    return _all((one, other))


def _as(traced: Traced, subtype: Subtype) -> Traced:
    """Return `traced` after a step of kind `subtype`: an aggregation stays one."""
    direct: Flows = {
        source: (held if RANK[held] > RANK[subtype] else subtype, sure)
        for source, (held, sure) in traced.direct.items()
    }
    return Traced(direct, traced.indirect)


def _weakened(traced: Traced, factor: float) -> Traced:
    direct: Flows = {
        source: (subtype, sure * factor) for source, (subtype, sure) in traced.direct.items()
    }
    return Traced(direct, {key: sure * factor for key, sure in traced.indirect.items()})


def _deciding(parts: Iterable[Traced], subtype: Subtype) -> Traced:
    """Return everything in `parts` as what decides a value."""
    indirect: dict[tuple[str, str, Subtype], float] = {}
    for part in parts:
        for (dataset, column), (_, sure) in part.direct.items():
            indirect[dataset, column, subtype] = max(
                sure, indirect.get((dataset, column, subtype), 0.0)
            )
        for key, sure in part.indirect.items():
            indirect[key] = max(sure, indirect.get(key, 0.0))
    return Traced(indirect=indirect)


def _conditional(
    rows: Deciders,
) -> dict[tuple[str, str, Subtype], float]:
    return {
        (dataset, column, "CONDITIONAL"): sure for (dataset, column, _), (sure, _) in rows.items()
    }


def _decide(
    found: Deciders,
    traced: Traced,
    subtype: Subtype,
    at: Location | None,
) -> None:
    """Add all of `traced` to what decides the rows."""
    for (dataset, column), (_, sure) in traced.direct.items():
        found.setdefault((dataset, column, subtype), (sure, at))
    for (dataset, column, _), sure in traced.indirect.items():
        found.setdefault((dataset, column, subtype), (sure, at))


def _field_of(traced: Traced, name: str) -> Traced:
    """Return a struct's field: of a column taken over unchanged, the nested column `a.b`."""
    direct: Flows = {}
    for (dataset, column), (subtype, sure) in traced.direct.items():
        nested = f"{column}.{name}" if subtype == "IDENTITY" and name != "*" else column
        direct[dataset, nested] = (subtype, sure)
    return Traced(direct, traced.indirect)


# --- edges ---------------------------------------------------------------------------------------


def edges_of_column(
    traced: Traced, *, target: ColumnRef, job: str, at: Location, confidence: float
) -> Iterator[Edge]:
    """Yield the edges that end in one column."""

    def edge(dataset: str, column: str, kind: EdgeType, subtype: Subtype, sure: float) -> Edge:
        return Edge(
            source=ColumnRef(dataset, column),
            target=target,
            type=kind,
            subtype=subtype,
            job=job,
            location=at,
            confidence=round(sure * confidence, 3),
        )

    for (dataset, column), (subtype, sure) in traced.direct.items():
        yield edge(dataset, column, "DIRECT", subtype, sure)
    for (dataset, column, subtype), sure in traced.indirect.items():
        yield edge(dataset, column, "INDIRECT", subtype, sure)


def edges_of_rows(
    found: Deciders,
    *,
    decisive: Collection[tuple[str, str, Subtype]],
    dataset: str,
    job: str,
    at: Location,
    confidence: float,
) -> Iterator[Edge]:
    """Yield the edges that bear on every row of a dataset.

    `decisive` are those that decide which rows there are.
    """
    for (source, column, subtype), (sure, place) in found.items():
        yield Edge(
            source=ColumnRef(source, column),
            target=ColumnRef(dataset, None),
            type="INDIRECT",
            subtype=subtype,
            job=job,
            location=place or at,
            confidence=round(sure * confidence, 3),
            decides_rows=(source, column, subtype) in decisive,
        )


def row_sources(rows: Expression) -> frozenset[str]:
    """Return the datasets whose rows decide which rows `rows` holds."""
    found: set[str] = set()
    seen: set[Expression] = set()
    stack = [rows]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op == "scan":
            found.add(str(node.value))
        elif node.op not in {"field", "const"}:
            stack.extend(node.args)
    return frozenset(found)


def flows_of(rows: Expression, *, dataset: str, job: str, at: Location) -> tuple[RowFlow, ...]:
    """Return the row flows of one write, sorted."""
    sources = sorted(row_sources(rows) - {dataset})
    return tuple(RowFlow(source=source, target=dataset, job=job, location=at) for source in sources)


def flows_of_column(
    expression: Expression, traced: Traced, *, target: ColumnRef, job: str, at: Location
) -> Iterator[RowFlow]:
    """Yield what one column's value depends on by rows alone: inputs that no edge names."""
    named = {dataset for dataset, _ in traced.direct} | {key[0] for key in traced.indirect}
    for source in sorted(row_sources(expression) - named - {target.dataset}):
        yield RowFlow(
            source=source, target=target.dataset, job=job, location=at, column=target.column or ""
        )
