"""CREATE statements in words that the parser knows: the same rows, said otherwise."""

from collections.abc import Callable, Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.forms import word
from guardian.languages.sql.phrases import at_depth, behind_name, comma, entries, said, without
from guardian.languages.sql.splitting import parsed

Tokens = Sequence[Token]
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "FROM"})
# How far into a statement its name reaches, with the words around it.
_HEAD = 24
_DELTA = frozenset({"spark", "databricks"})


def plainly_created(tokens: Tokens, dialect: str) -> Tokens:
    """Return a CREATE statement as the parser knows it."""
    for rule in _RULES:
        tokens = rule(tokens, dialect)
    return tokens


def readable(tokens: Tokens, text: str, dialect: str) -> list[exp.Expr]:
    """Return the trees of a statement; what its CREATE says of storage is left out where need be.

    Raises:
        SqlglotError: where the dialect does not know the syntax.
        RecursionError: where it is nested too deep for the stack at hand.
    """
    try:
        trees = parsed(tokens, text, dialect)
    except SqlglotError:
        found = _barely_parsed(tokens, text, dialect)
        if found is None:
            raise
        return found
    if any(isinstance(tree, exp.Command) for tree in trees):
        return _barely_parsed(tokens, text, dialect) or trees
    return trees


def _barely_parsed(tokens: Tokens, text: str, dialect: str) -> list[exp.Expr] | None:
    shorter = barely(tokens)
    if shorter is None:
        return None
    try:
        trees = parsed(shorter, text, dialect)
    except SqlglotError:
        return None
    return None if any(isinstance(tree, exp.Command) for tree in trees) else trees


_LIVE = frozenset({"LIVE", "live"})


def without_live(tokens: Tokens) -> Tokens:
    """Return `LIVE.t` as `t`: a table of the same pipeline."""
    if not any(token.text in _LIVE for token in tokens):
        return tokens
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        dotted = index + 1 < len(tokens) and tokens[index + 1].token_type is TokenType.DOT
        if word(tokens[index]) == "LIVE" and dotted:
            index += 2
            continue
        kept.append(tokens[index])
        index += 1
    return kept


def _plain_words(tokens: Tokens, _dialect: str) -> Tokens:
    """Return CREATE without words that say nothing of the rows."""
    tokens = (
        without(tokens, ("COPY", "GRANTS")) if "CLONE" in forms.words(tokens, _HEAD) else tokens
    )
    return without(tokens, ("SNAPSHOT",)) if word(tokens[1]) == "SNAPSHOT" else tokens


def _delta_clone(tokens: Tokens, dialect: str) -> Tokens:
    """Return `CREATE TABLE t DEEP CLONE s VERSION AS OF 3 …` as the query that it is."""
    clone = at_depth(tokens[:_HEAD], "CLONE") if dialect in _DELTA else -1
    if clone < 0:
        return tokens
    begin = clone - (word(tokens[clone - 1]) in {"DEEP", "SHALLOW"})
    end = behind_name(tokens, clone + 1)
    if forms.words(tokens[end + 1 :], 2) == ["AS", "OF"]:
        end += 4
    query = said("AS SELECT * FROM", tokens[clone], dialect)
    return [*tokens[:begin], *query, *tokens[clone + 1 : end]]


def _whole_table(tokens: Tokens, dialect: str) -> Tokens:
    """Return `CREATE TABLE t AS TABLE s` as the query that it is."""
    query = at_depth(tokens[:_HEAD], "AS")
    if query < 0 or forms.words(tokens[query:], 2) != ["AS", "TABLE"]:
        return tokens
    return [
        *tokens[: query + 1],
        *said("SELECT * FROM", tokens[query], dialect),
        *tokens[query + 2 :],
    ]


def _recursive_view(tokens: Tokens, dialect: str) -> Tokens:
    """Return `CREATE RECURSIVE VIEW r (n) AS q` as a view of a recursive CTE."""
    head = forms.words(tokens, 6)
    if "RECURSIVE" not in head or "VIEW" not in head:
        return tokens
    view = head.index("VIEW")
    bracket, query = at_depth(tokens, "(", start=view), at_depth(tokens, "AS", start=view)
    if not view < bracket < query:
        return tokens
    name = tokens[bracket - 1]
    columns = tokens[bracket : forms.closing(tokens, bracket) + 1]
    before = [token for token in tokens[:bracket] if word(token) != "RECURSIVE"]
    opening = [*said("AS WITH RECURSIVE", name, dialect), name, *columns]
    inner = [*said("AS (", name, dialect), *tokens[query + 1 :]]
    return [*before, *columns, *opening, *inner, *said(") SELECT * FROM", name, dialect), name]


