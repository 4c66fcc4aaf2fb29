"""The columns that a model's own text selects, for templates that ask for them.

dbt would ask the database. The text tells as much, so long as each `*` in it leads to columns that
are known.
"""

from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

Names = tuple[str, ...]
Tables = Callable[[str], Names | None]

MAX_DEPTH = 60


def selected(text: str, dialect: str, tables: Tables) -> Names | None:
    """Return the columns that a query gives, in order; None where they cannot be told.

    `tables` tells the columns of a table by the name that the query reads it under.
    """
    try:
        tree = sqlglot.parse(text, dialect=dialect or None)[-1]
    except (SqlglotError, RecursionError, IndexError):
        return None
    return _columns(tree, {}, tables, 0) if tree is not None else None


def _columns(
    tree: exp.Expr | None, outer: Mapping[str, Names | None], tables: Tables, depth: int
) -> Names | None:
    if depth > MAX_DEPTH or tree is None:
        return None
    known = dict(outer)
    for cte in getattr(tree, "ctes", ()):
        named = tuple(column.name for column in cte.args["alias"].args.get("columns") or ())
        known[cte.alias.lower()] = named or _columns(cte.this, known, tables, depth + 1)
    if isinstance(tree, exp.SetOperation):
        return _columns(tree.left, known, tables, depth + 1)
    if isinstance(tree, exp.Subquery):
        return _columns(tree.this, known, tables, depth + 1)
    return _select_columns(tree, known, tables, depth) if isinstance(tree, exp.Select) else None


def _select_columns(
    tree: exp.Select, known: Mapping[str, Names | None], tables: Tables, depth: int
) -> Names | None:
    found: dict[str, str] = {}
    sources = _sources(tree, known, tables, depth)
    for item in tree.expressions:
        star = (
            item
            if isinstance(item, exp.Star)
            else item.this
            if isinstance(item, exp.Column)
            else None
        )
        if isinstance(star, exp.Star):
            wanted = [item.table.lower()] if isinstance(item, exp.Column) else list(sources)
            names = _starred(star, [sources.get(name) for name in wanted])
            if names is None:
                return None
        elif item.alias_or_name:
            names = (item.alias_or_name,)
        else:
            return None
        for name in names:
            found.setdefault(name.lower(), name)
    return tuple(found.values())


def _starred(star: exp.Star, inputs: list[Names | None]) -> Names | None:
    left = {
        column.name.lower() for column in star.args.get("except_") or star.args.get("except") or ()
    }
    renamed = {
        alias.this.name.lower(): alias.alias
        for alias in star.args.get("rename") or ()
        if isinstance(alias, exp.Alias)
    }
    names: list[str] = []
    for given in inputs:
        if given is None:
            return None
        names += [renamed.get(name.lower(), name) for name in given if name.lower() not in left]
    return tuple(names) if inputs else None


def _sources(
    tree: exp.Select, known: Mapping[str, Names | None], tables: Tables, depth: int
) -> dict[str, Names | None]:
    """Return the columns of what a query reads, by the name that it goes under there."""
    first = tree.args.get("from_") or tree.args.get("from")
    nodes = [first.this] if first is not None else []
    nodes += [join.this for join in tree.args.get("joins") or ()]
    nodes += tree.args.get("laterals") or ()
    found: dict[str, Names | None] = {}
    for node in nodes:
        if isinstance(node, exp.Table) and not node.args.get("pivots"):
            bare = not node.db and node.name.lower() in known
            columns = known[node.name.lower()] if bare else tables(_table_name(node))
        elif isinstance(node, exp.Subquery) and not node.args.get("pivots"):
            columns = _columns(node.this, known, tables, depth + 1)
        else:
            columns = None
        found[node.alias_or_name.lower()] = columns
    return found


def _table_name(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts if part.name).lower()
