"""Statements that write, in words that the parser knows: the same rows, said otherwise."""

import re
from collections.abc import Callable, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.creation import plainly_created, query_begins, without_live
from guardian.languages.sql.forms import word
from guardian.languages.sql.phrases import at_depth, behind_name, comma, entries, said, without

Tokens = Sequence[Token]


def reworded(tokens: Tokens, dialect: str) -> Tokens:
    """Return a statement as the parser knows it; its tokens keep their places in the text."""
    if len(tokens) < 2:
        return tokens
    tokens = _flow(tokens)
    first = word(tokens[0])
    if dialect == "databricks":
        tokens = without_live(tokens)
    if dialect == "oracle":
        tokens = _with_named_binds(tokens)
    if dialect in _NAMES_BY_TEXT and "IDENTIFIER" in forms.words(tokens, 12):
        tokens = _with_plain_target(tokens, dialect)
    for rule in _RULES.get(first, ()):
        tokens = rule(tokens, dialect)
    return tokens


def _with_named_binds(tokens: Tokens) -> Tokens:
    """Return Oracle's bind variables `:1, :2` under names, as `:b1` is written."""
    colon, number = TokenType.COLON, TokenType.NUMBER
    places = [
        index
        for index in range(1, len(tokens))
        if tokens[index].token_type is number and tokens[index - 1].token_type is colon
    ]
    if not places:
        return tokens
    found = list(tokens)
    for index in places:
        one = tokens[index]
        found[index] = Token(
            TokenType.VAR, f"b{one.text}", one.line, one.col, one.start, one.end, one.comments
        )
    return found


_NAMES_BY_TEXT = frozenset({"spark", "databricks"})


def _with_plain_target(tokens: Tokens, dialect: str) -> Tokens:
    """Return a statement about `IDENTIFIER('db.t')` with the name in its place."""
    for index in range(1, min(len(tokens) - 3, 12)):
        text = tokens[index + 2]
        if forms.words(tokens[index : index + 4], 4) != ["IDENTIFIER", "(", "", ")"]:
            continue
        if text.token_type is TokenType.STRING and _DOTTED.fullmatch(text.text):
            return [*tokens[:index], *said(text.text, text, dialect), *tokens[index + 4 :]]
    return tokens


_DOTTED = re.compile(r"\w+(?:\.\w+)*")


def _altered_view(tokens: Tokens, dialect: str) -> Tokens:
    """Return `ALTER VIEW v AS q` as the CREATE that gives the same view."""
    if "VIEW" not in forms.words(tokens, 3) or query_begins(tokens, 2) < 0:
        return tokens
    return [*said("CREATE OR REPLACE", tokens[0], dialect), *tokens[1:]]


def _mutation(tokens: Tokens, dialect: str) -> Tokens:
    """Return ClickHouse's `ALTER TABLE t UPDATE a = b WHERE c` as an UPDATE."""
    verb = at_depth(tokens, "UPDATE", "DELETE") if dialect == "clickhouse" else -1
    if verb < 3 or word(tokens[verb - 1]) in {"ON", "ALLOW", "NO"}:
        return tokens
    name = tokens[2 : behind_name(tokens, 2)]
    if word(tokens[verb]) == "UPDATE":
        opening = [tokens[verb], *name, *said("SET", tokens[verb], dialect)]
    else:
        opening = [*said("DELETE FROM", tokens[verb], dialect), *name]
    return [*opening, *tokens[verb + 1 :]]


def _insert_into_path(tokens: Tokens, _dialect: str) -> Tokens:
    """Return `INSERT OVERWRITE DIRECTORY USING csv OPTIONS (path '…')` with the path in place."""
    found = next((i for i, token in enumerate(tokens[:5]) if word(token) == "DIRECTORY"), -1)
    if found < 0 or forms.words(tokens[found + 1 :], 1) != ["USING"]:
        return tokens
    options = next((i for i, token in enumerate(tokens) if word(token) == "OPTIONS"), len(tokens))
    for index in range(options, len(tokens) - 1):
        follows = tokens[index + 1] if word(tokens[index + 1]) != "=" else tokens[index + 2]
        if tokens[index].text.lower() == "path" and follows.token_type is TokenType.STRING:
            return [*tokens[: found + 1], follows, *tokens[found + 1 :]]
    return tokens


