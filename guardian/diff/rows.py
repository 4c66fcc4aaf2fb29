"""Which rows a dataset holds: filters, joins, grain, limits, set operations.

What makes a rerun differ.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from guardian.diff import Both, Detector, Pair
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
        if pair.base.rows is not pair.head.rows or _fanned(pair.base) != _fanned(pair.head):
            yield from _compared(pair)
    if both.pairs:
        yield from _other_writes(both)


def _compared(pair: Pair) -> Iterator[Change]:
    words = (pair.base.words, pair.head.words)
    found = difference(pair.base.rows, pair.head.rows, words, pair.same)
    if pair.base.rows is pair.head.rows:
        found = _fanning(pair)
    if not found:
        return
    at = next((clause.at for clause in found.new if clause.at), pair.head.at)
    was = next((clause.at for clause in found.gone if clause.at), pair.base.at)
    before, after = both_texts(found)
    sure = _sure(found) * min(pair.base.confidence, pair.head.confidence)
    yield Change(
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
    nodes = nodes_below(*(column.expression for column in definition.columns))
    return frozenset(join for node in nodes if node.op == "fanned" for join in node.args[1].args)


def _other_writes(both: Both) -> Iterator[Change]:
    """Yield one change for the writes that only one side has."""
    if not both.base_only and not both.head_only:
        return
    if is_symbolic(both.dataset):
        return  # a name that each job is given at run time: another job is another dataset
    made = (both.head_only or both.base_only)[0]
    yield Change(
        rule="rows-changed",
        dataset=both.dataset,
        job=made.job,
        location=made.at,
        before=_writes(both.base_only),
        after=_writes(both.head_only),
        detail="WRITE",
    )


def _writes(definitions: Iterable[Definition]) -> str | None:
    return "; ".join(dict.fromkeys(map(_write_text, definitions))) or None


def _write_text(definition: Definition) -> str:
    """Return one write in a few words: what it does, and from where."""
    if definition.options.mode == "delete":
        conditions = [part for part in clauses(definition.rows, {}) if part.kind == "WHERE"]
        return f"DELETE WHERE {joined_texts(conditions)}" if conditions else "DELETE"
    return f"{definition.options.mode} from {', '.join(definition.reads) or 'values'}"


# --- reruns --------------------------------------------------------------------------------------

RANDOM = frozenset(
    {
        "rand",
        "random",
        "randn",
        "uuid",
        "monotonically_increasing_id",
        "shuffle",
        "gen_random_uuid",
        "newid",
    }
)


def added_nondeterminism(both: Both) -> Iterator[Change]:
    """Yield one change for each kind of thing that makes a rerun differ and that is new."""
    for pair in both.pairs:
        before, after = _random(pair.base), _random(pair.head)
        for kind in sorted(after - before):
            places = (pair.head.words.get(node, ("", None))[1] for node in _nodes(pair.head))
            marked = (
                at
                for node, at in zip(_nodes(pair.head), places, strict=True)
                if at is not None and _randomness(node) == kind
            )
            yield Change(
                rule="nondeterminism-added",
                dataset=pair.head.dataset,
                after=kind,
                job=pair.head.job,
                location=min(marked, default=pair.head.at),
                base_location=pair.base.at,
            )


def _nodes(definition: Definition) -> set[Expression]:
    return nodes_below(definition.rows, *(column.expression for column in definition.columns))


def _random(definition: Definition) -> Counter[str]:
    return Counter(kind for kind in map(_randomness, _nodes(definition)) if kind)


def _randomness(node: Expression) -> str | None:
    match node.op:
        case "sample":
            return None if node.value[1] else "a sample without a seed"
        case "limit":
            return None if len(node.args) > 1 else "LIMIT without ORDER BY"
        case "pick":
            return None if len(node.args) > 2 else "one row for each key, without an order"
        case "window":
            function = node.args[0]
            unordered = len(node.args) == 1 + int(node.value[1])
            picks = function.op in {"call", "aggregate"} and function.value[0] == "row_number"
            return "ROW_NUMBER without ORDER BY" if picks and unordered else None
        case "call":
            name = str(node.value[0])
            seeded = name in {"rand", "random", "randn"} and node.args
            return f"{name.upper()}()" if name in RANDOM and not seeded else None
        case _:
            return None


ROWS = Detector(rules=("rows-changed",), detect=changed_rows)
RERUNS = Detector(rules=("nondeterminism-added",), detect=added_nondeterminism)
