"""ClickHouse's dictionaries: a table or a query of this server, kept for looking up."""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.forms import word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import Head
from guardian.model.names import dataset_name, fold
from guardian.model.plan import Handle, Item, Project, Ref, Scan

Tokens = Sequence[Token]
QUERY = "query"


def dictionary(tokens: Tokens, script: Script) -> tuple[str, dict[str, Token], list[str]] | None:
    """Return the dataset, the source's settings and the columns of CREATE DICTIONARY.

    None for any other statement, and where the source is no table of this server.
    """
    head = forms.words(tokens, 5)
    if script.dialect != "clickhouse" or head[:1] != ["CREATE"] or "DICTIONARY" not in head:
        return None
    start = head.index("DICTIONARY") + 1
    start += 3 if forms.words(tokens[start:], 3) == ["IF", "NOT", "EXISTS"] else 0
    dataset, behind = dataset_at(tokens, start, script)
    source = next((i for i, token in enumerate(tokens) if word(token) == "SOURCE"), 0)
    if not source or forms.words(tokens[source:], 4)[1:] != ["(", "CLICKHOUSE", "("]:
        return None
    end = forms.closing(tokens, source + 3)
    settings = {
        tokens[index].text.lower(): tokens[index + 1]
        for index in range(source + 4, end - 1)
        if tokens[index + 1].token_type is TokenType.STRING
        or word(tokens[index]) in {"TABLE", "DB"}
    }
    while behind < source and word(tokens[behind]) != "(":
        behind += 1
    columns = list(_columns(tokens[behind + 1 : forms.closing(tokens, behind)], script))
    return dataset, settings, columns


def _columns(tokens: Tokens, script: Script) -> Iterator[str]:
    begin = 0
    while begin < len(tokens):
        quoted = tokens[begin].token_type is TokenType.IDENTIFIER
        yield fold(tokens[begin].text, script.dialect, quoted=quoted)
        begin = forms.next_comma(tokens, begin) + 1


def rows_of_table(settings: dict[str, Token], script: Script, head: Head) -> Handle | None:
    """Return the rows of a dictionary's source where that is a table."""
    table, database = settings.get("table"), settings.get("db")
    if table is None:
        return None
    parts = [fold(part.text, script.dialect) for part in (database, table) if part is not None]
    return script.builder.add(Scan(dataset=dataset_name(parts, script.dialect), at=head.at))


def chosen(rows: Handle, columns: list[str], script: Script) -> Handle:
    """Return the columns of a dictionary, which it takes by name."""
    return script.builder.add(Project(rows, tuple(Item(Ref(name), name) for name in columns)))
