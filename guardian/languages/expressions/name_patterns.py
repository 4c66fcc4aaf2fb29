"""Columns chosen by their names: DuckDB's `COLUMNS(…)` and `* LIKE 'a%'`, as one `Star`.

A choice is a regular expression of nothing but look-aheads, so that AND, OR and NOT are texts put
together. A pattern that could run for long on a name is not taken over: strangers write it.
"""

import re

from sqlglot import exp

from guardian.languages.expressions.dispatch import Scope, fingerprint, lower_expression, plain_sql
from guardian.languages.expressions.rewriting import rewritten
from guardian.model.plan import Call, Expr, OpaqueExpr, Ref, Star

MAX_PATTERN = 300
MAX_REPEATS = 3
ANY_NAME = "(?=)"
EACH = "each"  # the call that holds an expression which stands for each column
_TESTS = (exp.Like, exp.ILike, exp.SimilarTo, exp.Glob, exp.RegexpLike)


def columns(node: exp.Expr, scope: Scope) -> Expr:
    """Lower `COLUMNS(…)`: a star for each of whose columns the expression around it stands once."""
    chosen = node.this
    each = not node.args.get("unpack")
    if each:
        scope.noted.add(EACH)
    if isinstance(chosen, (exp.Star, exp.Column)):
        star = lower_expression(chosen, scope)
        if isinstance(star, Star):
            return _chosen(star, ANY_NAME, each=each)
    pattern = _of_argument(chosen, scope)
    if pattern is None:
        scope.warn(_UNKNOWN, node)
        return OpaqueExpr(fingerprint(plain_sql(node, scope.dialect)), (Star(),), "columns")
    return _chosen(Star(), pattern, each=each)


_UNKNOWN = (
    "which columns COLUMNS means here is not understood, so all are taken to; write a pattern or "
    "a list of names"
)


def for_each(expr: Expr, scope: Scope) -> Expr:
    """Return what was just lowered, marked as standing for each column if COLUMNS was met in it."""
    if EACH not in scope.noted:
        return expr
    scope.noted.discard(EACH)
    return Call(EACH, (expr,))


def star_like(node: exp.Expr, scope: Scope) -> Star | None:
    """Return `* LIKE 'a%'` in a SELECT list as a star; None where `node` is something else."""
    inner = node.this
    star = inner.this if isinstance(inner, exp.Column) else inner
    if not isinstance(node, _TESTS) or not isinstance(star, exp.Star):
        return None
    pattern = _of_test(node)
    lowered = lower_expression(inner, scope)
    if pattern is None or not isinstance(lowered, Star):
        return None
    return _chosen(lowered, pattern, each=False)


def name_like(text: str) -> str:
    """Return the pattern of Snowflake's `* ILIKE 'a%'`; one that may run long takes any name."""
    return _whole(_with_wildcards(text, "%", "_")) or ANY_NAME


def applied(node: exp.Expr, scope: Scope) -> Expr:
    """Lower ClickHouse's `* APPLY(sum)` and `* APPLY(x -> f(x))`: a call for each column."""
    star = lower_expression(node.this, scope)
    scope.noted.add(EACH)
    if isinstance(star, Star) and not star.each:
        star = _chosen(star, star.pattern or ANY_NAME, each=True)
    function = node.args["expression"]
    if isinstance(function, exp.Lambda) and len(function.expressions) == 1:
        parameter, body = scope.name(function.expressions[0]), function.this
    else:
        parameter = "__each"
        body = exp.func(function.name, exp.column(parameter), dialect=scope.dialect or None)
    lowered = lower_expression(body, scope)
    return rewritten(lowered, lambda part: star if part == Ref(parameter) else None)


def _chosen(star: Star, pattern: str, *, each: bool) -> Star:
    return Star(
        star.qualifier, star.excluded, star.replace, star.rename, pattern=pattern, each=each
    )


