"""Each operator of a plan → a relation: names resolved, stars expanded, rows in normal form."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from guardian.lineage.calling import value_of_call
from guardian.lineage.columns import (
    aliased,
    drop,
    project,
    renamed,
    with_columns,
)
from guardian.lineage.filters import filter_rows
from guardian.lineage.grouping import grouped, pivoted
from guardian.lineage.joining import join
from guardian.lineage.joins import (
    Fresh,
    freeze,
)
from guardian.lineage.making import (
    generate,
    opaque,
    recursive,
    recursive_ref,
    returned,
    scan,
    unpivot,
    values,
)
from guardian.lineage.picking import deduplicated, limit, sampled, sort, united
from guardian.lineage.relation import (
    Relation,
    SideNotes,
    existing,
)
from guardian.lineage.scalars import Resolver
from guardian.lineage.schemas import Schema
from guardian.lineage.scope import Scope
from guardian.lineage.types import Types
from guardian.model import plan
from guardian.model.expression import NULL, Expression, make
from guardian.model.lineage import Location
from guardian.model.names import SYMBOL_OPEN
from guardian.model.plan import Call, FrameRef, Handle, Operator, Ref, Routine, Subquery

FindRoutine: TypeAlias = Callable[[str], tuple[Sequence[Operator], Routine] | None]


def no_routine(_name: str) -> None:
    """Find none: what is asked where no other file is known."""
    return


@dataclass(slots=True)
class Binder:
    """Binds the plan of one file. `schema` tells the columns of a dataset.

    `warn` is told what was not understood. `routine` finds what a procedure or function returns,
    and the nodes that it is made of; `parameters` are what those of the one that is being bound
    hold, `inside_of` which ones that is.
    """

    nodes: Sequence[Operator]
    schema: Callable[[str], Schema]
    warn: Callable[[Location | None, str], None]
    notes: SideNotes = field(default_factory=SideNotes)
    fresh: Fresh = field(default_factory=Fresh)
    outer: Scope | None = None
    recursive: Mapping[str, Relation] = field(default_factory=dict)
    bound: dict[Handle, Relation] = field(default_factory=dict)
    place: Location | None = None
    actual: Callable[[str], str] = str
    types: Types = field(default_factory=lambda: Types(lambda *_: None))
    routine: FindRoutine = no_routine
    functions: Collection[str] = ()
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    inside_of: tuple[str, ...] = ()
    closed: dict[Handle, Expression] = field(default_factory=dict)
    proven: set[tuple[str, str]] = field(default_factory=set)

    # --- the walk --------------------------------------------------------------------------------

    def relation(self, handle: Handle) -> Relation:
        """Return the relation of an operator. Inputs come first, in a loop.

        A long chain needs no deep stack.
        """
        for step in reachable(self.nodes, handle, self.bound):
            node = self.nodes[step]
            self.place = getattr(node, "at", None) or self.place
            self.bound[step] = self._bind(node)
        return self.bound[handle]

    def _bind(self, node: Operator) -> Relation:  # noqa: C901, PLR0911, PLR0912 - one arm for each operator
        match node:
            case plan.Scan():
                return scan(self, node)
            case plan.Alias():
                return aliased(self.bound[node.input], node)
            case plan.Project():
                return project(self, node)
            case plan.WithColumns():
                return with_columns(self, node)
            case plan.Drop():
                return drop(self, node)
            case plan.Rename():
                return renamed(self, self.bound[node.input], node)
            case plan.Filter():
                return filter_rows(self, node)
            case plan.Join():
                return join(self, node)
            case plan.Aggregate():
                return grouped(self, node)
            case plan.SetOperation():
                return united(self, node)
            case plan.Distinct():
                return deduplicated(self, node)
            case plan.Sort():
                return sort(self, node)
            case plan.Limit():
                return limit(self, node)
            case plan.Sample():
                return sampled(self, node)
            case plan.Generate():
                return generate(self, node)
            case plan.Values():
                return values(self, node)
            case plan.Pivot():
                return pivoted(self, node)
            case plan.Unpivot():
                return unpivot(self, node)
            case plan.Recursive():
                return recursive(self, node)
            case plan.RecursiveRef():
                return recursive_ref(self, node)
            case plan.Returned():
                return returned(self, node)
            case plan.Opaque():
                return opaque(self, node)

    # --- expressions -----------------------------------------------------------------------------

    def scope(self, relation: Relation, aliases: Mapping[str, Expression] | None = None) -> Scope:
        """Return the scope of expressions over `relation`."""
        known = {} if aliases is None else aliases
        return Scope(relation, self.outer, known, frame=self._frame, proven=self.proven)

    def _frame(self, handle: Handle) -> Relation:
        return self.bound[handle] if handle in self.bound else self.relation(handle)

    @property
    def resolver(self) -> Resolver:
        """Return what resolves expressions, with this file's subqueries."""
        called = self._called if self.functions else None
        return Resolver(self._subquery, self._missing, self.parameters, called)

    def _called(self, call: Call, arguments: tuple[Expression, ...]) -> Expression | None:
        if f"{plan.FUNCTION}{call.name.lower()}" not in self.functions:
            return None
        return value_of_call(self, call, arguments)

    def _missing(self, ref: Ref | FrameRef) -> None:
        qualifier = ref.qualifier if isinstance(ref, Ref) else ()
        name = ".".join((*qualifier, ref.name))
        if SYMBOL_OPEN in name:  # the run may give it a name that an input has
            return
        self.warn(self.place, f"no input has a column `{name}`")

    def _subquery(self, expr: Subquery, scope: Scope, resolver: Resolver) -> Expression:
        """Return a query's value; that of a variable, which queries may use often, is kept."""
        if not expr.closed or expr.kind != "scalar":
            return self._bound_subquery(expr, scope, resolver)
        known = self.closed.get(expr.plan)
        if known is None:
            known = self.closed[expr.plan] = self._bound_subquery(expr, scope, resolver)
        return known

    def _bound_subquery(self, expr: Subquery, scope: Scope, resolver: Resolver) -> Expression:
        inner = self.inside(None if expr.closed else scope)
        if self.parameters:  # what a call gives stands outside of this query
            given = {name: make("outer", (value,)) for name, value in self.parameters.items()}
            inner = replace(inner, parameters=given)
        relation, rows = freeze(inner.relation(expr.plan), self.notes)
        operands = tuple(resolver.resolve(operand, scope) for operand in expr.operand)
        visible = [item.expression for item in relation.visible()]
        if expr.kind == "exists":
            return existing(rows)
        if expr.kind in {"scalar", "array"}:
            value = visible[:1] or [rest.column("*") for rest in relation.rest[:1]] or [NULL]
            return make("scalar" if expr.kind == "scalar" else "array_rows", (rows, value[0]))
        if expr.kind == "in" and len(operands) == len(visible):
            return make("in_rows", (*operands, rows, *visible), len(operands))
        named = make("call", operands, (f"{expr.kind}_{expr.operator}", ""))
        return make("in_rows", (named, rows, *visible), 1)

    # --- operators -------------------------------------------------------------------------------

    def of_routine(
        self, nodes: Sequence[Operator], name: str, parameters: Mapping[str, Expression]
    ) -> "Binder":
        """Return a binder for what a routine returns; it sees its parameters, and no names here."""
        return replace(
            self,
            nodes=nodes,
            outer=None,
            recursive={},
            bound={},
            closed={},
            parameters=parameters,
            inside_of=(*self.inside_of, name),
        )

    def inside(
        self, outer: Scope | None, recursive: Mapping[str, Relation] | None = None
    ) -> "Binder":
        """Return a binder for a query inside this one, which may look around it."""
        return replace(
            self,
            outer=outer,
            recursive=self.recursive if recursive is None else recursive,
            bound={},
        )


# --- pieces that need no binder ------------------------------------------------------------------


def reachable(
    nodes: Sequence[Operator], root: Handle, done: Mapping[Handle, Relation]
) -> list[Handle]:
    """Return the operators that `root` needs and that are not done, inputs first."""
    wanted: set[Handle] = set()
    stack = [root]
    while stack:
        handle = stack.pop()
        if handle in wanted or handle in done:
            continue
        wanted.add(handle)
        stack.extend(inputs_of(nodes[handle]))
    return sorted(wanted)


def inputs_of(node: Operator) -> tuple[Handle, ...]:
    """Return the operators whose rows `node` takes, but for those that see the rows around them."""
    match node:
        case plan.Join():
            return (node.left,) if node.lateral else (node.left, node.right)
        case plan.SetOperation() | plan.Opaque():
            return node.inputs
        case plan.Recursive():
            return (node.anchor,)
        case plan.Returned():
            return () if node.otherwise is None else (node.otherwise,)
        case plan.Scan() | plan.Values() | plan.RecursiveRef():
            return ()
        case _:
            return () if node.input is None else (node.input,)
