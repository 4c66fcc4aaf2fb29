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


def of_values(
    change: Change,
    *values: tuple[Expression | None, Expression],
    texts: Iterable[str | None] = (),
) -> str:
    """Return the fingerprint of a change of values.

    Each value is given with the row set of its write, None where it is missing. `texts` count too.
    """
    forms = [
        None if value is None else _apart_from_rows(value, rows).hex() for value, rows in values
    ]
    return _digest(_subject(change), *forms, *texts)


def of_rows(
    change: Change,
    base: Iterable[Expression],
    head: Iterable[Expression],
    texts: Iterable[str | None] = (),
) -> str:
    """Return the fingerprint of a change of rows, from what decides them on either side."""
    sides = ("".join(sorted(node.digest.hex() for node in side)) for side in (base, head))
    return _digest(_subject(change), *sides, *texts)


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
    """Return a digest of `value` that says nothing of the row set which it is seen through."""
    own = {node for node in spine(rows) if node.op != "scan"}
    known: dict[Expression, bytes] = {}
    pending = [value]
    while pending:
        node = pending[-1]
        parts = () if node in own else node.args
        missing = [part for part in parts if part not in known]
        if missing:
            pending += missing
            continue
        pending.pop()
        if node.op == "member" and node.args[0].args[0] in own:
            known[node] = known[node.args[1]]
        else:
            known[node] = _node(node, [known[part] for part in parts])
    return known[value]


def _node(node: Expression, parts: Iterable[bytes]) -> bytes:
    hasher = hashlib.blake2b(f"{node.op}\x1f{node.value!r}\x1f".encode(), digest_size=12)
    for part in parts:
        hasher.update(part)
    return hasher.digest()
