"""Small changes of which rows there are: conditions, joins, set operations, limits."""

from sqlglot import exp

from tests.judge.rules import (
    Book,
    Setting,
    all_of,
    conjuncts,
    integer,
    is_condition,
    number,
    paren,
)
from tests.judge.selects import (
    copied,
    has_star,
    inputs,
    is_inner,
    others_alike,
    retyped,
)

BOOK = Book()
rule = BOOK.rule
Made = exp.Expr | None
TWINS: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.GT: exp.GTE, exp.GTE: exp.GT, exp.LT: exp.LTE, exp.LTE: exp.LT,
}  # fmt: skip


# --- conditions --------------------------------------------------------------------------------------


@rule("> for >=", *TWINS)
def boundary(node: exp.Binary, _: Setting) -> Made:
    return retyped(node, TWINS[type(node)])


@rule("< for >", exp.GT, exp.LT)
def direction(node: exp.Binary, _: Setting) -> Made:
    return retyped(node, exp.LT if isinstance(node, exp.GT) else exp.GT)


@rule("= for <>", exp.EQ, exp.NEQ)
def unequal(node: exp.Binary, _: Setting) -> Made:
    if not is_condition(node):
        return None
    return retyped(node, exp.NEQ if isinstance(node, exp.EQ) else exp.EQ)


@rule("a number one more", exp.Literal)
def literal_more(node: exp.Literal, _: Setting) -> Made:
    return _moved(node, 1)


@rule("a number one less", exp.Literal)
def literal_less(node: exp.Literal, _: Setting) -> Made:
    return _moved(node, -1)


def _moved(node: exp.Literal, by: int) -> Made:
    value = integer(node)
    ordinal = node.find_ancestor(exp.Group, exp.Order, exp.DataType, exp.Limit, exp.WindowSpec)
    return number(value + by) if value is not None and ordinal is None else None


@rule("AND for OR", exp.And, exp.Or)
def and_or(node: exp.Binary, _: Setting) -> Made:
    kind = exp.Or if isinstance(node, exp.And) else exp.And
    if not is_condition(node):
        return None
    return exp.Paren(this=kind(this=paren(node.this), expression=paren(node.expression)))


@rule("a conjunct dropped", exp.And)
def conjunct_dropped(node: exp.And, setting: Setting) -> Made:
    parts = conjuncts(node)
    if not is_condition(node):
        return None
    parts.pop(setting.chance.randrange(len(parts)))
    return exp.Paren(this=all_of(parts))


@rule("an alternative dropped", exp.Or)
def alternative_dropped(node: exp.Or, setting: Setting) -> Made:
    return (
        paren(setting.chance.choice([node.this, node.expression])) if is_condition(node) else None
    )


@rule("WHERE dropped", exp.Where)
def where_dropped(node: exp.Where, _: Setting) -> Made:
    return exp.Where(this=exp.true()) if isinstance(node.parent, exp.Select) else None


@rule("a condition negated", exp.Where)
def negated_where(node: exp.Where, _: Setting) -> Made:
    return exp.Where(this=exp.Not(this=paren(node.this)))


@rule("IS NULL for IS NOT NULL", exp.Is)
def is_null(node: exp.Is, _: Setting) -> Made:
    return exp.Paren(this=exp.Not(this=node.copy())) if is_condition(node) else None


@rule("a value of IN dropped", exp.In)
def in_shorter(node: exp.In, _: Setting) -> Made:
    if len(node.expressions) < 2:
        return None
    new = node.copy()
    new.set("expressions", [item.copy() for item in node.expressions[:-1]])
    return new


@rule("NULL among the values of NOT IN", exp.In)
def null_in(node: exp.In, _: Setting) -> Made:
    if not node.expressions or not isinstance(node.parent, exp.Not):
        return None
    new = node.copy()
    new.append("expressions", exp.Null())
    return new


@rule("NOT IN for IN", exp.In, exp.Exists)
def not_in(node: exp.Expr, _: Setting) -> Made:
    return exp.Paren(this=exp.Not(this=node.copy())) if is_condition(node) else None


@rule("a bound of BETWEEN moved", exp.Between)
def between_moved(node: exp.Between, setting: Setting) -> Made:
    key = setting.chance.choice(("low", "high"))
    new = node.copy()
    new.set(key, exp.Add(this=paren(node.args[key]), expression=number(1)))
    return new


