"""Catalyst expressions, over py4j, as flows.

Where our conventions have a choice: a cast that Spark adds is none; an element of an array or a map
is TRANSFORMATION, as is what a higher-order function returns; `filter` leaves elements as they are
(IDENTITY), decided by the other columns that its lambda looks at. `nvl2`, `nullif` and `replace`
are CASE. A lambda's parameter is an element of the array, and matters by itself for `transform`
only. `grouping(k)` is decided by `k`. Over a window, `first`, `last`
and `nth_value` take the value of one row (TRANSFORMATION), as `lag` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.catalyst.flows import (
    NOTHING,
    Decider,
    Flow,
    decided,
    element,
    field_of,
    gathered,
    greatest,
    made,
    one_of,
    stronger,
    struct,
)

Java: TypeAlias = Any
Environment: TypeAlias = Mapping[int, Flow]
# What an inner plan gives: its first column, and what decides its rows.
Reader: TypeAlias = Callable[[Java, Environment], Flow]
Inner: TypeAlias = Callable[[Java, Environment], tuple[Flow, frozenset[Decider]]]

RANKING = frozenset({"RowNumber", "Rank", "DenseRank", "PercentRank", "CumeDist", "NTile"})
TRANSPARENT = frozenset({
    "Alias", "KnownNotNull", "KnownNullable", "UpCast", "TempResolvedColumn",
    "LambdaFunction", "ResolvedCollation",
})  # fmt: skip
ELEMENT = frozenset({"GetArrayItem", "ElementAt", "GetMapValue", "Slice", "TryElementAt"})
SAME_ELEMENTS = frozenset({"ArrayDistinct", "SortArray", "Reverse", "Shuffle", "ArrayCompact"})
PICKING = frozenset({"First", "Last", "NthValue"})
GROUPING_ID = "spark_grouping_id"


def items(sequence: Java) -> list[Java]:
    """Return the items of a Scala sequence."""
    return [sequence.apply(place) for place in range(sequence.size())]


def kind_of(node: Java) -> str:
    """Return the class of a node of a tree."""
    return str(node.getClass().getSimpleName())


def identity(node: Java) -> int:
    """Return what tells an attribute apart from all others."""
    return int(node.exprId().id())


@dataclass
class Expressions:
    """Reads expressions; `inner` reads the plan of a subquery."""

    inner: Inner
    user_cast: Java
    grouping: dict[int, list[Flow]] = field(default_factory=dict)

    def flow(self, node: Java, known: Environment) -> Flow:
        """Return what flows into an expression over the columns in `known`."""
        kind = kind_of(node)
        if kind in TRANSPARENT:
            return self.flow(node.children().apply(0), known)
        if kind in {"AttributeReference", "NamedLambdaVariable"}:
            return known.get(identity(node), NOTHING)
        if kind == "Literal" or kind in RANKING:
            return NOTHING
        reader: Reader | None = getattr(self, f"_{kind.lower()}", None)
        if reader is not None:
            return reader(node, known)
        if kind in ELEMENT:
            value, *keys = self._all(node.children(), known)
            return decided(one_of([element(value), *map(_made, keys)]), ())
        if kind in SAME_ELEMENTS or kind.endswith("ArraySort"):
            return element(self.flow(node.children().apply(0), known))
        if self._is_replaced(node):
            return made(self._all(node.parameters(), known))
        return made(self._all(node.children(), known))

    def _all(self, nodes: Java, known: Environment) -> list[Flow]:
        return [self.flow(node, known) for node in items(nodes)]

    @staticmethod
    def _is_replaced(node: Java) -> bool:
        return any("InheritAnalysisRules" in str(one.getName()) for one in _interfaces(node))

    # --- values -----------------------------------------------------------------------------------

    def _outerreference(self, node: Java, known: Environment) -> Flow:
        return self.flow(node.e(), known)

    def _cast(self, node: Java, known: Environment) -> Flow:
        value = self.flow(node.child(), known)
        written = node.getTagValue(self.user_cast).isDefined()
        return stronger(value, "TRANSFORMATION") if written else value

    def _getstructfield(self, node: Java, known: Environment) -> Flow:
        return field_of(self.flow(node.child(), known), str(node.extractFieldName()))

    def _getarraystructfields(self, node: Java, known: Environment) -> Flow:
        return field_of(self.flow(node.child(), known), str(node.field().name()))

    def _createnamedstruct(self, node: Java, known: Environment) -> Flow:
        names = [str(name.eval(None)).lower() for name in items(node.nameExprs())]
        return struct(dict(zip(names, self._all(node.valExprs(), known), strict=True)))

    def _updatefields(self, node: Java, known: Environment) -> Flow:
        value = self.flow(node.structExpr(), known)
        names = [str(name).lower() for name in node.structExpr().dataType().fieldNames()]
        parts = {name: field_of(value, name) for name in names}
        for step in items(node.fieldOps()):
            name = str(step.name()).lower()
            if kind_of(step) == "DropField":
                parts.pop(name, None)
            else:
                parts[name] = self.flow(step.valExpr(), known)
        return struct(parts)

    def _createarray(self, node: Java, known: Environment) -> Flow:
        found = [element(part) for part in self._all(node.children(), known)]
        merged = one_of(found)
        return Flow(merged.direct, merged.indirect, fields=merged.fields)

    def _casewhen(self, node: Java, known: Environment) -> Flow:
        branches = items(node.branches())
        values = [self.flow(branch._2(), known) for branch in branches]
        if node.elseValue().isDefined():
            values.append(self.flow(node.elseValue().get(), known))
        conditions = [self.flow(branch._1(), known) for branch in branches]
        return _chosen(values, conditions)

    def _if(self, node: Java, known: Environment) -> Flow:
        condition, *values = self._all(node.children(), known)
        return _chosen(values, [condition])

    def _nvl2(self, node: Java, known: Environment) -> Flow:
        condition, *values = self._all(node.parameters(), known)
        return _chosen(values, [condition])

    def _decode(self, node: Java, known: Environment) -> Flow:
        compared, *rest = self._all(node.parameters(), known)
        if len(rest) < 2:
            return made([compared, *rest])
        pairs = len(rest) // 2
        otherwise = rest[2 * pairs :]
        return _chosen([*rest[1 : 2 * pairs : 2], *otherwise], [compared, *rest[: 2 * pairs : 2]])

    def _nullif(self, node: Java, known: Environment) -> Flow:
        value, other = self._all(node.parameters(), known)
        return _chosen([value], [value, other])

    def _coalesce(self, node: Java, known: Environment) -> Flow:
        merged = stronger(one_of(self._all(node.children(), known)), "TRANSFORMATION")
        return Flow(merged.direct, merged.indirect, fields=merged.fields)

    def _shiftright(self, node: Java, known: Environment) -> Flow:
        left, right = items(node.children())
        if kind_of(left) == "AttributeReference" and str(left.name()) == GROUPING_ID:
            keys = self.grouping[identity(left)]
            shifted = keys[len(keys) - 1 - int(right.eval(None))]
            return Flow(indirect=shifted.deciding("CONDITIONAL"))
        return made(self._all(node.children(), known))

    # --- functions that call a lambda -------------------------------------------------------------

    def _arraytransform(self, node: Java, known: Environment) -> Flow:
        array = self.flow(node.argument(), known)
        body = self._body(node.function(), known, element(array))
        return element(body) if body.direct else one_of([element(body), made([array])])

    def _arrayfilter(self, node: Java, known: Environment) -> Flow:
        array = self.flow(node.argument(), known)
        condition = self._body(node.function(), known, NOTHING)
        return decided(array, _deciding([condition], "CONDITIONAL"))

    def _body(self, function: Java, known: Environment, parameter: Flow) -> Flow:
        parameters = items(function.arguments())
        inner = {**known, identity(parameters[0]): parameter}
        return self.flow(function.function(), inner)

    # --- aggregates and windows -------------------------------------------------------------------

    def _aggregateexpression(self, node: Java, known: Environment) -> Flow:
        found = self._aggregated(node.aggregateFunction(), known)
        if node.filter().isDefined():
            found = decided(
                found, _deciding([self.flow(node.filter().get(), known)], "CONDITIONAL")
            )
        return found

    def _aggregated(self, function: Java, known: Environment) -> Flow:
        kind = kind_of(function)
        if kind in {"MaxBy", "MinBy"}:
            value, order = self._all(function.children(), known)
            return decided(gathered(value), _deciding([order], "CONDITIONAL"))
        if kind == "PivotFirst":
            value = gathered(self.flow(function.valueColumn(), known))
            return decided(
                value, _deciding([self.flow(function.pivotColumn(), known)], "CONDITIONAL")
            )
        if kind == "ListAgg":
            value = self.flow(function.children().apply(0), known)
            keys = [self.flow(one.child(), known) for one in items(function.orderExpressions())]
            return decided(gathered(value), _deciding(keys, "CONDITIONAL"))
        if self._is_replaced(function):
            return made(self._all(function.parameters(), known), "AGGREGATION")
        found = self._all(function.children(), known)
        if kind in {"Max", "Min"}:
            return greatest(found[0])
        return gathered(one_of(found)) if len(found) == 1 else _gathered_first(found)

    def _windowexpression(self, node: Java, known: Environment) -> Flow:
        spec = node.windowSpec()
        keys = self._all(spec.partitionSpec(), known)
        keys += [self.flow(order.child(), known) for order in items(spec.orderSpec())]
        function = node.windowFunction()
        if kind_of(function) in {"Lag", "Lead"}:
            parts = [self.flow(part, known) for part in (function.input(), function.default())]
            value = stronger(one_of(parts), "TRANSFORMATION")
        elif _picks_a_row(function):
            given = function.aggregateFunction().children().apply(0)
            value = stronger(self.flow(given, known), "TRANSFORMATION")
        else:
            value = self.flow(function, known)
        return decided(value, _deciding(keys, "WINDOW"))

    # --- subqueries -------------------------------------------------------------------------------

    def _scalarsubquery(self, node: Java, known: Environment) -> Flow:
        value, deciders = self.inner(node.plan(), known)
        return decided(stronger(value, "TRANSFORMATION"), _as(deciders, "CONDITIONAL"))

    def _exists(self, node: Java, known: Environment) -> Flow:
        return Flow(indirect=_as(self.matching(node, known), "CONDITIONAL"))

    _insubquery = _exists

    def matching(self, node: Java, known: Environment) -> frozenset[Decider]:
        """Return what decides an EXISTS or IN: its operands, what they are compared with, rows."""
        if kind_of(node) == "Exists":
            return self.inner(node.plan(), known)[1]
        value, deciders = self.inner(node.query().plan(), known)
        operands = [value, *self._all(node.values(), known)]
        return deciders | _deciding(operands, "FILTER")


def _interfaces(node: Java) -> list[Java]:
    found: list[Java] = []
    kind = node.getClass()
    while kind is not None:
        found += list(kind.getInterfaces())
        kind = kind.getSuperclass()
    return found


def _made(flow: Flow) -> Flow:
    return made([flow])


def _picks_a_row(function: Java) -> bool:
    return (
        kind_of(function) == "AggregateExpression"
        and kind_of(function.aggregateFunction()) in PICKING
    )


def _gathered_first(flows: list[Flow]) -> Flow:
    """Return an aggregate of several arguments: structs are those of the first."""
    whole = made(flows, "AGGREGATION")
    return Flow(whole.direct, whole.indirect, fields=gathered(flows[0]).fields) if flows else whole


def _chosen(values: list[Flow], conditions: list[Flow]) -> Flow:
    merged = stronger(one_of(values), "TRANSFORMATION")
    chosen = Flow(merged.direct, merged.indirect, fields=merged.fields)
    return decided(chosen, _deciding(conditions, "CONDITIONAL"))


def _deciding(flows: list[Flow], subtype: str) -> frozenset[Decider]:
    found: frozenset[Decider] = frozenset()
    for flow in flows:
        # What decides a deciding value keeps its own way where it is a value's, too.
        found |= frozenset((subtype, source) for source in flow.direct) | flow.indirect
    return found


def _as(deciders: frozenset[Decider], subtype: str) -> frozenset[Decider]:
    return frozenset((subtype, source) for _, source in deciders)
