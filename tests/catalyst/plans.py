"""Catalyst's analyzed plans, over py4j: the flow of each column, and what decides the rows.

Where our conventions have a choice: DISTINCT and `dropDuplicates` group by their columns; INTERSECT
filters by the columns of both sides, EXCEPT by those of the right one; how many rows a generator
makes is decided by the array (JOIN), unless the code writes the array out; an order is kept (SORT),
inside a subquery only under a limit; a pivot's column decides its columns and is no key.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.catalyst.expressions import (
    GROUPING_ID,
    Environment,
    Expressions,
    Java,
    identity,
    items,
    kind_of,
)
from tests.catalyst.flows import (
    NOTHING,
    Decider,
    Flow,
    column,
    element,
    field_of,
    made,
    one_of,
    stronger,
)

PASSING = frozenset({
    "SubqueryAlias", "Repartition", "RepartitionByExpression", "RebalancePartitions",
    "ResolvedHint", "EventTimeWatermark", "CollectMetrics", "Subquery",
    "DeduplicateWithinWatermark",
})  # fmt: skip
MADE_HERE = frozenset({"LocalRelation", "OneRowRelation", "Range", "LogicalRDD"})
LIMITS = frozenset({"GlobalLimit", "LocalLimit", "Tail", "Offset"})
COUNTED = ("ArrayType", "MapType")
WRITTEN_OUT = frozenset({"CreateArray", "CreateMap", "Stack", "JsonTuple"})
BY_PYTHON = frozenset({"MapInPandas", "MapInArrow"})
BY_GROUP = frozenset({"FlatMapGroupsInPandas", "FlatMapGroupsInArrow"})
BY_COGROUP = frozenset({"FlatMapCoGroupsInPandas", "FlatMapCoGroupsInArrow"})
TIME_WINDOWS = ("spark.timeWindow", "spark.sessionWindow")


@dataclass
class Rows:
    """A plan's columns by identity, what decides its rows, and what they are sorted by."""

    columns: dict[int, Flow]
    deciders: frozenset[Decider] = frozenset()
    sorts: frozenset[Decider] = frozenset()