def _expectations(tokens: Tokens, dialect: str) -> Tokens:
    """Return a streaming table without `(CONSTRAINT c EXPECT (…) ON VIOLATION DROP ROW)`."""
    if dialect != "databricks" or "EXPECT" not in forms.words(tokens, 40):
        return tokens
    start = at_depth(tokens, "(")
    end = forms.closing(tokens, start)
    kept: list[Token] = []
    for part in entries(tokens[start + 1 : end]):
        if word(part[0]) != "CONSTRAINT":
            kept.extend([*([comma(part[0])] if kept else []), *part])
    listed = [tokens[start], *kept, tokens[end]] if kept else []
    return [*tokens[:start], *listed, *tokens[end + 1 :]]


def barely(tokens: Tokens) -> Tokens | None:
    """Return `CREATE … t (a, b) <storage> AS <query> <options>` without what it says of storage.

    It is what is left to read where the parser does not know an engine's options: name, columns
    and query. None where there is no query.
    """
    head = forms.words(tokens, 16)
    kind = next((name for name in ("TABLE", "VIEW") if name in head), "")
    if head[:1] != ["CREATE"] or not kind:
        return None
    start = head.index(kind) + 1
    start += 3 if head[start : start + 3] == ["IF", "NOT", "EXISTS"] else 0
    end = behind_name(tokens, start)
    query = query_begins(tokens, end)
    if query < 0:
        return None
    listed = word(tokens[end]) == "("
    columns = tokens[end : forms.closing(tokens, end) + 1] if listed else ()
    storage = word(tokens[end + len(columns)]) if end + len(columns) < len(tokens) else ""
    if storage not in _STORAGE | {"AS"}:
        return None
    words = [
        token
        for token in tokens[1 : head.index(kind) + 1]
        if word(token) in {"OR", "REPLACE", "TEMP", "TEMPORARY", "MATERIALIZED", kind}
    ]
    told = [tokens[0], *words, *tokens[start:end], *columns]
    return [*told, *tokens[query : _tail(tokens, query)]]


# What engines say of how a table is stored; the rows are those of the query all the same.
_STORAGE = frozenset({
    "TABLESPACE", "NOLOGGING", "LOGGING", "PARALLEL", "NOPARALLEL", "COMPRESS", "NOCOMPRESS",
    "STORAGE", "PCTFREE", "PCTUSED", "INITRANS", "ORGANIZATION", "SEGMENT", "ROW", "CACHE",
    "NOCACHE", "PARTITION", "PARTITION BY", "PARTITIONED", "CLUSTER", "CLUSTER BY", "CLUSTERED",
    "ENGINE", "ORDER BY", "PRIMARY KEY", "SAMPLE", "TTL", "SETTINGS", "POPULATE", "BUILD",
    "COMMENT",
    "REFRESH", "NEVER", "ENABLE", "DISABLE", "USING", "WITH", "ON", "TO", "DEFINER", "SQL",
    "STORED", "LOCATION", "TBLPROPERTIES", "OPTIONS", "DISTRIBUTED", "DISTRIBUTE", "DISTKEY",
    "DISTSTYLE", "SORTKEY", "COMPOUND", "INTERLEAVED", "BACKUP", "AUTO", "INHERITS", "DEFAULT",
    "CHARSET", "COLLATE", "AUTO_INCREMENT", "UNLOGGED", "BEQUEATH", "SECURITY", "CONTAINER_MAP",
    "SHARING", "MEMORY", "INMEMORY", "DEFERRED", "DUPLICATE", "UNIQUE", "AGGREGATE", "BUCKETS",
    "CATALOG", "EXTERNAL_VOLUME", "BASE_LOCATION", "WAREHOUSE", "TARGET_LAG", "SCHEDULE",
})  # fmt: skip


def query_begins(tokens: Tokens, start: int) -> int:
    """Return the index of the AS in front of a query, -1 without one."""
    index = at_depth(tokens, "AS", start=start)
    while index >= 0:
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if following is not None and word(following) in _QUERIES | {"("}:
            return index
        index = at_depth(tokens, "AS", start=index + 1)
    return -1


# What may stand behind a view's query; none of it alters the rows that it holds.
_TAILS = (
    ("WITH", "CHECK", "OPTION"), ("WITH", "LOCAL", "CHECK", "OPTION"), ("WITH", "READ", "ONLY"),
    ("WITH", "CASCADED", "CHECK", "OPTION"), ("WITH", "NO", "SCHEMA", "BINDING"),
    ("WITH", "DATA"), ("WITH", "NO", "DATA"), ("WITH", "NO", "ROW", "MOVEMENT"),
)  # fmt: skip


def _tail(tokens: Tokens, start: int) -> int:
    for phrase in _TAILS:
        begin = len(tokens) - len(phrase)
        if begin > start and tuple(forms.words(tokens[begin:], len(phrase))) == phrase:
            return begin
    return len(tokens)


_RULES: tuple[Callable[[Tokens, str], Tokens], ...] = (
    _plain_words, _delta_clone, _whole_table, _recursive_view, _expectations,
)  # fmt: skip
