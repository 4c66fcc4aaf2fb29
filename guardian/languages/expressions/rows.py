"""Queries that stand for a value: the rows of `(SELECT …)`, `ARRAY(SELECT AS STRUCT …)`."""

from collections.abc import Iterator

from sqlglot import exp

from guardian.languages.expressions.dispatch import Scope
from guardian.model.plan import ROW, Call, Handle, Item, Project, Star

AS_VALUE = "as value"  # marks a SELECT AS VALUE whose value is not taken apart


def rows_of_value(query: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of a query that stands for a value; those of AS STRUCT are one column."""
    assert scope.query is not None  # noqa: S101 - the caller asked
    selects = list(_arms(query))
    for select in selects:
        select.meta[AS_VALUE] = True
    rows = scope.query(query, scope)
    if not any(select.args.get("kind") == "STRUCT" for select in selects):
        return rows
    row = Item(Call(ROW, (Star(),)), None, scope.location(query))
    return scope.builder.add(Project(rows, (row,)))


def _arms(query: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the SELECTs whose rows a query gives."""
    stack = [query]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.SetOperation):
            stack += [node.args["expression"], node.this]
        elif isinstance(node, (exp.Subquery, exp.Paren)):
            stack.append(node.this)
        elif isinstance(node, exp.Select):
            yield node
