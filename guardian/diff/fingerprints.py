"""What a change is known by from one report to the next: a digest of what it does.

Made from the rule, the dataset, the column and the normal forms before and after, so that neither
the place of the code nor its wording bears on it. A value seen through the rows of its own write is
taken apart from them: which rows there are is a change of its own.
"""

import hashlib
from collections.abc import Iterable

from guardian.diff.equality import spine
from guardian.model.changes import Change
from guardian.model.expression import Expression

BYTES = 8
_OWN_ROWS = b"own rows"


def of_values(
    change: Change,
    *values: tuple[Expression | None, Expression],
    texts: Iterable[str | None] = (),
) -> str:
    """Return the fingerprint of a change of values.

    Each value is given with the row set of its write, None where it is missing. `texts` count too.
    """
    forms = [value and _apart_from_rows(value, rows).hex() for value, rows in values]
    return _digest(_subject(change), *forms, *texts)


def of_rows(change: Change, base: Iterable[Expression], head: Iterable[Expression]) -> str:
    """Return the fingerprint of a change of rows, from what decides them on either side."""
    sides = ("".join(sorted(node.digest.hex() for node in side)) for side in (base, head))
    return _digest(_subject(change), *sides)


def of_texts(change: Change) -> str:
    """Return the fingerprint of a change that has no expression: its texts tell it from others."""
    return _digest(_subject(change), change.before, change.after)


def united(fingerprints: Iterable[str]) -> str:
    """Return one fingerprint for changes that are told as one; of a single one, its own."""
    different = sorted(set(fingerprints))
    return different[0] if len(different) == 1 else _digest(*different)


def _subject(change: Change) -> str:
    return "\x1f".join((change.rule, change.dataset, change.column or ""))


def _digest(*parts: str | None) -> str:
    said = "\x1e".join("\x00" if part is None else part for part in parts)
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=BYTES).hexdigest()


def _apart_from_rows(value: Expression, rows: Expression) -> bytes:
    """Return a digest of `value` in which the row set that it is seen through is one word."""
    own = set(spine(rows))
    known: dict[Expression, bytes] = {}
    pending = [value]
    while pending:
        node = pending[-1]
        if node in known:
            pending.pop()
            continue
        missing = [] if node in own else [part for part in node.args if part not in known]
        if missing:
            pending += missing
            continue
        known[pending.pop()] = _OWN_ROWS if node in own else _node(node, known)
    return known[value]


def _node(node: Expression, known: dict[Expression, bytes]) -> bytes:
    hasher = hashlib.blake2b(f"{node.op}\x1f{node.value!r}\x1f".encode(), digest_size=12)
    for part in node.args:
        hasher.update(known[part])
    return hasher.digest()
