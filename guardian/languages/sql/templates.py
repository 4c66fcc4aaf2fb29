"""Jinja in plain SQL files, without rendering: one way through its branches, each loop once.

Everything keeps its place, so that lines and positions stay those of the file: what is not read
becomes blanks.
"""

import re
from dataclasses import dataclass

_TAG = re.compile(r"\{%[-+]?\s*(?P<word>\w+)(?P<rest>.*?)[-+]?%\}|\{#.*?#\}", re.DOTALL)
_NOT_NEWLINE = re.compile(r"[^\n]")
# `{{ "," if not loop.last }}`
_BETWEEN = re.compile(
    r"""\{\{[-+]?\s*(?P<mark>["'])[^"'{}]{0,40}(?P=mark)\s+if\s+not\s+loop\.(?:last|first)\s*
        (?:else\s*(?P<other>["'])(?P<text>[^"'{}]{0,40})(?P=other)\s*)?[-+]?\}\}""",
    re.VERBOSE,
)
_DEFINITIONS = frozenset({"macro", "call", "filter"})
_OPENING = _DEFINITIONS | {"if", "for", "set"}


@dataclass(slots=True)
class _Block:
    """An open block: its word, where its text begins, and whether that text is left out."""

    word: str
    begin: int
    left_out: bool


def without_template(text: str) -> str:
    """Return `text` with Jinja's tags blanked: of branches the last one is kept."""
    if "{%" not in text and "{#" not in text:
        return text
    if "loop." in text:
        text = _BETWEEN.sub(_behind_the_last, text)
    blanks: list[tuple[int, int]] = []
    stack: list[_Block] = []
    for tag in _TAG.finditer(text):
        blanks.append(tag.span())
        word = tag["word"]
        if word in {None, "raw", "endraw"}:
            continue
        if word in {"else", "elif"} and stack and stack[-1].word == "if":
            _next_branch(stack[-1], tag, blanks)
        elif word.startswith("end") and stack:
            block = stack.pop()
            if block.left_out:
                blanks.append((block.begin, tag.start()))
        elif word in _OPENING and not (word == "set" and "=" in tag["rest"]):
            stack.append(_Block(word, tag.end(), _left_out(word, tag["rest"])))
    return _blanked(text, blanks)


def _behind_the_last(found: re.Match[str]) -> str:
    """Return what stands behind the last round of a loop, which is the only one that is read."""
    return (found["text"] or "").ljust(len(found[0]))


def _left_out(word: str, rest: str) -> bool:
    """Return whether a block is no part of the query: a definition, or not for the last round."""
    again = "not loop.last" in rest or "not loop.first" in rest
    return word in {"macro", "set"} or (word == "if" and again)


def _next_branch(block: _Block, tag: re.Match[str], blanks: list[tuple[int, int]]) -> None:
    """Leave the branch before ELSE out, and go on with the one behind it."""
    blanks.append((block.begin, tag.start()))
    block.begin, block.left_out = tag.end(), False


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for begin, end in sorted(spans):
        if end <= position:
            continue
        start = max(begin, position)
        pieces.append(text[position:start])
        pieces.append(_NOT_NEWLINE.sub(" ", text[start:end]))
        position = end
    return "".join([*pieces, text[position:]])
