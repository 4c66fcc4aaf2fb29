"""Rewrites of conditions and of values that hold for every input, NULL among it."""

from sqlglot import exp

from tests.judge.rules import (
    Book,
    Setting,
    all_of,
    any_of,
    conjuncts,
    disjuncts,
    integer,
    is_condition,
    is_pure,
    negated,
    number,
    paren,
    wrapped,
)

BOOK = Book()
rule = BOOK.rule
MIRRORED: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.EQ, exp.NEQ: exp.NEQ, exp.LT: exp.GT, exp.GT: exp.LT, exp.LTE: exp.GTE, exp.GTE: exp.LTE,
}  # fmt: skip
OPPOSITE: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.LT: exp.GTE, exp.GT: exp.LTE, exp.LTE: exp.GT, exp.GTE: exp.LT,
}  # fmt: skip
PREDICATES = (*MIRRORED, exp.In, exp.Between, exp.Is, exp.Like)
Made = exp.Expr | None


@rule("a comparison turned round", *MIRRORED)
def turned(node: exp.Binary, _: Setting) -> Made:
    if not is_condition(node) or isinstance(node.expression, exp.Any | exp.All):
        return None
    return MIRRORED[type(node)](this=wrapped(node.expression), expression=wrapped(node.this))


@rule("NOT of the opposite comparison", *OPPOSITE)
def opposite(node: exp.Binary, _: Setting) -> Made:
    if not is_condition(node) or isinstance(node.expression, exp.Any | exp.All):
        return None
    return negated(
        OPPOSITE[type(node)](this=wrapped(node.this), expression=wrapped(node.expression))
    )


@rule("a double negation", *PREDICATES)
def double_negation(node: exp.Expr, _: Setting) -> Made:
    inside = isinstance(node.parent, exp.Not)
    return negated(negated(node)) if is_condition(node) and not inside else None


@rule("conditions of an AND in another order", exp.And)
def other_order_and(node: exp.And, setting: Setting) -> Made:
    if not is_condition(node) or isinstance(node.parent, exp.And):
        return None
    parts = conjuncts(node)
    setting.chance.shuffle(parts)
    return exp.Paren(this=all_of(parts))


@rule("conditions of an OR in another order", exp.Or)
def other_order_or(node: exp.Or, setting: Setting) -> Made:
    if not is_condition(node) or isinstance(node.parent, exp.Or):
        return None
    parts = disjuncts(node)
    setting.chance.shuffle(parts)
    return any_of(parts)


@rule("De Morgan over AND", exp.And)
def de_morgan_and(node: exp.And, _: Setting) -> Made:
    if not is_condition(node):
        return None
    return negated(exp.Or(this=negated(node.this), expression=negated(node.expression)))


@rule("De Morgan over OR", exp.Or)
def de_morgan_or(node: exp.Or, _: Setting) -> Made:
    if not is_condition(node):
        return None
    return negated(exp.And(this=negated(node.this), expression=negated(node.expression)))


@rule("BETWEEN as two comparisons", exp.Between)
def between_written_out(node: exp.Between, _: Setting) -> Made:
    if not is_condition(node) or not is_pure(node.this):
        return None
    low = exp.GTE(this=wrapped(node.this), expression=wrapped(node.args["low"]))
    high = exp.LTE(this=wrapped(node.this), expression=wrapped(node.args["high"]))
    return exp.Paren(this=exp.And(this=low, expression=high))


@rule("two comparisons as BETWEEN", exp.And)
def comparisons_as_between(node: exp.And, _: Setting) -> Made:
    one, other = node.this, node.expression
    bounds = isinstance(one, exp.GTE) and isinstance(other, exp.LTE) and one.this == other.this
    if not bounds or not is_condition(node):
        return None
    return exp.Paren(
        this=exp.Between(
            this=wrapped(one.this), low=wrapped(one.expression), high=wrapped(other.expression)
        )
    )


@rule("IN as OR", exp.In)
def in_as_or(node: exp.In, _: Setting) -> Made:
    if not node.expressions or not is_pure(node.this) or not is_condition(node):
        return None
    return any_of(
        [exp.EQ(this=wrapped(node.this), expression=wrapped(v)) for v in node.expressions]
    )


@rule("OR as IN", exp.Or)
def or_as_in(node: exp.Or, _: Setting) -> Made:
    parts = disjuncts(node)
    alike = all(isinstance(part, exp.EQ) and part.this == parts[0].this for part in parts)
    if not alike or not is_condition(node) or isinstance(node.parent, exp.Or):
        return None
    return exp.In(
        this=wrapped(parts[0].this), expressions=[wrapped(part.expression) for part in parts]
    )


@rule("an equation as IN of one value", exp.EQ)
def equation_as_in(node: exp.EQ, _: Setting) -> Made:
    plain = isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Literal)
    if not plain or not is_condition(node):
        return None
    return exp.In(this=node.this.copy(), expressions=[node.expression.copy()])


