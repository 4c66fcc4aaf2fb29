"""Statements that sqlglot does not know, recognised by their words.

Blocks of procedures taken off.
"""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql.altering import rename_dataset
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.script import Script

Tokens = Sequence[Token]
_ROUTINES = frozenset({"PROCEDURE", "PROC", "FUNCTION", "TRIGGER"})
_UP_TO = {
    "IF": ("THEN",), "ELSEIF": ("THEN",), "ELSIF": ("THEN",), "WHILE": ("DO", "LOOP"),
    "FOR": ("DO", "LOOP"), "EXCEPTION": ("THEN",), "WHEN": ("THEN",),
}  # fmt: skip
_SKIPPED = frozenset({"ELSE", "LOOP", "REPEAT"})
# Words that engines put between CREATE and TABLE, and that say nothing of the rows.
_DECORATIONS = frozenset({
    "STREAMING", "LIVE", "REFRESH", "TRANSIENT", "VOLATILE", "MULTISET", "PRIVATE", "SNAPSHOT",
    "COLUMN", "ROW",
})  # fmt: skip


_NO_WORDS = {
    TokenType.STRING, TokenType.IDENTIFIER, TokenType.NATIONAL_STRING, TokenType.RAW_STRING,
    TokenType.HEREDOC_STRING, TokenType.BYTE_STRING, TokenType.UNICODE_STRING,
}  # fmt: skip


def word(token: Token) -> str:
    """Return a token's text in upper case; that of a string or a quoted name is no word."""
    return "" if token.token_type in _NO_WORDS else token.text.upper()


def says(tokens: Tokens, wanted: frozenset[str]) -> bool:
    """Return whether one of the words stands anywhere, perhaps in quotes: then look closer."""
    return not wanted.isdisjoint([token.text.upper() for token in tokens])


def words(tokens: Tokens, count: int) -> list[str]:
    """Return the first words of a statement."""
    return [word(token) for token in tokens[:count]]


def unblocked(tokens: Tokens) -> Tokens:
    """Return a statement without the words of a procedure's block in front of it (`BEGIN`.

    `IF x THEN`).
    """
    for _ in range(50):
        shorter = unblocked_once(tokens)
        if shorter is tokens:
            return tokens
        tokens = shorter
    return tokens


def creates_routine(tokens: Tokens) -> bool:
    """Return whether a statement creates a procedure, a function or a trigger."""
    if word(tokens[0]) in {"PROCEDURE", "FUNCTION"}:  # inside a package
        return True
    head = set(words(tokens, 6))
    return word(tokens[0]) in {"CREATE", "ALTER"} and bool((_ROUTINES | {"PACKAGE"}) & head)


def runs_text(tokens: Tokens, script: Script) -> bool:
    """Return whether a statement runs dynamic SQL; a name behind EXECUTE is a prepared one."""
    head = words(tokens, 3)
    if head[:2] == ["EXECUTE", "IMMEDIATE"]:
        return len(tokens) > 2
    if head[:1] != ["EXECUTE"] or len(tokens) < 2:
        return False
    joined = any(word(token) == "||" for token in tokens) or head[1:] == ["FORMAT", "("]
    return joined or not head[1] or tokens[1].text.lower() in script.state.values


def unblocked_once(tokens: Tokens) -> Tokens:
    """Return a statement without the first word of control flow in front of it and what it has."""
    if not tokens:
        return tokens
    first = word(tokens[0])
    if first in {"CREATE", "PROCEDURE", "FUNCTION"} and creates_routine(tokens):
        inner = _behind(tokens, ("BEGIN",), tokens)
        return inner[1:] if inner is not tokens and words(inner, 1) == ["ATOMIC"] else inner
    if words(tokens, 2) == ["<", "<"] and words(tokens[3:], 2) == [">", ">"]:  # a label
        return tokens[5:]
    if len(tokens) > 2 and word(tokens[1]) == ":" and word(tokens[2]) in _LABELLED:
        return tokens[2:]
    if first == "CASE":  # a statement, of which each branch holds others
        inner = _behind(tokens[1:], ("THEN",), ())
        return inner or tokens
    if first == "FORALL":
        return _at_word(tokens, _CHANGES)
    if first == "BEGIN":
        following = word(tokens[1]) if len(tokens) > 1 else ""
        if following in {"", "TRANSACTION", "TRAN", "WORK", "READ", "ISOLATION"}:
            return tokens
        return tokens[2:] if following == "ATOMIC" else tokens[1:]
    if first in _SKIPPED:
        return tokens[1:]
    if first in _UP_TO:
        return _behind(tokens, _UP_TO[first], tokens)
    return tokens


