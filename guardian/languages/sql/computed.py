"""Columns that a table computes itself: `CREATE TABLE t (a int, b AS (a * 2))`."""

from collections.abc import Mapping, Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.sql.forms import word
from guardian.languages.sql.phrases import said
from guardian.languages.sql.script import Script, script_of
from guardian.languages.sql.splitting import parsed
from guardian.languages.sql.writes import Head, add_write
from guardian.model.plan import Handle, Item, Project, Scan, WithColumns, WriteOptions

Tokens = Sequence[Token]


def formula(part: Tokens, script: Script) -> exp.Expr | None:
    """Return what a column is computed from, of `tax AS (net * 0.2) PERSISTED`; None if unread."""
    if len(part) < 3 or word(part[1]) != "AS" or script.source is None:
        return None
    ends = (place for place, token in enumerate(part) if word(token) == "PERSISTED")
    tokens = [*said("SELECT", part[1], script.dialect), *part[2 : next(ends, len(part))]]
    try:
        trees = parsed(tokens, script.source.text, script.dialect)
    except (SqlglotError, RecursionError):
        trees = []
    if len(trees) == 1 and isinstance(trees[0], exp.Select) and len(trees[0].expressions) == 1:
        found: exp.Expr = trees[0].expressions[0]
        return found
    script.warn(part[0].line, f"how `{part[0].text}` is computed could not be read")
    return None


def formulas_in(schema: exp.Expr, scope: Scope) -> dict[str, exp.Expr]:
    """Return what the columns of a table's definition are computed from, by their names.

    Not those that come from elsewhere, as an external table's from the `value` of its files.
    """
    found: dict[str, exp.Expr] = {}
    for part in schema.expressions:
        for constraint in part.constraints if isinstance(part, exp.ColumnDef) else ():
            kind = constraint.args.get("kind")
            if isinstance(kind, exp.ComputedColumnConstraint):
                found[scope.name(part.this)] = kind.this
            elif isinstance(kind, exp.GeneratedAsIdentityColumnConstraint) and kind.expression:
                found[scope.name(part.this)] = kind.expression
    own = {scope.name(part.this) for part in schema.expressions if isinstance(part, exp.ColumnDef)}
    return {
        name: tree
        for name, tree in found.items()
        if all(scope.name(column.this) in own for column in tree.find_all(exp.Column))
    }


def write_computed(
    dataset: str, formulas: Mapping[str, exp.Expr], script: Script, head: Head
) -> None:
    """Note that a table fills some columns itself, from others of the same row."""
    if not formulas:
        return
    scope = script.scope(head.at)
    rows = script.builder.add(Scan(dataset=dataset, target=True, at=head.at))
    items = []
    for name, tree in formulas.items():
        at, text = scope.item(tree)
        items.append(Item(lower_expression(tree, scope), name, at, text))
    plan = script.builder.add(Project(rows, tuple(items)))
    add_write(script, dataset, plan, head, WriteOptions(mode="update", materialized="computed"))


def with_computed(name: str, rows: Handle, scope: Scope) -> Handle:
    """Return the rows of a temporary table with the columns that it computes itself."""
    script = script_of(scope)
    formulas = script.computed.get(name, {}) if script is not None else {}
    if not formulas:
        return rows
    items = tuple(
        Item(lower_expression(tree, scope), column, *scope.item(tree))
        for column, tree in formulas.items()
    )
    return scope.builder.add(WithColumns(rows, items))
