"""T-SQL's OUTPUT: the rows that a statement gives back, and the table that they go into."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.forms import word
from guardian.languages.sql.inserting import column_list
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.running import head_of, run_statement
from guardian.languages.sql.script import Script
from guardian.languages.sql.splitting import parsed
from guardian.languages.sql.touched import Touched
from guardian.languages.sql.writes import Target, add_write, insert_temporary, temporary_of
from guardian.model.plan import Handle, Project, SetOperation, WriteOptions

Tokens = Sequence[Token]
_DML = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
_OUTPUT = frozenset({"OUTPUT"})
_BEHIND = frozenset(
    {"SELECT", "VALUES", "FROM", "WHERE", "EXEC", "EXECUTE", "DEFAULT", "WITH", "OPTION"}
)


@dataclass(frozen=True, slots=True)
class Output:
    """One OUTPUT clause: its list, and the table that it names behind INTO."""

    listed: Tokens
    into: Tokens


def without_output(statement: Tokens) -> tuple[Tokens, tuple[Output, ...]]:
    """Return a statement without `OUTPUT inserted.a, … INTO t`, and these clauses."""
    if word(statement[0]) not in _DML | {"WITH"} or not forms.says(statement, _OUTPUT):
        return statement, ()
    begin = _first(statement, 0, _OUTPUT)
    if begin == len(statement):
        return statement, ()
    found: list[Output] = []
    index = begin
    while index < len(statement) and word(statement[index]) == "OUTPUT":
        end = _first(statement, index + 1, _BEHIND | {"OUTPUT", "INTO"})
        listed, into = statement[index + 1 : end], statement[end:end]
        if end < len(statement) and word(statement[end]) == "INTO":
            after = _end_of_table(statement, end + 1)
            into, end = statement[end + 1 : after], after
        found.append(Output(listed, into))
        index = end
    return [*statement[:begin], *statement[index:]], tuple(found)


def _first(tokens: Tokens, start: int, texts: frozenset[str]) -> int:
    """Return where one of some words stands outside all brackets, the end where none does."""
    depth = 0
    for index in range(start, len(tokens)):
        text = word(tokens[index])
        depth += (text == "(") - (text == ")")
        if depth == 0 and text in texts:
            return index
    return len(tokens)


def _end_of_table(tokens: Tokens, start: int) -> int:
    """Return where a table's name and its list of columns end."""
    index = start
    while index < len(tokens):
        kind = tokens[index].token_type
        if kind is TokenType.PARAMETER or kind is TokenType.DOT or kind is TokenType.HASH:
            index += 1
            continue
        following = tokens[index + 1].token_type if index + 1 < len(tokens) else None
        if following is not TokenType.DOT:
            index += 1
            break
        index += 1
    if index < len(tokens) and word(tokens[index]) == "(":
        return forms.closing(tokens, index) + 1
    return index


# --- running --------------------------------------------------------------------------------------


def run_with_output(statement: Tokens, outputs: Sequence[Output], script: Script) -> Handle | None:
    """Lower a statement, then what its OUTPUT clauses put into other tables."""
    if not any(output.into for output in outputs):
        return run_statement(statement, script)
    before, script.touched = script.touched, []
    try:
        rows = run_statement(statement, script)
        touched = script.touched
    finally:
        script.touched = before
    for output in outputs:
        if output.into and touched:
            _give_back(output, touched, script)
    return rows


def _give_back(output: Output, touched: Sequence[Touched], script: Script) -> None:
    head = head_of([*output.listed, *output.into], script)
    scope = script.scope(head.at)
    tree = _as_insert(output, script)
    if tree is None:
        script.warn(output.listed[0].line, "this OUTPUT was not understood and was left out")
        return
    listed = tree.args["expression"].expressions
    add = scope.builder.add
    arms = tuple(add(Project(branch.rows, branch.items(listed))) for branch in touched)
    rows = arms[0] if len(arms) == 1 else add(SetOperation(kind="union", inputs=arms, all=True))
    columns = column_list(tree.this, scope)
    name = temporary_of(tree.this, scope, script)
    if name is not None:
        insert_temporary(name, rows, columns, script)
        return
    target = Target(columns, positional=not columns)
    dataset = dataset_of(tree.this, scope)
    add_write(script, dataset, rows, head, WriteOptions(mode="append"), target)


def _as_insert(output: Output, script: Script) -> exp.Insert | None:
    """Return the clause as `INSERT INTO table SELECT list`."""
    source, first = script.source, output.listed[0] if output.listed else None
    if source is None or first is None:
        return None
    insert = (_word(TokenType.INSERT, "INSERT", first), _word(TokenType.INTO, "INTO", first))
    select = _word(TokenType.SELECT, "SELECT", first)
    try:
        trees = parsed([*insert, *output.into, select, *output.listed], source.text, script.dialect)
    except SqlglotError:
        return None
    tree = trees[0] if trees else None
    return tree if isinstance(tree, exp.Insert) else None


def _word(kind: TokenType, text: str, at: Token) -> Token:
    return Token(kind, text, at.line, at.col, at.start, at.start)


# --- statements inside FROM -----------------------------------------------------------------------


def lifted(statement: Tokens) -> tuple[Tokens, tuple[Tokens, ...]]:
    """Return `INSERT … SELECT … FROM (MERGE … OUTPUT …) AS m` with the inner statement taken out.

    A temporary table stands in its place, and the inner statement's OUTPUT goes into it.
    """
    if not forms.says(statement[1:], _DML):
        return statement, ()
    kept: list[Token] = []
    inner: list[Tokens] = []
    index = 0
    while index < len(statement):
        token = statement[index]
        opens = word(token) == "(" and kept and word(kept[-1]) == "FROM"
        if opens and set(forms.words(statement[index + 1 :], 1)) & _DML:
            end = forms.closing(statement, index)
            name = Token(
                TokenType.IDENTIFIER, f"#output {len(inner) + 1}", token.line, token.col,
                token.start, token.end,
            )  # fmt: skip
            inner.append(_into(statement[index + 1 : end], name))
            kept.append(name)
            index = end
        else:
            kept.append(token)
        index += 1
    return (kept, tuple(inner)) if inner else (statement, ())


def _into(statement: Tokens, name: Token) -> Tokens:
    """Return a statement whose last OUTPUT goes into a table."""
    begin = _first(statement, 0, _OUTPUT)
    if begin == len(statement):
        return statement
    end = _first(statement, begin + 1, _BEHIND)
    into = _word(TokenType.INTO, "INTO", name)
    return [*statement[:end], into, name, *statement[end:]]


def temporary_names(inner: Sequence[Tokens]) -> Iterator[str]:
    """Yield the names of the temporary tables that stand for lifted statements."""
    for number in range(1, len(inner) + 1):
        yield f"#output {number}"
