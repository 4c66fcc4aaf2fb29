"""Names, constants, operators and conditions."""

import re
from collections.abc import Iterable

import msgspec
from sqlglot import exp

from guardian.languages.expressions.datatypes import type_text
from guardian.languages.expressions.dispatch import (
    Handler,
    Scope,
    lower_expression,
    opaque,
    plain_sql,
)
from guardian.languages.expressions.name_patterns import name_like
from guardian.languages.expressions.plus import plus
from guardian.languages.expressions.rows import rows_of_value
from guardian.languages.expressions.source import shortened
from guardian.model.plan import (
    VARIABLE,
    Call,
    Constant,
    Expr,
    FrameRef,
    Item,
    Lambda,
    Ref,
    Star,
    Subquery,
    Symbol,
)

NULL = Constant("null", "")
TRUE = Constant("boolean", "true")
FALSE = Constant("boolean", "false")
SAFE_CAST_BY_DEFAULT = frozenset({"spark", "spark2", "databricks", "hive"})
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_LITERAL_TYPES = {"date": _ISO_DATE, "timestamp": _ISO_TIME, "datetime": _ISO_TIME}

_BINARY: dict[type[exp.Expr], str] = {
    exp.EQ: "eq", exp.NEQ: "neq", exp.LT: "lt", exp.LTE: "le", exp.GT: "gt", exp.GTE: "ge",
    exp.NullSafeEQ: "is", exp.And: "and", exp.Or: "or", exp.Add: "add", exp.Sub: "sub",
    exp.Mul: "mul", exp.IntDiv: "int_div", exp.Mod: "mod", exp.DPipe: "concat",
    exp.Like: "like", exp.ILike: "ilike", exp.RegexpLike: "rlike", exp.SimilarTo: "similar_to",
    exp.Xor: "xor",
}  # fmt: skip
_COMPARISONS = frozenset({"eq", "neq", "lt", "le", "gt", "ge"})


def all_of(nodes: Iterable[object], scope: Scope) -> tuple[Expr, ...]:
    """Return every node of `nodes` as an expression, in order."""
    return tuple([lower_expression(node, scope) for node in nodes if isinstance(node, exp.Expr)])


def _table_name(part: exp.Expr, scope: Scope) -> str:
    """Return a name before a column; a mark says that a table of T-SQL is temporary: `#t.a`."""
    name, args = scope.name(part), part.args
    if len(args) < 3 or name.startswith("#"):
        return name
    return f"##{name}" if args.get("global_") else f"#{name}" if args.get("temporary") else name


def _column(node: exp.Expr, scope: Scope) -> Expr:
    args = node.args
    this = args["this"]
    frame = node.meta_get("frame")
    if isinstance(frame, int):
        return FrameRef(frame, scope.name(this))
    qualifier: tuple[str, ...] = ()
    if len(args) > 1:
        before = (args.get("catalog"), args.get("db"), args.get("table"))
        qualifier = tuple([_table_name(part, scope) for part in before if part is not None])
    if isinstance(this, exp.Star):
        return _star_of(this, qualifier, scope)
    if isinstance(this, exp.Parameter):
        given = None if qualifier else scope.values.get(f"${this.name}")
        return Ref(f"${this.name}", qualifier) if given is None else given
    if not qualifier and scope.source is not None and scope.source.symbols:
        symbol = scope.symbol(this.name)
        if symbol is not None:
            return symbol
    if not qualifier and this.name == "0x":  # Trino's empty binary, which the parser has as a name
        return Constant("hex", "")
    column = Ref(scope.name(this), qualifier)
    if scope.named and not qualifier and column.name in scope.named:
        return scope.named[column.name]
    return _or_variable(column, node, scope) if scope.values else column


def _or_variable(column: Ref, node: exp.Expr, scope: Scope) -> Expr:
    """Return a name that a variable of the script has as that variable, or the column it may be."""
    name = ".".join((*column.qualifier, column.name)).lower()
    value = scope.values.get(name)
    return column if value is None else Call(VARIABLE, (column, _as_operand(value, node)))


_UNCAST = (*_BINARY, exp.Between, exp.In)
_KEEP_CAST = (exp.Mod, exp.IntDiv)