def outfile(tokens: Tokens, dialect: str) -> tuple[Tokens, str, str] | None:
    """Return query, path and format of MySQL's `SELECT … INTO OUTFILE '…'`."""
    into = at_depth(tokens, "INTO") if dialect == "mysql" else -1
    if into < 0 or into + 2 >= len(tokens):
        return None
    path = tokens[into + 2]
    if word(tokens[into + 1]) not in {"OUTFILE", "DUMPFILE"} or path.token_type is not _TEXT:
        return None
    behind = at_depth(tokens, "FROM", start=into)
    return [*tokens[:into], *(tokens[behind:] if behind >= 0 else ())], path.text, ""


_TEXT = TokenType.STRING


def _insert_if_new(tokens: Tokens, _dialect: str) -> Tokens:
    """Return `INSERT … PARTITION (…) IF NOT EXISTS SELECT …` without the condition."""
    return (
        without(tokens, ("IF", "NOT", "EXISTS"))
        if "PARTITION" in forms.words(tokens, 40)
        else tokens
    )


def _insert_set(tokens: Tokens, dialect: str) -> Tokens:
    """Return MySQL's `INSERT INTO t SET a = x, b = y` with a list and VALUES."""
    opening = ("SET", "SELECT", "VALUES", "WITH", "(")
    mark = at_depth(tokens, *opening) if dialect == "mysql" else -1
    if mark < 0 or word(tokens[mark]) != "SET":
        return tokens
    end = at_depth(tokens, "ON", start=mark)
    end = end if end >= 0 else len(tokens)
    given = [(part, at_depth(part, "=")) for part in entries(tokens[mark + 1 : end])]
    if not given or any(sign < 1 for _, sign in given):
        return tokens
    near = tokens[mark]
    names: list[Token] = []
    values: list[Token] = []
    for part, sign in given:
        names += [*([comma(near)] if names else []), part[sign - 1]]
        values += [*([comma(near)] if values else []), *part[sign + 1 :]]
    opened, closed = said("(", near, dialect), said(")", near, dialect)
    listed = [*opened, *names, *closed, *said("VALUES (", near, dialect), *values, *closed]
    return [*tokens[:mark], *listed, *tokens[end:]]


def _insert_table(tokens: Tokens, dialect: str) -> Tokens:
    """Return `INSERT INTO t TABLE s` as the query that it is."""
    found = at_depth(tokens[:24], "TABLE", "SELECT", "VALUES", start=3)
    if found < 0 or word(tokens[found]) != "TABLE" or forms.words(tokens[found + 1 :], 1) == ["("]:
        return tokens
    if word(tokens[found - 1]) in {"INTO", "OVERWRITE", "INSERT", "@"}:
        return tokens
    return [*tokens[:found], *said("SELECT * FROM", tokens[found], dialect), *tokens[found + 1 :]]


def _merge_words(tokens: Tokens, dialect: str) -> Tokens:
    """Return MERGE without words that its branches say as well."""
    if forms.words(tokens[-2:], 2) == ["REMOVE", "DUPLICATES"]:  # Redshift: rows are replaced
        branch = said("WHEN NOT MATCHED THEN INSERT ROW", tokens[-1], dialect)
        return [*tokens[:-2], *branch]
    tokens = without(tokens, ("WITH", "SCHEMA", "EVOLUTION"))
    return _merge_delete(tokens, dialect) if dialect == "oracle" else tokens


def _merge_delete(tokens: Tokens, dialect: str) -> Tokens:
    """Return Oracle's `UPDATE SET … DELETE WHERE c` with a branch of its own for the DELETE."""
    for index in range(len(tokens) - 2):
        if forms.words(tokens[index : index + 2], 2) != ["DELETE", "WHERE"]:
            continue
        end = at_depth(tokens, "WHEN", start=index)
        end = end if end >= 0 else len(tokens)
        near = tokens[index]
        branch = [*said("WHEN MATCHED AND (", near, dialect), *tokens[index + 2 : end]]
        branch += said(") THEN DELETE", near, dialect)
        return [*tokens[:index], *branch, *tokens[end:]]
    return tokens


def _inline_view(tokens: Tokens, dialect: str) -> Tokens:
    """Return Oracle's `UPDATE (SELECT …) SET …` as an UPDATE of a CTE."""
    start = 1 + (forms.words(tokens, 2) == ["DELETE", "FROM"])
    if start >= len(tokens) or word(tokens[start]) != "(":
        return tokens
    end = forms.closing(tokens, start)
    rest = tokens[end + 1 :]
    named = bool(rest) and rest[0].token_type is TokenType.VAR and word(rest[0]) not in _CLAUSES
    name = [rest[0]] if named else said("inline_view", tokens[start], dialect)
    opening = [*said("WITH", tokens[0], dialect), *name, *said("AS", tokens[0], dialect)]
    return [*opening, *tokens[start : end + 1], *tokens[:start], *name, *rest[named:]]


