"""T-SQL's procedures and table functions: the rows that they return, and calls of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.sql.forms import word, words
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.script import Script
from guardian.model.names import dataset_name, fold
from guardian.model.plan import (
    Aggregate,
    Call,
    Expr,
    Handle,
    Project,
    Returned,
    Routine,
    SetOperation,
    Star,
    Symbol,
)

Tokens = Sequence[Token]
_PROCEDURES = frozenset({"PROCEDURE", "PROC"})
# Functions of the engine that make rows; one with a schema before it is somebody's own.
_BUILT_IN = frozenset({
    "string_split", "openjson", "openxml", "openrowset", "openquery", "opendatasource",
    "generate_series", "containstable", "freetexttable", "semantickeyphrasetable",
    "semanticsimilaritytable", "changetable", "predict", "nodes", "regexp_matches",
    "regexp_split_to_table", "vector_search", "ai_generate_chunks",
})  # fmt: skip
_SYSTEM = frozenset({"sys", "information_schema"})


@dataclass(frozen=True, slots=True)
class Header:
    """What a batch creates: a procedure or a function, and where its rows are at the end.

    `table` is the table variable that a function returns, empty where it is a query.
    """

    name: str
    procedure: bool
    table: str = ""


def header_of(batch: Tokens, script: Script) -> Header | None:
    """Return what CREATE or ALTER PROCEDURE or FUNCTION at the head of a batch makes."""
    if not batch or word(batch[0]) not in {"CREATE", "ALTER"}:
        return None
    head = words(batch, 6)
    for index, text in enumerate(head):
        if text in _PROCEDURES:
            return Header(dataset_at(batch, index + 1, script)[0], procedure=True)
        if text == "FUNCTION":
            name, _ = dataset_at(batch, index + 1, script)
            return Header(name, procedure=False, table=_returned_table(batch))
    return None


def _returned_table(batch: Tokens) -> str:
    """Return `@t` of `RETURNS @t TABLE (…)`."""
    for index, token in enumerate(batch[:-3]):
        if word(token) == "RETURNS":
            names = batch[index + 1].token_type is TokenType.PARAMETER
            return f"@{batch[index + 2].text.lower()}" if names else ""
    return ""


def returned_type(tokens: Tokens) -> str:
    """Return the type of a function's value, from what stands behind RETURNS; empty for rows."""
    if not tokens or word(tokens[0]) == "TABLE":
        return ""
    end = next(
        (place for place, token in enumerate(tokens) if word(token) in {"AS", "BEGIN", "WITH"}),
        len(tokens),
    )
    return "".join(token.text for token in tokens[:end])


def note_routine(
    header: Header,
    results: Iterable[Handle],
    parameters: Mapping[str, Expr],
    script: Script,
) -> None:
    """Note the rows that a procedure or a table function returns, where it returns any."""
    rows = script.views.get(header.table) if header.table else _united(list(results), script)
    if rows is not None:
        given = tuple((name, _symbol(value)) for name, value in parameters.items())
        script.routines.append(Routine(name=header.name, plan=rows, parameters=given))


def _symbol(value: Expr) -> str:
    inner = value.args[0] if isinstance(value, Call) and value.name == "parameter" else value
    return inner.name if isinstance(inner, Symbol) else ""


def _united(results: list[Handle], script: Script) -> Handle | None:
    """Return the rows of all result sets that have as many columns as the last one."""
    if not results:
        return None
    width = _width(results[-1], script)
    same = [rows for rows in dict.fromkeys(results) if _width(rows, script) == width]
    if width is None or len(same) == 1:
        return results[-1]
    return script.builder.add(SetOperation(kind="union", inputs=tuple(same), all=True))


def _width(handle: Handle, script: Script) -> int | None:
    """Return the number of columns of a query, None where a star hides it."""
    for _ in range(1000):
        node = script.builder[handle]
        if isinstance(node, Project | Aggregate):
            stars = any(isinstance(item.expr, Star) for item in node.items)
            return None if stars else len(node.items)
        if isinstance(node, SetOperation):
            handle = node.inputs[0]
            continue
        inner = getattr(node, "input", None)
        if not isinstance(inner, int):
            return None
        handle = inner
    return None


# --- calls ----------------------------------------------------------------------------------------


def called_function(node: exp.Expr, scope: Scope) -> Handle | None:
    """Return the rows of a table function of the repository; None where it is another relation."""
    found = _call_in(node, scope)
    if found is None:
        return None
    parts, call = found
    arguments = tuple(("", lower_expression(value, scope)) for value in _given(call))
    routine = dataset_name([fold(part, scope.dialect) for part in parts], scope.dialect)
    at = scope.location(node)
    return scope.builder.add(Returned(routine=routine, arguments=arguments, at=at))


def calls_function(node: exp.Expr, scope: Scope) -> bool:
    """Return whether a relation is the rows of somebody's function, not of one of the engine's."""
    return _call_in(node, scope) is not None


def _given(call: exp.Anonymous) -> Iterable[exp.Expr]:
    """Yield the arguments of a call; DEFAULT says what the parameter says."""
    for value in call.expressions:
        plain = isinstance(value, exp.Column) and not value.table
        yield (
            exp.Placeholder(this="default") if plain and value.name.lower() == "default" else value
        )


def _call_in(node: exp.Expr, scope: Scope) -> tuple[list[str], exp.Anonymous] | None:
    """Return the name, outermost part first, and the call in `db.dbo.f(…)`."""
    if scope.dialect not in {"tsql", "fabric"} or not isinstance(node, exp.Table | exp.Lateral):
        return None
    before = (node.args.get("catalog"), node.args.get("db"))
    parts = [scope.text(part.name) for part in before if isinstance(part, exp.Expr)]
    inner = node.this
    while isinstance(inner, exp.Dot):
        parts += [scope.text(part) for part in _pieces(inner.this)]
        inner = inner.args["expression"]
    if not isinstance(inner, exp.Anonymous) or inner.name.lower() in _BUILT_IN:
        return None
    system = bool(parts) and parts[-1].lower() in _SYSTEM
    return None if system else ([*parts, inner.name], inner)


def _pieces(node: object) -> list[str]:
    if isinstance(node, exp.Dot):
        return [*_pieces(node.this), *_pieces(node.args["expression"])]
    return [node.name if isinstance(node, exp.Expr) else str(node)]
