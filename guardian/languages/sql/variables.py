"""What SQL variables hold: the expressions that their uses stand for.

A variable is replaced by its value, as the statements from top to bottom give it one. So a new
value is a change of exactly what depends on it, and its name is none. A value from a query is that
query: a scalar subquery that sees nothing of the statement it is used in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions import (
    fingerprint,
    lower_expression,
    normal_type,
    parts,
    rewritten,
)
from guardian.languages.sql.queries import output_names
from guardian.languages.sql.script import Script
from guardian.languages.sql.splitting import MAX_DEPTH, depth_of, parsed
from guardian.model.plan import (
    VARIABLE,
    Call,
    Constant,
    Expr,
    OpaqueExpr,
    Ref,
    Subquery,
    Symbol,
)

Tokens = Sequence[Token]
# What a variable holds that nothing has been given to. No NULL constant: an assignment that we do
# not see (an OUTPUT parameter, a driver) must not make a filter on it look like one that is never
# true.
UNSET = Symbol("unset variable")
NULL = Constant("null", "")
MAX_VALUE = 200
MOST_QUERIES = 20
_WHOLE = frozenset({
    "int", "integer", "bigint", "smallint", "tinyint", "bit", "boolean", "bool", "int64",
    "byteint", "long", "number", "int4", "int8", "int2",
})  # fmt: skip
_FRACTIONAL = frozenset({
    "decimal", "numeric", "float", "double", "real", "money", "smallmoney", "float64", "number",
    "bignumeric", "float8", "float4", "double precision",
})  # fmt: skip
# Types that another number than the one given may come out of, or that divide otherwise than INT.
_ALTERING = _FRACTIONAL | {"smallint", "tinyint", "bit"}
# Types that cut what `GETDATE()` gives: the time of day is gone, or all but it.
_NOW = frozenset({
    "current_timestamp", "getutcdate", "sysdatetime", "sysutcdatetime", "sysdatetimeoffset",
})  # fmt: skip
_CUTTING = frozenset({"date", "time", "smalldatetime"})


def value_of(tokens: Tokens, script: Script) -> Expr:
    """Return the value that `tokens` write, with those of other variables in it put in."""
    if not tokens:
        return UNSET
    tree = _tree([_token(TokenType.SELECT, "SELECT", tokens[0]), *tokens], script)
    items = tree.expressions if isinstance(tree, exp.Select) else []
    if len(items) != 1:
        return unreadable(tokens, script)
    return lowered(items[0], tokens, script)


def condition_of(tokens: Tokens, script: Script) -> Expr:
    """Return the condition of an IF or a loop, which no row is around."""
    if not tokens:
        return unreadable(tokens, script)
    first = tokens[0]
    case = [_token(TokenType.CASE, "CASE", first), _token(TokenType.WHEN, "WHEN", first)]
    rest = [
        _token(TokenType.THEN, "THEN", first),
        _token(TokenType.NUMBER, "1", first),
        _token(TokenType.END, "END", first),
    ]
    value = value_of([*case, *tokens, *rest], script)
    return value.args[0] if isinstance(value, Call) and value.name == "case" else value


def query_value(tokens: Tokens, script: Script) -> tuple[Expr, bool]:
    """Return the value of a query written as tokens, and whether it always has just one row."""
    tree = _tree(tokens, script)
    if not isinstance(tree, exp.Query):
        return unreadable(tokens, script), False
    value = bounded(closed(lower_expression(exp.Subquery(this=tree), script.scope())))
    return value, is_one_row(tree)


def names_of(tokens: Tokens, script: Script) -> list[str]:
    """Return the names of a query's columns, in small letters; none where one is not known."""
    tree = _tree(tokens, script)
    if not isinstance(tree, exp.Query) or tree.is_star:
        return []
    names = output_names(tree)
    return [name.name.lower() if name is not None else "" for name in names]


def is_one_row(tree: exp.Expr) -> bool:
    """Return whether a query has one row whatever it reads: it aggregates without groups."""
    if not isinstance(tree, exp.Select) or tree.args.get("group") is not None:
        return False
    return tree.args.get("from_") is None or any(
        item.find(exp.AggFunc) is not None for item in tree.expressions
    )


def lowered(node: exp.Expr, tokens: Tokens, script: Script) -> Expr:
    """Return a value's node as an expression that means the same wherever it is put."""
    try:
        return bounded(closed(lower_expression(node, script.scope())))
    except RecursionError:
        return unreadable(tokens, script)


