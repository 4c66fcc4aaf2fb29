"""Rewrites of queries inside queries: CTEs, subqueries, filters moved between them."""

from sqlglot import exp

from tests.judge.rules import (
    Book,
    Setting,
    paren,
)
from tests.judge.selects import (
    Made,
    aliased,
    has_star,
    inputs,
    is_plain,
    is_top,
    kept,
    mentioned,
    names,
    quoted_like,
    source,
)

BOOK = Book()
rule = BOOK.rule


NESTED_WITH = "duckdb spark databricks postgres snowflake bigquery redshift trino"


@rule("the whole query in a subquery", exp.Query)
def query_wrapped(query: exp.Query, setting: Setting) -> Made:
    if (
        not is_top(query)
        or names(query) is None
        or query.args.get("into")
        or not isinstance(query, exp.Select | exp.SetOperation)
    ):
        return None
    inner = exp.Subquery(
        this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier(setting.name("q")))
    )
    inner_order(inner.this)
    return exp.Select(expressions=[exp.Column(this=name) for name in quoted_like(query)]).from_(
        inner
    )


def inner_order(query: exp.Expr) -> None:
    """Take away an ORDER BY that decides nothing."""
    if (
        not query.args.get("limit")
        and not query.args.get("offset")
        and not query.find(exp.DistinctOn if hasattr(exp, "DistinctOn") else exp.Distinct)
    ):
        query.set("order", None)


@rule("the whole query in a CTE", exp.Select)
def query_in_cte(query: exp.Select, setting: Setting) -> Made:
    if not is_top(query) or names(query) is None:
        return None
    new, name = query.copy(), setting.name("c")
    outer = exp.Select(expressions=[exp.Column(this=item) for item in quoted_like(query)])
    outer = outer.from_(exp.to_table(name))
    clause = new.args.get("with_")
    new.set("with_", None)
    last = exp.CTE(this=new, alias=exp.TableAlias(this=exp.to_identifier(name)))
    made = clause.copy() if clause is not None else exp.With(expressions=[])
    made.append("expressions", last)
    outer.set("with_", made)
    return outer


@rule("a table in a subquery", exp.Table)
def table_wrapped(table: exp.Table, _: Setting) -> Made:
    if not _is_input(table):
        return None
    inner = exp.Select(expressions=[exp.Star()]).from_(_bare(table))
    alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
    return exp.Subquery(this=inner, alias=alias)


def _bare(table: exp.Table) -> exp.Table:
    new = table.copy()
    new.set("alias", None)
    new.set("joins", None)
    return new


def _is_input(table: exp.Table) -> bool:
    """Return whether a table is a plain input of a SELECT, and nothing else of it is said."""
    inside = isinstance(table.parent, exp.From | exp.Join) and isinstance(
        table.parent.parent, exp.Select
    )
    odd = (
        "pivots",
        "sample",
        "version",
        "joins",
        "laterals",
        "when",
        "hints",
        "ordinality",
        "partition",
        "changes",
    )
    alias = table.args.get("alias")
    select = table.parent.parent if inside and table.parent is not None else None
    full = select is not None and any(column.db for column in select.find_all(exp.Column))
    plain = isinstance(table.this, exp.Identifier) and not any(table.args.get(key) for key in odd)
    whole = select is not None and any(
        column.name.lower() == table.alias_or_name.lower() and not column.table
        for column in select.find_all(exp.Column)
    )
    templated = table.alias_or_name.lower().startswith("template_")
    return (
        inside
        and plain
        and not templated
        and not full
        and not whole
        and not (alias and alias.columns)
    )


@rule("a table behind a CTE", exp.Select)
def table_behind_cte(select: exp.Select, setting: Setting) -> Made:
    if not is_top(select) or select.find(exp.Table) is None:
        return None
    if (clause := select.args.get("with_")) is not None and clause.args.get("recursive"):
        return None
    new = select.copy()
    tables = [item for item in inputs(new) if isinstance(item, exp.Table) and _is_input(item)]
    if not tables:
        return None
    table, name = setting.chance.choice(tables), setting.name("c")
    inner = exp.Select(expressions=[exp.Star()]).from_(_bare(table))
    made = exp.Table(
        this=exp.to_identifier(name),
        alias=exp.TableAlias(this=exp.to_identifier(table.alias_or_name)),
    )
    table.replace(made)
    return _with_cte(new, name, inner)


def _with_cte(select: exp.Expr, name: str, query: exp.Query, *, first: bool = False) -> exp.Expr:
    clause = select.args.get("with_")
    made = clause.copy() if clause is not None else exp.With(expressions=[])
    cte = exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))
    made.set("expressions", [cte, *made.expressions] if first else [*made.expressions, cte])
    select.set("with_", made)
    return select


@rule("a subquery as a CTE", exp.Select, dialects=NESTED_WITH)
def subquery_as_cte(select: exp.Select, setting: Setting) -> Made:
    new = select.copy()
    found = [
        item
        for item in inputs(new)
        if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Query)
    ]
    found = [
        item
        for item in found
        if item.alias and not item.args["alias"].columns and not item.args.get("pivots")
    ]
    inside = (
        select.parent is not None
        and not is_top(select)
        and not isinstance(select.parent, exp.Subquery)
    )
    if not found or inside or new.args.get("laterals"):
        return None
    clause = new.args.get("with_")
    if clause is not None and clause.args.get("recursive"):
        return None
    query, name = setting.chance.choice(found), setting.name("c")
    table = exp.Table(this=exp.to_identifier(name), alias=query.args["alias"].copy())
    inner = query.this.copy()
    query.replace(table)
    return _with_cte(new, name, inner)