@rule("values of IN in another order", exp.In)
def in_shuffled(node: exp.In, setting: Setting) -> Made:
    if len(node.expressions) < 2 or not is_condition(node):
        return None
    new = node.copy()
    setting.chance.shuffle(new.expressions)
    new.set("expressions", [*new.expressions, new.expressions[0].copy()])
    return new


@rule("IS NOT NULL as NOT of IS NULL", exp.Is)
def is_not_null(node: exp.Is, _: Setting) -> Made:
    inside = node.parent
    if not isinstance(node.expression, exp.Null) or not is_condition(node):
        return None
    if isinstance(inside, exp.Not):
        return None
    return negated(exp.Not(this=node.copy()))


@rule("a condition that always holds", exp.Where)
def always(node: exp.Where, _: Setting) -> Made:
    true = exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(1))
    return exp.Where(this=exp.And(this=true, expression=paren(node.this)))


@rule("a condition said twice", exp.Where)
def said_twice(node: exp.Where, _: Setting) -> Made:
    if not is_pure(node.this):
        return None
    return exp.Where(this=exp.And(this=paren(node.this), expression=paren(node.this)))


@rule("a branch that never holds", exp.Where)
def never(node: exp.Where, _: Setting) -> Made:
    false = exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(0))
    return exp.Where(this=exp.Or(this=paren(node.this), expression=false))


@rule("parentheses", *PREDICATES, exp.Add, exp.Sub, exp.Mul, exp.Case)
def parentheses(node: exp.Expr, _: Setting) -> Made:
    inside = isinstance(node, exp.Case | exp.Binary) and node.find_ancestor(exp.Select)
    fits = is_condition(node) or (
        inside and isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Case)
    )
    return paren(paren(node)) if fits else None


# --- values ----------------------------------------------------------------------------------------


@rule("COALESCE as CASE", exp.Coalesce)
def coalesce_as_case(node: exp.Coalesce, _: Setting) -> Made:
    if len(node.expressions) != 1 or not is_pure(node.this):
        return None
    known = exp.Not(this=exp.Is(this=wrapped(node.this), expression=exp.Null()))
    branch = exp.If(this=known, true=wrapped(node.this))
    return exp.Case(ifs=[branch], default=wrapped(node.expressions[0]))


@rule("COALESCE as CASE of IS NULL", exp.Coalesce)
def coalesce_as_null_case(node: exp.Coalesce, _: Setting) -> Made:
    if len(node.expressions) != 1 or not is_pure(node.this):
        return None
    unknown = exp.Is(this=wrapped(node.this), expression=exp.Null())
    branch = exp.If(this=unknown, true=wrapped(node.expressions[0]))
    return exp.Case(ifs=[branch], default=wrapped(node.this))


@rule("CASE as COALESCE", exp.Case)
def case_as_coalesce(node: exp.Case, _: Setting) -> Made:
    branches = node.args["ifs"]
    test = branches[0].this
    if isinstance(test, exp.Not) and isinstance(test.this, exp.Is) and len(branches) == 1:
        default = node.args.get("default") or exp.Null()
        if test.this.this == branches[0].args["true"] and isinstance(
            test.this.expression, exp.Null
        ):
            return exp.Coalesce(this=test.this.this.copy(), expressions=[wrapped(default)])
    return None


@rule("COALESCE nested", exp.Coalesce)
def coalesce_nested(node: exp.Coalesce, _: Setting) -> Made:
    first, *others = [node.this, *node.expressions]
    if len(others) < 2:
        return None
    inner = exp.Coalesce(this=wrapped(others[0]), expressions=[wrapped(o) for o in others[1:]])
    return exp.Coalesce(this=wrapped(first), expressions=[inner])


@rule("IFNULL for COALESCE", exp.Coalesce, dialects="duckdb spark databricks bigquery snowflake")
def ifnull(node: exp.Coalesce, _: Setting) -> Made:
    if len(node.expressions) != 1:
        return None
    return exp.Anonymous(this="IFNULL", expressions=[node.this.copy(), node.expressions[0].copy()])


@rule("NULLIF as CASE", exp.Nullif)
def nullif_as_case(node: exp.Nullif, _: Setting) -> Made:
    if not is_pure(node.this):
        return None
    same = exp.EQ(this=wrapped(node.this), expression=wrapped(node.expression))
    return exp.Case(ifs=[exp.If(this=same, true=exp.Null())], default=wrapped(node.this))


@rule("CASE of a value as CASE of conditions", exp.Case)
def simple_case_searched(node: exp.Case, _: Setting) -> Made:
    if node.this is None or not is_pure(node.this):
        return None
    branches = [
        exp.If(
            this=exp.EQ(this=wrapped(node.this), expression=wrapped(branch.this)),
            true=branch.args["true"].copy(),
        )
        for branch in node.args["ifs"]
    ]
    default = node.args.get("default")
    return exp.Case(ifs=branches, default=default.copy() if default is not None else None)


