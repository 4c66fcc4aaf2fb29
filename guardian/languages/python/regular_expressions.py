"""Python's `re` over constants: computed where a pattern cannot take long, else unknown."""

import re
from dataclasses import dataclass

from guardian.languages.python.branches import CONTAINER_LIMIT, TEXT_LIMIT
from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    CLOSE,
    MISSING,
    OPEN,
    Call,
    Handler,
    Stream,
    Text,
    Unknown,
    Value,
    as_text,
    only_symbol,
    to_text,
)

PATTERN_LENGTH = 200
# How many ways of matching may have to be tried: strangers write both the pattern and the text.
TRIALS = 2_000_000
REPEATED_GROUP = re.compile(r"\)\s*(?:[*+{]|\?(?=[*+{]))")
REPEAT = re.compile(r"(?<!\\)[*+{]")
CHOICE = re.compile(r"(?<!\\)(?:\||(?<![(*+?}])\?)")
FLAGS = {name: int(getattr(re, name)) for name in ("I", "M", "S", "X", "A", "U")} | {
    "IGNORECASE": int(re.IGNORECASE), "MULTILINE": int(re.MULTILINE),
    "DOTALL": int(re.DOTALL), "VERBOSE": int(re.VERBOSE),
}  # fmt: skip


def safe(pattern: str, text: str) -> bool:
    """Return whether matching ends soon: no repeated group, and few repetitions for the length."""
    if len(pattern) > PATTERN_LENGTH or len(text) > TEXT_LIMIT // 10:
        return False
    if REPEATED_GROUP.search(pattern):
        return False
    repeats, choices = len(REPEAT.findall(pattern)), len(CHOICE.findall(pattern))
    if repeats > 12 or choices > 20:
        return False
    return int(max(2, len(text)) ** (repeats + 1)) << choices <= TRIALS


def compiled(value: Value, flags: Value) -> re.Pattern[str] | None:
    """Return the pattern where it is a constant that can be compiled."""
    if isinstance(value, Pattern):
        return value.pattern
    if not isinstance(value, str) or OPEN in value or len(value) > PATTERN_LENGTH:
        return None
    try:
        return re.compile(str(value), flags if isinstance(flags, int) else 0)
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


def _found(name: str, pattern: re.Pattern[str], text: Value, call: Call) -> Value:
    """Return what a function of `re` gives for a pattern and the text that it is tried on."""
    if not isinstance(text, str) or OPEN in text or not safe(pattern.pattern, str(text)):
        return Unknown(weak=True)
    plain = str(text)
    match name:
        case "match" | "search" | "fullmatch":
            found = getattr(pattern, name)(plain)
            if isinstance(text, Text):
                return Match(found) if found is not None else Unknown()
            return Match(found) if found is not None else None
        case "split":
            limit = call.kwargs.get("maxsplit", 0)
            parts = pattern.split(plain, limit if isinstance(limit, int) else 0)
            return [as_text(part, text) if part is not None else None for part in parts]
        case "findall":
            made = pattern.findall(plain)[:CONTAINER_LIMIT]
            return [as_text(item, text) if isinstance(item, str) else item for item in made]
        case "finditer":
            return Stream(Match(item) for item in pattern.finditer(plain))
        case _:
            return Unknown(weak=True)


def _replaced(pattern: re.Pattern[str], call: Call) -> Value:
    """Return `re.sub` for a constant text, or for the known parts of one with symbols."""
    new, text = call.value(0, "repl"), call.value(1, "string")
    count = call.value(2, "count", 0)
    if not isinstance(text, str) or not safe(pattern.pattern, text):
        return Unknown(weak=True)
    if only_symbol(text) is not None:
        # All of a name that is not known: it stays what it is called.
        return text
    if OPEN in text and pattern.search(f"{OPEN}a{CLOSE}"):
        return Unknown(weak=True)

    def each(found: re.Match[str]) -> str:
        return to_text(call.machine.apply(new, Match(found)))

    if not isinstance(new, str):
        made = pattern.sub(each, text)
    elif len(text) * max(1, len(new)) > TEXT_LIMIT:
        return Unknown(weak=True)
    else:
        made = pattern.sub(str(new), text, count=count if isinstance(count, int) else 0)
    result = as_text(made[:TEXT_LIMIT], text, new if isinstance(new, str) else "")
    call.machine.inherit_origin(result, text)
    return result


@dataclass(eq=False)
class Pattern:
    """What `re.compile` gives."""

    pattern: re.Pattern[str]

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return its text."""
        del machine
        return self.pattern.pattern if name == "pattern" else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        try:
            if name == "sub":
                return _replaced(self.pattern, call)
            return _found(name, self.pattern, call.value(0, "string"), call)
        except re.error:
            return Unknown(weak=True)


@dataclass(eq=False)
class Match:
    """What matching found."""

    found: re.Match[str]

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the text that was tried."""
        del machine
        return self.found.string if name == "string" else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return a group, all of them, or where it was found."""
        try:
            match name:
                case "group" | "__getitem__":
                    keys = [key if isinstance(key, int) else str(key) for key in call.args]
                    return self.found.group(*keys)
                case "groups":
                    return self.found.groups(call.value(0))
                case "groupdict":
                    return dict(self.found.groupdict(call.value(0)))
                case "start" | "end" | "span":
                    return getattr(self.found, name)()
                case _:
                    return Unknown(name, weak=True)
        except (IndexError, TypeError):
            return Unknown(weak=True)


def _function(name: str) -> Handler:
    def answer(call: Call) -> Value:
        pattern = compiled(call.value(0, "pattern"), call.kwargs.get("flags"))
        return (
            Unknown(weak=True) if pattern is None else Pattern(pattern).invoke(name, call.shifted())
        )

    return answer


def _compile(call: Call) -> Value:
    pattern = compiled(call.value(0, "pattern"), call.value(1, "flags"))
    return Unknown("pattern", weak=True) if pattern is None else Pattern(pattern)


def _escape(call: Call) -> Value:
    value = call.value(0)
    return re.escape(value) if isinstance(value, str) and OPEN not in value else value


CALLS: dict[str, Handler] = {
    **{
        f"re.{name}": _function(name)
        for name in ("sub", "match", "search", "fullmatch", "split", "findall", "finditer")
    },
    "re.compile": _compile, "re.escape": _escape,
}  # fmt: skip
ATTRIBUTES: dict[str, Value] = {f"re.{name}": value for name, value in FLAGS.items()}