@rule("a CTE as a subquery", exp.Query)
def cte_in_place(query: exp.Query, _: Setting) -> Made:
    clause = query.args.get("with_")
    if clause is None or clause.args.get("recursive"):
        return None
    fits = [
        cte
        for cte in clause.expressions
        if not cte.args["alias"].columns and isinstance(cte.this, exp.Query)
    ]
    last = fits[-1:] if fits and fits[-1] is clause.expressions[-1] else []
    if not last or any(item.find(exp.With) for item in clause.expressions) or query.find(exp.Pivot):
        return None
    (cte,) = last
    if any(cte.alias.lower() in mentioned(item.this) for item in clause.expressions):
        return None  # before it is made, its name is a table's
    new = query.copy()
    for table in list(new.find_all(exp.Table)):
        if not table.db and table.name.lower() == cte.alias.lower() and not table.args.get("joins"):
            alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
            table.replace(exp.Subquery(this=cte.this.copy(), alias=alias))
    kept = new.args["with_"].expressions[:-1]
    if kept:
        new.args["with_"].set("expressions", kept)
    else:
        new.set("with_", None)
    return new


@rule("CTEs in another order", exp.With)
def ctes_reordered(clause: exp.With, setting: Setting) -> Made:
    items = clause.expressions
    places = [
        place for place in range(len(items) - 1)
        if items[place].alias.lower() not in mentioned(items[place + 1].this)
        and items[place + 1].alias.lower() not in mentioned(items[place].this)
    ]  # fmt: skip
    if not places or clause.args.get("recursive"):
        return None
    place = setting.chance.choice(places)
    order = [item.copy() for item in items]
    order[place], order[place + 1] = order[place + 1], order[place]
    new = clause.copy()
    new.set("expressions", order)
    return new


@rule("a CTE that nothing reads", exp.Select)
def dead_cte(select: exp.Select, setting: Setting) -> Made:
    clause = select.args.get("with_")
    if not is_top(select) or (clause is not None and clause.args.get("recursive")):
        return None
    query = exp.Select(expressions=[exp.alias_(exp.Literal.number(1), "one")])
    return _with_cte(
        select.copy(), setting.name("dead"), query, first=setting.chance.random() < 0.5
    )


@rule("a column that nothing reads", exp.Subquery, exp.CTE)
def unused_column(query: exp.Expr, setting: Setting) -> Made:
    inner = query.this
    derived = isinstance(query, exp.CTE) or isinstance(query.parent, exp.From | exp.Join)
    if not derived or not isinstance(inner, exp.Select) or inner.args.get("distinct"):
        return None
    root = query
    while root.parent is not None:
        root = root.parent
    spread = any(has_star(item) for item in root.find_all(exp.Select))
    odd = any(join.args.get("method") or join.args.get("using") for join in root.find_all(exp.Join))
    alias = query.args.get("alias")
    if (
        spread
        or odd
        or root.find(exp.Pivot)
        or (alias and alias.columns)
        or isinstance(root, exp.SetOperation)
    ):
        return None
    group = inner.args.get("group")
    if group is not None and group.args.get("all"):
        return None
    owner = query.parent
    if isinstance(query, exp.CTE) and owner is not None and owner.args.get("recursive"):
        return None
    new = query.copy()
    spare = exp.alias_(exp.Literal.number(setting.chance.randrange(9)), setting.name("spare"))
    new.this.append("expressions", spare)
    return new


@rule("a filter in a subquery below", exp.Select)
def filter_pushed(select: exp.Select, _: Setting) -> Made:
    table, where = source(select), select.args.get("where")
    if (
        not isinstance(table, exp.Table)
        or where is None
        or where.find(exp.Query)
        or not _is_input(table)
    ):
        return None
    labels = {item.alias.lower() for item in select.selects if aliased(item)}
    outer = {c.table.lower() for c in where.find_all(exp.Column)} - {
        table.alias_or_name.lower(),
        "",
    }
    if outer or labels & {c.name.lower() for c in where.find_all(exp.Column)}:
        return None
    if select.parent is not None and not is_top(select) and not isinstance(select.parent, exp.CTE):
        return None
    new = select.copy()
    inner = exp.Select(expressions=[exp.Star()]).from_(table.copy())
    inner.set("where", where.copy())
    alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
    new.args["from_"].set("this", exp.Subquery(this=inner, alias=alias))
    new.set("where", None)
    return new


@rule("a filter above a subquery", exp.Select)
def filter_pulled(select: exp.Select, setting: Setting) -> Made:
    """Return SELECT … WHERE c as a filter on a flag that a subquery computes."""
    where = select.args.get("where")
    if where is None or names(select) is None or not is_plain(select) or not is_top(select):
        return None
    if setting.dialect in {"tsql", "fabric"}:
        return None  # a condition is no value there
    new, flag = select.copy(), setting.name("keep")
    new.append("expressions", exp.alias_(paren(where.this), flag))
    new.set("where", None)
    return kept(new, quoted_like(select), flag, setting)


@rule("ORDER BY where no order is kept", exp.Select)
def ordered(select: exp.Select, _: Setting) -> Made:
    free = not any(select.args.get(key) for key in ("order", "limit", "offset", "distinct"))
    plain = (
        select.selects
        and isinstance(select.selects[0], exp.Column)
        and not select.selects[0].is_star
    )
    if not free or not plain or not isinstance(select.parent, exp.CTE | exp.Create | None):
        return None
    return select.copy().order_by(exp.Literal.number(1))
