"""Rewrites of groupings and windows."""

from sqlglot import exp

from tests.judge.rules import (
    Book,
    Setting,
    paren,
)
from tests.judge.selects import (
    Made,
    has_star,
    is_top,
    kept,
    names,
    names_an_item,
    quoted_like,
)

BOOK = Book()
rule = BOOK.rule


@rule("GROUP BY by ordinal", exp.Group, dialects="duckdb spark postgres snowflake bigquery")
def by_ordinal(group: exp.Group, _: Setting) -> Made:
    select = group.parent
    plain = {key for key, value in group.args.items() if value} == {"expressions"}
    if not isinstance(select, exp.Select) or not plain or has_star(select):
        return None
    items = [item.unalias() for item in select.selects]
    if not any(key in items for key in group.expressions):
        return None
    made = [exp.Literal.number(items.index(key) + 1) if key in items and not isinstance(key, exp.Literal) else key.copy()
            for key in group.expressions]  # fmt: skip
    return exp.Group(expressions=made)


@rule("GROUP BY without ordinals", exp.Group)
def without_ordinals(group: exp.Group, _: Setting) -> Made:
    select = group.parent
    ordinals = [
        key for key in group.expressions if isinstance(key, exp.Literal) and not key.is_string
    ]
    plain = {key for key, value in group.args.items() if value} == {"expressions"}
    if not ordinals or not isinstance(select, exp.Select) or has_star(select) or not plain:
        return None
    items = [item.unalias() for item in select.selects]
    made = [
        paren(items[int(key.this) - 1]) if key in ordinals else key.copy()
        for key in group.expressions
    ]
    bare = [key.this if isinstance(key.this, exp.Column) else key for key in made]
    return exp.Group(expressions=[key.copy() for key in bare])


@rule("keys of GROUP BY in another order", exp.Group)
def keys_reordered(group: exp.Group, setting: Setting) -> Made:
    plain = {key for key, value in group.args.items() if value} == {"expressions"}
    if len(group.expressions) < 2 or not plain:
        return None
    made = [key.copy() for key in group.expressions]
    setting.chance.shuffle(made)
    return exp.Group(expressions=made)


@rule("DISTINCT as GROUP BY", exp.Select)
def distinct_as_group(select: exp.Select, _: Setting) -> Made:
    distinct = select.args.get("distinct")
    computes = any(item.find(exp.AggFunc, exp.Window, exp.Query) for item in select.selects)
    if (
        distinct is None
        or distinct.args.get("on")
        or computes
        or has_star(select)
        or select.args.get("group")
    ):
        return None
    values = [item.unalias() for item in select.selects]
    if not all(value.find(exp.Column) for value in values) or select.args.get("order"):
        return None
    new = select.copy()
    new.set("distinct", None)
    new.set("group", exp.Group(expressions=[value.copy() for value in values]))
    return new


@rule("GROUP BY as DISTINCT", exp.Select)
def group_as_distinct(select: exp.Select, _: Setting) -> Made:
    group = select.args.get("group")
    computes = any(item.find(exp.AggFunc, exp.Window, exp.Query) for item in select.selects)
    if group is None or computes or select.args.get("having") or select.args.get("qualify"):
        return None
    values = [item.unalias() for item in select.selects]
    plain = {key for key, value in group.args.items() if value} == {"expressions"}
    if not plain or sorted(map(repr, values)) != sorted(map(repr, group.expressions)):
        return None
    if select.args.get("distinct") or select.args.get("order"):
        return None
    new = select.copy()
    new.set("group", None)
    return new.distinct()


@rule("HAVING as a filter above", exp.Select)
def having_above(select: exp.Select, setting: Setting) -> Made:
    having = select.args.get("having")
    odd = any(select.args.get(key) for key in ("qualify", "distinct", "order", "limit", "windows"))
    group = select.args.get("group")
    if having is None or group is None or group.args.get("all") or odd or not is_top(select):
        return None
    if names(select) is None or having.find(exp.Query) or names_an_item(having, select):
        return None
    new, flag = select.copy(), setting.name("keep")
    new.append("expressions", exp.alias_(paren(having.this), flag))
    new.set("having", None)
    if any(item.find(exp.Window) for item in select.selects):
        return None
    return kept(new, quoted_like(select), flag, setting)


@rule(
    "QUALIFY as a filter above", exp.Select, dialects="duckdb snowflake databricks bigquery spark"
)
def qualify_above(select: exp.Select, setting: Setting) -> Made:
    qualify = select.args.get("qualify")
    odd = any(select.args.get(key) for key in ("distinct", "order", "limit", "windows"))
    if qualify is None or odd or not is_top(select) or names(select) is None:
        return None
    if names_an_item(qualify, select):
        return None
    new, flag = select.copy(), setting.name("keep")
    new.append("expressions", exp.alias_(paren(qualify.this), flag))
    new.set("qualify", None)
    return kept(new, quoted_like(select), flag, setting)


@rule("a named window", exp.Select, dialects="duckdb spark postgres bigquery")
def window_named(select: exp.Select, setting: Setting) -> Made:
    new = select.copy()
    found = [node for node in new.find_all(exp.Window) if node.find_ancestor(exp.Select) is new
             and not node.args.get("alias") and not isinstance(node.this, exp.Identifier)
             and (node.args.get("partition_by") or node.args.get("order"))]  # fmt: skip
    if not found or new.args.get("windows") or new.args.get("qualify"):
        return None
    node, name = setting.chance.choice(found), setting.name("w")
    keys = ("partition_by", "order", "spec")
    said = {key: node.args[key] for key in keys if node.args.get(key)}
    window = exp.Window(this=exp.to_identifier(name), **_copies(said))
    node.replace(exp.Window(this=node.this.copy(), alias=exp.to_identifier(name), over="OVER"))
    new.set("windows", [window])
    return new


def _copies(args: dict[str, object]) -> dict[str, object]:
    return {
        key: [item.copy() for item in value] if isinstance(value, list) else value.copy()  # type: ignore[attr-defined]
        for key, value in args.items()
    }


@rule("a named window in place", exp.Select)
def window_in_place(select: exp.Select, _: Setting) -> Made:
    windows = select.args.get("windows") or []
    if len(windows) != 1 or windows[0].args.get("alias"):
        return None
    new, (window,) = select.copy(), windows
    for node in list(new.find_all(exp.Window)):
        alias = node.args.get("alias")
        if alias is not None and alias.name.lower() == window.name.lower():
            if any(node.args.get(key) for key in ("partition_by", "order", "spec", "first")):
                return None
            said = {
                key: window.args[key]
                for key in ("partition_by", "order", "spec")
                if window.args.get(key)
            }
            node.replace(exp.Window(this=node.this.copy(), over="OVER", **_copies(said)))
    new.set("windows", None)
    return new


@rule("the default frame written out", exp.Window)
def default_frame(window: exp.Window, _: Setting) -> Made:
    sums = isinstance(window.this, exp.Sum | exp.Avg | exp.Min | exp.Max | exp.Count)
    if (
        not sums
        or not window.args.get("order")
        or window.args.get("spec")
        or window.args.get("alias")
    ):
        return None
    new = window.copy()
    new.set("spec", exp.WindowSpec(
        kind="RANGE", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW",
    ))  # fmt: skip
    return new


@rule("keys of PARTITION BY in another order", exp.Window)
def partition_reordered(window: exp.Window, _: Setting) -> Made:
    keys = window.args.get("partition_by") or []
    if len(keys) < 2:
        return None
    new = window.copy()
    new.set("partition_by", [key.copy() for key in reversed(keys)])
    return new
