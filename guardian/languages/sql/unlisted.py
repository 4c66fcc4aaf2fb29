"""Lists of columns that only the run knows: `SELECT id, {columns} FROM …`."""

import re

from sqlglot import exp

from guardian.languages.expressions import Scope
from guardian.languages.expressions.source import PLACEHOLDER
from guardian.languages.sql.script import script_of
from guardian.model.plan import Item, Star, Symbol, unlisted

_PLACEHOLDERS = re.compile(f"(?:{PLACEHOLDER.pattern})+")
SAID = "stands for are not known"


def with_unlisted(node: exp.Expr, scope: Scope) -> tuple[exp.Expr | None, Item | None]:
    """Return an item of a SELECT list as one column, and as a list that is not known.

    `a {more}` is both, where `{more}` is text such as `, b, c`; else one of the two is None.
    """
    symbol = list_named(node, scope)
    if symbol:
        return None, _unlisted(symbol, node, scope)
    behind = node.args.get("alias") if isinstance(node, exp.Alias) else None
    symbol = _text_alone(behind, scope)
    if symbol and isinstance(behind, exp.Expr) and not _has_as(behind, scope):
        return node.this, _unlisted(symbol, node, scope)
    return node, None


def list_in_group(node: exp.Expr, scope: Scope) -> Star | None:
    """Return a key of GROUP BY that is a list of columns not known, None for any other."""
    symbol = list_named(node, scope)
    return unlisted(symbol) if symbol else None


def as_values(query: exp.Expr | None, count: int) -> None:
    """Note in a query that gives `count` columns as many items: each is one value, no list."""
    stack = [query]
    while stack:
        part = stack.pop()
        if isinstance(part, exp.SetOperation):
            stack += [part.this, part.args.get("expression")]
        elif isinstance(part, exp.Select) and len(part.expressions) == count:
            for item in part.expressions:
                item.meta[ONE_VALUE] = True


ONE_VALUE = "one value"


def list_named(node: exp.Expr, scope: Scope) -> str:
    """Return the name of the list that stands in place of columns, empty where a column does."""
    if node.meta_get(ONE_VALUE):
        return ""
    if isinstance(node, exp.Anonymous):
        script = script_of(scope)
        known = script is None or node.name.lower() not in script.macros
        return "" if known else node.name.lower()
    if not isinstance(node, exp.Column) or node.args.get("table") is not None:
        return ""
    return _text_alone(node.this, scope)


def _text_alone(name: object, scope: Scope) -> str:
    """Return what an unquoted name is that is nothing but client variables, as it is written."""
    if not isinstance(name, exp.Identifier) or name.args.get("quoted"):
        return ""
    if not _PLACEHOLDERS.fullmatch(name.name):
        return ""
    value = scope.symbol(name.name)
    return scope.text(name.name) if value is None or isinstance(value, Symbol) else ""


def _has_as(alias: exp.Expr, scope: Scope) -> bool:
    start = alias.meta_get("start")
    if scope.source is None or not isinstance(start, int):
        return True
    return scope.source.text[:start].rstrip()[-2:].upper() == "AS"


def _unlisted(symbol: str, node: exp.Expr, scope: Scope) -> Item:
    at, text = scope.item(node)
    statement = scope.at.line if scope.at is not None else 0
    already = any(SAID in said.message and said.line >= statement for said in scope.warnings)
    if not already and not isinstance(node, exp.Anonymous):  # of macros, their template has told
        scope.warn(
            f"the columns that `{symbol}` {SAID}, so that there may be more than are listed here: "
            "write the list out, or declare what is read and written with "
            "`-- @LINEAGE_INPUTS: …` and `-- @LINEAGE_OUTPUTS: …`",
            node,
        )
    return Item(unlisted(symbol), None, at, text)