_LABELLED = frozenset({"LOOP", "WHILE", "REPEAT", "BEGIN", "FOR"})
_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "EXECUTE"})


def _at_word(tokens: Tokens, wanted: frozenset[str]) -> Tokens:
    """Return tokens from the first of the words on."""
    start = next((index for index, token in enumerate(tokens) if word(token) in wanted), 0)
    return tokens[start:] if start else tokens


def _behind(tokens: Tokens, ends: tuple[str, ...], otherwise: Tokens) -> Tokens:
    """Return what stands behind the first of `ends` that no bracket and no CASE is around."""
    depth = 0
    for index, token in enumerate(tokens):
        text = word(token)
        if text in {"(", "CASE"}:
            depth += 1
        elif text == ")" or (text == "END" and depth):
            depth -= 1
        elif depth == 0 and text in ends and index:
            return tokens[index + 1 :]
    return otherwise


def is_end(tokens: Tokens) -> bool:
    """Return whether a statement only closes a block."""
    return bool(tokens) and word(tokens[0]) in {"END", "UNTIL"}


def undecorated(tokens: Tokens) -> Tokens:
    """Return CREATE without `OR REFRESH STREAMING`, and REPLACE INTO as INSERT INTO."""
    if words(tokens, 2) == ["REPLACE", "INTO"]:
        first = tokens[0]
        insert = Token(TokenType.INSERT, "INSERT", first.line, first.col, first.start, first.end)
        return [insert, *tokens[1:]]
    if words(tokens, 3) == ["DROP", "SNAPSHOT", "TABLE"]:
        return [tokens[0], *tokens[2:]]
    if words(tokens, 2) == ["LOAD", "DATA"]:
        return _load(tokens)
    tokens = _now(tokens)
    if word(tokens[0]) != "CREATE":
        return tokens
    head, kept = words(tokens, 6), list(tokens)
    head = head[: head.index("TABLE")] if "TABLE" in head else head
    if not _DECORATIONS & set(head) or (head[-1] in {"COLUMN", "ROW"} and len(head) == 6):
        return tokens
    for index in range(min(len(head), 6) - 1, 0, -1):
        pair = head[index - 1] == "OR" and head[index] == "REFRESH"
        if head[index] in _DECORATIONS:
            del kept[index - 1 if pair else index : index + 1]
    return kept


def _now(tokens: Tokens) -> Tokens:
    """Return `CREATE TABLE t CLONE s FOR SYSTEM_TIME AS OF …` as a clone of what `s` holds now."""
    if "CLONE" not in words(tokens, 16):  # it stands right behind the name
        return tokens
    said = words(tokens, 40)
    clone = said.index("CLONE")
    end = next((i for i in range(clone, len(said)) if said[i] in {"FOR", "FOR SYSTEM_TIME"}), 0)
    return tokens[:end] if end else tokens


def _load(tokens: Tokens) -> Tokens:
    """Return MySQL's LOAD DATA INFILE as Hive's LOAD DATA INPATH, less what describes the file."""
    head = words(tokens, 5)
    if "INFILE" not in head:
        return tokens
    place = head.index("INFILE")
    into = next((i for i, token in enumerate(tokens) if word(token) == "INTO" and i > place), None)
    if into is None or word(tokens[into + 1]) != "TABLE":
        return tokens
    end = into + 3
    while end + 1 < len(tokens) and tokens[end].token_type is TokenType.DOT:
        end += 2
    infile = tokens[place]
    inpath = Token(TokenType.VAR, "INPATH", infile.line, infile.col, infile.start, infile.end)
    return [*tokens[:2], inpath, tokens[place + 1], *tokens[into:end]]


def special(tokens: Tokens, script: Script) -> bool:
    """Note a statement that needs no parser (a synonym, a stream, a rename).

    Return whether it was one.
    """
    head = words(tokens, 8)
    if head[:1] == ["CREATE"]:
        return _alias(tokens, head, script)
    if head[:2] in (["RENAME", "OBJECT"], ["RENAME", "TABLE"]):
        start = 4 if head[2:4] == [":", ":"] else 3 if head[2:3] == ["::"] else 2
        old, behind = dataset_at(tokens, start, script)
        if behind < len(tokens) and word(tokens[behind]) == "TO":
            new, _ = dataset_at(tokens, behind + 1, script)
            schema, dot, _ = old.rpartition(".")
            new = f"{schema}{dot}{new.rpartition('.')[2]}"
            rename_dataset(old, new, script, script.line(tokens[0].line))
        return True
    return False


