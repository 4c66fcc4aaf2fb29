"""INSERT … EXEC: rows that a procedure returns, or that dynamic SQL selects."""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql.dynamic import execute, is_dynamic
from guardian.languages.sql.forms import closing, next_comma, word, words
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.running import DYNAMIC_CONFIDENCE, head_of, run_inner
from guardian.languages.sql.script import Script
from guardian.languages.sql.sharing import share
from guardian.languages.sql.variables import value_of
from guardian.languages.sql.writes import Target, add_write, insert_temporary, is_temporary_name
from guardian.model.names import fold
from guardian.model.plan import Constant, Expr, Handle, Opaque, Returned, WriteOptions

Tokens = Sequence[Token]


def insert_execution(statement: Tokens, script: Script) -> None:
    """Note `INSERT INTO t (a, b) EXEC procedure @x`, and the same of dynamic SQL."""
    index = 2 if len(statement) > 2 and word(statement[1]) == "INTO" else 1
    dataset, index = dataset_at(statement, index, script)
    columns: tuple[str, ...] = ()
    if word(statement[index]) == "(":
        end = closing(statement, index)
        columns = tuple(_listed(statement[index + 1 : end], script))
        index = end + 1
    while index < len(statement) and word(statement[index]) not in {"EXEC", "EXECUTE"}:
        index += 1
    rows = executed(statement[index:], script)
    name = dataset.rpartition(".")[2]
    if is_temporary_name(name):
        insert_temporary(name, rows, columns, script)
        return
    target = Target(columns, positional=not columns)
    add_write(
        script, dataset, rows, head_of(statement, script), WriteOptions(mode="append"), target
    )


def _listed(tokens: Tokens, script: Script) -> Iterator[str]:
    for token in tokens:
        if word(token) != ",":
            quoted = token.token_type is TokenType.IDENTIFIER
            yield fold(token.text, script.dialect, quoted=quoted)


def executed(statement: Tokens, script: Script) -> Handle:
    """Return the rows of EXEC."""
    if is_dynamic(statement):
        rows = execute(statement, script)
        if rows is not None:
            return rows
    else:
        called = called_procedure(statement, script)
        if called is not None:
            script.calls.append((script.job, called.routine))
            share(called.routine, script, script.line(statement[0].line))
        if called is not None and called.routine.endswith(_EXTERNAL):
            return _of_script(called, statement, script)
        if called is not None:
            return script.builder.add(called)
    head = head_of(statement, script)
    return script.builder.add(Opaque(fingerprint=head.text, reason="rows of EXEC", at=head.at))


_EXTERNAL = "sp_execute_external_script"


def _of_script(called: Returned, statement: Tokens, script: Script) -> Handle:
    """Return the rows that a script in R or Python makes of the query it is given."""
    given = dict(called.arguments).get("@input_data_1")
    rows = None
    if isinstance(given, Constant):
        rows = run_inner(given.text, statement[0].line, script, confidence=DYNAMIC_CONFIDENCE)
    head = head_of(statement, script)
    inputs = () if rows is None else (rows,)
    return script.builder.add(
        Opaque(inputs=inputs, fingerprint=head.text, reason="an external script", at=head.at)
    )


def calls_procedure(statement: Tokens) -> bool:
    """Return whether a statement is EXEC of a procedure that may return rows."""
    if len(statement) < 2 or word(statement[0]) not in {"EXEC", "EXECUTE"}:
        return False
    return not is_dynamic(statement) and word(statement[1]) != "AS"


def called_procedure(statement: Tokens, script: Script) -> Returned | None:
    """Return the rows of `EXEC [@status =] procedure [@a =] 1, …`."""
    start = 1
    if len(statement) > 1 and statement[1].token_type is TokenType.PARAMETER:
        if words(statement[3:], 1) != ["="]:
            return None  # the procedure's name is a variable
        start = 4
    if start >= len(statement) or word(statement[start]) == "(":
        return None
    name, index = dataset_at(statement, start, script)
    at = script.line(statement[start].line)
    arguments = tuple(_arguments(statement[index:], script))
    return Returned(routine=name, arguments=arguments, at=at)


def _arguments(tokens: Tokens, script: Script) -> Iterator[tuple[str, Expr]]:
    """Yield (parameter, value), the parameter empty where it is given by position."""
    index = 0
    while index < len(tokens) and word(tokens[index]) != "WITH":
        end = next_comma(tokens, index)
        part, name = tokens[index:end], ""
        if len(part) > 3 and part[0].token_type is TokenType.PARAMETER and word(part[2]) == "=":
            name, part = f"@{part[1].text.lower()}", part[3:]
        given = [token for token in part if word(token) not in {"OUTPUT", "OUT"}]
        if given and word(given[0]) != "DEFAULT":
            yield name, value_of(given, script)
        index = end + 1