def _as_operand(value: Expr, node: exp.Expr) -> Expr:
    """Return a variable's value for the place at which `node` stands.

    `DECLARE @least DECIMAL(9, 2) = 10` is no other number than 10, but where it divides or is
    given out: there its type counts.
    """
    match value:
        case Call(name="cast", args=(Constant(kind="number") as number,)):
            above = node.parent
            while isinstance(above, (exp.Paren, exp.Neg)):
                above = above.parent
            plain = isinstance(above, _UNCAST) and not isinstance(above, _KEEP_CAST)
            return number if plain else value
        case _:
            return value


def _identifier(node: exp.Expr, scope: Scope) -> Expr:
    return scope.symbol(node.name) or Ref(scope.name(node))


def _star(node: exp.Expr, scope: Scope) -> Expr:
    return _star_of(node, (), scope)


def _star_of(node: exp.Expr, qualifier: tuple[str, ...], scope: Scope) -> Star:
    excluded = node.args.get("except_") or node.args.get("except") or ()
    renames, like = node.args.get("rename") or (), node.args.get("ilike")
    return Star(
        qualifier=qualifier,
        excluded=tuple(
            scope.name(part.this if isinstance(part, exp.Column) else part) for part in excluded
        ),
        replace=tuple(_replacement(part, scope) for part in node.args.get("replace") or ()),
        rename=tuple(
            (scope.name(part.this.this), scope.name(part.args["alias"])) for part in renames
        ),
        pattern=name_like(like.name) if isinstance(like, exp.Expr) else "",
    )


def _replacement(node: exp.Expr, scope: Scope) -> Item:
    text = shortened(scope.text(plain_sql(node.this, scope.dialect)))
    name = scope.name(node.args.get("alias"))
    return Item(lower_expression(node.this, scope), name, scope.location(node), text)


def _literal(node: exp.Expr, scope: Scope) -> Expr:
    text = str(node.this)
    if node.args.get("is_string"):
        return scope.symbol(text) or Constant("string", scope.text(text))
    return Constant("number", plain_number(text))


def plain_number(text: str) -> str:
    """Return a number written plainly: `0.5` for `.5`, `1` for `1.`."""
    plain = text.lower().replace("_", "")
    plain = f"0{plain}" if plain.startswith(".") else plain
    return plain.removesuffix(".")


def _boolean(node: exp.Expr, _scope: Scope) -> Expr:
    return TRUE if node.this else FALSE


def _null(_node: exp.Expr, _scope: Scope) -> Expr:
    return NULL


def _string_like(node: exp.Expr, scope: Scope) -> Expr:
    return Constant("string", scope.text(str(node.this)))


def _bits(node: exp.Expr, _scope: Scope) -> Expr:
    return Constant(node.key.removesuffix("string"), str(node.this).lower())


def _parameter(node: exp.Expr, scope: Scope) -> Expr:
    name = node.name
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return _held(f"${name}", node, scope) or Ref(f"${name}")
    sign = "$" if scope.dialect == "snowflake" else "@"
    symbol = scope.text(name) or "?"
    scope.spell(symbol, f"{sign}{symbol}")
    return _held(f"{sign}{name}", node, scope) or Symbol(symbol)


def _placeholder(node: exp.Expr, scope: Scope) -> Expr:
    held = _held(node.name, node, scope) or _held(f":{node.name}", node, scope)
    symbol = scope.text(node.name) or "?"
    if symbol != "?":
        scope.spell(symbol, f":{symbol}")
    return held or Symbol(symbol)


def _held(name: str, node: exp.Expr, scope: Scope) -> Expr | None:
    value = scope.values.get(name.lower()) if scope.values else None
    return None if value is None else _as_operand(value, node)


def _var(node: exp.Expr, scope: Scope) -> Expr:
    return scope.symbol(node.name) or Symbol(scope.text(node.name).lower())


def _inner(node: exp.Expr, scope: Scope) -> Expr:
    return lower_expression(node.this, scope)


# --- operators ------------------------------------------------------------------------------------


