"""T-SQL's statements → the same in the words that the parser knows: tables, hints, `+=`."""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.dynamic import next_comma
from guardian.languages.sql.forms import word

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
