"""Statements of scripts with semicolons that give variables values, and what declares them.

DECLARE, SET, LET, `:=`, SELECT INTO, FETCH, FOR, the parameters of routines: what a dialect does
not have does not occur in it.
"""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions import fingerprint
from guardian.languages.sql import forms
from guardian.languages.sql.assigning import column_of, declare_cursor, parameter_symbol
from guardian.languages.sql.forms import closing, next_comma, word
from guardian.languages.sql.records import (
    fetched,
    loop_over,
)
from guardian.languages.sql.script import Script
from guardian.languages.sql.variables import (
    UNSET,
    assign,
    declare,
    names_of,
    parameter,
    query_value,
    value_of,
)
from guardian.model.plan import Call, Constant, Expr, OpaqueExpr, Symbol

Tokens = Sequence[Token]
_GIVES = frozenset({":=", "=", "DEFAULT"})
_NO_VARIABLES = frozenset({"CONTINUE", "EXIT", "UNDO", "HANDLER"})
# Dialects whose SET gives a value to a variable by its bare name, and not to a setting.
_SETS_BARE = frozenset(
    {"bigquery", "mysql", "singlestore", "doris", "starrocks", "db2", "teradata"}
)
_MODES = frozenset({"IN", "OUT", "INOUT", "VARIADIC"})


# --- routines -------------------------------------------------------------------------------------


def declarations_begin(tokens: Tokens) -> int:
    """Return where a routine's declarations begin behind `CREATE PROCEDURE p (…) AS`, else 0."""
    if not forms.creates_routine(tokens):
        return 0
    depth = 0
    for index, token in enumerate(tokens):
        text = word(token)
        depth += (text == "(") - (text == ")")
        owner = word(tokens[index - 1]) in {"EXECUTE", "EXEC"}  # EXECUTE AS CALLER
        if depth == 0 and not owner and text in {"AS", "IS"} and index + 1 < len(tokens):
            following = word(tokens[index + 1])
            plain = following and following not in {"BEGIN", "SELECT", "WITH", "(", "$$"}
            return index + 1 if plain and "BEGIN" not in _words(tokens[index + 1 :]) else 0
    return 0


def _words(tokens: Tokens) -> set[str]:
    return {word(token) for token in tokens}


def declare_routine(tokens: Tokens, script: Script) -> None:
    """Note the parameters of a routine whose body is a string."""
    if forms.creates_routine(tokens):
        declare_parameters(tokens, script)


def declare_parameters(header: Tokens, script: Script) -> None:
    """Note the parameters of a routine: `IN name type DEFAULT value`, `name IN type := value`."""
    opened = next((index for index, token in enumerate(header) if word(token) == "("), None)
    before = {word(token) for token in header[:opened]} if opened is not None else set()
    if opened is None or before & {"AS", "RETURNS", "IS", "BEGIN"}:
        return
    end, index = closing(header, opened), opened + 1
    places: dict[str, int] = {}
    while index < end:
        stop = min(next_comma(header, index), end)
        part = [token for token in header[index:stop] if word(token) not in _MODES]
        if len(part) > 1 and part[0].token_type is not TokenType.PARAMETER:
            gives = _gives(part, 1)
            symbol = parameter_symbol(part[1].text, places)
            default = value_of(part[gives + 1 :], script) if gives else None
            value = parameter(symbol, default)
            script.spell(symbol, part[0].text)
            declare(part[0].text.lower(), _type_of(part[1 : gives or len(part)]), value, script)
        elif len(part) == 1:  # a type alone: the body names it by its place
            place = sum(places.values()) + 1
            symbol = parameter_symbol(part[0].text, places)
            declare(f"${place}", part[0].text, parameter(symbol, None), script)
        index = stop + 1


def _type_of(tokens: Tokens) -> str:
    return "".join(token.text for token in tokens if word(token) not in {"NOT", "NULL", "CONSTANT"})


