"""The author's expressions → canonical expressions: names looked up, every part in normal form."""

from collections.abc import Callable
from dataclasses import dataclass

from guardian.lineage.scope import Scope, stars
from guardian.model.expression import (
    TRUE,
    Expression,
    aggregate,
    as_condition,
    call,
    const,
    make,
    window,
)
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

Key = tuple[Expression, bool, bool]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves expressions in a scope. `subquery` binds a query inside one.

    `missing` is told of names nobody has.
    """

    subquery: Callable[[Subquery, Scope, "Resolver"], Expression]
    missing: Callable[[Ref | FrameRef], None]

    def resolve(self, expr: Expr, scope: Scope) -> Expression:
        """Return the canonical form of `expr`.

        A name that nothing answers to becomes an opaque value.
        """
        match expr:
            case Ref():
                return self._named(expr, scope.lookup(expr))
            case FrameRef():
                return self._named(expr, scope.of_frame(expr))
            case Constant():
                return const(expr.kind, expr.text)
            case Symbol():
                return make("symbol", value=expr.name)
            case Call():
                return call(expr.name, self._all(expr.args, scope), expr.option)
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
                return make("call", self._all((expr,), scope), ("struct", ""))

    def _named(self, ref: Ref | FrameRef, found: Expression | None) -> Expression:
        if found is not None:
            return found
        self.missing(ref)
        qualifier = ref.qualifier if isinstance(ref, Ref) else ()
        return make("unknown", value=".".join((*qualifier, ref.name)))

    def _all(self, exprs: tuple[Expr, ...], scope: Scope) -> tuple[Expression, ...]:
        """Resolve arguments; a star among them is all the columns it stands for."""
        resolved: list[Expression] = []
        for expr in exprs:
            if isinstance(expr, Star):
                known, rests = stars(scope.relation, expr.qualifier)
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
            scope.relation, scope.outer, scope.aliases, {**scope.parameters, **own}, scope.frame
        )
        return make("lambda", (self.resolve(expr.body, inner),), len(expr.parameters))

    def order(self, keys: tuple[Order, ...], scope: Scope) -> tuple[Key, ...]:
        """Return sort keys resolved, with their directions."""
        return tuple(
            (self.resolve(key.expr, scope), key.descending, key.nulls_first) for key in keys
        )


def conditions(expression: Expression) -> tuple[Expression, ...]:
    """Return the parts of a condition that must all hold."""
    condition = as_condition(expression)
    if condition.op == "call" and condition.value == ("and", ""):
        return condition.args
    return () if condition is TRUE else (condition,)
