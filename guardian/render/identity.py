"""What a change is known by in every format: one fingerprint, and never the same for two."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from guardian.model.changes import Change


def identified(changes: Iterable[Change]) -> Iterator[tuple[str, Change]]:
    """Yield changes in their order, each behind what it is known by: its fingerprint.

    Where several share one, as two jobs may that write one dataset, a number follows from the
    second on: readers of these formats show only one of those that are called alike.
    """
    seen: Counter[str] = Counter()
    for change in changes:
        known_by = change.fingerprint or _digest(change)
        seen[known_by] += 1
        number = seen[known_by]
        yield known_by if number == 1 else f"{known_by}-{number}", change


def _digest(change: Change) -> str:
    """Return what stands in where a detector gave no fingerprint."""
    parts = (change.rule, change.dataset, change.column, change.before, change.after)
    said = "\x1e".join("\x00" if part is None else part for part in parts)
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