def _gives(tokens: Tokens, start: int) -> int:
    """Return where the sign or word stands that gives a value, 0 where none does."""
    depth = 0
    for index in range(start, len(tokens)):
        text = word(tokens[index])
        depth += (text == "(") - (text == ")")
        if depth == 0 and text in _GIVES:
            return index
    return 0


# --- statements that give values ------------------------------------------------------------------


def gives_values(tokens: Tokens, script: Script) -> bool:
    """Note a statement that gives variables values; return whether it says nothing else."""
    first, second = [*forms.words(tokens, 2), ""][:2]
    if first in {"DECLARE", "LET"}:
        declare_variables(tokens[1:], script)
        script.state.declaring = first == "DECLARE" and script.dialect in LISTS
        return True
    if first == "SET":
        return _set(tokens, script)
    if first != "SELECT" and ":=" in forms.words(tokens, 4):
        return _assigned(tokens, script)
    if first == "FETCH":
        _fetch(tokens, script)
        return True
    if first in {"SELECT", "WITH"}:
        return _select_into(tokens, script)
    if first in {"EXECUTE", "CALL", "GET"} and second != "TASK":
        _filled(tokens, script)
    return False


# Dialects in which one DECLARE opens a list of declarations that BEGIN ends.
LISTS = frozenset({
    "postgres", "redshift", "oracle", "snowflake", "materialize", "risingwave", "duckdb",
})  # fmt: skip


def declare_variables(tokens: Tokens, script: Script) -> None:
    """Note `x, y INT64 DEFAULT 10`, `x CONSTANT int := 10`, `c CURSOR FOR SELECT …`."""
    while tokens and word(tokens[0]) in {"DECLARE", "OR", "REPLACE", "VARIABLE", "VAR"}:
        tokens = tokens[1:]
    said = forms.words(tokens, 6)
    if len(tokens) < 2 or _NO_VARIABLES & set(said[:2]):
        return
    if "CURSOR" in said[:3] or "RESULTSET" in said[:2]:
        _declare_cursor(tokens, said, script)
        return
    names, index = [tokens[0].text.lower()], 1
    while index + 1 < len(tokens) and word(tokens[index]) == ",":
        names.append(tokens[index + 1].text.lower())
        index += 2
    gives = _gives(tokens, index)
    value = value_of(tokens[gives + 1 :], script) if gives else UNSET
    types = _type_of(tokens[index : gives or len(tokens)])
    for name in names:
        declare(name, types, value, script)


def _declare_cursor(tokens: Tokens, said: list[str], script: Script) -> None:
    name = tokens[1] if said[0] == "CURSOR" else tokens[0]
    begin = next(
        (
            index + 1
            for index, token in enumerate(tokens)
            if word(token) in {"FOR", "IS", ":=", "DEFAULT"}
        ),
        None,
    )
    if begin is not None:
        declare_cursor(name.text.lower(), _without_brackets(tokens[begin:]), script)


def _without_brackets(tokens: Tokens) -> Tokens:
    while len(tokens) > 2 and word(tokens[0]) == "(" and closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _set(tokens: Tokens, script: Script) -> bool:
    """Note `SET x = 1`, `SET @x = 1, @y := 2`, `SET (a, b) = (1, 2)`, `SET VARIABLE x = 1`."""
    index = 1
    named = len(tokens) > 1 and word(tokens[1]) in {"VARIABLE", "VAR", "LOCAL", "SESSION"}
    index += named
    prefix = "$" if script.dialect == "snowflake" else ""
    if index < len(tokens) and word(tokens[index]) == "(":
        return _set_tuple(tokens, index, prefix, script)
    found = False
    while index < len(tokens):
        end = next_comma(tokens, index)
        gives = _gives(tokens[:end], index) or _to(tokens[:end], index)
        name = "".join(token.text for token in tokens[index:gives]).lower() if gives else ""
        if not name or not (named or _is_variable(name, script)):
            return found
        assign(f"{prefix}{name}", value_of(tokens[gives + 1 : end], script), script)
        found, index = True, end + 1
    return found


