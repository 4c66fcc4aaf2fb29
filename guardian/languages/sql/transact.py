"""T-SQL's statements → the same in the words that the parser knows: tables, hints, `+=`."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.computed import formula, write_computed
from guardian.languages.sql.forms import next_comma, word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import Head
from guardian.model.names import fold

Tokens = Sequence[Token]
_TABLE_PARTS = frozenset({"INDEX", "PERIOD", "CHECK", "FOREIGN", "DEFAULT"})
_KEYS = frozenset({"PRIMARY KEY", "UNIQUE"})
# What may follow a column's type; of this we read whether it may be null, and keys.
_BEHIND_TYPE = frozenset({
    "NOT", "NULL", "IDENTITY", "DEFAULT", "CONSTRAINT", "PRIMARY KEY", "UNIQUE", "COLLATE",
    "ROWGUIDCOL", "SPARSE", "FILESTREAM", "MASKED", "ENCRYPTED", "GENERATED", "CHECK", "FOREIGN",
    "REFERENCES", "INDEX", "PERSISTED", "HIDDEN", "FOR", "WITH", "ON", "COLUMN_SET", "AS",
})  # fmt: skip
_COMPOUND = {
    TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.SLASH, TokenType.MOD, TokenType.AMP,
    TokenType.PIPE, TokenType.CARET,
}  # fmt: skip
_BEHIND_SET = frozenset({"FROM", "WHERE", "OUTPUT", "OPTION", "WHEN"})


def plain_table(statement: Tokens) -> Tokens:
    """Return `CREATE TABLE t (…)` with names, types, NOT NULL and keys, and nothing else."""
    start = next((index for index, token in enumerate(statement) if word(token) == "("), None)
    if start is None or forms.words(statement, 2) != ["CREATE", "TABLE"]:
        return statement
    end = forms.closing(statement, start)
    if any(word(token) in {"AS", "SELECT"} for token in [*statement[2:start], *statement[end:]]):
        return statement
    found: list[Token] = [*statement[: start + 1]]
    for part in _parts(statement[start + 1 : end]):
        kept = _constraint(part) if _is_constraint(part) else _column(part)
        if kept:
            found.extend([*([_COMMA] if len(found) > start + 1 else []), *kept])
    return [*found, statement[end]]


def without_namespaces(statement: Tokens) -> Tokens:
    """Return a statement without `WITH XMLNAMESPACES (…)`, which only says what prefixes mean."""
    head = forms.words(statement, 3)
    if head != ["WITH", "XMLNAMESPACES", "("]:
        return statement
    behind = forms.closing(statement, 2) + 1
    goes_on = word(statement[behind]) == "," if behind < len(statement) else False
    return [statement[0], *statement[behind + 1 :]] if goes_on else statement[behind:]


def plain_alter(statement: Tokens) -> Tokens:
    """Return `ALTER TABLE t ALTER COLUMN a int` without what says nothing of name and type.

    Nothing where only an index or a mask is altered.
    """
    places = [index for index, token in enumerate(statement) if word(token) in {"ADD", "ALTER"}][1:]
    following = forms.words(statement[places[0] + 1 :], 3) if places else []
    if following[:1] == ["INDEX"]:
        return ()
    if following[:1] == ["COLUMN"] and word(statement[places[0]]) == "ALTER":
        if following[2:] and following[2] in {"ADD", "DROP"}:  # MASKED, PERSISTED, SPARSE
            return ()
        begin = end = places[0] + 2
        end += 1
        while end < len(statement) and word(statement[end]) not in _BEHIND_TYPE:
            end = forms.closing(statement, end) + 1 if word(statement[end]) == "(" else end + 1
        return [*statement[:begin], *statement[begin:end]]
    if following[:1] == ["CONSTRAINT"]:
        end = next(
            (index for index, token in enumerate(statement) if word(token) == "WITH"),
            len(statement),
        )
        return statement[: end if end > places[0] else len(statement)]
    return statement


def note_generated(statement: Tokens, script: Script) -> None:
    """Note which columns `CREATE TABLE t (…)` or `@t TABLE (…)` lets the table fill itself."""
    start = next((index for index, token in enumerate(statement) if word(token) == "("), None)
    place = table_word(statement)
    if start is None or place is None:
        return
    parts = _parts(statement[start + 1 : forms.closing(statement, start)])
    found = {
        fold(part[0].text, script.dialect, quoted=part[0].token_type is TokenType.IDENTIFIER): part
        for part in parts
        if not _is_constraint(part) and _is_generated(part)
    }
    generated = tuple(found)
    dataset = _declared_at(statement, place, script)
    temporary = dataset.rpartition(".")[2]
    if temporary.startswith(("#", "@")):
        script.generated[temporary] = frozenset(generated)
        formulas = {name: formula(part, script) for name, part in found.items()}
        script.computed[temporary] = {
            name: tree for name, tree in formulas.items() if tree is not None
        }
    elif generated and script.declarations and script.declarations[-1].dataset == dataset:
        last = script.declarations[-1]
        script.declarations[-1] = msgspec.structs.replace(last, generated=generated)
        trees = {name: formula(part, script) for name, part in found.items()}
        computed = {name: tree for name, tree in trees.items() if tree is not None}
        write_computed(dataset, computed, script, Head(last.at, ""))


def table_word(statement: Tokens) -> int | None:
    """Return where TABLE stands in `CREATE TABLE t` or `DECLARE @table TABLE`, None if nowhere."""
    for index, token in enumerate(statement):
        variable = index > 0 and statement[index - 1].token_type is TokenType.PARAMETER
        if word(token) == "TABLE" and not variable:
            return index
    return None


def _declared_at(statement: Tokens, place: int, script: Script) -> str:
    """Return what stands behind `CREATE TABLE`, or before the TABLE of a variable."""
    if word(statement[0]) == "CREATE":
        return dataset_at(statement, place + 1, script)[0]
    before = place - 2 if word(statement[place - 1]) == "AS" else place - 1
    return f"@{fold(statement[before].text, script.dialect)}"


def _is_generated(part: Tokens) -> bool:
    computed = forms.words(part[1:2], 1) == ["AS"]
    return computed or not {"IDENTITY", "HIDDEN"}.isdisjoint(word(token) for token in part[1:])


def _parts(tokens: Tokens) -> Iterator[Tokens]:
    begin = 0
    while begin < len(tokens):
        end = next_comma(tokens, begin)
        if end > begin:
            yield tokens[begin:end]
        begin = end + 1


def _is_constraint(part: Tokens) -> bool:
    return word(part[0]) in _TABLE_PARTS | {"CONSTRAINT"} | _KEYS


def _constraint(part: Tokens) -> Tokens:
    """Return PRIMARY KEY or UNIQUE with its columns; other constraints say nothing of the rows."""
    rest = part[2:] if word(part[0]) == "CONSTRAINT" else part
    bracket = next((index for index, token in enumerate(rest) if word(token) == "("), None)
    if bracket is None or word(rest[0]) not in _KEYS:
        return ()
    names = [part[0] for part in _parts(rest[bracket + 1 : forms.closing(rest, bracket)])]
    listed = [token for name in names for token in (_COMMA, name)][1:]
    return [rest[0], _OPEN, *listed, _CLOSE]


def _column(part: Tokens) -> Tokens:
    """Return a column's name and type, whether it may be null, and whether it is a key."""
    end = 1
    while end < len(part) and word(part[end]) not in _BEHIND_TYPE:
        end = forms.closing(part, end) + 1 if word(part[end]) == "(" else end + 1
    if end < len(part) and word(part[end]) == "AS":  # a computed column
        return [part[0]]
    kept = [*part[:end]]
    depth = 0
    for index in range(end, len(part)):
        text = word(part[index])
        depth += (text == "(") - (text == ")")
        if depth == 0 and text == "NOT" and forms.words(part[index + 1 :], 1) == ["NULL"]:
            kept.extend(part[index : index + 2])
        elif depth == 0 and text == "PRIMARY KEY":
            kept.append(part[index])
    return kept