@rule("ELSE NULL written out", exp.Case)
def else_null(node: exp.Case, _: Setting) -> Made:
    if node.args.get("default") is not None:
        return None
    new = node.copy()
    new.set("default", exp.Null())
    return new


@rule("CASE as IF", exp.Case, dialects="duckdb spark databricks bigquery")
def case_as_if(node: exp.Case, _: Setting) -> Made:
    branches, default = node.args["ifs"], node.args.get("default")
    if node.this is not None or len(branches) != 1 or default is None:
        return None
    args = [branches[0].this.copy(), branches[0].args["true"].copy(), default.copy()]
    return exp.Anonymous(this="IF", expressions=args)


@rule("a CASE in ELSE for a second branch", exp.Case)
def case_in_else(node: exp.Case, _: Setting) -> Made:
    branches = node.args["ifs"]
    if node.this is not None or len(branches) < 2:
        return None
    default = node.args.get("default")
    inner = exp.Case(
        ifs=[branch.copy() for branch in branches[1:]],
        default=default.copy() if default is not None else None,
    )
    return exp.Case(ifs=[branches[0].copy()], default=inner)


@rule(
    "operands of a sum or a product exchanged", exp.Add, exp.Mul, dialects="duckdb spark bigquery"
)
def commuted(node: exp.Binary, _: Setting) -> Made:
    numeric = all(
        isinstance(part, exp.Column | exp.Literal | exp.Paren | exp.Coalesce) and not part.is_string
        for part in (node.this, node.expression)
    )
    inside = node.find_ancestor(exp.Interval, exp.Limit, exp.Order, exp.Group)
    if not numeric or inside is not None:
        return None
    return exp.Paren(this=type(node)(this=wrapped(node.expression), expression=wrapped(node.this)))


@rule("COUNT(1) for COUNT(*)", exp.Count)
def count_of_one(node: exp.Count, _: Setting) -> Made:
    unnamed = isinstance(node.parent, exp.Select)  # its text may be its name
    plain = isinstance(node.this, exp.Star) and not unnamed
    return exp.Count(this=exp.Literal.number(1)) if plain else None


@rule("a number as a sum", exp.Literal, dialects="duckdb spark bigquery snowflake postgres")
def folded(node: exp.Literal, setting: Setting) -> Made:
    value = integer(node)
    if value is None or not isinstance(node.parent, tuple(MIRRORED)) or not is_condition(node):
        return None
    part = setting.chance.randrange(1, 5)
    return exp.Paren(this=exp.Add(this=number(value - part), expression=number(part)))


@rule("a cast of a number to what it is", exp.Literal, dialects="duckdb spark")
def cast_of_literal(node: exp.Literal, _: Setting) -> Made:
    value = integer(node)
    fits = value is not None and value < 2**31 and isinstance(node.parent, tuple(MIRRORED))
    return exp.cast(node.copy(), "INT") if fits and is_condition(node) else None


@rule("SUM of CASE for FILTER", exp.Filter, dialects="duckdb")
def filter_as_case(node: exp.Filter, _: Setting) -> Made:
    if not isinstance(node.this, exp.Sum | exp.Min | exp.Max | exp.Avg):
        return None
    if isinstance(node.this.this, exp.Distinct):
        return None
    branch = exp.If(this=node.expression.this.copy(), true=node.this.this.copy())
    return type(node.this)(this=exp.Case(ifs=[branch]))


@rule("FILTER for an aggregate of CASE", exp.Sum, exp.Min, exp.Max, dialects="duckdb")
def case_as_filter(node: exp.AggFunc, _: Setting) -> Made:
    case = node.this
    fits = isinstance(case, exp.Case) and case.this is None and len(case.args["ifs"]) == 1
    if not fits or not isinstance(case.args.get("default"), exp.Null | None):
        return None
    if isinstance(node.parent, exp.Window | exp.Filter):
        return None
    (branch,) = case.args["ifs"]
    return exp.Filter(
        this=type(node)(this=branch.args["true"].copy()),
        expression=exp.Where(this=branch.this.copy()),
    )


@rule("another constant in EXISTS", exp.Exists)
def exists_of_another(node: exp.Exists, setting: Setting) -> Made:
    query = node.this
    if not isinstance(query, exp.Select) or query.args.get("group") or query.find(exp.AggFunc):
        return None
    if query.args.get("distinct") or query.args.get("limit"):
        return None
    new = node.copy()
    new.this.set("expressions", [number(setting.chance.randrange(2, 9))])
    return new


@rule("the first offset written out", exp.Lag, exp.Lead)
def first_offset(node: exp.Lag, _: Setting) -> Made:
    if node.args.get("offset") is not None:
        return None
    new = node.copy()
    new.set("offset", exp.Literal.number(1))
    return new


@rule("a flag compared with TRUE", exp.Where, dialects="duckdb spark")
def compared_with_true(node: exp.Where, _: Setting) -> Made:
    return exp.Where(this=exp.EQ(this=paren(node.this), expression=exp.true()))
