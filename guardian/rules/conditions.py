"""The tiny language of `if:` in a rule pack: facts of a change, joined with and, or, not.

    condition  = all { "or" all }
    all        = single { "and" single }
    single     = "not" single | "(" condition ")" | fact [ operator value ]
    operator   = "==" | "!=" | "<" | "<=" | ">" | ">=" | "matches" | "contains"
    value      = number | 'text' | "text"

A fact alone is true where there is something: a non-empty list, a non-empty text. A list compared
with a number is counted. `matches` takes a pattern with `*` and `?`, `contains` a part of a text or
an element of a list; neither looks at case. Nothing is ever evaluated as code.
"""

import operator
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

import msgspec

Fact: TypeAlias = str | float | bool | tuple[str, ...]
Facts: TypeAlias = Mapping[str, Fact]
Kind = Literal["text", "number", "list", "truth"]

FACTS: Mapping[str, tuple[Kind, str]] = {
    "impact.columns": ("list", "columns downstream, as `dataset.column`"),
    "impact.datasets": ("list", "datasets downstream"),
    "impact.jobs": ("list", "jobs downstream"),
    "impact.dashboards": ("list", "dashboards that show what changed"),
    "impact.kpis": ("list", "KPIs computed from what changed"),
    "impact.promises": ("list", "promises downstream that the change certainly breaks"),
    "confidence": ("number", "1 where some result certainly changes, lower where it may not"),
    "witness": ("truth", "whether made-up rows were found on which the revisions differ"),
    "tries": ("number", "how often both revisions were run on made-up rows, 0 if they were not"),
    "contracted": ("truth", "whether the changed dataset is under a data contract"),
    "rule": ("text", "the rule's own id"),
    "dataset": ("text", "the changed dataset"),
    "column": ("text", "the changed column, empty where the whole dataset is meant"),
    "before": ("text", "what was there before"),
    "after": ("text", "what is there now"),
    "detail": ("text", "what the detector adds: which write options, which kinds of clause"),
    "direction": ("text", "of a type: `widening`, `narrowing`, empty where neither can be said"),
    "job": ("text", "the job that changed"),
    "file": ("text", "the file that changed"),
}

MOST_CHARACTERS = 500
MOST_DEPTH = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>[=!<>]=|[<>()]))"
)
_ORDERINGS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_OPERATORS = frozenset({*_ORDERINGS, "matches", "contains"})


class Comparison(msgspec.Struct, frozen=True):
    """A fact against a value; without an operator, whether there is something at all."""

    fact: str
    operator: str = ""
    value: str | float = ""


class Negation(msgspec.Struct, frozen=True):
    """True where its condition is not."""

    inner: "Condition"


class Junction(msgspec.Struct, frozen=True):
    """Conditions joined by `and` or by `or`."""

    word: Literal["and", "or"]
    parts: "tuple[Condition, ...]"


Condition: TypeAlias = Comparison | Negation | Junction


class ConditionError(Exception):
    """A condition that does not follow the grammar, in one sentence."""


def parse(text: str) -> Condition:
    """Return the condition that `text` says.

    Raises:
        ConditionError: if it does not follow the grammar, or names a fact that does not exist.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConditionError(f"a condition has at most {MOST_CHARACTERS} characters")
    parser = _Parser(_tokens(text))
    condition = parser.junction("or", 0)
    if parser.word():
        raise ConditionError(
            f"nothing is expected after the condition, but there is {parser.seen()}"
        )
    return condition


def holds(condition: Condition, facts: Facts) -> bool:
    """Return whether `condition` is true of `facts`, which has every name in `FACTS`."""
    match condition:
        case Negation(inner):
            return not holds(inner, facts)
        case Junction("and", parts):
            return all(holds(part, facts) for part in parts)
        case Junction(_, parts):
            return any(holds(part, facts) for part in parts)
        case Comparison(fact, sign, value):
            return _compare(facts[fact], sign, value)


def _compare(fact: Fact, sign: str, value: str | float) -> bool:
    if not sign:
        return bool(fact)
    if isinstance(value, str):
        wanted = value.casefold()
        if isinstance(fact, tuple):
            names = [name.casefold() for name in fact]
            return any(_alike(name, "==" if sign == "contains" else sign, wanted) for name in names)
        return _alike(str(fact).casefold(), sign, wanted)
    number = len(fact) if isinstance(fact, tuple) else fact
    return not isinstance(number, str) and _ORDERINGS[sign](number, value)


def _alike(text: str, sign: str, wanted: str) -> bool:
    match sign:
        case "matches":
            return fnmatchcase(text, wanted)
        case "contains":
            return wanted in text
        case "!=":
            return text != wanted
        case _:
            return text == wanted


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            rest = text[position:].strip()
            raise ConditionError(f"`{rest[:20]}` cannot be read")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        position = found.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens; each method returns what it has read."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._next = 0

    def word(self) -> str:
        """Return the next token's text, empty at the end."""
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def seen(self) -> str:
        """Return how an error names the next token."""
        return f"`{self.word()}`" if self.word() else "the end"

    def take(self, kind: str) -> str | None:
        """Return the next token's text if it is of `kind`, and go on behind it."""
        if self._next < len(self._tokens) and self._tokens[self._next][0] == kind:
            self._next += 1
            return self._tokens[self._next - 1][1]
        return None

    def junction(self, word: Literal["and", "or"], depth: int) -> Condition:
        if depth > MOST_DEPTH:
            raise ConditionError(f"parentheses go at most {MOST_DEPTH} deep")
        parts = [self._part(word, depth)]
        while self.word() == word:
            self._next += 1
            parts.append(self._part(word, depth))
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _part(self, word: Literal["and", "or"], depth: int) -> Condition:
        return self.junction("and", depth) if word == "or" else self._single(depth + 1)

    def _single(self, depth: int) -> Condition:
        if depth > MOST_DEPTH:
            raise ConditionError(f"a condition goes at most {MOST_DEPTH} deep")
        if self.word() == "not":
            self._next += 1
            return Negation(self._single(depth + 1))
        if self.word() == "(":
            self._next += 1
            inner = self.junction("or", depth)
            if self.word() != ")":
                raise ConditionError(f"`)` is expected before {self.seen()}")
            self._next += 1
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        seen = self.seen()
        fact = self.take("word")
        if fact is None or fact not in FACTS:
            raise ConditionError(f"{seen} is not a fact; there are {', '.join(FACTS)}")
        if self.word() not in _OPERATORS:
            return Comparison(fact)
        sign = self.take("sign") or self.take("word") or ""
        number, text = self.take("number"), self.take("text")
        if number is None and text is None:
            raise ConditionError(f"a number or a quoted text is expected, not {self.seen()}")
        value = float(number) if number is not None else (text or "")[1:-1]
        _check(fact, sign, value)
        return Comparison(fact, sign, value)


def _check(fact: str, sign: str, value: str | float) -> None:
    kind = FACTS[fact][0]
    if isinstance(value, float):
        allowed = kind in {"list", "number"} and sign in _ORDERINGS
    else:
        allowed = kind in {"text", "list"} and sign in {"==", "!=", "matches", "contains"}
        allowed = allowed and not (kind == "list" and sign in {"==", "!="})
    if not allowed:
        what = "a number" if isinstance(value, float) else "a text"
        raise ConditionError(f"`{fact}` is a {kind}: it has no `{sign}` with {what}")
