"""Small changes of what a row holds: aggregates, windows, values."""

from sqlglot import exp

from tests.judge.rules import (
    Book,
    Setting,
    any_of,
    integer,
    number,
    paren,
)
from tests.judge.selects import (
    copied,
    has_star,
    inputs,
    known_columns,
    others_alike,
    own_columns,
    retyped,
)

BOOK = Book()
rule = BOOK.rule
Made = exp.Expr | None


# --- grouping and aggregates ---------------------------------------------------------------------------

AGGREGATES = (exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Count)


@rule("another aggregate", exp.Sum, exp.Min, exp.Max, exp.Avg)
def other_aggregate(node: exp.AggFunc, setting: Setting) -> Made:
    if isinstance(node.this, exp.Distinct):
        return None
    others = [kind for kind in AGGREGATES if kind is not type(node)]
    return setting.chance.choice(others)(this=node.this.copy())


@rule("COUNT of a column for COUNT(*)", exp.Count)
def count_of_column(node: exp.Count, setting: Setting) -> Made:
    select = node.find_ancestor(exp.Select)
    if isinstance(node.this, exp.Star):
        columns = (
            [c for c in own_columns(select) if c.find_ancestor(exp.AggFunc, exp.Order) is None]
            if select
            else []
        )
        return exp.Count(this=setting.chance.choice(columns).copy()) if columns else None
    return exp.Count(this=exp.Star())


@rule("DISTINCT in an aggregate", exp.Sum, exp.Count, exp.Avg)
def aggregate_distinct(node: exp.AggFunc, _: Setting) -> Made:
    if isinstance(node.this, exp.Star | exp.Literal):
        return None
    if isinstance(node.this, exp.Distinct):
        return type(node)(this=node.this.expressions[0].copy())
    return type(node)(this=exp.Distinct(expressions=[node.this.copy()]))


@rule("a FILTER dropped", exp.Filter)
def filter_dropped(node: exp.Filter, _: Setting) -> Made:
    return copied(node.this)


@rule("a key of GROUP BY dropped", exp.Select)
def key_dropped(select: exp.Select, setting: Setting) -> Made:
    group = select.args.get("group")
    if (
        group is None
        or len(group.expressions) < 1
        or any(v for k, v in group.args.items() if k != "expressions")
    ):
        return None
    place = setting.chance.randrange(len(group.expressions))
    key = group.expressions[place]
    new = select.copy()
    items = new.selects
    value = (
        items[int(str(key.this)) - 1].unalias()
        if isinstance(key, exp.Literal) and str(key.this).isdigit()
        else key
    )
    for item in items:
        if item.unalias() == value:
            label = item.alias_or_name
            item.replace(exp.alias_(exp.Max(this=value.copy()), label))
    rest = [k.copy() for n, k in enumerate(group.expressions) if n != place]
    new.set("group", exp.Group(expressions=rest) if rest else None)
    return new


@rule("a key of GROUP BY added", exp.Group)
def key_added(group: exp.Group, setting: Setting) -> Made:
    select = group.parent
    if not isinstance(select, exp.Select) or not group.expressions:
        return None
    columns = [c for item in inputs(select) for c in known_columns(item, setting)]
    free = [c for c in columns if c.name.lower() not in {k.name.lower() for k in group.expressions}]
    if not free:
        return None
    new = group.copy()
    new.append("expressions", setting.chance.choice(free))
    return new


@rule("HAVING dropped", exp.Having)
def having_dropped(_: exp.Having, __: Setting) -> Made:
    return exp.Having(this=exp.true())


# --- windows -------------------------------------------------------------------------------------------


@rule("a partition dropped", exp.Window)
def partition_dropped(window: exp.Window, _: Setting) -> Made:
    keys = window.args.get("partition_by") or []
    return _changed(window, partition_by=[key.copy() for key in keys[1:]]) if keys else None


@rule("a partition added", exp.Window)
def partition_added(window: exp.Window, setting: Setting) -> Made:
    select = window.find_ancestor(exp.Select)
    free = (
        [c for item in inputs(select) for c in known_columns(item, setting)]
        if select is not None
        else []
    )
    if not free or window.args.get("alias") or isinstance(window.this, exp.Identifier):
        return None
    keys = [key.copy() for key in window.args.get("partition_by") or []]
    return _changed(window, partition_by=[*keys, setting.chance.choice(free)])


@rule("the order of a window turned", exp.Window)
def order_turned(window: exp.Window, _: Setting) -> Made:
    order = window.args.get("order")
    if order is None:
        return None
    first, *others = order.expressions
    turned = exp.Ordered(this=first.this.copy(), desc=not first.args.get("desc"), nulls_first=False)
    return _changed(window, order=exp.Order(expressions=[turned, *(o.copy() for o in others)]))