def _binary(node: exp.Expr, scope: Scope) -> Expr:
    """Lower a chain `a op b op c …` without recursion on its left side, which may be very long."""
    pending: list[exp.Expr] = []
    while type(node) in _BINARY:
        pending.append(node)
        node = node.this
        while type(node) is exp.Paren:
            node = node.this
    result = lower_expression(node, scope)
    while pending:
        parent = pending.pop()
        name = _BINARY[type(parent)]
        if name in {"and", "or"}:
            rights = [parent]
            while pending and type(pending[-1]) is type(parent):
                rights.append(pending.pop())
            operands = (lower_expression(right.args["expression"], scope) for right in rights)
            result = Call(name, (result, *operands))
        else:
            result = _negated(_applied(name, result, parent, scope), parent)
    return result


def _negated(test: Expr, node: exp.Expr) -> Expr:
    """Return NOT of a test that the parser keeps its NOT inside of: `x NOT LIKE 'a%'`."""
    return Call("not", (test,)) if node.args.get("negate") else test


def _applied(name: str, left: Expr, node: exp.Expr, scope: Scope) -> Expr:
    operand = node.args["expression"]
    if name in _COMPARISONS and isinstance(operand, (exp.Any, exp.All)):
        return _quantified(name, left, operand, scope)
    if name in {"like", "ilike"} and isinstance(operand, (exp.Any, exp.All)):
        return _like_any(name, left, operand, scope)
    right = lower_expression(operand, scope)
    if name == "add" and scope.dialect in {"tsql", "fabric"}:
        return plus(left, right)
    if name in _MOVING and scope.dialect in MOVED_BY_INTERVAL:
        return _moved(name, left, right)
    if name == "like" and scope.dialect in EXACT_TEXTS and _is_whole_text(right):
        return Call("eq", (left, right))
    return Call(name, (left, right))


# An interval is added as DATE_ADD adds it, types and the ends of months alike.
MOVED_BY_INTERVAL = frozenset({"mysql", "snowflake"})
_MOVING = {"add": "date_add", "sub": "date_sub"}
# Texts are compared letter by letter: no padding, no case that is ignored, as LIKE compares them.
EXACT_TEXTS = frozenset({"duckdb", "bigquery", "snowflake", "clickhouse"})


def _moved(name: str, left: Expr, right: Expr) -> Expr:
    """Return a date moved by an interval as the function that does the same."""
    match right:
        case Call(name="interval", args=(amount,), option=unit) if unit.isalpha():
            return Call(_MOVING[name], (left, amount), unit)
        case _:
            return Call(name, (left, right))


def _is_whole_text(pattern: Expr) -> bool:
    """Return whether a pattern is a text without any wildcard, which nothing else is like."""
    match pattern:
        case Constant(kind="string", text=text):
            return text.isascii() and not set(text) & set("%_\\")
        case _:
            return False


def _quantified(name: str, left: Expr, node: exp.Expr, scope: Scope) -> Expr:
    kind = "any" if isinstance(node, exp.Any) else "all"
    query = node.this.unnest() if isinstance(node.this, (exp.Subquery, exp.Paren)) else node.this
    if isinstance(query, exp.Query) and scope.query is not None:
        plan = scope.query(query, scope)
        if kind == "any" and name == "eq":
            return Subquery("in", plan, operands(left))
        return Subquery("any" if kind == "any" else "all", plan, operands(left), name)
    values = lower_expression(node.this, scope)
    if kind == "any" and name == "eq":
        return Call("array_contains", (values, left))
    return Call(f"{kind}_element", (left, values), name)


def operands(left: Expr) -> tuple[Expr, ...]:
    """Return the parts of a row compared with a subquery's rows; a single value is one part."""
    return left.args if isinstance(left, Call) and left.name == "tuple" else (left,)


def _like_any(name: str, left: Expr, node: exp.Expr, scope: Scope) -> Expr:
    inner = node.this
    patterns = inner.expressions if isinstance(inner, exp.Tuple) else [inner.unnest()]
    tests = tuple(Call(name, (left, lower_expression(pattern, scope))) for pattern in patterns)
    return Call("or" if isinstance(node, exp.Any) else "and", tests) if len(tests) > 1 else tests[0]


