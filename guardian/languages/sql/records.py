"""Rows that a script holds under a name: records of loops, fetched rows, collections, NEW and OLD.

`r.id` in a statement becomes `(SELECT id FROM …)`, over the rows of the cursor or query that `r`
goes through. Which of its rows that is, no code tells; where the value comes from, it does.
"""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.assigning import declare_cursor
from guardian.languages.sql.forms import closing, word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.phrases import at_depth, said
from guardian.languages.sql.script import Script
from guardian.model.plan import Handle, Scan

Tokens = Sequence[Token]
_NOT_NAMES = {TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.NUMBER}


def loop_over(control: Tokens, script: Script) -> bool:
    """Note `FOR r IN cursor LOOP` and `FOR r AS SELECT … DO`; return whether it was one."""
    name = control[1].text.lower()
    inside, query = at_depth(control, "IN"), at_depth(control, "AS")
    if inside < 0 < query:
        declare_cursor(name, control[query + 1 : -1], script)
        return False
    cursor = control[inside + 1].text.lower() if 0 < inside < len(control) - 1 else ""
    plan = script.state.cursors.get(cursor)
    if plan is None:
        return False
    script.state.cursors[name] = plan
    return True


def one_by_one(tokens: Tokens, dialect: str) -> Tokens:
    """Return `BULK COLLECT INTO rows` as INTO: what one row's columns are, they all are."""
    for index, token in enumerate(tokens if dialect == "oracle" else ()):
        if token.text[:1] in "bB" and word(token).startswith("BULK COLLECT"):
            return [*tokens[:index], *said("INTO", token, dialect), *tokens[index + 1 :]]
    return tokens


def fetched(cursor: str, names: Sequence[str], script: Script) -> None:
    """Note a row, or rows in bulk, that one variable takes from a cursor."""
    plan = script.state.cursors.get(cursor)
    if plan is not None and len(names) == 1:
        script.state.cursors[names[0]] = plan


def row_of_trigger(header: Tokens, script: Script) -> None:
    """Note that NEW and OLD are rows of the table that a trigger is on."""
    on = at_depth(header, "ON")
    if "TRIGGER" not in forms.words(header, 6) or on < 0:
        return
    dataset, _ = dataset_at(header, on + 1, script)
    rows = script.builder.add(Scan(dataset=dataset, at=script.line(header[on].line)))
    script.state.cursors.update(new=rows, old=rows)


def expanded(tokens: Tokens, script: Script) -> Tokens:
    """Return a statement with the fields of records as queries over their rows."""
    if not script.state.cursors:
        return tokens
    held = {name for name in script.state.cursors if name} - _other_names(tokens, script)
    if not held or all(token.text.lower() not in held for token in tokens):
        return tokens
    found: list[Token] = []
    index = 0
    while index < len(tokens):
        name = tokens[index].text.lower()
        starts = index == 0 or tokens[index - 1].token_type is not TokenType.DOT
        if name in held and starts and tokens[index].token_type not in _NOT_NAMES:
            value, behind = _value(tokens, index, name, script)
            if value:
                if found and found[-1].text == ":":
                    found.pop()
                found.extend(value)
                index = behind
                continue
        found.append(tokens[index])
        index += 1
    return found


def _other_names(tokens: Tokens, script: Script) -> set[str]:
    """Return the records whose names the statement uses for something else, such as an alias."""
    return {
        token.text.lower()
        for index, token in enumerate(tokens)
        if token.text.lower() in script.state.cursors
        and word(tokens[index - 1]) not in {"VALUES", "SET"}
        and forms.words(tokens[index + 1 :], 1) not in (["."], ["("])
    }


def _value(tokens: Tokens, index: int, name: str, script: Script) -> tuple[list[Token], int]:
    """Return what stands for a record's field, and where the statement goes on."""
    near, behind = tokens[index], index + 1
    indexed = forms.words(tokens[behind:], 1) == ["("]
    if indexed:
        behind = closing(tokens, behind) + 1
    rows = _relation(name, near, script)
    if behind + 1 < len(tokens) and tokens[behind].token_type is TokenType.DOT:
        field = tokens[behind + 1]
        if f"{name}.{field.text.lower()}" in script.state.values:
            return [], index
        return _query([field], rows, near, script), behind + 2
    if word(tokens[index - 1]) == "VALUES" and index:
        return [], index
    if not indexed:
        return [], index
    return _query(said("*", near, script.dialect), rows, near, script), behind


def _query(columns: Tokens, rows: Token, near: Token, script: Script) -> list[Token]:
    opening, source = (said(text, near, script.dialect) for text in ("(SELECT", "FROM"))
    return [*opening, *columns, *source, rows, *said(")", near, script.dialect)]


def _relation(name: str, near: Token, script: Script) -> Token:
    """Return the name of a relation that holds a record's rows."""
    hidden = f"rows of {name}"
    rows: Handle = script.state.cursors[name]
    script.views[hidden] = rows
    return Token(TokenType.IDENTIFIER, hidden, near.line, near.col, near.start, near.start)


def whole_rows(tokens: Tokens, script: Script) -> Tokens:
    """Return an INSERT of one row for each that a record goes through as an INSERT of a query.

    `VALUES r` is all that the record holds, `VALUES (r.id, upper(r.name))` what is made of it.
    """
    held = script.state.cursors and word(tokens[0]) == "INSERT"
    values = at_depth(tokens, "VALUES") if held else -1
    if not 0 < values < len(tokens) - 1:
        return tokens
    near, name = tokens[values], tokens[values + 1].text.lower()
    if name in script.state.cursors:
        query = [*said("SELECT * FROM", near, script.dialect), _relation(name, near, script)]
        return [*tokens[:values], *query]
    end = closing(tokens, values + 1) if name == "(" else 0
    cells = tokens[values + 2 : end]
    record = _only_record(cells, script) if end == len(tokens) - 1 else ""
    if not record:
        return tokens
    rows = _relation(record, near, script)
    select, source = (said(text, near, script.dialect) for text in ("SELECT", "FROM"))
    return [*tokens[:values], *select, *_from_rows(cells, record, rows), *source, rows]


def _only_record(cells: Tokens, script: Script) -> str:
    """Return the record whose fields stand in a row of values, empty where that is not one."""
    found = {
        token.text.lower()
        for index, token in enumerate(cells)
        if token.text.lower() in script.state.cursors and token.token_type not in _NOT_NAMES
    }
    inner = {word(token) for token in cells} & {"SELECT", "FROM"}
    if len(found) != 1 or inner:
        return ""
    name = found.pop()
    fields = [index for index, token in enumerate(cells) if token.text.lower() == name]
    dotted = all(forms.words(cells[index + 1 :], 1) == ["."] for index in fields)
    return name if dotted else ""


def _from_rows(cells: Tokens, record: str, rows: Token) -> list[Token]:
    """Return a row of values with the record's fields as columns of the relation `rows`."""
    found: list[Token] = []
    for one in cells:
        if one.text.lower() != record or one.token_type in _NOT_NAMES:
            found.append(one)
            continue
        if found and found[-1].text == ":":
            found.pop()
        found.append(Token(TokenType.IDENTIFIER, rows.text, one.line, one.col, one.start, one.end))
    return found