_COMMA = Token(TokenType.COMMA, ",")
_OPEN, _CLOSE = Token(TokenType.L_PAREN, "("), Token(TokenType.R_PAREN, ")")


def without_target_hint(statement: Tokens) -> Tokens:
    """Return `INSERT INTO t WITH (TABLOCK) …` without the hint."""
    if word(statement[0]) != "INSERT":
        return statement
    for index, token in enumerate(statement[:12]):
        if word(token) in {"SELECT", "VALUES", "(", "EXEC", "EXECUTE", "OUTPUT"}:
            return statement
        if word(token) == "WITH" and forms.words(statement[index + 1 :], 1) == ["("]:
            return [*statement[:index], *statement[forms.closing(statement, index + 1) + 1 :]]
    return statement


def with_plain_assignments(statement: Tokens) -> Tokens:
    """Return `SET a += x` as `SET a = a + (x)`."""
    found: list[Token] = []
    index = 0
    while index < len(statement):
        if not _is_compound(statement, index):
            found.append(statement[index])
            index += 1
            continue
        end = _end_of_assignment(statement, index + 2)
        name = _last_name(found)
        value = statement[index + 2 : end]
        found.extend([statement[index + 1], *name, statement[index], _OPEN, *value, _CLOSE])
        index = end
    return found