def _division(node: exp.Expr, scope: Scope) -> Expr:
    flags = [flag for flag in ("typed", "safe") if node.args.get(flag)]
    left = lower_expression(node.this, scope)
    right = lower_expression(node.args["expression"], scope)
    return Call("div", (left, right), ",".join(flags))


def _not_same(node: exp.Expr, scope: Scope) -> Expr:
    same = Call("is", all_of((node.this, node.args["expression"]), scope))
    return Call("not", (same,))


def _prior(node: exp.Expr, scope: Scope) -> Expr:
    return Call("prior", (lower_expression(node.this, scope),))


def _not(node: exp.Expr, scope: Scope) -> Expr:
    return Call("not", (lower_expression(node.this, scope),))


def _negative(node: exp.Expr, scope: Scope) -> Expr:
    inner = lower_expression(node.this, scope)
    if isinstance(inner, Constant) and inner.kind == "number" and not inner.text.startswith("-"):
        return Constant("number", f"-{inner.text}")
    return Call("neg", (inner,))


def _is(node: exp.Expr, scope: Scope) -> Expr:
    left = lower_expression(node.this, scope)
    if isinstance(node.args["expression"], exp.Null):
        return _negated(Call("is_null", (left,)), node)
    return _negated(Call("is", (left, lower_expression(node.args["expression"], scope))), node)


def _between(node: exp.Expr, scope: Scope) -> Expr:
    low, high = node.args["low"], node.args["high"]
    if node.args.get("symmetric"):
        bounds = all_of((low, high), scope)
        return Call(
            "between",
            (lower_expression(node.this, scope), Call("least", bounds), Call("greatest", bounds)),
        )
    return Call("between", all_of((node.this, low, high), scope))


def _in(node: exp.Expr, scope: Scope) -> Expr:
    left = lower_expression(node.this, scope)
    query, unnest, named = (node.args.get(key) for key in ("query", "unnest", "field"))
    if query is not None:
        inner = query.unnest() if isinstance(query, exp.Subquery) else query
        return in_query(left, inner, scope)
    if unnest is not None:
        return Call("array_contains", (*all_of(unnest.expressions, scope), left))
    if named is not None:
        return Call("array_contains", (lower_expression(named, scope), left))
    values = node.expressions
    if len(values) == 1 and isinstance(values[0], exp.Query):
        return in_query(left, values[0], scope)
    return Call("in", (left, *all_of(values, scope)))


def in_query(left: Expr, query: exp.Expr, scope: Scope) -> Expr:
    """Return `left IN (query)`; a row on the left is compared part by part."""
    if scope.query is None:
        return Call("in", (left, opaque(query, scope)))
    return Subquery("in", scope.query(query, scope), operands(left))


def _escape(node: exp.Expr, scope: Scope) -> Expr:
    test = lower_expression(node.this, scope)
    mark = lower_expression(node.args["expression"], scope)
    if not isinstance(test, Call):
        return test
    if test.name == "not" and isinstance(test.args[0], Call):
        inner = test.args[0]
        return Call("not", (Call(inner.name, (*inner.args, mark)),))
    return Call(test.name, (*test.args, mark))


def _rlike_ignoring_case(node: exp.Expr, scope: Scope) -> Expr:
    return Call("rlike", all_of((node.this, node.args["expression"]), scope), "i")


def _glob(node: exp.Expr, scope: Scope) -> Expr:
    return Call(node.key, all_of((node.this, node.args["expression"]), scope))


# --- queries, structure ---------------------------------------------------------------------------


def _scalar_query(node: exp.Expr, scope: Scope) -> Expr:
    inner = node
    while isinstance(inner, (exp.Subquery, exp.Paren)) and not inner.args.get("with_"):
        inner = inner.this
    if not isinstance(inner, exp.Query):
        return lower_expression(inner, scope)
    if scope.query is None:
        return opaque(node, scope)
    return Subquery("scalar", rows_of_value(inner, scope))


def _exists(node: exp.Expr, scope: Scope) -> Expr:
    inner = node.this.unnest() if isinstance(node.this, exp.Subquery) else node.this
    if not isinstance(inner, exp.Query):  # Spark's exists(array, x -> …)
        return Call("exists", all_of((node.this, node.args.get("expression")), scope))
    if scope.query is None:
        return opaque(node, scope)
    return Subquery("exists", scope.query(inner, scope))