def _alias(tokens: Tokens, head: list[str], script: Script) -> bool:
    """Note `CREATE SYNONYM a FOR b` and `CREATE STREAM a ON TABLE b`."""
    for name, link in (("SYNONYM", "FOR"), ("STREAM", "ON")):
        if name not in head:
            continue
        start = head.index(name) + 1
        if head[start : start + 3] == ["IF", "NOT", "EXISTS"]:
            start += 3
        alias, behind = dataset_at(tokens, start, script)
        if behind >= len(tokens) or word(tokens[behind]) != link:
            return name == "STREAM"
        behind += 1
        while behind < len(tokens) and word(tokens[behind]) in {"TABLE", "VIEW"}:
            behind += 1
        dataset, _ = dataset_at(tokens, behind, script)
        script.aliases.append((alias, dataset))
        return True
    return False


def inner_statement(tokens: Tokens) -> Tokens | None:
    """Return the statement in `CREATE TASK … AS <statement>`, `CREATE PIPE … AS COPY …`, …."""
    head = set(words(tokens, 5)) if word(tokens[0]) == "CREATE" else set()
    if {"TASK", "PIPE", "FLOW"} & head:
        return _behind(tokens, ("AS",), ())
    if "EVENT" in head:  # MySQL's
        return _behind(tokens, ("DO",), ())
    return None


def directory(tokens: Tokens) -> tuple[str, Tokens] | None:
    """Return the format of `INSERT OVERWRITE DIRECTORY '…' USING csv`, and it without that."""
    found = next(
        (index for index, token in enumerate(tokens) if word(token) == "DIRECTORY" and index > 1),
        None,
    )
    if found is None or "OVERWRITE" not in words(tokens[max(0, found - 2) : found], 2):
        return None
    begin = index = found + 2
    form = ""
    while index < len(tokens) and word(tokens[index]) not in _QUERIES:
        if word(tokens[index]) in {"USING", "AS"} and index + 1 < len(tokens):
            form = tokens[index + 1].text.lower()
        index = closing(tokens, index) if word(tokens[index]) == "(" else index
        index += 1
    return form, [*tokens[:begin], *tokens[index:]]


_QUERIES = frozenset({"SELECT", "WITH", "FROM", "VALUES", "TABLE"})


def with_as(tokens: Tokens) -> Tokens:
    """Return `CREATE TABLE t SELECT …` with the AS that Spark and MySQL let one leave out."""
    if word(tokens[0]) != "CREATE" or "TABLE" not in words(tokens, 5):
        return tokens
    depth = 0
    for index, token in enumerate(tokens[:-2]):
        text = word(token)
        depth += (text == "(") - (text == ")")
        ctes = (
            text == "WITH"
            and word(tokens[index + 1]) not in {"SERDEPROPERTIES", "DBPROPERTIES"}
            and word(tokens[index + 2]) in {"AS", "("}
            and word(tokens[index + 1]) != "("
        )
        if depth == 0 and text == "AS" and word(tokens[index + 1]) in _QUERIES | {"("}:
            return tokens
        if depth == 0 and (text == "SELECT" or ctes):
            added = Token(TokenType.ALIAS, "AS", token.line, token.col, token.start, token.start)
            return [*tokens[:index], added, *tokens[index:]]
    return tokens


_PIVOTS = frozenset({"PIVOT", "UNPIVOT", "PIVOT_WIDER"})


def pivot_as_query(tokens: Tokens) -> Tokens:
    """Return DuckDB's `CREATE … AS PIVOT …` with that as a query: `SELECT * FROM (PIVOT …)`.

    Behind a SELECT it would be the name of a column: `x AS pivot`.
    """
    if word(tokens[0]) != "CREATE":
        return tokens
    for index, token in enumerate(tokens[:-1]):
        kind = token.token_type
        if kind is TokenType.SELECT:
            break
        behind = tokens[index + 1]
        if kind is TokenType.ALIAS and word(behind) in _PIVOTS:
            kinds = (
                (TokenType.SELECT, "SELECT"), (TokenType.STAR, "*"), (TokenType.FROM, "FROM"),
                (TokenType.L_PAREN, "("),
            )  # fmt: skip
            added = [_at(kind, text, behind) for kind, text in kinds]
            last = _at(TokenType.R_PAREN, ")", tokens[-1])
            return [*tokens[: index + 1], *added, *tokens[index + 1 :], last]
    return tokens