def _is_compound(tokens: Tokens, index: int) -> bool:
    following = tokens[index + 1].token_type if index + 1 < len(tokens) else None
    return tokens[index].token_type in _COMPOUND and following is TokenType.EQ and index > 0


def _last_name(tokens: Tokens) -> Tokens:
    """Return the dotted name that tokens end with."""
    begin = len(tokens) - 1
    while begin > 1 and tokens[begin - 1].token_type is TokenType.DOT:
        begin -= 2
    return tokens[begin:]


def _end_of_assignment(tokens: Tokens, start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        text = word(tokens[index])
        if depth == 0 and (text in _BEHIND_SET or text in {",", ")"}):
            return index
        depth += (text == "(") - (text == ")")
    return len(tokens)


# --- functions that make rows ---------------------------------------------------------------------


def with_plain_functions(statement: Tokens) -> Tokens:
    """Return OPENROWSET(BULK 'file', …) as the file's name, OPENXML as OPENJSON."""
    if not forms.says(statement, _READING):
        return statement
    places = [
        index
        for index, token in enumerate(statement[:-1])
        if word(token) in _READERS and word(statement[index + 1]) == "("
    ]
    for index in reversed(places):
        end = forms.closing(statement, index + 1)
        replaced, end = _READERS[word(statement[index])](statement, index, end)
        statement = [*statement[:index], *replaced, *statement[end:]]
    return statement


def _pattern(tokens: Tokens, index: int, end: int) -> tuple[Tokens, int]:
    """Return what is always true in place of `MATCH(a-(r)->b)`, which joins a graph's tables.

    Its columns have no names of their own.
    """
    if not any(word(token) in {"-", "->", "<"} for token in tokens[index:end]):
        return tokens[index : end + 1], end + 1
    at = tokens[index]
    one = Token(TokenType.NUMBER, "1", at.line, at.col, at.start, at.start)
    equals = Token(TokenType.EQ, "=", at.line, at.col, at.start, at.start)
    return [one, equals, one], end + 1


def _file(tokens: Tokens, index: int, end: int) -> tuple[Tokens, int]:
    """Return the file of `OPENROWSET(BULK 'path', …) WITH (…)`, and where it ends."""
    inner = tokens[index + 2 : end]
    path = next((token for token in inner[1:3] if token.token_type in _TEXTS), None)
    if not inner or word(inner[0]) != "BULK" or path is None:
        return tokens[index : end + 1], end + 1
    name = Token(TokenType.IDENTIFIER, path.text, path.line, path.col, path.start, path.end)
    if forms.words(tokens[end + 1 : end + 3], 2) == ["WITH", "("]:
        end = forms.closing(tokens, end + 2)
    return [name], end + 1


def _document(tokens: Tokens, index: int, end: int) -> tuple[Tokens, int]:
    """Return OPENXML(@handle, …) as OPENJSON(@handle), which has the same list of columns."""
    first = tokens[index]
    name = Token(TokenType.VAR, "OPENJSON", first.line, first.col, first.start, first.end)
    comma = next_comma(tokens, index + 2)
    return [name, *tokens[index + 1 : min(comma, end)], tokens[end]], end + 1


_TEXTS = frozenset({TokenType.STRING, TokenType.NATIONAL_STRING})
_READERS = {"OPENROWSET": _file, "OPENXML": _document, "MATCH": _pattern}
_READING = frozenset(_READERS)