@rule("a pattern of LIKE", exp.Like)
def pattern(node: exp.Like, _: Setting) -> Made:
    if not isinstance(node.expression, exp.Literal):
        return None
    return exp.Like(
        this=node.this.copy(), expression=exp.Literal.string(f"%{node.expression.this}x")
    )


@rule("a text in another case", exp.Literal)
def text_case(node: exp.Literal, _: Setting) -> Made:
    text = str(node.this)
    turned = text.upper() if text.upper() != text else text.lower()
    fits = node.is_string and turned != text and not node.find_ancestor(exp.Interval, exp.JSONPath)
    return exp.Literal.string(turned) if fits else None


# --- joins -------------------------------------------------------------------------------------------


@rule("LEFT JOIN for an inner one", exp.Join)
def outer_join(join: exp.Join, _: Setting) -> Made:
    if (
        join.side
        or join.kind not in {"", "INNER"}
        or not (join.args.get("on") or join.args.get("using"))
    ):
        return None
    return _sided(join, "LEFT")


@rule("an inner join for LEFT JOIN", exp.Join)
def inner_join(join: exp.Join, _: Setting) -> Made:
    return _sided(join, "") if join.side else None


@rule("RIGHT JOIN for LEFT JOIN", exp.Join)
def right_join(join: exp.Join, _: Setting) -> Made:
    return _sided(join, "RIGHT") if join.side == "LEFT" and not join.args.get("method") else None


@rule("FULL JOIN for LEFT JOIN", exp.Join)
def full_join(join: exp.Join, _: Setting) -> Made:
    return _sided(join, "FULL") if join.side == "LEFT" and not join.args.get("method") else None


def _sided(join: exp.Join, side: str) -> exp.Join:
    new = join.copy()
    new.set("side", side)
    new.set("kind", "")
    return new


@rule("another key of a join", exp.Join)
def join_key(join: exp.Join, setting: Setting) -> Made:
    """Return the join with one column of its condition exchanged for another of that table."""
    on = join.args.get("on")
    found = list(on.find_all(exp.Column)) if on is not None else []
    places = [
        (n, other) for n, column in enumerate(found) for other in others_alike(column, setting)
    ]
    if not places:
        return None
    place, other = setting.chance.choice(places)
    new = join.copy()
    list(new.args["on"].find_all(exp.Column))[place].set("this", exp.to_identifier(other))
    return new


@rule("a condition of ON in WHERE of an outer join", exp.Select)
def on_to_where(select: exp.Select, setting: Setting) -> Made:
    places = [
        n
        for n, join in enumerate(select.args.get("joins") or [])
        if join.side and len(conjuncts(join.args.get("on"))) > 1
    ]
    if not places:
        return None
    new = select.copy()
    join = new.args["joins"][setting.chance.choice(places)]
    parts = conjuncts(join.args["on"])
    moved = parts.pop()
    join.set("on", all_of(parts))
    return new.where(moved.copy(), copy=False)


@rule("a condition of WHERE in ON of an outer join", exp.Select)
def where_to_on(select: exp.Select, _: Setting) -> Made:
    joins, where = select.args.get("joins") or [], select.args.get("where")
    if not joins or not joins[-1].side or where is None or not joins[-1].args.get("on"):
        return None
    parts = conjuncts(where.this)
    moved = parts.pop()
    new = select.copy()
    join = new.args["joins"][-1]
    join.set("on", all_of([join.args["on"], moved]))
    new.set("where", exp.Where(this=all_of(parts)) if parts else None)
    return new


@rule("a join without its condition", exp.Join)
def crossed(join: exp.Join, _: Setting) -> Made:
    if not is_inner(join) or not join.args.get("on"):
        return None
    return exp.Join(this=join.this.copy(), kind="CROSS")


@rule("a second key of a join forgotten", exp.Join)
def key_forgotten(join: exp.Join, setting: Setting) -> Made:
    parts = conjuncts(join.args.get("on"))
    if len(parts) < 2:
        return None
    parts.pop(setting.chance.randrange(len(parts)))
    new = join.copy()
    new.set("on", all_of(parts))
    return new


