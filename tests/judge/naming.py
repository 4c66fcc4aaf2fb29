"""Rewrites of names: aliases, qualifiers, stars."""

import itertools

from sqlglot import exp

from tests.judge.rules import (
    Book,
    Setting,
)
from tests.judge.selects import (
    Made,
    aliased,
    has_star,
    inputs,
    is_top,
    mentioned,
    names,
    own_columns,
    source,
)

BOOK = Book()
rule = BOOK.rule


@rule("table aliases renamed", exp.Select)
def alias_renamed(select: exp.Select, setting: Setting) -> Made:
    found = [item for item in inputs(select) if item.args.get("alias") and item.args["alias"].this]
    if not found:
        return None
    old = setting.chance.choice(found).alias
    same = [alias for alias in select.find_all(exp.TableAlias) if alias.name.lower() == old.lower()]
    columns = {column.name.lower() for column in select.find_all(exp.Column) if column.name}
    bare = {column.name.lower() for column in select.find_all(exp.Column) if not column.table}
    labels = {item.alias.lower() for item in select.find_all(exp.Alias)}
    if len(same) != 1 or old.lower() in columns | bare | labels or select.find(exp.Lateral):
        return None
    tables = [table for table in select.find_all(exp.Table) if not table.alias]
    if any(dot.sql().lower().startswith(f"{old.lower()}.") for dot in select.find_all(exp.Dot)):
        return None
    if any(table.name.lower() == old.lower() for table in tables):
        return None
    new = select.copy()
    name = setting.name("a")
    for node in new.find_all(exp.TableAlias, exp.Column, exp.Dot):
        first = node.this if isinstance(node, exp.TableAlias) else None
        if isinstance(node, exp.Column) and len(node.parts) > 1:
            first = node.parts[0]
        if first is not None and first.name.lower() == old.lower():
            first.replace(exp.to_identifier(name))
    return new


@rule("a CTE renamed", exp.CTE)
def cte_renamed(cte: exp.CTE, setting: Setting) -> Made:
    return None if cte.parent is None else _named_anew(cte, setting)


def _named_anew(cte: exp.CTE, setting: Setting) -> Made:
    """Return a CTE under another name; those who read it are told in place."""
    clause, old = cte.parent, cte.alias.lower()
    assert clause is not None
    owner = clause.parent
    root = owner
    while root is not None and root.parent is not None:
        root = root.parent
    others = [item for item in root.find_all(exp.CTE) if item.alias.lower() == old] if root else []
    if root is None or len(others) != 1 or clause.args.get("recursive"):
        return None
    before = itertools.takewhile(lambda item: item is not cte, clause.expressions)
    if any(old in mentioned(item.this) for item in (*before, cte)):
        return None
    if any(table.db and table.name.lower() == old for table in root.find_all(exp.Table)):
        return None
    if any(
        alias.name.lower() == old
        for alias in root.find_all(exp.TableAlias)
        if alias.parent is not cte
    ):
        return None
    if any(column.name.lower() == old and not column.table for column in root.find_all(exp.Column)):
        return None
    name = setting.name("c")
    for table in list(root.find_all(exp.Table)):
        if not table.db and table.name.lower() == old:
            table.set("this", exp.to_identifier(name))
    for column in list(root.find_all(exp.Column)):
        if column.table.lower() == old and not column.db:
            column.set("table", exp.to_identifier(name))
    new = cte.copy()
    new.args["alias"].set("this", exp.to_identifier(name))
    return new