def _to(tokens: Tokens, start: int) -> int:
    """Return where TO stands in `SET my.setting TO 10`."""
    return next((index for index in range(start, len(tokens)) if word(tokens[index]) == "TO"), 0)


def _is_variable(name: str, script: Script) -> bool:
    """Return whether SET gives a value to a variable here, and not to a setting of the engine."""
    if name.startswith("@@"):
        return False
    own = name in script.state.values or name.startswith("@") or "." in name
    return own or script.dialect in _SETS_BARE or script.dialect == "snowflake"


def _set_tuple(tokens: Tokens, index: int, prefix: str, script: Script) -> bool:
    close = closing(tokens, index)
    names = [token.text.lower() for token in tokens[index + 1 : close] if word(token) != ","]
    behind = tokens[close + 2 :]
    whole = _without_brackets(behind)
    position = 0
    for place, name in enumerate(names):
        end = next_comma(whole, position)
        query = word(whole[0]) in {"SELECT", "WITH"} if whole else False
        if query or position >= len(whole):
            value = _column(whole, place, len(names), script)
        else:
            value = value_of(whole[position:end], script)
        assign(f"{prefix}{name}", value, script)
        position = end + 1
    return True


def _column(query: Tokens, place: int, count: int, script: Script) -> Expr:
    """Return a column of a query whose one row fills several variables."""
    declare_cursor("", query, script)
    value = column_of("", place, count, script)
    script.state.cursors.pop("", None)
    return value


def _assigned(tokens: Tokens, script: Script) -> bool:
    """Note `x := 10`, `r.x := 10`."""
    gives = _gives(tokens, 1)
    name = "".join(token.text for token in tokens[:gives]).lower().lstrip(":")
    assign(name, value_of(tokens[gives + 1 :], script), script)
    return True


def _targets(tokens: Tokens, start: int) -> tuple[list[str], int]:
    """Return the variables listed behind INTO, and where the list ends."""
    names: list[str] = []
    index = start
    while index < len(tokens):
        name = ""
        while (index < len(tokens) and tokens[index].text in {"@", ":", "."}) or (
            index < len(tokens) and (not name or name[-1] in "@:.")
        ):
            name += tokens[index].text.lower()
            index += 1
        names.append(name.lstrip(":"))
        if index >= len(tokens) or word(tokens[index]) != ",":
            break
        index += 1
    return names, index


def prepared_text(tokens: Tokens, script: Script) -> Tokens:
    """Return MySQL's `PREPARE s FROM @text` as what it runs, and nothing for EXECUTE s."""
    if script.dialect not in _PREPARES:
        return _prepared_statement(tokens, script)
    said = forms.words(tokens, 3)
    if said[:1] == ["PREPARE"] and said[2:] == ["FROM"]:
        first, second = tokens[0], tokens[1]
        execute = Token(TokenType.EXECUTE, "EXECUTE", first.line, first.col, first.start, first.end)
        return [
            execute,
            Token(TokenType.VAR, "IMMEDIATE", second.line, second.col, second.start, second.end),
            *tokens[3:],
        ]
    return [] if said[:1] == ["EXECUTE"] and said[1:2] != ["IMMEDIATE"] else tokens


def _prepared_statement(tokens: Tokens, script: Script) -> Tokens:
    """Return `PREPARE p FROM INSERT …` (Trino) or `AS INSERT …` (Postgres) as what it will run."""
    first = word(tokens[0])
    if first == "EXECUTE" and script.dialect in _PREPARES_STATEMENTS and len(tokens) > 1:
        dynamic = forms.runs_text(tokens, script) or word(tokens[1]) == "IMMEDIATE"
        return tokens if dynamic else ()
    if first != "PREPARE" or script.dialect not in _PREPARES_STATEMENTS:
        return tokens
    behind = _at_top(tokens, "FROM") if script.dialect != "postgres" else _at_top(tokens, "AS")
    return tokens[behind + 1 :] if behind else tokens


_PREPARES_STATEMENTS = frozenset({"trino", "presto", "athena", "postgres", "duckdb"})
_PREPARES = frozenset({"mysql", "singlestore", "doris", "starrocks"})


