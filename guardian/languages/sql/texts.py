"""The text of dynamic SQL: what the value that is run may be, as far as the script tells."""

import re
from collections.abc import Callable, Sequence
from itertools import product

from guardian.languages.sql.variables import UNSET
from guardian.model.plan import Call, Constant, Expr, Symbol

MOST_TEXTS = 8
MAX_LENGTH = 200_000
_UNKNOWN = "{value}"
_PLACE = re.compile(r"%(?:\d+\$)?-?\d*(?P<kind>[IsLdfitT%])")
_QUOTING = frozenset({"quote_ident", "quotename"})
_PASSING = frozenset({"cast", "try_cast", "trim", "to_char", "ltrim", "rtrim", "text"})


def known_texts(value: Expr) -> tuple[str, ...]:
    """Return the texts that a value may be, one for each way through its branches.

    Pieces that only the run knows stand as `{name}`. Nothing where no piece is known.
    """
    found = _texts(value)
    return tuple(dict.fromkeys(text for text in found if _is_code(text)))


def _is_code(text: str) -> bool:
    """Return whether a text says something itself, between pieces that are not known."""
    return " " in re.sub(r"\{[^{}]*\}", "", text).strip()


def _texts(value: Expr) -> Sequence[str]:
    match value:
        case Constant(kind="null"):
            return ("",)
        case Constant(text=text):
            return (text,)
        case Symbol(name=name) if value != UNSET:
            return (f"{{{re.sub(r'[^A-Za-z0-9_.]', '_', name)}}}",)
        case Call(name="parameter", args=(symbol, _)):
            return _texts(symbol)
        case Call(name="case", args=args):
            ways = [*args[1:-1:2], args[-1]]
            return [text for way in ways for text in _texts(way)][:MOST_TEXTS]
        case Call(name="concat" | "concat_skip_null" | "add", args=args):
            return _joined(args, "".join)
        case Call(name="format" | "printf", args=(Constant(text=pattern), *rest)):
            return _joined(rest, lambda parts: _filled(pattern, parts))
        case Call(name="replace", args=args) if len(args) == 3:
            return _joined(args, lambda parts: parts[0].replace(parts[1], parts[2]))
        case Call(name=name, args=(first, *_)) if name in _QUOTING | _PASSING:
            return _texts(first)
        case Call(name="quote_literal", args=(first, *_)):
            return [f"'{text}'" for text in _texts(first)]
        case Call(name="coalesce", args=args):
            return _texts(args[0])
        case _:
            return (_UNKNOWN,)


def _joined(parts: Sequence[Expr], join: Callable[[Sequence[str]], str]) -> list[str]:
    choices = [_texts(part) for part in parts]
    found = []
    for chosen in product(*choices):
        text = join(chosen)
        found.append(text if len(text) <= MAX_LENGTH else _UNKNOWN)
        if len(found) >= MOST_TEXTS:
            break
    return found


def _filled(pattern: str, parts: Sequence[str]) -> str:
    """Return the text of `format('… %I …', name)`."""
    left = list(parts)

    def piece(found: re.Match[str]) -> str:
        if found["kind"] == "%":
            return "%"
        text = left.pop(0) if left else _UNKNOWN
        return f"'{text}'" if found["kind"] == "L" else text

    return _PLACE.sub(piece, pattern)