@rule("another table", exp.Table)
def other_table(table: exp.Table, setting: Setting) -> Made:
    """Return another declared table that has the columns, and more than one of them alike."""
    own = setting.tables.get(table.name.lower(), {})
    others = [
        name
        for name in setting.tables
        if name != table.name.lower() and set(own) & set(setting.tables[name])
    ]
    if not own or not others or table.find_ancestor(exp.Select) is None or table.db:
        return None
    new = table.copy()
    new.set("this", exp.to_identifier(setting.chance.choice(others)))
    new.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
    return new


@rule("a key of a subquery dropped", exp.Exists, exp.Subquery)
def correlation_dropped(node: exp.Expr, setting: Setting) -> Made:
    query = node.this
    if not isinstance(query, exp.Select) or query.args.get("where") is None:
        return None
    own = {item.alias_or_name.lower() for item in inputs(query)}
    parts = conjuncts(query.args["where"].this)
    outer = [
        n
        for n, part in enumerate(parts)
        if {c.table.lower() for c in part.find_all(exp.Column)} - own - {""}
    ]
    if not outer:
        return None
    parts.pop(setting.chance.choice(outer))
    new = node.copy()
    new.this.set("where", exp.Where(this=all_of(parts)) if parts else None)
    return new


# --- set operations, DISTINCT, LIMIT -------------------------------------------------------------------


@rule("UNION for UNION ALL", exp.Union)
def union_all(union: exp.Union, _: Setting) -> Made:
    new = union.copy()
    new.set("distinct", not union.args.get("distinct"))
    return new


@rule("EXCEPT for INTERSECT", exp.Except, exp.Intersect)
def except_intersect(node: exp.SetOperation, _: Setting) -> Made:
    return retyped(node, exp.Intersect if isinstance(node, exp.Except) else exp.Except)


@rule("UNION for EXCEPT", exp.Except, exp.Intersect)
def union_for_except(node: exp.SetOperation, _: Setting) -> Made:
    return retyped(node, exp.Union)


@rule("arms of EXCEPT exchanged", exp.Except)
def except_turned(node: exp.Except, _: Setting) -> Made:
    if node.args.get("with_") or not all(
        isinstance(arm, exp.Select) for arm in (node.this, node.expression)
    ):
        return None
    new = node.copy()
    new.set("this", node.expression.copy())
    new.set("expression", node.this.copy())
    return new


@rule("an arm of a union dropped", exp.Union)
def arm_dropped(union: exp.Union, _: Setting) -> Made:
    if union.args.get("with_") or union.args.get("by_name") or union.find_ancestor(exp.CTE):
        return None
    return copied(union.this)


@rule("columns exchanged in an arm", exp.SetOperation)
def arm_swapped(union: exp.SetOperation, _: Setting) -> Made:
    arm = union.expression
    if not isinstance(arm, exp.Select) or len(arm.selects) < 2 or union.args.get("by_name"):
        return None
    new = union.copy()
    items = new.expression.selects
    new.expression.set(
        "expressions", [items[1].copy(), items[0].copy(), *(i.copy() for i in items[2:])]
    )
    return new


@rule("DISTINCT added", exp.Select)
def distinct_added(select: exp.Select, _: Setting) -> Made:
    if select.args.get("distinct") or isinstance(select.parent, exp.Exists):
        return None
    return select.copy().distinct()


@rule("DISTINCT dropped", exp.Select)
def distinct_dropped(select: exp.Select, _: Setting) -> Made:
    if not select.args.get("distinct"):
        return None
    new = select.copy()
    new.set("distinct", None)
    return new


@rule("LIMIT one more", exp.Limit)
def limit_moved(limit: exp.Limit, _: Setting) -> Made:
    value = integer(limit.expression)
    return None if value is None else exp.Limit(expression=number(value + 1))


@rule("LIMIT added", exp.Select)
def limit_added(select: exp.Select, _: Setting) -> Made:
    if select.args.get("limit") or not isinstance(select.parent, exp.Create | exp.Insert | None):
        return None
    if not select.selects or has_star(select):
        return None
    ordinals = [exp.Ordered(this=number(n + 1)) for n in range(len(select.selects))]
    new = select.copy()
    new.set("order", exp.Order(expressions=ordinals))
    new.set("limit", exp.Limit(expression=number(2)))
    return new


@rule("LIMIT two more", exp.Limit)
def limit_far_more(limit: exp.Limit, _: Setting) -> Made:
    return exp.Limit(expression=number((integer(limit.expression) or 0) + 2))
