"""Python newer than the interpreter that reads it, put into the words of the older one.

Type parameters (`def f[T](x)`, PEP 695), `type X = …`, quotes, comments and line breaks inside of
f-strings (PEP 701), template strings (PEP 750), `except A, B:` (PEP 758). Lines stay where they
are. What is put in otherwise is left to the parser to refuse.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_PREFIX = re.compile(r"[A-Za-z]{0,2}(\"\"\"|'''|\"|')")
_GENERIC = re.compile(r"(?m)^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)[ \t]*(\[)")
_ALIAS = re.compile(r"(?m)^([ \t]*)type[ \t]+(\w+)[ \t]*(?=[=\[])")
_EXCEPT = re.compile(r"(?m)^([ \t]*except\*?[ \t]+)([^\n:()]+,[^\n:()]+)(:)")
_PYTHON_2 = re.compile(
    r"(?m)^[ \t]*(?:print[ \t]+(?![=(.,:+\-*/)\]])\S|print[ \t]*>>|exec[ \t]+[\w\"']"
    r"|raise[ \t]+\w+[ \t]*,)"
)
_NAME = "__field_{}__"
_MOST_FIELDS, _DEEPEST = 2_000, 8


@dataclass(frozen=True, slots=True)
class Older:
    """A tree, and the text that its positions are of."""

    tree: ast.Module
    text: str


def is_python_2(text: str) -> bool:
    """Return whether the code has statements that Python 3 has not."""
    return _PYTHON_2.search(_masked(text)) is not None


def parsed(text: str, path: str) -> Older | None:
    """Return what the code says in older words; None where it is not Python all the same."""
    fields: list[ast.expr] = []
    try:
        older = _without_fields(text, fields, 0)
        older = _plainer(older)
        tree = ast.parse(older, filename=path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Older(_Filled(fields).visit(tree) if fields else tree, older)


class _Filled(ast.NodeTransformer):
    """Puts the expressions of f-strings back in their places."""

    def __init__(self, fields: list[ast.expr]) -> None:
        self.fields = {_NAME.format(number): field for number, field in enumerate(fields)}

    # `typing.override` needs 3.12, and ast looks for this name.
    def visit_Name(self, node: ast.Name) -> ast.expr:  # type: ignore[explicit-override]
        """Return the expression that a name stands for."""
        field = self.fields.get(node.id)
        return node if field is None else ast.copy_location(field, node)


# --- strings --------------------------------------------------------------------------------------


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and kind of each comment (`#`), string (`"`) and f-string (`f`)."""
    place, size = 0, len(text)
    while place < size:
        letter = text[place]
        if letter == "#":
            end = text.find("\n", place)
            end = size if end < 0 else end
            yield place, end, "#"
        elif letter in "\"'" or letter.isalpha():
            found = _PREFIX.match(text, place)
            if found is None:
                place = _word_end(text, place)
                continue
            prefix = found.group()[: -len(found.group(1))].lower()
            kind = "f" if "f" in prefix or "t" in prefix else '"'
            end = _string_end(text, found.end(), found.group(1), fields=kind == "f")
            yield place, end, kind
        else:
            place = _word_end(text, place) if letter == "_" or letter.isdigit() else place + 1
            continue
        place = end


def _word_end(text: str, place: int) -> int:
    place += 1
    while place < len(text) and (text[place].isalnum() or text[place] == "_"):
        place += 1
    return place


def _string_end(text: str, place: int, quote: str, *, fields: bool) -> int:
    """Return where a string ends; quotes in the fields of an f-string are not its own."""
    while place < len(text):
        if text[place] == "\\":
            place += 2
        elif text.startswith(quote, place):
            return place + len(quote)
        elif fields and text[place] == "{" and not text.startswith("{{", place):
            place = _field_end(text, place + 1)
        else:
            place += 2 if fields and text.startswith("{{", place) else 1
    raise ValueError("a string without an end")