def _tuple(node: exp.Expr, scope: Scope) -> Expr:
    return Call("tuple", all_of(node.expressions, scope))


# Dialects without lambdas, in which `f(doc -> 'key')` looks into a document.
_ARROWS = frozenset({"postgres", "redshift", "materialize", "risingwave", "mysql", "sqlite"})


def _lambda(node: exp.Expr, scope: Scope) -> Expr:
    if scope.dialect in _ARROWS and len(node.expressions) == 1:
        return _arrow(node, scope)
    parameters = tuple(scope.name(part) for part in node.expressions)
    return Lambda(parameters, lower_expression(node.this, scope))


def _arrow(node: exp.Expr, scope: Scope) -> Expr:
    """Lower `doc -> 'a' -> 'b'` that was parsed as a lambda of `doc`: the first key is its own."""
    body = node.this.copy()
    first = body
    while isinstance(first, exp.Expr) and not isinstance(first, exp.Literal) and first.this:
        first = first.this
    if not isinstance(first, exp.Literal):
        return opaque(node, scope)
    inner = exp.JSONExtract(
        this=exp.Column(this=node.expressions[0].copy()), expression=first.copy()
    )
    if first is body:
        return lower_expression(inner, scope)
    first.replace(inner)
    return lower_expression(body, scope)


# Methods of values, which look like functions under a schema: `t.doc.value('/a', 'int')`.
_XML = frozenset({"value", "query", "exist", "nodes"})
_METHODS = {
    "tsql": _XML, "fabric": _XML,
    "oracle": frozenset({"extract", "getstringval", "getclobval", "getnumberval", "existsnode"}),
}  # fmt: skip


def _as_column(node: exp.Expr) -> exp.Expr:
    """Return `t.doc`, which is parsed as a path where a method follows, as the column it names."""
    if isinstance(node, exp.Identifier):
        return exp.Column(this=node.copy())
    if isinstance(node, exp.Dot) and isinstance(node.this, exp.Identifier):
        return exp.Column(this=node.expression.copy(), table=node.this.copy())
    if isinstance(node, exp.Subquery):
        return _with_columns(node)
    return node


def _with_columns(query: exp.Expr) -> exp.Expr:
    """Return a query with its columns, of which the parser makes paths where a method follows."""

    def column(node: exp.Expr) -> exp.Expr:
        path = isinstance(node, exp.Dot) and isinstance(node.this, exp.Identifier)
        bare = isinstance(node, exp.Identifier) and not isinstance(node.parent, _NAMING)
        bare = bare and node.arg_key != "alias"
        named = path and isinstance(node.expression, exp.Identifier)
        return _as_column(node) if named or bare else node

    return query.copy().transform(column)


_NAMING = (
    exp.Table, exp.TableAlias, exp.Column, exp.Dot, exp.CTE, exp.Schema, exp.ColumnDef, exp.Var,
    exp.DataType, exp.Parameter,
)  # fmt: skip


def _part_of_tuple(base: Expr, place: exp.Literal) -> Expr:
    number = int(place.name) if place.name.isdigit() else 0
    if isinstance(base, Call) and base.name in {"struct", "tuple"} and 0 < number <= len(base.args):
        return base.args[number - 1]
    return Call("index", (base, Constant("number", place.name)))


def _comprehension(node: exp.Expr, scope: Scope) -> Expr:
    """Lower DuckDB's `[f(x) FOR x IN xs IF p(x)]`."""
    parameters = (scope.name(node.args["expression"]),)
    values = lower_expression(node.args["iterator"], scope)
    condition = node.args.get("condition")
    if condition is not None:
        test = Lambda(parameters, lower_expression(condition, scope))
        values = Call("filter", (values, test))
    return Call("transform", (values, Lambda(parameters, lower_expression(node.this, scope))))