@dataclass
class Plans:
    """Reads plans; `name` gives the dataset of a catalog table."""

    name: Callable[[str], str]
    user_cast: Java
    unknown: set[str] = field(default_factory=set)
    ctes: dict[int, tuple[Java, Rows]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let expressions read the plans of subqueries."""
        self.expressions = Expressions(self._inner, self.user_cast)

    def written(self, plan: Java) -> tuple[list[Flow], frozenset[Decider]]:
        """Return the flow of each column of a plan, in order, and what bears on all rows."""
        rows = self.rows(plan, {})
        output = [rows.columns.get(identity(one), NOTHING) for one in items(plan.output())]
        return output, rows.deciders | rows.sorts

    def _inner(self, plan: Java, outer: Environment) -> tuple[Flow, frozenset[Decider]]:
        rows = self.rows(plan, outer)
        output = items(plan.output())
        return rows.columns.get(identity(output[0]), NOTHING), rows.deciders

    def rows(self, plan: Java, outer: Environment) -> Rows:
        """Return the rows of a plan; `outer` are the columns around a subquery."""
        kind = kind_of(plan)
        reader: Callable[[Java, Environment], Rows] | None = getattr(self, f"_{kind.lower()}", None)
        if reader is not None:
            return reader(plan, outer)
        if kind in MADE_HERE:
            return Rows({})
        if kind in LIMITS:
            rows = self._below(plan, outer)
            return Rows(rows.columns, rows.deciders | rows.sorts)
        if kind in BY_PYTHON | BY_GROUP | BY_COGROUP:
            return self._by_python(plan, outer)
        if kind not in PASSING:
            self.unknown.add(kind)
        return self._below(plan, outer)

    def _below(self, plan: Java, outer: Environment) -> Rows:
        children = items(plan.children())
        if not children:
            return Rows({})
        below = [self.rows(child, outer) for child in children]
        columns: dict[int, Flow] = {}
        for rows in below:
            columns |= rows.columns
        return Rows(
            columns,
            frozenset().union(*(rows.deciders for rows in below)),
            frozenset().union(*(rows.sorts for rows in below)),
        )

    def _flow(self, node: Java, rows: Rows, outer: Environment) -> Flow:
        return self.expressions.flow(node, {**outer, **rows.columns})

    def _named(self, nodes: Java, rows: Rows, outer: Environment) -> dict[int, Flow]:
        found = {identity(node): self._flow(node, rows, outer) for node in items(nodes)}
        for node in items(nodes):
            if _is_time_window(node):
                found[identity(node)] = Flow(made([found[identity(node)]]).direct)
        return found

    # --- leaves -----------------------------------------------------------------------------------

    def _logicalrelation(self, plan: Java, outer: Environment) -> Rows:  # noqa: ARG002
        table = plan.catalogTable()
        if table.isEmpty():
            self.unknown.add("a relation that no table is behind")
            return Rows({})
        return self._stored(plan, self.name(str(table.get().identifier().unquotedString())))

    def _view(self, plan: Java, outer: Environment) -> Rows:
        if plan.isTempView():
            return self._below(plan, outer)
        return self._stored(plan, self.name(str(plan.desc().identifier().unquotedString())))

    @staticmethod
    def _stored(plan: Java, dataset: str) -> Rows:
        found = items(plan.output())
        return Rows({identity(one): column(dataset, str(one.name()).lower()) for one in found})

    def _ctereldef(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        self.ctes[int(plan.id())] = (plan, rows)
        return rows

    def _cterelationdef(self, plan: Java, outer: Environment) -> Rows:
        return self._ctereldef(plan, outer)

    def _cterelationref(self, plan: Java, outer: Environment) -> Rows:  # noqa: ARG002
        definition, rows = self.ctes[int(plan.cteId())]
        pairs = zip(items(plan.output()), items(definition.output()), strict=True)
        columns = {identity(mine): rows.columns[identity(one)] for mine, one in pairs}
        return Rows(columns, rows.deciders, rows.sorts)

    def _withcte(self, plan: Java, outer: Environment) -> Rows:
        for definition in items(plan.cteDefs()):
            self.rows(definition, outer)
        return self.rows(plan.plan(), outer)

    # --- one input --------------------------------------------------------------------------------

    def _project(self, plan: Java, outer: Environment) -> Rows:
        windowed = any(map(_is_time_window, items(plan.projectList())))
        # The filter that Spark adds: what has no time has no window.
        rows = self._below(plan.child() if windowed else plan, outer)
        columns = self._named(plan.projectList(), rows, outer)
        return Rows(columns, rows.deciders, rows.sorts)

    def _filter(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        child = plan.child()
        if kind_of(child) == "Expand" and any(map(_is_time_window, items(child.output()))):
            return rows
        return self._decided(rows, plan.condition(), "FILTER", outer)

    def _decided(self, rows: Rows, condition: Java, subtype: str, outer: Environment) -> Rows:
        """Return rows that a condition lets through; EXISTS and IN bring the rows that they look at."""
        deciders = rows.deciders
        for part in _conjuncts(condition):
            looked = part.child() if kind_of(part) == "Not" else part
            if kind_of(looked) in {"Exists", "InSubquery"}:
                deciders |= self.expressions.matching(looked, {**outer, **rows.columns})
            else:
                deciders |= self._flow(part, rows, outer).deciding(subtype)
        return Rows(rows.columns, deciders, rows.sorts)

    def _sort(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        keys = [self._flow(order.child(), rows, outer) for order in items(plan.order())]
        return Rows(rows.columns, rows.deciders, rows.sorts | _all_of(keys, "SORT"))

    def _sample(self, plan: Java, outer: Environment) -> Rows:
        """Return a sample: `randomSplit` sorts every column first, which is Spark's own affair."""
        child = plan.child()
        own = kind_of(child) == "Sort" and not getattr(child, "global")()
        return self.rows(child.child() if own else child, outer)

    def _distinct(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        keys = [rows.columns.get(identity(one), NOTHING) for one in items(plan.output())]
        return Rows(rows.columns, rows.deciders | _all_of(keys, "GROUP_BY"), rows.sorts)

    def _deduplicate(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        keys = [self._flow(key, rows, outer) for key in items(plan.keys())]
        return Rows(rows.columns, rows.deciders | _all_of(keys, "GROUP_BY"), rows.sorts)

    def _window(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        more = self._named(plan.windowExpressions(), rows, outer)
        return Rows({**rows.columns, **more}, rows.deciders, rows.sorts)

    def _aggregate(self, plan: Java, outer: Environment) -> Rows:
        child = plan.child()
        pivots = _finds(plan.aggregateExpressions(), "PivotFirst")
        rows = self._below(plan, outer)
        deciders = rows.deciders
        if pivots and kind_of(child) == "Aggregate":
            deciders = self.rows(child.child(), outer).deciders
        keys = [self._flow(key, rows, outer) for key in items(plan.groupingExpressions())]
        columns = self._named(plan.aggregateExpressions(), rows, outer)
        return Rows(columns, deciders | _all_of(keys, "GROUP_BY"), rows.sorts)

    def _generate(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        generator = plan.generator()
        parts = items(generator.children())
        value = self._flow(parts[0], rows, outer)
        deciders = rows.deciders
        if kind_of(generator) not in WRITTEN_OUT and _uncast(parts[0]) not in WRITTEN_OUT:
            deciders |= value.deciding("JOIN")
        made_here = items(plan.generatorOutput())
        flows = self._generated(generator, parts, made_here, rows, outer)
        columns = {identity(one): flow for one, flow in zip(made_here, flows, strict=True)}
        return Rows({**rows.columns, **columns}, deciders, rows.sorts)

    def _generated(
        self, generator: Java, parts: list[Java], made_here: list[Java], rows: Rows,
        outer: Environment,
    ) -> list[Flow]:  # fmt: skip
        kind = kind_of(generator)
        value = self._flow(parts[0], rows, outer)
        if kind == "PosExplode":
            return [NOTHING] + [element(value)] * (len(made_here) - 1)
        if kind == "Explode":
            return [element(value)] * len(made_here)
        if kind == "Inline":
            names = [str(one) for one in parts[0].dataType().elementType().fieldNames()]
            return [field_of(element(value), name) for name in names]
        given = [self._flow(part, rows, outer) for part in parts[1:]]
        if kind == "Stack":
            width = len(made_here)
            return [made(given[place::width]) for place in range(width)]
        return [made([value, *given])] * len(made_here)

    def _expand(self, plan: Java, outer: Environment) -> Rows:
        """Return the copies that grouping sets, cubes and UNPIVOT make of each row."""
        rows = self._below(plan, outer)
        output = items(plan.output())
        lists = [items(one) for one in items(plan.projections())]
        flows = [
            one_of(self._flow(row[at], rows, outer) for row in lists) for at in range(len(output))
        ]
        columns = {identity(one): flow for one, flow in zip(output, flows, strict=True)}
        ids = [at for at, one in enumerate(output) if str(one.name()) == GROUPING_ID]
        if not ids:
            computed = (flow if _same_in_all(lists, at) else stronger(flow, "TRANSFORMATION")
                        for at, flow in enumerate(flows))  # fmt: skip
            columns = dict(zip(columns, computed, strict=True))
        for at, one in enumerate(output):
            if _is_time_window(one):
                columns[identity(one)] = Flow(made([flows[at]]).direct)
        for at in ids:
            keys = flows[len(items(plan.child().children().apply(0).output())) : at]
            self.expressions.grouping[identity(output[at])] = keys
            columns[identity(output[at])] = Flow(indirect=_all_of(keys, "CONDITIONAL"))
        return Rows(columns, rows.deciders, rows.sorts)

    def _by_python(self, plan: Java, outer: Environment) -> Rows:
        """Return the rows of a Python function: each of its columns may be made of all it is given."""
        rows = self._below(plan, outer)
        given = [
            rows.columns.get(identity(one), NOTHING)
            for child in items(plan.children())
            for one in items(child.output())
        ]
        keys: list[Java] = []
        if kind_of(plan) in BY_GROUP:
            keys = items(plan.groupingAttributes())
        elif kind_of(plan) in BY_COGROUP:
            keys = [*items(plan.leftAttributes()), *items(plan.rightAttributes())]
        grouped = _all_of([self._flow(key, rows, outer) for key in keys], "GROUP_BY")
        columns = {identity(one): made(given) for one in items(plan.output())}
        return Rows(columns, rows.deciders | grouped, rows.sorts)

    # --- several inputs ---------------------------------------------------------------------------

    def _join(self, plan: Java, outer: Environment) -> Rows:
        rows = self._below(plan, outer)
        if plan.condition().isEmpty():
            return rows
        return self._decided(rows, plan.condition().get(), "JOIN", outer)

    def _lateraljoin(self, plan: Java, outer: Environment) -> Rows:
        left = self.rows(plan.left(), outer)
        right = self.rows(plan.right().plan(), {**outer, **left.columns})
        rows = Rows(
            {**left.columns, **right.columns},
            left.deciders | right.deciders,
            left.sorts | right.sorts,
        )
        if plan.condition().isEmpty():
            return rows
        return self._decided(rows, plan.condition().get(), "JOIN", outer)

    def _union(self, plan: Java, outer: Environment) -> Rows:
        arms = [self._arm(child, outer) for child in items(plan.children())]
        columns = {
            identity(one): one_of(flows[at] for flows, _ in arms)
            for at, one in enumerate(items(plan.output()))
        }
        return Rows(
            columns,
            frozenset().union(*(rows.deciders for _, rows in arms)),
            frozenset().union(*(rows.sorts for _, rows in arms)),
        )

    def _arm(self, plan: Java, outer: Environment) -> tuple[list[Flow], Rows]:
        rows = self.rows(plan, outer)
        return [rows.columns.get(identity(one), NOTHING) for one in items(plan.output())], rows

    def _intersect(self, plan: Java, outer: Environment) -> Rows:
        return self._compared(plan, outer, both=True)

    def _except(self, plan: Java, outer: Environment) -> Rows:
        return self._compared(plan, outer, both=bool(plan.isAll()))

    def _compared(self, plan: Java, outer: Environment, *, both: bool) -> Rows:
        (left, rows), (right, others) = (
            self._arm(child, outer) for child in items(plan.children())
        )
        deciders = rows.deciders | others.deciders | _all_of(right, "FILTER")
        if both:
            deciders |= _all_of(left, "FILTER")
        if not plan.isAll():
            deciders |= _all_of(left, "GROUP_BY")
        columns = {
            identity(one): flow for one, flow in zip(items(plan.output()), left, strict=True)
        }
        return Rows(columns, deciders, rows.sorts | others.sorts)


def _all_of(flows: list[Flow], subtype: str) -> frozenset[Decider]:
    return frozenset().union(*(flow.deciding(subtype) for flow in flows))


def _conjuncts(condition: Java) -> list[Java]:
    if kind_of(condition) != "And":
        return [condition]
    return [*_conjuncts(condition.left()), *_conjuncts(condition.right())]


def _finds(nodes: Java, kind: str) -> bool:
    return any(kind_of(node) == kind or _finds(node.children(), kind) for node in items(nodes))


def _uncast(node: Java) -> str:
    while kind_of(node) in {"Cast", "Alias"}:
        node = node.child()
    return kind_of(node)


def _same_in_all(lists: list[list[Java]], at: int) -> bool:
    return len({str(row[at]) for row in lists}) == 1


def _is_time_window(node: Java) -> bool:
    """Return whether a column is `window(...)`, which Spark writes out as a CASE."""
    return any(bool(node.metadata().contains(marker)) for marker in TIME_WINDOWS)