def _select_into(tokens: Tokens, script: Script) -> bool:
    """Note `SELECT a, b INTO x, y FROM t`, where x and y are variables and no new table."""
    into = _at_top(tokens, "INTO")
    if into is None:
        return _select_assigning(tokens, script)
    start = into + 1
    if start < len(tokens) and word(tokens[start]) in {"STRICT", ":"}:
        start += word(tokens[start]) == "STRICT"
    names, end = _targets(tokens, start)
    known = script.state.values
    if not all(name in known or tokens[start].text in {"@", ":"} for name in names):
        return False
    query = [*tokens[:into], *tokens[end:]]
    if len(names) == 1:
        assign(names[0], query_value(query, script)[0], script)
        declare_cursor(names[0], query, script)
        return True
    for place, name in enumerate(names):
        assign(name, _column(query, place, len(names), script), script)
    return True


def _select_assigning(tokens: Tokens, script: Script) -> bool:
    """Note MySQL's `SELECT @x := max(d) FROM t`."""
    if len(tokens) < 4 or tokens[1].text != "@" or word(tokens[3]) != ":=":
        return False
    query = [tokens[0], *tokens[4:]]
    assign(f"@{tokens[2].text.lower()}", query_value(query, script)[0], script)
    return next_comma(tokens, 1) == len(tokens)


def _at_top(tokens: Tokens, text: str) -> int | None:
    depth = 0
    for index, token in enumerate(tokens):
        said = word(token)
        depth += (said == "(") - (said == ")")
        if depth == 0 and said == text:
            return index
    return None


def _fetch(tokens: Tokens, script: Script) -> None:
    into = _at_top(tokens, "INTO")
    if into is None:
        return
    names, _ = _targets(tokens, into + 1)
    cursor = tokens[into - 1].text.lower()
    fetched(cursor, names, script)
    for place, name in enumerate(names):
        assign(name, column_of(cursor, place, len(names), script), script)


def _filled(tokens: Tokens, script: Script) -> None:
    """Note `EXECUTE IMMEDIATE … INTO x`: the values of a query that is not looked into."""
    into = _at_top(tokens, "INTO")
    if into is None:
        return
    names, _ = _targets(tokens, into + 1)
    text = fingerprint(" ".join(token.text for token in tokens[:into]))
    for place, name in enumerate(names):
        assign(name, OpaqueExpr(f"{text} {place}"), script)


def gather(tokens: Tokens, script: Script) -> None:
    r"""Note psql's `SELECT max(d) AS since FROM t \gset`, which ends the query on its line."""
    gathered = script.state.gathered
    if not gathered or word(tokens[0]) not in {"SELECT", "WITH"}:
        return
    line = tokens[-1].line
    prefix = gathered.get(line, gathered.get(line + 1))
    if prefix is None:
        return
    names = names_of(tokens, script)
    for place, name in enumerate(names):
        assign(f":{prefix}{name}", _column(tokens, place, len(names), script), script)


# --- records --------------------------------------------------------------------------------------


def declare_record(control: Tokens, script: Script) -> None:
    """Note `FOR r IN SELECT a, b FROM t LOOP`, `FOR i IN 1..10 LOOP`."""
    if loop_over(control, script):
        return
    inside = _at_top(control, "IN")
    if inside is None or inside < 2:
        return
    name = control[1].text.lower()
    query = _without_brackets(control[inside + 1 : -1])
    if not query or word(query[0]) not in {"SELECT", "WITH"}:
        known = value_of(query, script) if len(query) == 1 else None
        text = fingerprint(" ".join(token.text for token in query))
        fixed = isinstance(known, Constant | Symbol | Call)
        assign(name, OpaqueExpr(text, (known,) if fixed and known is not None else ()), script)
        return
    declare_cursor(name, query, script)
    columns = names_of(query, script)
    for place, column in enumerate(columns):
        assign(f"{name}.{column}", column_of(name, place, len(columns), script), script)
