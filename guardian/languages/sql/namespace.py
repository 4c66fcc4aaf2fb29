"""Where unqualified names are looked up: USE, SET search_path, SET SCHEMA, CURRENT_SCHEMA.

A dataset is named as the code names it, and an explicit USE is the code naming it: behind
`USE sales`, `orders` is `sales.orders`, as the jobs call it that write its name in full. What every
session begins in (`default`, `public`, `main`) says nothing: there `orders` stays `orders`. A name
with a schema keeps it and gets no catalog: the scripts that say USE DATABASE stand beside others
that are started in that database and say nothing. For the same reason T-SQL's `USE db` is left
out, which tools write at the top of each script. Only in a script that goes from one database to
another does the name tell tables apart, and there it counts.
"""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions.source import restore
from guardian.languages.sql.forms import says, word, words
from guardian.languages.sql.script import Script
from guardian.model.names import fold

Tokens = Sequence[Token]
_INITIAL = frozenset({"default", "public", "main", "dbo", "$user", ""})
_SYSTEM = frozenset({"master", "tempdb", "msdb", "model"})
_USE = frozenset({"USE"})
_CATALOGS = frozenset({"CATALOG", "DATABASE"})
_SCHEMAS = frozenset({"SCHEMA", "NAMESPACE", "DATABASE"})
_OTHERS = frozenset({"ROLE", "WAREHOUSE", "SECONDARY"})
# Engines in which a database is what others call a schema, or in which USE alone names a catalog.
_DATABASE_IS_CATALOG = frozenset({"snowflake", "tsql", "fabric", "postgres", "redshift"})


def note_namespace(tokens: Tokens, script: Script) -> bool:
    """Note a statement that says where unqualified names are; return whether it is one."""
    said = words(tokens, 5)
    if said[:1] == ["USE"]:
        _use(tokens, script)
        return True
    behind = _setting(said)
    if not behind:
        return False
    names = _names(tokens[behind:], script)
    first = next((name for name in names if name.lower().strip('"') not in _INITIAL), "")
    script.state.schema = first
    return True


def _setting(said: list[str]) -> int:
    """Return where the schema stands in SET search_path and its like, 0 in other statements."""
    if said[:1] == ["SET"]:
        start = 2 if said[1:2] in (["LOCAL"], ["SESSION"], ["CURRENT"]) else 1
        if said[start : start + 1] in (["SEARCH_PATH"], ["SCHEMA"], ["CURRENT_SCHEMA"]):
            return start + 1
    if said[:4] == ["ALTER", "SESSION", "SET", "CURRENT_SCHEMA"]:
        return 4
    return 0


def _names(tokens: Tokens, script: Script) -> list[str]:
    """Return the schemas of a list; its `=` or TO left out."""
    symbols = script.source.symbols if script.source is not None else ()
    return [
        fold(restore(token.text, symbols), script.dialect, quoted=_is_quoted(token))
        for token in tokens
        if word(token) not in {"=", "TO", ",", "."}
    ]


def _is_quoted(token: Token) -> bool:
    return token.token_type is TokenType.IDENTIFIER


def _use(tokens: Tokens, script: Script) -> None:
    state, kind = script.state, word(tokens[1]) if len(tokens) > 2 else ""
    if kind in _OTHERS:
        return
    names = _names(tokens[2 if kind in _CATALOGS | _SCHEMAS else 1 :], script)
    if not names:
        return
    if len(names) > 1:
        state.catalog, state.schema = names[-2], _unless_initial(names[-1])
    elif kind == "CATALOG" or (kind in {"DATABASE", ""} and script.dialect in _DATABASE_IS_CATALOG):
        state.catalog, state.schema = names[0], ""
    else:
        state.schema = _unless_initial(names[0])


def _unless_initial(name: str) -> str:
    return "" if name.lower() in _INITIAL else name


def databases_used(tokens: Tokens) -> set[str]:
    """Return the databases that a T-SQL script goes to, system databases left out."""
    found: set[str] = set()
    for index, token in enumerate(tokens[:-1] if says(tokens, _USE) else ()):
        begins = not index or tokens[index - 1].line < token.line or word(tokens[index - 1]) == ";"
        if word(token) == "USE" and begins:
            found.add(tokens[index + 1].text.lower())
    return found - _SYSTEM
