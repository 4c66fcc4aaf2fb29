"""T-SQL's statements that give variables values: DECLARE, SET, SELECT, FETCH, EXEC, parameters."""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions import fingerprint, parts
from guardian.languages.sql.forms import closing, next_comma, word
from guardian.languages.sql.script import Script
from guardian.languages.sql.variables import (
    UNSET,
    assign,
    bounded,
    declare,
    parameter,
    query_value,
    value_of,
)
from guardian.model.plan import Call, Expr, Item, OpaqueExpr, Project, Ref, Rename, Subquery

Tokens = Sequence[Token]
_OPERATORS = frozenset({"+", "-", "*", "/", "%", "&", "|", "^"})
_BEHIND_LIST = frozenset({
    "FROM", "WHERE", "GROUP BY", "GROUP", "ORDER BY", "ORDER", "HAVING", "OPTION", "FOR", "UNION",
})  # fmt: skip


def is_variable(tokens: Tokens, index: int) -> bool:
    """Return whether a variable's name stands at `index`."""
    return (
        index + 1 < len(tokens)
        and tokens[index].token_type is TokenType.PARAMETER
        and tokens[index].text == "@"
    )


def name_at(tokens: Tokens, index: int) -> str:
    """Return the variable named at `index`; T-SQL does not tell capitals from small letters."""
    return f"@{tokens[index + 1].text.lower()}"


def assign_values(statement: Tokens, script: Script) -> None:
    """Note `SET @a = …` and `DECLARE @a int = …, @b date`."""
    declares = word(statement[0]) == "DECLARE"
    index = 1
    while index < len(statement):
        if not is_variable(statement, index):
            if declares and index == 1:
                _declare_cursor(statement, script)
            return
        end = next_comma(statement, index)
        name, equals = name_at(statement, index), _equals(statement, index + 2, end)
        value = _value(statement, index, equals, end, script)
        if declares:
            types = statement[index + 2 : end if equals is None else equals]
            declare(name, _type_text(types), value, script)
        elif equals is not None:
            assign(name, value, script)
        index = end + 1


def _equals(tokens: Tokens, start: int, end: int) -> int | None:
    """Return where the sign of an assignment stands."""
    return next((index for index in range(start, end) if word(tokens[index]) == "="), None)


def _type_text(tokens: Tokens) -> str:
    words = [token.text for token in tokens if word(token) != "AS"]
    return "".join(words) if "(" in words else " ".join(words)


def _value(tokens: Tokens, name: int, equals: int | None, end: int, script: Script) -> Expr:
    if equals is None:
        return UNSET
    return value_of(_written(tokens, name, equals, end), script)


def _written(tokens: Tokens, name: int, equals: int, end: int) -> list[Token]:
    """Return a value's tokens; those of `@a += x` are `@a + (x)`."""
    value = list(tokens[equals + 1 : end])
    before = tokens[equals - 1]
    if word(before) in _OPERATORS:
        first, last = value[:1], value[-1:]
        opening = [
            Token(TokenType.L_PAREN, "(", at.line, at.col, at.start, at.start) for at in first
        ]
        end_ = [Token(TokenType.R_PAREN, ")", at.line, at.col, at.end, at.end) for at in last]
        return [*tokens[name : name + 2], before, *opening, *value, *end_]
    return value


# --- SELECT @a = … --------------------------------------------------------------------------------


def select_values(statement: Tokens, script: Script) -> bool:
    """Note `SELECT @a = x, @b = y FROM …`; return whether it is such a statement.

    Each variable gets a scalar subquery of its own. A query that may have no row leaves a variable
    as it was: that value stays part of the new one.
    """
    start = _first_item(statement)
    if start is None:
        return False
    tail = _behind_list(statement, start)
    index = start
    while index < tail and is_variable(statement, index):
        end = min(next_comma(statement, index), tail)
        equals = _equals(statement, index + 2, end)
        if equals is None:
            break
        name, item = name_at(statement, index), _written(statement, index, equals, end)
        if tail == len(statement):
            assign(name, value_of(item, script), script)
        else:
            query = [*statement[:start], *item, *statement[tail:]]
            assign(name, _from_query(name, query, script), script)
        index = end + 1
    return True