def unreadable(tokens: Tokens, script: Script) -> Expr:
    """Return a value that is not understood: it changes as its text does, or what it is made of."""
    held = script.state.values
    names = dict.fromkeys(name for name in mentioned(tokens) if name in held)
    text = " ".join(token.text for token in tokens)
    return OpaqueExpr(fingerprint(text), tuple(held[name] for name in list(names)[:MOST_QUERIES]))


def mentioned(tokens: Tokens) -> Iterable[str]:
    """Yield the names that may be variables, with the sign in front of them."""
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        sign = before.text if before is not None and before.text in {"@", "$"} else ""
        yield f"{sign}{token.text.lower()}"


def assign(name: str, value: Expr, script: Script) -> None:
    """Give a variable a value, in the type that it is declared with."""
    state, value = script.state, bounded(value)
    declared = state.types.get(name, "")
    state.values[name] = in_type(value, declared, script.dialect) if declared else value


def declare(name: str, type_text: str, value: Expr, script: Script) -> None:
    """Note a variable with its type."""
    script.state.types[name] = normal_type(type_text, script.dialect) if type_text else ""
    assign(name, value, script)


def in_type(value: Expr, declared: str, dialect: str) -> Expr:
    """Return a value as a variable of a type holds it.

    Only where that may be another value: a literal that one might as well write in its place stays
    as it is, so that moving it into a variable is no change.
    """
    base = declared.partition("(")[0].strip()
    match value:
        case Constant(kind="number", text=text):
            whole = "." not in text and "e" not in text
            fits = base in _WHOLE if whole else base in _FRACTIONAL
            return value if fits else Call("cast", (value,), declared)
        case Call() | Subquery() if base in _ALTERING and dialect in {"tsql", "fabric"}:
            return Call("cast", (value,), declared)
        case Call() if base in _CUTTING and dialect in {"tsql", "fabric"} and _tells_time(value):
            return Call("cast", (value,), declared)
        case _:
            return value


def _tells_time(value: Expr) -> bool:
    """Return whether a value holds the time of day that it is at the run."""
    match value:
        case Call(name="cast", option=option) if option in _CUTTING:
            return False
        case Call(name=name, args=args):
            return name in _NOW or any(map(_tells_time, args))
        case _:
            return False


def one_of(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """Return what a variable holds behind IF: a CASE, which is just what the branches do."""
    if then == otherwise:
        return then
    return bounded(Call("case", (condition, then, otherwise)))


def parameter(name: str, default: Expr | None) -> Expr:
    """Return what a procedure's parameter stands for.

    A symbol that carries its default: that is what those get who give nothing. NULL is how one says
    that there is none.
    """
    symbol = Symbol(name)
    return symbol if default in {None, NULL} else Call("parameter", (symbol, default))


def closed(value: Expr) -> Expr:
    """Return a value in which no name is left that the query around its use could answer to."""

    def change(part: Expr) -> Expr | None:
        match part:
            case Call(name=name, args=(_, held)) if name == VARIABLE:
                return held
            case Subquery(closed=False):
                return msgspec.structs.replace(part, closed=True)
            case Ref():
                return Symbol(".".join((*part.qualifier, part.name)))
            case _:
                return None

    return rewritten(value, change)


def bounded(value: Expr) -> Expr:
    """Return a value; one that has grown large is kept as a digest, with the queries in it."""
    found = list(parts(value))
    if len(found) <= MAX_VALUE:
        return value
    queries = dict.fromkeys(part for part in found if isinstance(part, Subquery))
    plain = rewritten(value, lambda part: UNSET if isinstance(part, Subquery) else None)
    text = msgspec.json.encode(plain).decode("utf-8", "replace")
    return OpaqueExpr(fingerprint(text), tuple(queries)[:MOST_QUERIES])


def _tree(tokens: Tokens, script: Script) -> exp.Expr | None:
    source = script.source
    if source is None or depth_of(tokens) > MAX_DEPTH:
        return None
    script.source = replace(source, tokens=tokens)
    try:
        trees = parsed(tokens, source.text, script.dialect)
    except (SqlglotError, RecursionError):
        return None
    finally:
        script.source = source
    return trees[0] if len(trees) == 1 else None


def _token(kind: TokenType, text: str, at: Token) -> Token:
    return Token(kind, text, at.line, at.col, at.start, at.start)
