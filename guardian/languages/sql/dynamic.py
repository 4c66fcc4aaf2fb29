"""T-SQL's variables, EXEC and dynamic SQL: the text that is run, as far as it is known."""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions import parts
from guardian.languages.sql import forms
from guardian.languages.sql.altering import rename_dataset
from guardian.languages.sql.assigning import (
    arguments_of,
    assign_values,
    fill_outputs,
    outputs_of,
)
from guardian.languages.sql.forms import next_comma, word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.running import (
    UNKNOWN_TEXT,
    head_of,
    run_known,
)
from guardian.languages.sql.script import Script
from guardian.languages.sql.texts import MAX_LENGTH, PIECE, known_text, known_texts, piece_of
from guardian.languages.sql.transact import note_generated, table_word
from guardian.languages.sql.variables import UNSET, value_of
from guardian.languages.sql.variables import assign as give
from guardian.languages.sql.writes import Target, add_write
from guardian.model.names import dataset_name, fold, path_name
from guardian.model.plan import Call, Declaration, Handle, Scan, WriteOptions

Tokens = Sequence[Token]


def assign(statement: Tokens, script: Script) -> Handle | None:
    """Keep what a variable is given, its text as far as it is known; declare table variables."""
    first = word(statement[0])
    if first == "DECLARE" and table_word(statement[:5]) is not None:
        declare_table(statement, script)
        return None
    assign_values(statement, script)
    for name, value in _assignments(statement):
        text = _text_of(value, script)
        if text is None or PIECE in text:
            text = known_text(script.state.values.get(f"@{name}", UNSET)) or text
        if text is None or len(text) > MAX_LENGTH:
            script.variables.pop(name, None)
        else:
            script.variables[name] = text
    return None


def declare_table(statement: Tokens, script: Script) -> None:
    """Declare a table variable as the temporary table that it is."""
    start = table_word(statement) or 1
    name = "@" + fold(statement[start - 1].text.lstrip("@"), script.dialect)
    if word(statement[start - 1]) == "AS":
        name = "@" + fold(statement[start - 2].text.lstrip("@"), script.dialect)
    script.columns[name] = tuple(_column_names(statement[start + 1 :], script))
    script.views.pop(name, None)
    note_generated(statement, script)


def _column_names(tokens: Tokens, script: Script) -> Iterator[str]:
    """Yield the first word of each part of `(a int, b int)`, constraints left out."""
    depth, expects = 0, False
    for token in tokens:
        text = word(token)
        if text == "(":
            depth += 1
            expects = depth == 1
            continue
        if text == ")":
            depth -= 1
        elif text == "," and depth == 1:
            expects = True
            continue
        if expects and depth == 1:
            expects = False
            if text not in {"PRIMARY", "UNIQUE", "INDEX", "CHECK", "CONSTRAINT", "FOREIGN"}:
                yield fold(
                    token.text, script.dialect, quoted=token.token_type is TokenType.IDENTIFIER
                )


def _assignments(statement: Tokens) -> Iterator[tuple[str, Tokens]]:
    """Yield (variable, value) for `SET @a = …` and `DECLARE @a varchar(max) = …, @b …`.

    `+=` adds.
    """
    index = 1
    while index < len(statement):
        if statement[index].token_type is not TokenType.PARAMETER or index + 1 >= len(statement):
            index += 1
            continue
        name = statement[index + 1].text.lower()
        end = next_comma(statement, index)
        equals = next(
            (place for place in range(index, end) if word(statement[place]) in {"=", "+="}), None
        )
        adds = equals is not None and (
            word(statement[equals]) == "+=" or word(statement[equals - 1]) == "+"
        )
        if equals is not None:
            value = statement[equals + 1 : end]
            yield name, ([*statement[index : index + 2], _PLUS, *value] if adds else value)
        index = end + 1


_PLUS = Token(TokenType.PLUS, "+")


def _text_of(tokens: Tokens, script: Script) -> str | None:
    """Return the text of `'…' + @x + N'…'`; a variable that is not known stands as `{x}`."""
    pieces: list[str] = []
    literal = False
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.token_type in {TokenType.STRING, TokenType.NATIONAL_STRING}:
            pieces.append(token.text)
            literal = True
        elif token.token_type is TokenType.PARAMETER and index + 1 < len(tokens):
            index += 1
            name = tokens[index].text.lower()
            known = script.variables.get(name)
            literal = literal or known is not None
            pieces.append(known if known is not None else f"{{{name}}}")
        elif _is_quoted_variable(tokens, index):
            pass
        elif word(token) not in {"+", "(", ")", "N"}:
            end = _end_of_case(tokens, index) or _end_of_call(tokens, index)
            pieces.append(piece_of(value_of(tokens[index : end + 1], script)))
            index = end
        index += 1
    return "".join(pieces) if literal else None


def _is_quoted_variable(tokens: Tokens, index: int) -> bool:
    """Return whether `QUOTENAME(@x)` begins here, which is what `@x` names."""
    variable = tokens[index + 2 : index + 3]
    return (
        word(tokens[index]) == "QUOTENAME"
        and bool(variable)
        and variable[0].token_type is TokenType.PARAMETER
        and forms.closing(tokens, index + 1) == index + 4
    )


def _end_of_case(tokens: Tokens, index: int) -> int:
    """Return the END of the CASE at `index`, 0 where there is none."""
    depth = 0
    for place in range(index, len(tokens)):
        text = word(tokens[place])
        depth += (text == "CASE") - (text == "END")
        if depth == 0:
            return place if text == "END" else 0
    return 0