_CLAUSES = frozenset({"SET", "WHERE", "FROM"})


def _top(tokens: Tokens, dialect: str) -> Tokens:
    """Return T-SQL's `UPDATE TOP (10) t …` as `UPDATE t … LIMIT (10)`, INSERT with it in SELECT."""
    if forms.words(tokens[1:], 2) != ["TOP", "("]:
        return tokens
    end = forms.closing(tokens, 2) + 1
    percent = forms.words(tokens[end:], 1) == ["PERCENT"]
    rest = tokens[end + percent :]
    if word(tokens[0]) == "INSERT":
        place = at_depth(rest, "SELECT", "UNION", "EXCEPT", "INTERSECT")
        if place < 0 or word(rest[place]) != "SELECT":
            return [tokens[0], *rest]
        place += 1 + (forms.words(rest[place + 1 :], 1) == ["DISTINCT"])
        return [tokens[0], *rest[:place], *tokens[1 : end + percent], *rest[place:]]
    count = tokens[2:end]
    if percent:
        text = " ".join(token.text for token in tokens[3 : end - 1])
        count = said(f"'{text} percent'", tokens[1], dialect)
    return [tokens[0], *rest, *said("LIMIT", tokens[1], dialect), *count]


def _delete_using(tokens: Tokens, dialect: str) -> Tokens:
    """Return MySQL's `DELETE FROM t USING …` as `DELETE t FROM …`."""
    using = at_depth(tokens, "USING", "WHERE") if dialect == "mysql" else -1
    if using < 0 or forms.words(tokens, 2) != ["DELETE", "FROM"]:
        return tokens
    if word(tokens[using]) != "USING":
        return tokens
    return [
        tokens[0],
        *tokens[2:using],
        *said("FROM", tokens[using], dialect),
        *tokens[using + 1 :],
    ]


def _flow(tokens: Tokens) -> Tokens:
    """Return what a flow of Databricks' pipelines does: `CREATE FLOW f AS INSERT INTO ONCE t …`."""
    if forms.words(tokens, 2) != ["CREATE", "FLOW"]:
        return tokens
    start = at_depth(tokens, "AS")
    does = tokens[start + 1 :] if start > 0 else ()
    if not does or word(does[0]) not in {"INSERT", "AUTO", "APPLY"}:
        return tokens
    once = at_depth(does, "ONCE")
    return [*does[:once], *does[once + 1 :]] if 0 < once < 4 else does


def _apply_changes(tokens: Tokens, dialect: str) -> Tokens:
    """Return Databricks' `APPLY CHANGES INTO t FROM s KEYS (…) …` as an INSERT BY NAME."""
    into, source = at_depth(tokens, "INTO"), at_depth(tokens, "FROM")
    if forms.words(tokens, 2)[1:] not in (["CHANGES"], ["CDC"]) or not 0 < into < source:
        return tokens
    end = at_depth(tokens, "KEYS", start=source)
    end = end if end >= 0 else len(tokens)
    near = tokens[0]
    listed = at_depth(tokens, "COLUMNS", start=source)
    last = at_depth(tokens, "STORED", "TRACK", start=listed) if listed >= 0 else -1
    chosen = tokens[listed + 1 : last if last >= 0 else len(tokens)] if listed >= 0 else ()
    if len(chosen) > 2 and word(chosen[0]) == "(":
        chosen = chosen[1:-1]
    columns = chosen or said("*", near, dialect)
    opening = [*said("INSERT INTO", near, dialect), *tokens[into + 1 : source]]
    return [*opening, *said("BY NAME SELECT", near, dialect), *columns, *tokens[source:end]]


Rule = Callable[[Tokens, str], Tokens]
_RULES: dict[str, tuple[Rule, ...]] = {
    "CREATE": (plainly_created,), "ALTER": (_altered_view, _mutation),
    "INSERT": (_top, _insert_into_path, _insert_if_new, _insert_set, _insert_table),
    "MERGE": (_merge_words,),
    "DELETE": (_top, _delete_using, _inline_view), "UPDATE": (_top, _inline_view),
    "APPLY": (_apply_changes,), "AUTO": (_apply_changes,),
}  # fmt: skip
