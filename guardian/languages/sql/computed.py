"""Columns that a temporary table computes itself: `CREATE TABLE #t (a int, b AS (a * 2))`."""

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.sql.forms import word
from guardian.languages.sql.phrases import said
from guardian.languages.sql.script import Script, script_of
from guardian.languages.sql.splitting import parsed
from guardian.model.plan import Handle, Item, WithColumns

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