def _from_query(name: str, query: Tokens, script: Script) -> Expr:
    before = script.state.values.get(name, UNSET)
    value, one_row = query_value(query, script)
    if one_row or before == UNSET or before in parts(value):
        return value
    return Call("value_of_last_row", (value, before))


def _first_item(statement: Tokens) -> int | None:
    """Return where the list of a SELECT begins that gives values to variables."""
    index = 1
    while index < len(statement) and word(statement[index]) in {"DISTINCT", "TOP", "ALL"}:
        index += 1
        if index < len(statement) and word(statement[index]) == "(":
            index = closing(statement, index) + 1
        elif index < len(statement) and statement[index].token_type is TokenType.NUMBER:
            index += 1
    signs = statement[index + 2 : index + 4]
    assigns = bool(signs) and (
        word(signs[0]) == "="
        or (word(signs[0]) in _OPERATORS and len(signs) > 1 and word(signs[1]) == "=")
    )
    return index if is_variable(statement, index) and assigns else None


def _behind_list(tokens: Tokens, start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        text = word(tokens[index])
        depth += (text in {"(", "CASE"}) - (text == ")" or (text == "END" and depth > 0))
        if depth == 0 and text in _BEHIND_LIST:
            return index
    return len(tokens)


# --- parameters -----------------------------------------------------------------------------------


def declare_parameters(header: Tokens, script: Script) -> None:
    """Note the parameters in the header of a procedure or a function."""
    places: dict[str, int] = {}
    index, depth = 0, 0
    while index < len(header):
        text = word(header[index])
        depth += (text == "(") - (text == ")")
        if is_variable(header, index) and depth < 2 and word(header[index - 1]) != "RETURNS":
            end = _end_of_parameter(header, index)
            _declare_parameter(header, index, end, places, script)
            index = end
        else:
            index += 1


def _end_of_parameter(header: Tokens, start: int) -> int:
    depth = 0
    for index in range(start, len(header)):
        text = word(header[index])
        if depth == 0 and (text in {",", ")"} or (index > start + 2 and text in _BEHIND_HEADER)):
            return index
        depth += (text == "(") - (text == ")")
    return len(header)


_BEHIND_HEADER = frozenset({"WITH", "RETURNS", "FOR", "BEGIN"})


def _declare_parameter(
    header: Tokens, start: int, end: int, places: dict[str, int], script: Script
) -> None:
    equals = _equals(header, start + 2, end)
    types = [
        token
        for token in header[start + 2 : end if equals is None else equals]
        if word(token) not in {"AS", "NOT", "NULL", "READONLY", "OUTPUT", "OUT", "VARYING"}
    ]
    if types and any(word(token) == "READONLY" for token in header[start:end]):
        return  # a table
    default = header[equals + 1 : end] if equals is not None else []
    while default and word(default[-1]) in {"OUTPUT", "OUT", "READONLY", "AS"}:
        default = default[:-1]
    given = value_of(default, script) if default else None
    symbol = parameter_symbol(types[0].text if types else "", places)
    script.spell(symbol, f"@{header[start + 1].text}")
    declare(name_at(header, start), _type_text(types), parameter(symbol, given), script)


def parameter_symbol(type_word: str, places: dict[str, int]) -> str:
    """Return what a parameter is known by: its type, and its place among those of that type.

    So renaming one alters nothing, and a new one rarely moves the others. `places` counts.
    """
    kind = type_word.lower() or "any"
    places[kind] = places.get(kind, 0) + 1
    return f"{kind} parameter {places[kind]}"


# --- cursors, OUTPUT ------------------------------------------------------------------------------


def _declare_cursor(statement: Tokens, script: Script) -> None:
    """Note `DECLARE c CURSOR … FOR SELECT …`."""
    words = [word(token) for token in statement]
    if "CURSOR" not in words[:4] or "FOR" not in words:
        return
    name = statement[1].text.lower()
    query = list(statement[words.index("FOR") + 1 :])
    declare_cursor(name, query, script)


def declare_cursor(name: str, query: Tokens, script: Script) -> None:
    """Note the query of a cursor, a record or a result set."""
    value, _ = query_value(query, script)
    if isinstance(value, Subquery):
        script.state.cursors[name] = value.plan


def column_of(cursor: str, place: int, count: int, script: Script) -> Expr:
    """Return one of the `count` columns of a cursor's row; which row that is, no code tells."""
    plan = script.state.cursors.get(cursor)
    if plan is None:
        return OpaqueExpr(fingerprint(f"{place} of {count}"))
    names = tuple(f"_{number}" for number in range(count))
    named = script.builder.add(Rename(plan, positional=names))
    rows = script.builder.add(Project(named, (Item(Ref(names[place]), "value"),)))
    return OpaqueExpr("each row", (Subquery("scalar", rows, closed=True),))


def fetch(statement: Tokens, script: Script) -> None:
    """Note `FETCH NEXT FROM c INTO @a, @b`."""
    words = [word(token) for token in statement]
    if "INTO" not in words:
        return
    into = words.index("INTO")
    cursor = statement[into - 1].text.lower()
    behind = range(into + 1, len(statement))
    names = [name_at(statement, index) for index in behind if is_variable(statement, index)]
    for place, name in enumerate(names):
        assign(name, column_of(cursor, place, len(names), script), script)


def outputs(statement: Tokens) -> Iterator[str]:
    """Yield the variables that EXEC fills: `@rc = …` in front, and those marked OUTPUT."""
    if is_variable(statement, 1) and "=" in {word(token) for token in statement[3:4]}:
        yield name_at(statement, 1)
    for index in range(len(statement) - 2):
        if is_variable(statement, index) and word(statement[index + 2]) in {"OUTPUT", "OUT"}:
            yield name_at(statement, index)


def fill_outputs(statement: Tokens, script: Script) -> None:
    """Give the variables that EXEC fills a value that changes as the call does."""
    filled = list(dict.fromkeys(outputs(statement)))
    if not filled:
        return
    held, passed = script.state.values, _variables_in(statement) - set(filled)
    given = OpaqueExpr("", tuple(value for known, value in held.items() if known in passed))
    shared = bounded(given)
    for place, name in enumerate(filled):
        called = fingerprint(f"{statement[1].text} {place}".lower())
        assign(name, OpaqueExpr(called, (shared,)), script)


def _variables_in(tokens: Tokens) -> set[str]:
    places = (index for index in range(len(tokens)) if is_variable(tokens, index))
    return {name_at(tokens, index) for index in places}


def arguments_of(statement: Tokens, script: Script) -> dict[str, Expr]:
    """Return what `sp_executesql @text, N'…', @a = 1, @b = @c` gives to the text's parameters."""
    given: dict[str, Expr] = {}
    for begin, end in _named_arguments(statement):
        value = [token for token in statement[begin + 3 : end] if word(token) not in _OUT]
        given[name_at(statement, begin)] = value_of(value, script)
    return given


def outputs_of(statement: Tokens) -> Iterator[tuple[str, str]]:
    """Yield (parameter, variable) for each `@a = @b OUTPUT`."""
    for begin, end in _named_arguments(statement):
        if word(statement[end - 1]) in _OUT and is_variable(statement, begin + 3):
            yield name_at(statement, begin), name_at(statement, begin + 3)


_OUT = frozenset({"OUTPUT", "OUT"})


def _named_arguments(statement: Tokens) -> Iterator[tuple[int, int]]:
    """Yield where each `@name = value` behind the text begins and ends."""
    index = next_comma(statement, 1) + 1
    while index < len(statement):
        end = next_comma(statement, index)
        named = is_variable(statement, index) and end > index + 3
        if named and word(statement[index + 2]) == "=":
            yield index, end
        index = end + 1