def _of_argument(node: exp.Expr, scope: Scope) -> str | None:
    match node:
        case exp.Literal() if node.is_string:
            return _searched(node.name)
        case exp.Array():
            names = [part.name for part in node.expressions if isinstance(part, exp.Literal)]
            return _one_of(names) if len(names) == len(node.expressions) else None
        case exp.Lambda() if len(node.expressions) == 1:
            return _of_condition(node.this, scope.name(node.expressions[0]), scope)
        case _:
            return None


def _of_condition(node: exp.Expr, name: str, scope: Scope) -> str | None:
    """Return a lambda's condition on the name `name` as look-aheads."""
    match node:
        case exp.Paren():
            return _of_condition(node.this, name, scope)
        case exp.Not():
            inner = _of_condition(node.this, name, scope)
            return None if inner is None else f"(?!{inner})"
        case exp.And() | exp.Or():
            sides = [
                _of_condition(side, name, scope) for side in (node.this, node.args["expression"])
            ]
            known = [side for side in sides if side is not None]
            both = "".join(known) if isinstance(node, exp.And) else f"(?:{'|'.join(known)})"
            return both if len(known) == len(sides) else None
        case _ if not _is_name(node.this, name, scope):
            return None
        case exp.In():
            values = [part.name for part in node.expressions if isinstance(part, exp.Literal)]
            return _one_of(values) if len(values) == len(node.expressions) > 0 else None
        case _:
            return _of_test(node)


def _is_name(node: object, name: str, scope: Scope) -> bool:
    inner = node.this if isinstance(node, exp.Column) else node
    return isinstance(inner, exp.Identifier) and scope.name(inner) == name


def _of_test(node: exp.Expr) -> str | None:
    """Return a test of a name against a constant as look-aheads."""
    wanted = node.args.get("expression")
    if not isinstance(wanted, exp.Literal):
        return None
    text = wanted.name
    match node:
        case exp.EQ():
            found: str | None = _one_of([text])
        case exp.NEQ():
            return f"(?!{_one_of([text])})"
        case exp.Like() | exp.ILike():
            found = _whole(_with_wildcards(text, "%", "_"))
        case exp.Glob():
            found = _whole(_with_wildcards(text, "*", "?"))
        case exp.SimilarTo():
            found = _whole(text)
        case exp.RegexpLike():
            found = _searched(text)
        case exp.StartsWith():
            found = f"(?={re.escape(text)})"
        case exp.EndsWith():
            found = f"(?=.*{re.escape(text)}\\Z)"
        case exp.Contains():
            found = f"(?=.*{re.escape(text)})"
        case _:
            return None
    return f"(?!{found})" if found is not None and node.args.get("negate") else found


def _one_of(names: list[str]) -> str:
    return f"(?=(?:{'|'.join(map(re.escape, names))})\\Z)"


def _with_wildcards(text: str, many: str, one: str) -> str:
    signs = {many: ".*", one: "."}
    return "".join(signs.get(letter) or re.escape(letter) for letter in text)


def _whole(pattern: str) -> str | None:
    return f"(?=(?:{pattern})\\Z)" if _is_harmless(pattern) else None


def _searched(pattern: str) -> str | None:
    """Return a pattern that is found anywhere in the name, as DuckDB looks for it."""
    if not _is_harmless(pattern):
        return None
    return f"(?=(?:{pattern}))" if pattern.startswith("^") else f"(?=.*?(?:{pattern}))"


def _is_harmless(pattern: str) -> bool:
    """Return whether a pattern compiles and cannot run for long: few repeats, none of a group."""
    repeats = len(re.findall(r"(?<!\\)[*+{]", pattern))
    if len(pattern) > MAX_PATTERN or repeats > MAX_REPEATS or re.search(r"\)[*+{]", pattern):
        return False
    if re.search(r"\\[1-9]|\(\?[^:=!]", pattern):  # back references, flags: another language's
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