def _at(kind: TokenType, text: str, place: Token) -> Token:
    return Token(kind, text, place.line, place.col, place.start, place.start)


# Lists in which a name and its value may be two strings side by side.
_PAIRS = frozenset({"OPTIONS", "TBLPROPERTIES", "PROPERTIES", "SERDEPROPERTIES", "DBPROPERTIES"})
_TWO_STRINGS = chr(TokenType.STRING) * 2


def short_format(tokens: Tokens) -> Tokens:
    """Return `CREATE … USING org.apache.spark.sql.parquet` with the last word of that class."""
    if word(tokens[0]) != "CREATE":
        return tokens
    using = None
    for index, token in enumerate(tokens):
        if token.token_type in {TokenType.USING, TokenType.SELECT}:
            using = index if token.token_type is TokenType.USING else None
            break
    if using is None:
        return tokens
    end = using + 1
    while end + 2 < len(tokens) and tokens[end + 1].token_type is TokenType.DOT:
        end += 2
    return [*tokens[: using + 1], *tokens[end:]]


def strings_touch(kinds: str) -> bool:
    """Return whether two strings stand side by side among tokens of these kinds."""
    return _TWO_STRINGS in kinds


def joined_strings(tokens: Tokens) -> Tokens:
    """Return tokens with strings that touch (`'a''b'`) as one, as Spark and Hive take them."""
    joined: list[Token] = []
    behind = 0
    for index, token in enumerate(tokens):
        if word(token) in _PAIRS and index + 1 < len(tokens) and word(tokens[index + 1]) == "(":
            behind = closing(tokens, index + 1)
        before = joined[-1] if joined and index > behind else None
        if before is not None and {token.token_type, before.token_type} == {TokenType.STRING}:
            both = before.text + token.text
            joined[-1] = Token(
                TokenType.STRING, both, before.line, before.col, before.start, token.end
            )
        else:
            joined.append(token)
    return joined


def unloaded(tokens: Tokens) -> tuple[Tokens | str, str, str] | None:
    """Return query, path and format of `UNLOAD ('…' | query) TO 's3://…'`."""
    if word(tokens[0]) != "UNLOAD" or len(tokens) < 5:
        return None
    close = closing(tokens, 1)
    rest = tokens[close + 1 :]
    path = next((token.text for token in rest if token.token_type is TokenType.STRING), "")
    form = "parquet" if "parquet" in " ".join(token.text.lower() for token in rest) else ""
    inner = tokens[2:close]
    if len(inner) == 1 and inner[0].token_type in {TokenType.STRING, TokenType.HEREDOC_STRING}:
        return inner[0].text, path, form
    return inner, path, form


def closing(tokens: Tokens, start: int) -> int:
    """Return the index of the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(tokens)):
        text = word(tokens[index])
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return index
    return len(tokens) - 1


def next_comma(tokens: Tokens, start: int) -> int:
    """Return the index of the next comma outside all brackets, the end where there is none."""
    depth = 0
    for index in range(start, len(tokens)):
        text = word(tokens[index])
        depth += (text == "(") - (text == ")")
        if text == "," and depth == 0:
            return index
    return len(tokens)


def foreign_language(tokens: Tokens) -> str:
    """Return the language of a procedure's body where that is not SQL, empty elsewhere."""
    if not {"PROCEDURE"} & set(words(tokens, 5)) or word(tokens[0]) != "CREATE":
        return ""
    for index, token in enumerate(tokens[:-1]):
        if word(token) == "LANGUAGE":
            name = tokens[index + 1].text.upper()
            return "" if name in {"SQL", "PLPGSQL", "TSQL"} else name
    return ""


def bodies(tokens: Tokens) -> Iterator[Token]:
    """Yield the string that holds the body of a function or a procedure written in SQL."""
    head = words(tokens, 6)
    anonymous = head[:1] == ["DO"]
    if not anonymous and (head[:1] != ["CREATE"] or not _ROUTINES & set(head)):
        return
    languages = [
        tokens[index + 1].text.lower()
        for index, token in enumerate(tokens[:-1])
        if word(token) == "LANGUAGE"
    ]
    if languages and languages[0] not in {"sql", "plpgsql", "tsql"}:
        return
    for index, token in enumerate(tokens):
        if " " not in token.text.strip():  # the name of a Java class, or of a file
            continue
        behind_as = bool(index) and word(tokens[index - 1]) == "AS"
        quoted = token.token_type in {TokenType.STRING, TokenType.RAW_STRING} and behind_as
        if token.token_type is TokenType.HEREDOC_STRING or quoted:
            yield token