@rule("a column renamed on its way", exp.Select)
def inner_column_renamed(root: exp.Select, setting: Setting) -> Made:
    if not is_top(root) or names(root) is None:
        return None
    known = {name.lower() for table in setting.tables.values() for name in table}
    outer = {id(item) for item in root.selects}
    aliases = [
        node for node in root.find_all(exp.Alias)
        if id(node) not in outer and isinstance(node.parent, exp.Select)
        and not isinstance(node.parent.parent, exp.SetOperation)
        and not node.parent.args.get("kind")  # SELECT AS STRUCT: a field's name
    ]  # fmt: skip
    labels = [node.alias.lower() for node in root.find_all(exp.Alias)]
    once = [node.alias for node in aliases if labels.count(node.alias.lower()) == 1]
    free = [
        name for name in once if name.lower() not in known and _only_columns(root, name.lower())
    ]
    if not free or not setting.tables or any(has_star(item) for item in root.find_all(exp.Select)):
        return None
    old, name = setting.chance.choice(free).lower(), setting.name("col")
    new = root.copy()
    for item in list(new.selects):
        if isinstance(item, exp.Column) and item.name.lower() == old:
            item.replace(exp.alias_(item.copy(), item.this.copy()))
    kept = {id(item.args["alias"]) for item in new.selects if aliased(item)}
    for found in list(new.find_all(exp.Identifier)):
        if found.name.lower() == old and id(found) not in kept:
            found.replace(exp.to_identifier(name))
    return new


def _only_columns(root: exp.Expr, name: str) -> bool:
    """Return whether a name is that of columns only, and no arm of a set operation hands it on."""
    found = [node for node in root.find_all(exp.Identifier) if node.name.lower() == name]
    plain = all(
        isinstance(node.parent, exp.Alias)
        or (isinstance(node.parent, exp.Column) and node.arg_key == "this")
        for node in found
    )
    passed = any(
        isinstance(node.parent, exp.Column) and isinstance(node.parent.parent, exp.Select)
        and node.parent.parent is not root for node in found
    )  # fmt: skip
    return plain and not passed and not any(root.find_all(exp.SetOperation))


@rule("qualifiers added", exp.Select)
def qualifiers_added(select: exp.Select, setting: Setting) -> Made:
    found = source(select)
    known = setting.tables.get(found.name.lower(), {}) if isinstance(found, exp.Table) else {}
    if found is None or not known or _is_cte(found) or found.args.get("db"):
        return None
    labels = {item.alias.lower() for item in select.selects if aliased(item)}
    free = {name.lower() for name in known} - labels
    new = select.copy()
    changed = False
    for column in list(own_columns(new)):
        if not column.table and column.name.lower() in free:
            column.set("table", exp.to_identifier(found.alias_or_name))
            changed = True
    return new if changed else None


def _is_cte(table: exp.Expr) -> bool:
    root = table
    while root.parent is not None:
        root = root.parent
    return table.name.lower() in {cte.alias.lower() for cte in root.find_all(exp.CTE)}


@rule("qualifiers dropped", exp.Select)
def qualifiers_dropped(select: exp.Select, _: Setting) -> Made:
    found = source(select)
    if found is None or select.find(exp.Query, bfs=False) is not select or _inner_queries(select):
        return None
    labels = {item.alias.lower() for item in select.selects if aliased(item)}
    name = found.alias_or_name.lower()
    new = select.copy()
    changed = False
    for column in list(own_columns(new)):
        own = column.table.lower() == name and not column.db
        if own and column.name.lower() not in labels | {name} and not column.is_star:
            column.set("table", None)
            changed = True
    return new if changed else None


def _inner_queries(select: exp.Select) -> bool:
    inside = [query for query in select.find_all(exp.Select) if query is not select]
    start = select.args.get("from_")
    own = set(map(id, start.find_all(exp.Select))) if start is not None else set()
    return any(id(query) not in own for query in inside)


@rule("a star written out", exp.Select)
def star_written_out(select: exp.Select, setting: Setting) -> Made:
    found = source(select)
    plain = len(select.selects) == 1 and isinstance(select.selects[0], exp.Star)
    if found is None or not plain or select.selects[0].args.get("except_"):
        return None
    if isinstance(found.parent, exp.From) and select.find(exp.MatchRecognize):
        return None
    if isinstance(found, exp.Subquery):
        listed = names(found.this)
    else:
        known = {} if _is_cte(found) or found.args.get("db") else setting.tables
        listed = list(known.get(found.name.lower(), {})) or None
    if any(select.selects[0].args.values()) or listed is None:
        return None
    new = select.copy()
    new.set("expressions", [exp.column(name) for name in listed])
    return new
