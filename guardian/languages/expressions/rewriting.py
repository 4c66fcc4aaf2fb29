"""Changing expressions of the plan: aliases put in, parts named."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from guardian.model.plan import (
    ALIAS,
    AggregateCall,
    Call,
    Constant,
    Expr,
    Lambda,
    OpaqueExpr,
    Order,
    Over,
    Ref,
    Star,
    Subquery,
)

Change = Callable[[Expr], Expr | None]


def rewritten(expr: Expr, change: Change) -> Expr:
    """Return `expr` with each part that `change` answers for put in its place, outermost first."""
    answer = change(expr)
    if answer is not None:
        return answer
    match expr:
        case Call(name, args, option):
            return Call(name, _each(args, change), option) if args else expr
        case AggregateCall():
            return _aggregate(expr, change)
        case Over(call, partition, order, frame):
            inner = _inside(call, change)
            return Over(inner, _each(partition, change), _keys(order, change), frame)
        case Subquery(kind, plan, operand, operator, closed):
            rest = _each(operand, change)
            return Subquery(kind, plan, rest, operator, closed) if operand else expr
        case OpaqueExpr(fingerprint, args, name):
            return OpaqueExpr(fingerprint, _each(args, change), name)
        case Lambda(parameters, body):
            return Lambda(parameters, rewritten(body, _but(change, parameters)))
        case Star(of=value) if value is not None:
            return msgspec.structs.replace(expr, of=rewritten(value, change))
        case _:
            return expr


def _each(args: tuple[Expr, ...], change: Change) -> tuple[Expr, ...]:
    return tuple(rewritten(arg, change) for arg in args)


def _keys(order: tuple[Order, ...], change: Change) -> tuple[Order, ...]:
    return tuple(
        Order(rewritten(key.expr, change), key.descending, key.nulls_first) for key in order
    )


def _aggregate(expr: AggregateCall, change: Change) -> AggregateCall:
    return AggregateCall(
        name=expr.name,
        args=_each(expr.args, change),
        distinct=expr.distinct,
        filter=None if expr.filter is None else rewritten(expr.filter, change),
        order=_keys(expr.order, change),
        option=expr.option,
    )


def _inside(call: AggregateCall | Call, change: Change) -> AggregateCall | Call:
    """Rewrite the arguments of a window's function; the function itself stays one."""
    if isinstance(call, AggregateCall):
        return _aggregate(call, change)
    return Call(call.name, _each(call.args, change), call.option)


def _but(change: Change, parameters: tuple[str, ...]) -> Change:
    """Return `change` without the names that a lambda's parameters hide."""

    def changed(expr: Expr) -> Expr | None:
        hidden = isinstance(expr, Ref) and not expr.qualifier and expr.name in parameters
        return expr if hidden else change(expr)

    return changed


def with_aliases(expr: Expr, aliases: Mapping[str, Expr]) -> Expr:
    """Return `expr` with unqualified names exchanged for what they are aliases of."""
    if not aliases:
        return expr
    return rewritten(
        expr,
        lambda part: (
            aliases.get(part.name) if isinstance(part, Ref) and not part.qualifier else None
        ),
    )


def with_aliases_behind(expr: Expr, aliases: Mapping[str, Expr]) -> Expr:
    """Return `expr` with unqualified names taken for aliases where no input has such a column."""
    if not aliases:
        return expr

    def change(part: Expr) -> Expr | None:
        if isinstance(part, Ref) and not part.qualifier and part.name in aliases:
            return Call(ALIAS, (part, aliases[part.name]))
        return None

    return rewritten(expr, change)


def parts(expr: Expr) -> list[Expr]:
    """Return `expr` and every expression inside it, not those of queries in it, outermost first."""
    found: list[Expr] = []
    _gather(expr, found, ())
    return found


def _gather(expr: Expr, found: list[Expr], hidden: tuple[str, ...]) -> None:
    """Add an expression and its parts; `hidden` are the names of lambdas' parameters around it."""
    if hidden and isinstance(expr, Ref) and not expr.qualifier and expr.name in hidden:
        return
    found.append(expr)
    match expr:
        case Ref() | Constant():
            return
        case Call() | OpaqueExpr():
            inside: Iterable[Expr] = expr.args
        case AggregateCall():
            inside = _parts_of_aggregate(expr)
        case Over(call, partition, order):
            own = _parts_of_aggregate(call) if isinstance(call, AggregateCall) else call.args
            inside = (*own, *partition, *(key.expr for key in order))
        case Subquery():
            inside = expr.operand
        case Lambda(parameters, body):
            inside, hidden = (body,), (*hidden, *parameters)
        case Star(of=value) if value is not None:
            inside = (value,)
        case _:
            return
    for part in inside:
        _gather(part, found, hidden)


def _parts_of_aggregate(expr: AggregateCall) -> tuple[Expr, ...]:
    condition = () if expr.filter is None else (expr.filter,)
    return (*expr.args, *condition, *(key.expr for key in expr.order))