def _dot(node: exp.Expr, scope: Scope) -> Expr:
    last = node.args["expression"]
    if isinstance(last, exp.Star):
        base = lower_expression(node.this, scope)
        if isinstance(base, Ref):
            return _star_of(last, (*base.qualifier, base.name), scope)
        return msgspec.structs.replace(_star_of(last, (), scope), of=base)
    if isinstance(last, exp.Literal):  # ClickHouse's `tuple.1`
        return _part_of_tuple(lower_expression(node.this, scope), last)
    if not isinstance(last, exp.Identifier) and last.name.lower() in _METHODS.get(
        scope.dialect, ()
    ):
        args = (lower_expression(_as_column(node.this), scope), *all_of(last.expressions, scope))
        return Call(f"method_{last.name.lower()}", args)
    if not isinstance(last, exp.Identifier):  # a function under a schema: `dataset.clean(x)`
        call = lower_expression(last, scope)
        path = ".".join(scope.name(part) for part in node.this.find_all(exp.Identifier))
        return (
            Call(f"{path}.{call.name}", call.args, call.option) if isinstance(call, Call) else call
        )
    base = lower_expression(node.this, scope)
    if isinstance(base, Ref) and isinstance(node.this, (exp.Column, exp.Dot)):
        return Ref(scope.name(last), (*base.qualifier, base.name))
    return Call("field", (base,), scope.name(last))


def _cast(node: exp.Expr, scope: Scope) -> Expr:
    target = type_text(node.args["to"], scope.dialect)
    return cast_to(target, lower_expression(node.this, scope), safe=_is_safe(node, scope))


def cast_to(target: str, inner: Expr, *, safe: bool) -> Expr:
    """Return a value as another type; a date in a string is a constant of that type."""
    pattern = _LITERAL_TYPES.get(target)
    if (
        pattern
        and isinstance(inner, Constant)
        and inner.kind == "string"
        and pattern.fullmatch(inner.text)
    ):
        return Constant(target, inner.text)
    return Call("try_cast" if safe else "cast", (inner,), target)


def _is_safe(node: exp.Expr, scope: Scope) -> bool:
    if not isinstance(node, exp.TryCast):
        return False
    return bool(node.args.get("safe")) or scope.dialect not in SAFE_CAST_BY_DEFAULT


def _converted(node: exp.Expr, scope: Scope) -> Expr:
    """Lower T-SQL's CONVERT(type, x, style)."""
    style = all_of((node.args.get("style"),), scope)
    name = "try_cast" if node.args.get("safe") else "cast"
    inner = lower_expression(node.args["expression"], scope)
    return Call(name, (inner, *style), type_text(node.this, scope.dialect))


def _next_value(node: exp.Expr, scope: Scope) -> Expr:
    """Return the next number of a sequence, which is no column."""
    name = ".".join(part.name for part in node.find_all(exp.Identifier))
    return Call("nextval", (Constant("string", scope.text(name)),))


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Column: _column, exp.Identifier: _identifier, exp.Star: _star, exp.Literal: _literal,
    exp.Boolean: _boolean, exp.Null: _null, exp.National: _string_like, exp.RawString: _string_like,
    exp.ByteString: _bits, exp.HexString: _bits, exp.BitString: _bits, exp.Parameter: _parameter,
    exp.SessionParameter: _parameter, exp.Placeholder: _placeholder, exp.Var: _var,
    exp.Paren: _inner, exp.Alias: _inner, exp.Div: _division, exp.NullSafeNEQ: _not_same,
    exp.Prior: _prior, exp.NextValueFor: _next_value,
    exp.Not: _not, exp.Neg: _negative, exp.Is: _is, exp.Between: _between, exp.In: _in,
    exp.Escape: _escape, exp.RegexpILike: _rlike_ignoring_case, exp.Glob: _glob,
    exp.Subquery: _scalar_query, exp.Query: _scalar_query, exp.Exists: _exists, exp.Tuple: _tuple,
    exp.Lambda: _lambda, exp.Comprehension: _comprehension, exp.Dot: _dot,
    exp.Cast: _cast, exp.TryCast: _cast,
    exp.Convert: _converted, exp.Kwarg: lambda node,
    scope: lower_expression(node.args["expression"], scope),
    exp.PropertyEQ: lambda node, scope: lower_expression(node.args["expression"], scope),
    **dict.fromkeys(_BINARY, _binary),
}  # fmt: skip
