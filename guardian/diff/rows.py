"""Which rows a dataset holds: filters, joins, grain, limits, set operations."""

from collections.abc import Iterable, Iterator

import msgspec

from guardian.diff import Both, Detector, Pair, fingerprints
from guardian.diff.clauses import (
    Clause,
    Difference,
    both_texts,
    clauses,
    difference,
    joined_texts,
)
from guardian.diff.equality import nodes_below
from guardian.lineage.text import text_of
from guardian.model.changes import Change
from guardian.model.definition import Definition
from guardian.model.expression import Expression
from guardian.model.names import is_symbolic

PERHAPS = 0.6  # a left join repeats rows only if its key is not unique, and nobody has told us
NOT_READ = 0.5  # what differs is code that could not be read
REGROUPED = 0.8  # the same clauses, put together otherwise


def changed_rows(both: Both) -> Iterator[Change]:
    """Yield one change where the revisions let different rows through, or a write came or went."""
    for pair in both.pairs:
        alike = pair.base.rows is pair.head.rows and _fanned(pair.base) == _fanned(pair.head)
        if not alike and not _mean_the_same(pair):
            yield from _compared(pair)
    if both.pairs:
        yield from _other_writes(both)


def _mean_the_same(pair: Pair) -> bool:
    """Return whether what is declared makes both row sets one."""
    named = [(pair.base.column(column.name), column) for column in pair.head.columns]
    columns = [(base.expression, head.expression) for base, head in named if base is not None]
    if pair.base.rows is pair.head.rows or _fanned(pair.base) != _fanned(pair.head):
        return pair.same.proven(columns)
    return pair.same.same_rows(columns)


def _compared(pair: Pair) -> Iterator[Change]:
    words = (pair.base.words, pair.head.words)
    found = difference(pair.base.rows, pair.head.rows, words, pair.same)
    found = found or _fanning(pair)
    if not found:
        return
    at = next((clause.at for clause in found.new if clause.at), pair.head.at)
    was = next((clause.at for clause in found.gone if clause.at), pair.base.at)
    before, after = both_texts(found)
    sure = _sure(found) * min(pair.base.confidence, pair.head.confidence)
    change = Change(
        rule="rows-changed",
        dataset=pair.head.dataset,
        before=before,
        after=after,
        job=pair.head.job,
        location=at,
        base_location=was,
        confidence=round(sure, 3),
        detail=", ".join(sorted({clause.kind for clause in (*found.gone, *found.new)})),
    )
    base, head = ((side.rows, *_fanned(side)) for side in (pair.base, pair.head))
    yield msgspec.structs.replace(change, fingerprint=fingerprints.of_rows(change, base, head))


def _sure(found: Difference) -> float:
    """Return how certain it is that some row comes or goes."""
    if not found.gone and not found.new:
        return REGROUPED
    kinds = {clause.kind for clause in (*found.gone, *found.new)}
    if any(kind.startswith("OPAQUE") for kind in kinds):
        return NOT_READ
    return PERHAPS if kinds == {"LEFT JOIN"} and not (found.gone and found.new) else 1.0


def _fanning(pair: Pair) -> Difference:
    """Return the outer joins under a grouping that repeat its rows, where they differ."""
    base, head = _fanned(pair.base), _fanned(pair.head)
    gone = [Clause("LEFT JOIN", node, text_of(node)) for node in sorted(base - head, key=_digest)]
    new = [Clause("LEFT JOIN", node, text_of(node)) for node in sorted(head - base, key=_digest)]
    return Difference(tuple(gone), tuple(new))


def _digest(expression: Expression) -> bytes:
    return expression.digest


def _fanned(definition: Definition) -> frozenset[Expression]:
    """Return the outer joins under groupings that no key looks at."""
    values = (column.expression for column in definition.columns)
    nodes = nodes_below(definition.rows, *values)
    return frozenset(join for node in nodes if node.op == "fanned" for join in node.args[1].args)


def _other_writes(both: Both) -> Iterator[Change]:
    """Yield one change for the writes that only one side has."""
    if not both.base_only and not both.head_only:
        return
    if is_symbolic(both.dataset):
        return  # a name that each job is given at run time: another job is another dataset
    made = (both.head_only or both.base_only)[0]
    change = Change(
        rule="rows-changed",
        dataset=both.dataset,
        job=made.job,
        location=made.at,
        before=_writes(both.base_only),
        after=_writes(both.head_only),
        detail="WRITE",
    )
    known_by = fingerprints.of_rows(
        change,
        (item.rows for item in both.base_only),
        (item.rows for item in both.head_only),
        texts=(change.before, change.after),
    )
    yield msgspec.structs.replace(change, fingerprint=known_by)


def _writes(definitions: Iterable[Definition]) -> str | None:
    return "; ".join(dict.fromkeys(map(_write_text, definitions))) or None


def _write_text(definition: Definition) -> str:
    """Return one write in a few words: what it does, and from where."""
    if definition.options.mode == "delete":
        conditions = [part for part in clauses(definition.rows, {}) if part.kind == "WHERE"]
        return f"DELETE WHERE {joined_texts(conditions)}" if conditions else "DELETE"
    return f"{definition.options.mode} from {', '.join(definition.reads) or 'values'}"


ROWS = Detector(rules=("rows-changed",), detect=changed_rows)