@rule("the order of a window dropped", exp.Window)
def order_dropped(window: exp.Window, _: Setting) -> Made:
    fits = window.args.get("order") is not None and isinstance(window.this, AGGREGATES)
    return _changed(window, order=None, spec=None) if fits else None


@rule("another frame", exp.Window)
def frame(window: exp.Window, _: Setting) -> Made:
    if not window.args.get("order") or not isinstance(window.this, AGGREGATES):
        return None
    spec = window.args.get("spec")
    start = number(2) if spec is None or spec.args.get("start") == "UNBOUNDED" else "UNBOUNDED"
    return _changed(
        window,
        spec=exp.WindowSpec(kind="ROWS", start=start, start_side="PRECEDING", end="CURRENT ROW"),
    )


@rule("ROWS for RANGE", exp.Window)
def rows_for_range(window: exp.Window, _: Setting) -> Made:
    spec = window.args.get("spec")
    if spec is None or not isinstance(window.this, AGGREGATES):
        return None
    new = spec.copy()
    new.set("kind", "RANGE" if str(spec.args.get("kind")).upper() == "ROWS" else "ROWS")
    return _changed(window, spec=new)


@rule("NULLs first", exp.Ordered)
def nulls_first(node: exp.Ordered, _: Setting) -> Made:
    decides = node.find_ancestor(exp.Window) or node.find_ancestor(exp.Select, exp.Union)
    limited = isinstance(decides, exp.Window) or (decides is not None and decides.args.get("limit"))
    if not limited:
        return None
    new = node.copy()
    new.set("nulls_first", not node.args.get("nulls_first"))
    return new


@rule("the order under a LIMIT turned", exp.Select)
def limit_order(select: exp.Select, _: Setting) -> Made:
    order = select.args.get("order")
    if order is None or not select.args.get("limit"):
        return None
    new = select.copy()
    for node in new.args["order"].expressions:
        node.set("desc", not node.args.get("desc"))
    return new


@rule("RANK for ROW_NUMBER", exp.RowNumber, exp.Rank, exp.DenseRank)
def rank(node: exp.Expr, _: Setting) -> Made:
    return (exp.Rank if type(node) is exp.RowNumber else exp.RowNumber)()


@rule("LEAD for LAG", exp.Lag, exp.Lead)
def lead(node: exp.Expr, _: Setting) -> Made:
    return retyped(node, exp.Lead if isinstance(node, exp.Lag) else exp.Lag)


@rule("another offset of LAG", exp.Lag, exp.Lead)
def offset(node: exp.Lag, _: Setting) -> Made:
    new = node.copy()
    new.set("offset", number(2))
    return new


@rule("FIRST_VALUE for LAST_VALUE", exp.FirstValue, exp.LastValue)
def first_value(node: exp.Expr, _: Setting) -> Made:
    return retyped(node, exp.LastValue if isinstance(node, exp.FirstValue) else exp.FirstValue)


def _changed(node: exp.Expr, **args: object) -> exp.Expr:
    new = node.copy()
    for key, value in args.items():
        new.set(key, value)
    return new


# --- values --------------------------------------------------------------------------------------------


@rule("another default of COALESCE", exp.Coalesce)
def default(node: exp.Coalesce, _: Setting) -> Made:
    last = node.expressions[-1] if node.expressions else None
    value = integer(last)
    return (
        None
        if value is None
        else exp.Coalesce(
            this=node.this.copy(),
            expressions=[*(e.copy() for e in node.expressions[:-1]), number(value + 1)],
        )
    )


@rule("COALESCE dropped", exp.Coalesce)
def coalesce_dropped(node: exp.Coalesce, _: Setting) -> Made:
    return copied(node.this)


@rule("arguments of COALESCE exchanged", exp.Coalesce)
def coalesce_turned(node: exp.Coalesce, _: Setting) -> Made:
    if len(node.expressions) != 1:
        return None
    return exp.Coalesce(this=node.expressions[0].copy(), expressions=[node.this.copy()])


@rule("branches of CASE exchanged", exp.Case)
def branches(node: exp.Case, _: Setting) -> Made:
    ifs = node.args["ifs"]
    return _changed(node, ifs=[item.copy() for item in reversed(ifs)]) if len(ifs) > 1 else None


@rule("results of CASE exchanged", exp.Case)
def results(node: exp.Case, _: Setting) -> Made:
    last = node.args.get("default")
    if last is None or len(node.args["ifs"]) != 1:
        return None
    (branch,) = node.args["ifs"]
    turned = exp.If(this=branch.this.copy(), true=last.copy())
    return _changed(node, ifs=[turned], default=branch.args["true"].copy())


