"""The author's expressions → canonical expressions: names looked up, every part in normal form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from guardian.lineage.by_name import EACH, chosen
from guardian.lineage.fields import row_of
from guardian.lineage.scope import Scope
from guardian.model import plan
from guardian.model.aggregates import aggregate, window
from guardian.model.calls import call
from guardian.model.expression import TRUE, Expression, const, make
from guardian.model.plan import (
    AggregateCall,
    Call,
    Constant,
    Expr,
    FrameRef,
    Lambda,
    OpaqueExpr,
    Order,
    Over,
    Ref,
    Star,
    Subquery,
    Symbol,
)
from guardian.model.truth import as_condition

Key = tuple[Expression, bool, bool]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves expressions in a scope. `subquery` binds a query inside one.

    `missing` is told of names nobody has. `parameters` are what symbols of a routine stand for
    where it is called. `called` gives the value of a call of the repository's own functions.
    """

    subquery: Callable[[Subquery, Scope, "Resolver"], Expression]
    missing: Callable[[Ref | FrameRef], None]
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    called: Callable[[Call, tuple[Expression, ...]], Expression | None] | None = None

    def resolve(self, expr: Expr, scope: Scope) -> Expression:
        """Return the canonical form of `expr`.

        A name that nothing answers to becomes an opaque value.
        """
        match expr:
            case Ref():
                return self._named(expr, scope.lookup(expr), scope)
            case FrameRef():
                return self._named(expr, scope.of_frame(expr), scope)
            case Constant():
                return const(expr.kind, expr.text)
            case Symbol():
                given = self.parameters.get(expr.name)
                return make("symbol", value=expr.name) if given is None else given
            case Call():
                return self._call(expr, scope)
            case AggregateCall():
                return self._aggregate(expr, scope)
            case Over():
                return self._over(expr, scope)
            case Subquery():
                return self.subquery(expr, scope, self)
            case Lambda():
                return self._lambda(expr, scope)
            case OpaqueExpr():
                return make("opaque", self._all(expr.args, scope), (expr.name, expr.fingerprint))
            case Star():
                return self._star(expr, scope)

    def _call(self, expr: Call, scope: Scope) -> Expression:
        """Resolve a function, or what stands for a name that may mean several things."""
        match expr:
            case Call(name="parameter", args=(Symbol() as symbol, _)) if (
                symbol.name in self.parameters
            ):
                return self.parameters[symbol.name]
            case Call(name=plan.VARIABLE, args=(column, value)):
                return self._variable(column, value, scope)
            case Call(name=plan.ROW, args=(Star() as star,)):
                known, rests = chosen(scope.relation, star)
                return row_of((item for item in known if item.name not in star.excluded), rests)
            case Call(name=plan.ALIAS, args=(Ref() as column, value)):
                return scope.lookup_explicit(column) or self.resolve(value, scope)
            case _:
                arguments = self._all(expr.args, scope)
                found = None if self.called is None else self.called(expr, arguments)
                return call(expr.name, arguments, expr.option) if found is None else found

    def _star(self, expr: Star, scope: Scope) -> Expression:
        """Resolve a star where one value stands: all columns, or the one that COLUMNS is at."""
        if expr.each and EACH in scope.aliases:
            return scope.aliases[EACH]
        return make("call", self._all((expr,), scope), ("struct", ""))

    def _variable(self, column: Expr, value: Expr, scope: Scope) -> Expression:
        """Return a column that an input is known to have, else the value of the variable."""
        if not isinstance(column, Ref):  # an alias of the SELECT list stands in its place
            return self.resolve(column, scope)
        known = scope.lookup_known(column)
        return self.resolve(value, scope) if known is None else known

    def _named(self, ref: Ref | FrameRef, found: Expression | None, scope: Scope) -> Expression:
        if found is None and isinstance(ref, Ref):
            found = scope.whole_row(ref)
        if found is not None:
            return found
        self.missing(ref)
        qualifier = ref.qualifier if isinstance(ref, Ref) else ()
        return make("unknown", value=".".join((*qualifier, ref.name)))

    def _all(self, exprs: tuple[Expr, ...], scope: Scope) -> tuple[Expression, ...]:
        """Resolve arguments; a star among them is all the columns it stands for."""
        resolved: list[Expression] = []
        for expr in exprs:
            if isinstance(expr, Star) and not (expr.each and EACH in scope.aliases):
                known, rests = chosen(scope.relation, expr)
                resolved.extend(item.expression for item in known if item.name not in expr.excluded)
                resolved.extend(rest.column("*") for rest in rests)
            else:
                resolved.append(self.resolve(expr, scope))
        return tuple(resolved)

    def _aggregate(self, expr: AggregateCall, scope: Scope) -> Expression:
        args = expr.args
        if (
            expr.name == "count"
            and len(args) == 1
            and isinstance(args[0], Star)
            and not args[0].each
            and not expr.distinct
        ):
            args = ()
        return aggregate(
            expr.name,
            self._all(args, scope),
            distinct=expr.distinct,
            option=expr.option,
            condition=None if expr.filter is None else self.resolve(expr.filter, scope),
            order=self.order(expr.order, scope),
        )

    def _over(self, expr: Over, scope: Scope) -> Expression:
        function = self.resolve(expr.call, scope)
        return window(
            function, self._all(expr.partition, scope), self.order(expr.order, scope), expr.frame
        )

    def _lambda(self, expr: Lambda, scope: Scope) -> Expression:
        """Resolve a lambda with its parameters by position, so that their names do not matter."""
        depth = len(scope.parameters)
        own = {
            name: make("param", value=depth + position)
            for position, name in enumerate(expr.parameters)
        }
        inner = Scope(
            scope.relation, scope.outer, scope.aliases, {**scope.parameters, **own}, scope.frame,
            scope.proven,
        )  # fmt: skip
        return make("lambda", (self.resolve(expr.body, inner),), (len(expr.parameters), depth))

    def order(self, keys: tuple[Order, ...], scope: Scope) -> tuple[Key, ...]:
        """Return sort keys resolved, with their directions."""
        return tuple(
            (part, key.descending, key.nulls_first)
            for key in keys
            for part in self._all((key.expr,), scope)
        )


def conditions(expression: Expression) -> tuple[Expression, ...]:
    """Return the parts of a condition that must all hold."""
    condition = as_condition(expression)
    if condition.op == "call" and condition.value == ("and", ""):
        return condition.args
    return () if condition is TRUE else (condition,)
