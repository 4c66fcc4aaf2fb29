"""WITH: every CTE lowered once, recursion kept as an operator of its own."""

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.sql.names import alias_of
from guardian.languages.sql.script import script_of, with_relations
from guardian.model.plan import (
    Alias,
    Call,
    Handle,
    Item,
    Project,
    Recursive,
    RecursiveRef,
    SetOperation,
    Star,
)

Lower = Callable[[exp.Expr, Scope], Handle]
# Dialects in which a CTE may name itself without the word RECURSIVE.
_IMPLIED = frozenset({"tsql", "fabric", "oracle", "teradata", "snowflake"})


def with_ctes(tree: exp.Expr, scope: Scope, lower: Lower) -> Scope:
    """Return the scope in which the body of a query stands.

    Its CTEs hide tables of the same name.
    """
    clause = tree.args.get("with_")
    if clause is None:
        return scope
    for cte in clause.expressions:
        name, columns = alias_of(cte, scope)
        if cte.args.get("scalar"):  # ClickHouse's `WITH 1 + 2 AS three`
            value = lower_expression(cte.this, scope)
            scope = replace(scope, named={**scope.named, name: value})
            continue
        handle = _rows(
            cte, name, columns, scope, lower, recursive=bool(clause.args.get("recursive"))
        )
        if columns and not isinstance(scope.builder[handle], Recursive):
            handle = scope.builder.add(Alias(handle, name, columns))
        if isinstance(scope.builder[handle], Recursive):
            handle = _searched(handle, clause, scope)
        scope = with_relations(scope, {name: handle})
    return scope


def _searched(handle: Handle, clause: exp.Expr, scope: Scope) -> Handle:
    """Return a recursion's rows with what SEARCH … SET and CYCLE … SET add to each."""
    for key in ("search", "cycle"):
        said = clause.args.get(key)
        named = said.args.get("expression") if said is not None else None
        if said is not None and named is not None:
            value = Call(f"{key}_order", (lower_expression(said.this, scope),))
            item = Item(value, scope.name(named), scope.location(said))
            handle = scope.builder.add(Project(handle, (Item(Star()), item)))
    return handle


def _rows(
    cte: exp.Expr,
    name: str,
    columns: tuple[str, ...],
    scope: Scope,
    lower: Lower,
    *,
    recursive: bool,
) -> Handle:
    body = cte.this
    script = script_of(scope)
    if isinstance(body, exp.DML) and script is not None:
        from guardian.languages.sql.statements import lower_returning  # noqa: PLC0415 (statements hold queries)

        return lower_returning(body, scope, script)
    query = body.unnest() if isinstance(body, exp.Subquery) and not body.args.get("alias") else body
    may_recur = recursive or scope.dialect in _IMPLIED
    if may_recur and isinstance(query, exp.Union) and _names_itself(query, name, scope):
        return _recursive(query, name, columns, scope, lower)
    return lower(query, scope)


def _names_itself(query: exp.Expr, name: str, scope: Scope) -> bool:
    return any(
        not table.args.get("db") and scope.name(table.this) == name
        for table in query.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier)
    )


def _recursive(
    query: exp.Expr, name: str, columns: tuple[str, ...], scope: Scope, lower: Lower
) -> Handle:
    """Return anchor and step of a recursive CTE.

    Arms that name it are steps, whatever their place.
    """
    inner = scope
    if query.args.get("with_") is not None:
        inner = with_ctes(query, scope, lower)
    arms = _arms(query)
    steps = [arm for arm in arms if _names_itself(arm, name, scope)]
    anchors = [arm for arm in arms if arm not in steps]
    if not anchors:
        return lower(query, scope)
    anchor = _united([lower(arm, inner) for arm in anchors], scope)
    itself = scope.builder.add(RecursiveRef(name, anchor, columns))
    seen = with_relations(inner, {name: itself})
    step = _united([lower(arm, seen) for arm in steps], scope)
    distinct = bool(query.args.get("distinct"))
    return scope.builder.add(
        Recursive(
            name=name,
            anchor=anchor,
            step=step,
            columns=columns,
            distinct=distinct,
            at=scope.location(query),
        )
    )


def _arms(query: exp.Expr) -> list[exp.Expr]:
    arms: list[exp.Expr] = []
    while isinstance(query, exp.Union):
        arms.append(query.args["expression"])
        query = query.this
    arms.append(query)
    return arms[::-1]


def _united(handles: list[Handle], scope: Scope) -> Handle:
    if len(handles) == 1:
        return handles[0]
    return scope.builder.add(SetOperation(kind="union", inputs=tuple(handles), all=True))