def _end_of_call(tokens: Tokens, index: int) -> int:
    """Return the last token of a function's call, of which only the place in the text matters."""
    if index + 1 < len(tokens) and word(tokens[index + 1]) == "(":
        return forms.closing(tokens, index + 1)
    return index


def execute(statement: Tokens, script: Script) -> Handle | None:
    """Lower dynamic SQL whose text is known; calls of other procedures are jobs of their own."""
    fill_outputs(statement, script)
    if script.state.only_values:
        return None
    procedure = next(
        (token.text.lower() for token in statement[1:6] if "sp_" in token.text.lower()), ""
    )
    if procedure == "sp_rename":
        _rename(statement, script)
        return None
    if not is_dynamic(statement):
        return None
    bare = word(statement[1]) == "("
    arguments = statement[2 : forms.closing(statement, 1)] if bare else _first_argument(statement)
    texts = () if _hinted(statement, script) else _texts_of(arguments, script)
    rows = None
    before = len(script.warnings)
    for text in texts:
        rows = _run_text(text, statement, script) or rows
    script.warnings[before:] = dict.fromkeys(script.warnings[before:])
    if not texts and not _hinted(statement, script):
        script.warn(statement[0].line, UNKNOWN_TEXT)
    return rows


def _texts_of(tokens: Tokens, script: Script) -> tuple[str, ...]:
    """Return the texts that dynamic SQL may have; what IF decides gives several."""
    value = value_of(tokens, script)
    decided = any(isinstance(part, Call) and part.name == "case" for part in parts(value))
    text = _text_of(tokens, script)
    if not decided and text is not None and PIECE not in text:
        return (text,)
    return known_texts(value) or (() if decided or text is None else (text,))


def is_dynamic(statement: Tokens) -> bool:
    """Return whether EXEC runs a text, and not a procedure."""
    bare = len(statement) > 1 and word(statement[1]) == "("
    return bare or any(token.text.lower() == "sp_executesql" for token in statement[1:6])


def _run_text(text: str, statement: Tokens, script: Script) -> Handle | None:
    """Lower dynamic SQL, in which only those variables are known that it is given."""
    state = script.state
    outer = state.values, state.types, state.cursors
    state.values, state.types, state.cursors = arguments_of(statement, script), {}, {}
    rows = run_known(text, statement, script)
    inner = state.values
    state.values, state.types, state.cursors = outer
    for given, name in outputs_of(statement):
        if given in inner:
            give(name, inner[given], script)
    return rows


def _hinted(statement: Tokens, script: Script) -> bool:
    """Return whether a hint comment stands within ten lines of a statement."""
    line = script.line(statement[0].line).line
    return any(abs(edge.at.line - line) <= 10 for edge in script.tables)


def _first_argument(statement: Tokens) -> Tokens:
    start = (
        next(
            index for index, token in enumerate(statement) if token.text.lower() == "sp_executesql"
        )
        + 1
    )
    end = next_comma(statement, start)
    named = [index for index in range(start, end) if word(statement[index]) == "="]
    return statement[named[0] + 1 if named else start : end]


def _rename(statement: Tokens, script: Script) -> None:
    """Follow `EXEC sp_rename 'schema.old', 'new'` where it renames a table."""
    texts = [
        token.text
        for token in statement
        if token.token_type in {TokenType.STRING, TokenType.NATIONAL_STRING}
    ]
    if len(texts) == 3 and texts[2].upper() == "COLUMN":
        _rename_column(texts[0], texts[1], statement, script)
    if len(texts) != 2:
        return
    parts = [fold(part.strip("[]"), script.dialect) for part in texts[0].split(".")]
    new = [*parts[:-1], fold(texts[1].strip("[]"), script.dialect)]
    old = dataset_name(parts, script.dialect)
    at = script.line(statement[0].line)
    rename_dataset(old, dataset_name(new, script.dialect), script, at)


def _rename_column(path: str, new: str, statement: Tokens, script: Script) -> None:
    *table, old = (fold(part.strip("[]"), script.dialect) for part in path.split("."))
    script.declarations.append(
        Declaration(
            dataset=dataset_name(table, script.dialect), extend=True, complete=False,
            renames=((old, fold(new.strip("[]"), script.dialect)),),
            job=script.job, at=script.line(statement[0].line),
        )
    )  # fmt: skip


def inserts_execution(statement: Tokens) -> bool:
    """Return whether an INSERT takes its rows from EXEC."""
    depth = 0
    for token in statement:
        text = word(token)
        depth += (text == "(") - (text == ")")
        if depth == 0 and text in {"EXEC", "EXECUTE"}:
            return True
        if depth == 0 and text in {"SELECT", "VALUES"}:
            return False
    return False


def bulk_insert(statement: Tokens, script: Script) -> Handle | None:
    """Note BULK INSERT: the rows of a file, by position."""
    dataset, index = dataset_at(statement, 2, script)
    path = statement[index + 1] if index + 1 < len(statement) else None
    if path is None or path.token_type not in {TokenType.STRING, TokenType.NATIONAL_STRING}:
        script.warn(statement[0].line, UNKNOWN_TEXT)
        return None
    head = head_of(statement, script)
    text = script.source.restored(path.text) if script.source is not None else path.text
    rows = script.builder.add(Scan(dataset=path_name(text), at=head.at))
    if dataset.rpartition(".")[2].startswith("#"):
        script.views[dataset.rpartition(".")[2]] = rows
        return None
    target = Target(positional=True)
    add_write(script, dataset, rows, head, WriteOptions(mode="append"), target)
    return None