def _field_end(text: str, place: int) -> int:
    """Return the place behind the brace that closes a field."""
    depth = 1
    while place < len(text):
        if text[place] in "\"'" or text[place].isalpha():
            found = _PREFIX.match(text, place)
            if found is None:
                place = _word_end(text, place)
                continue
            nested = "f" in found.group().lower() or "t" in found.group().lower()
            place = _string_end(text, found.end(), found.group(1), fields=nested)
            continue
        if text[place] == "#":
            place = max(text.find("\n", place), place + 1)
            continue
        depth += (text[place] in "{[(") - (text[place] in "}])")
        place += 1
        if not depth:
            return place
    raise ValueError("a field without an end")


def _masked(text: str) -> str:
    """Return the code with blanks in place of its comments, and quotes in that of its strings."""
    try:
        pieces = list(_pieces(text))
    except (ValueError, RecursionError):
        return text
    made = list(text)
    for begin, end, kind in pieces:
        filler = " " if kind == "#" else '"'
        made[begin:end] = [letter if letter == "\n" else filler for letter in text[begin:end]]
    return "".join(made)


def _without_fields(text: str, fields: list[ast.expr], depth: int) -> str:
    """Return the code with a name for each field of its f-strings, the fields parsed apart."""
    if depth > _DEEPEST:
        raise ValueError("f-strings too deep inside of one another")
    made, done = [], 0
    for begin, end, kind in _pieces(text):
        if kind == "f":
            made += [text[done:begin], _string(text[begin:end], fields, depth)]
            done = end
    return "".join((*made, text[done:]))


def _string(text: str, fields: list[ast.expr], depth: int) -> str:
    opened = _PREFIX.match(text)
    assert opened is not None  # noqa: S101 - `_pieces` found it so
    head = re.sub("[tT]", "f", opened.group()[: -len(opened.group(1))]) + opened.group(1)
    made, place, lines = [head], opened.end(), 0
    while place < len(text):
        if text[place] == "{" and not text.startswith("{{", place):
            end = _field_end(text, place + 1)
            inner = text[place + 1 : end - 1]
            made.append("{" + _field(inner, fields, depth) + "}")
            lines += inner.count("\n")
            place = end
        else:
            step = 2 if text[place] == "\\" or text.startswith("{{", place) else 1
            made.append(text[place : place + step])
            place += step
    return "".join(made) + "\\\n" * lines


def _field(text: str, fields: list[ast.expr], depth: int) -> str:
    """Return the name that stands for a field, with its conversion and its format behind it."""
    if len(fields) >= _MOST_FIELDS:
        raise ValueError("too many fields")
    masked = _masked(text)
    cut = next((place for place in _format_places(masked)), len(text))
    expression, behind = text[:cut], text[cut:]
    tree = ast.parse(f"({_without_fields(expression.rstrip().rstrip('='), fields, depth + 1)}\n)")
    statement = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(statement, ast.Expr):
        raise ValueError("a field that is no expression")  # noqa: TRY004 - of the text, not its type
    fields.append(_Filled(fields).visit(statement.value) if fields else statement.value)
    return _NAME.format(len(fields) - 1) + (behind if "{" not in behind else "")


def _format_places(masked: str) -> Iterator[int]:
    depth = 0
    for place, letter in enumerate(masked):
        depth += (letter in "{[(") - (letter in "}])")
        conversion = letter == "!" and masked[place + 1 : place + 2] != "="
        if not depth and (letter == ":" or conversion):
            yield place


# --- statements -----------------------------------------------------------------------------------


def _plainer(text: str) -> str:
    """Return the code without type parameters, `type` and bare tuples behind `except`."""
    edits: list[tuple[int, int, str]] = []
    masked = _masked(text)
    for found in _GENERIC.finditer(masked):
        end = _field_end(masked, found.start(2) + 1)
        edits.append((found.start(2), end, "\\\n" * masked.count("\n", found.start(2), end)))
    for found in _ALIAS.finditer(masked):
        end = found.end()
        if masked[end] == "[":
            end = _field_end(masked, end + 1)
        edits.append((found.start(), end, found.group(1) + found.group(2) + " "))
    edits += [
        (found.start(2), found.end(2), f"({found.group(2)})") for found in _EXCEPT.finditer(masked)
    ]
    for begin, end, words in sorted(edits, reverse=True):
        text = text[:begin] + words + text[end:]
    return text
