"""`Scope`, and the way from a sqlglot node to the function that lowers it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.expressions.source import SourceText, only_symbol, restore, shortened
from guardian.model.lineage import Diagnostic, Location
from guardian.model.names import fold
from guardian.model.plan import Expr, Handle, OpaqueExpr, PlanBuilder, Symbol


def _unnoted(_symbol: str, _written: str) -> None:
    """Keep nothing of how a symbol is written."""


@dataclass(slots=True)
class Scope:
    """What an expression is lowered in.

    `relations` are the handles that CTEs and temporary tables lead to, by folded name. `windows`
    are the query's named windows. `query` lowers a query inside an expression; without it, such a
    query becomes opaque. `at` is the place to report where a tree carries no positions. `noted`
    gets `aggregate` and `window` as such functions of this query are met. `values` are what the
    script's variables hold, by their names with their sign in front (`@since`, `$since`), none for
    a bare name. `named` are the names that mean an expression in this query before any column:
    ClickHouse's `WITH x AS name`, pseudo columns such as LEVEL. `spell` is told of a symbol, and
    how its author writes it.
    """

    builder: PlanBuilder
    dialect: str
    path: str = ""
    at: Location | None = None
    relations: Mapping[str, Handle] = field(default_factory=dict)
    warnings: list[Diagnostic] = field(default_factory=list)
    source: SourceText | None = None
    windows: Mapping[str, exp.Expr] = field(default_factory=dict)
    query: "Callable[[exp.Expr, Scope], Handle] | None" = None
    noted: set[str] = field(default_factory=set)
    values: Mapping[str, Expr] = field(default_factory=dict)
    named: Mapping[str, Expr] = field(default_factory=dict)
    spell: Callable[[str, str], None] = _unnoted

    def within(self, relations: Mapping[str, Handle]) -> "Scope":
        """Return a scope inside this one, in which other names lead to handles."""
        return replace(self, relations=relations)

    def name(self, identifier: exp.Expr | str | None) -> str:
        """Return an identifier's text.

        Folded as the dialect folds it, client variables restored.
        """
        if identifier is None:
            return ""
        if isinstance(identifier, str):
            return fold(self.text(identifier), self.dialect)
        args = identifier.args
        text = args.get("this")
        name = text if type(text) is str else identifier.name
        if self.source is not None and self.source.symbols:
            name = restore(name, self.source.symbols)
        return fold(name, self.dialect, quoted=bool(args.get("quoted")))

    def text(self, text: str) -> str:
        """Return `text` with client variables in place of their placeholders."""
        symbols = self.source.symbols if self.source is not None else ()
        return restore(text, symbols) if symbols else text

    def symbol(self, text: str) -> Expr | None:
        """Return the run-time value that `text` is, None where it is more or something else."""
        symbols = self.source.symbols if self.source is not None else ()
        name = only_symbol(text, symbols) if symbols else None
        return None if name is None else self.values.get(f":{name}", Symbol(name))

    def location(self, node: exp.Expr) -> Location | None:
        """Return where `node` is written, as near as is known."""
        found = self.source.location(node) if self.source is not None else None
        return found or self.at

    def item(self, node: exp.Expr) -> tuple[Location | None, str]:
        """Return where an item or a clause is written, and the author's text of it."""
        at, text = self.source.item(node) if self.source is not None else (None, "")
        return at or self.at, text or shortened(self.text(plain_sql(node, self.dialect)))

    def warn(self, message: str, node: exp.Expr | None = None) -> None:
        """Say that something was not understood, at `node`."""
        at = (self.location(node) if node is not None else None) or self.at
        self.warnings.append(Diagnostic(self.path, at.line if at else 1, message))


Handler: TypeAlias = Callable[[exp.Expr, Scope], Expr]
HANDLERS: dict[type[exp.Expr], Handler] = {}


def lower_expression(node: exp.Expr, scope: Scope) -> Expr:
    """Return a sqlglot node as an expression of the plan, its names not yet resolved.

    A column whose `meta["frame"]` is an int is that frame's own column, as in PySpark's `df["x"]`.
    What is not understood becomes an `OpaqueExpr` over the columns in it.
    """
    kind = type(node)
    handler = HANDLERS.get(kind)
    if handler is None:
        handler = HANDLERS[kind] = _handler_of(kind)
    return handler(node, scope)


def _handler_of(kind: type[exp.Expr]) -> Handler:
    for base in kind.__mro__:
        if base in HANDLERS:
            return HANDLERS[base]
    return opaque


def opaque(node: exp.Expr, scope: Scope) -> Expr:
    """Return something not understood, tied to the columns inside it."""
    columns = [lower_expression(column, scope) for column in node.find_all(exp.Column)]
    return OpaqueExpr(fingerprint(plain_sql(node, scope.dialect)), tuple(dict.fromkeys(columns)))


def fingerprint(text: str) -> str:
    """Return a short digest of `text` that is the same on every machine."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sql_text(node: exp.Expr, dialect: str = "") -> str:
    """Return the text of a node in `dialect`, on one line and in at most 300 characters."""
    return shortened(plain_sql(node, dialect))


def plain_sql(node: exp.Expr, dialect: str) -> str:
    """Return the node printed without its comments."""
    return str(node.sql(dialect=dialect or None, comments=False))
