"""The query log, made small: which procedures ran, and one statement of each shape that writes."""

import re
from collections.abc import Iterable

from guardian.model.names import dataset_name, fold

DIALECT = "tsql"
MOST_SHAPES = 5_000
MOST_CHARACTERS = 200_000  # of a statement; what is longer holds its data, not its lineage
_PART = r"(?:\[[^\]]{1,128}\]|[\w$#@]{1,128})"
_RUN = re.compile(
    rf"^(?:--[^\n]*\n|\s)*EXEC(?:UTE)?\s+(?:@\w+\s*=\s*)?({_PART}(?:\s*\.\s*{_PART}){{0,2}})",
    re.IGNORECASE,
)
_WRITES = re.compile(r"\b(?:INSERT|MERGE|UPDATE|INTO|CREATE\s+TABLE)\b", re.IGNORECASE)
_LITERAL = re.compile(r"N?'(?:[^']|'')*'|\b\d[\w.]*")


def runs(requests: Iterable[str]) -> frozenset[str]:
    """Return the procedures that were run by name."""
    found = (_RUN.match(text) for text in requests)
    return frozenset(_name(one[1]) for one in found if one is not None)


def _name(written: str) -> str:
    parts = [part.strip().strip("[]") for part in re.findall(_PART, written)][-2:]
    return dataset_name((fold(part, DIALECT) for part in parts), DIALECT)


def shapes(requests: Iterable[str]) -> tuple[str, ...]:
    """Return one statement of each shape that writes: those alike but for literals are one."""
    found: dict[str, str] = {}
    for text in requests:
        if len(text) <= MOST_CHARACTERS and _WRITES.search(text) and not _RUN.match(text):
            found.setdefault(_LITERAL.sub("?", text), text)
            if len(found) >= MOST_SHAPES:
                break
    return tuple(found.values())
