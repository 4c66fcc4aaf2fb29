"""Names that mean an expression before any column: aliases inside items, pseudo columns."""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression
from guardian.model.plan import Call, Expr

# Dialects in which an alias may be given inside of an expression, and holds in the whole query.
_ANYWHERE = frozenset({"clickhouse"})
_ALWAYS: Mapping[str, tuple[str, ...]] = {
    "oracle": ("ROWNUM",), "hive": ("grouping__id",), "spark": ("grouping__id",),
    "databricks": ("grouping__id",),
}  # fmt: skip
# What CONNECT BY tells of each row that it finds.
_CONNECTED = ("LEVEL", "CONNECT_BY_ISLEAF", "CONNECT_BY_ISCYCLE")


def named_in(tree: exp.Expr, scope: Scope) -> Mapping[str, Expr]:
    """Return what names of a SELECT mean beside its columns, mostly none."""
    found: dict[str, Expr] = {}
    if tree.args.get("connect") is not None:
        found.update({scope.name(name): Call(name.lower()) for name in _CONNECTED})
    for name in _ALWAYS.get(scope.dialect, ()):
        if name != "grouping__id" or tree.args.get("group") is not None:
            found[scope.name(name)] = Call(name.lower())
    if scope.dialect in _ANYWHERE:
        for alias in _aliases_inside(tree):
            found[scope.name(alias.args["alias"])] = lower_expression(alias.this, scope)
    return found


def _aliases_inside(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the aliases that stand inside of items: `(a - b AS net) * 2`."""
    for item in tree.expressions:
        inner = item.this if isinstance(item, exp.Alias) else item
        if isinstance(inner, exp.Expr):
            yield from _below(inner)


def _below(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.Query):
        return
    for child in node.iter_expressions():
        if isinstance(child, exp.Alias):
            yield child
        yield from _below(child)