@rule("ELSE dropped", exp.Case)
def else_dropped(node: exp.Case, _: Setting) -> Made:
    return _changed(node, default=None) if node.args.get("default") is not None else None


@rule("a cast to another type", exp.Column)
def cast(column: exp.Column, setting: Setting) -> Made:
    item = column.parent if isinstance(column.parent, exp.Alias) else column
    if not isinstance(item.parent, exp.Select) or item.arg_key != "expressions" or column.is_star:
        return None
    made = exp.cast(column.copy(), setting.chance.choice(("TEXT", "DOUBLE")))
    return made if item is not column else exp.alias_(made, column.this.copy())


@rule("the type of a cast", exp.Cast)
def cast_type(node: exp.Cast, setting: Setting) -> Made:
    kinds = [kind for kind in ("INT", "TEXT", "DOUBLE") if not node.is_type(kind.lower())]
    return exp.cast(node.this.copy(), setting.chance.choice(kinds))


@rule("another column", exp.Column)
def other_column(column: exp.Column, setting: Setting) -> Made:
    others = others_alike(column, setting)
    if not others:
        return None
    new = column.copy()
    new.set("this", exp.to_identifier(setting.chance.choice(others)))
    bare = isinstance(column.parent, exp.Select) and column.arg_key == "expressions"
    return exp.alias_(new, column.this.copy()) if bare else new


@rule("two columns exchanged", exp.Select)
def exchanged(select: exp.Select, _: Setting) -> Made:
    if len(select.selects) < 2 or has_star(select):
        return None
    one, other, *rest = select.selects
    labels = [one.alias_or_name, other.alias_or_name]
    if not all(labels) or select.args.get("group"):
        return None
    made = [
        exp.alias_(other.unalias().copy(), labels[0]),
        exp.alias_(one.unalias().copy(), labels[1]),
    ]
    return _changed(select, expressions=[*made, *(item.copy() for item in rest)])


@rule("- for +", exp.Add, exp.Sub)
def minus(node: exp.Binary, _: Setting) -> Made:
    return retyped(node, exp.Sub if isinstance(node, exp.Add) else exp.Add)


@rule("/ for *", exp.Mul, exp.Div)
def divided(node: exp.Binary, _: Setting) -> Made:
    return exp.Paren(
        this=(exp.Div if isinstance(node, exp.Mul) else exp.Mul)(
            this=paren(node.this), expression=paren(node.expression)
        )
    )


@rule("a whole division", exp.Div)
def whole_division(node: exp.Div, _: Setting) -> Made:
    return exp.Paren(this=exp.IntDiv(this=paren(node.this), expression=paren(node.expression)))


@rule("digits of ROUND", exp.Round)
def digits(node: exp.Round, _: Setting) -> Made:
    return exp.Round(
        this=node.this.copy(), decimals=number((integer(node.args.get("decimals")) or 0) + 1)
    )


@rule("ABS around a value", exp.Column)
def absolute(column: exp.Column, _: Setting) -> Made:
    fits = isinstance(column.parent, exp.Sum | exp.Add | exp.Sub | exp.Mul)
    return exp.Abs(this=exp.Sub(this=column.copy(), expression=number(3))) if fits else None


@rule("another part of a date", exp.Extract, exp.DateTrunc, exp.TimestampTrunc)
def date_part(node: exp.Expr, _: Setting) -> Made:
    key = "this" if isinstance(node, exp.Extract) else "unit"
    part = node.args[key]
    other = "day" if "month" in str(part.this).lower() else "month"
    made = exp.Literal.string(other) if isinstance(part, exp.Literal) else exp.var(other)
    return _changed(node, **{key: made})


@rule("another unit of an interval", exp.Interval)
def interval_unit(node: exp.Interval, _: Setting) -> Made:
    other = "WEEK" if str(node.args.get("unit")).upper() == "DAY" else "DAY"
    return _changed(node, unit=exp.var(other))


@rule("UPPER for LOWER", exp.Upper, exp.Lower)
def upper(node: exp.Expr, _: Setting) -> Made:
    return (exp.Lower if isinstance(node, exp.Upper) else exp.Upper)(this=node.this.copy())


@rule("NULLIF dropped", exp.Nullif)
def nullif_dropped(node: exp.Nullif, _: Setting) -> Made:
    return copied(node.this)


@rule("one more alternative", exp.Where)
def alternative(node: exp.Where, setting: Setting) -> Made:
    columns = list(node.find_all(exp.Column))
    if not columns:
        return None
    null = exp.Is(this=setting.chance.choice(columns).copy(), expression=exp.Null())
    return exp.Where(this=any_of([node.this, null]))
