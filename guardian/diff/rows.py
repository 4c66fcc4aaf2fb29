"""Which rows a dataset holds: filters, joins, grain, limits, set operations.

And what makes a rerun differ.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from guardian.diff import Both, Detector, Pair
from guardian.diff.equality import Sameness, matched_arms, nodes_below, scanned, spine
from guardian.lineage.text import text_of
from guardian.model.changes import Change
from guardian.model.definition import Definition
from guardian.model.expression import Expression
from guardian.model.lineage import Location

PERHAPS = 0.6  # a left join repeats rows only if its key is not unique, and nobody has told us
REGROUPED = 0.8  # the same clauses, put together otherwise
MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of what the rows are: its kind, the node it is compared by, how it reads."""

    kind: str
    node: Expression
    text: str


def changed_rows(both: Both) -> Iterator[Change]:
    """Yield one change where the two revisions let different rows through.

    Or a write was added or taken away.
    """
    for pair in both.pairs:
        if pair.base.rows is not pair.head.rows or _fanned(pair.base) != _fanned(pair.head):
            yield from _compared(pair)
    if both.pairs:
        yield from _other_writes(both)


def _compared(pair: Pair) -> Iterator[Change]:
    found = _Differences(pair)
    found.compare(pair.base.rows, pair.head.rows)
    if pair.base.rows is pair.head.rows:
        found.compare_fanning()
    gone, new = found.gone, found.new
    if not gone and not new and not found.moved:
        return
    kinds = {clause.kind for clause in (*gone, *new)}
    confidence = PERHAPS if kinds and kinds <= {"LEFT JOIN"} and not (gone and new) else 1.0
    if not gone and not new:
        confidence = REGROUPED
    at = found.place(pair.head, new) or pair.head.at
    yield Change(
        rule="rows-changed",
        dataset=pair.head.dataset,
        before=_joined(gone),
        after=_joined(new),
        job=pair.head.job,
        location=at,
        base_location=found.place(pair.base, gone) or pair.base.at,
        confidence=round(confidence * min(pair.base.confidence, pair.head.confidence), 3),
        detail=", ".join(sorted(kinds)),
    )


def _joined(clauses: Iterable[Clause]) -> str | None:
    texts = list(dict.fromkeys(clause.text for clause in clauses))
    more = f"; and {len(texts) - MOST_SHOWN} more" if len(texts) > MOST_SHOWN else ""
    return "; ".join(texts[:MOST_SHOWN]) + more if texts else None


class _Differences:
    """Collects the clauses that only one side has, going down both row sets together."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.gone: list[Clause] = []
        self.new: list[Clause] = []
        self.moved = False

    def compare(self, base: Expression, head: Expression, depth: int = 0) -> None:
        """Compare two row sets clause by clause."""
        if base is head:
            return
        same = Sameness(base, head) if depth else self.pair.same
        gone = list(_clauses(base, self.pair.base.words))
        new = list(_clauses(head, self.pair.head.words))
        left, right = _unmatched(gone, new, same)
        if not left and not right:
            self.moved = self.moved or [node.op for node in spine(base)] != [
                node.op for node in spine(head)
            ]
            return
        for one, other in _inner_pairs(left, right):
            before = len(self.gone) + len(self.new)
            if depth < 8:
                self.compare(_relation(one.node), _relation(other.node), depth + 1)
            if len(self.gone) + len(self.new) > before or self.moved:
                left.remove(one)
                right.remove(other)
        self.gone += left
        self.new += right

    def compare_fanning(self) -> None:
        """Compare the outer joins that repeat rows under a grouping."""
        base, head = _fanned(self.pair.base), _fanned(self.pair.head)
        self.gone += [Clause("LEFT JOIN", node, text_of(node)) for node in base - head]
        self.new += [Clause("LEFT JOIN", node, text_of(node)) for node in head - base]

    def place(self, definition: Definition, clauses: Iterable[Clause]) -> Location | None:
        """Return where the first of `clauses` is written."""
        for clause in clauses:
            at = definition.words.get(clause.node, ("", None))[1]
            if at is not None:
                return at
        return None


def _fanned(definition: Definition) -> frozenset[Expression]:
    """Return the outer joins under groupings that no key looks at.

    And that no column of theirs tells of.
    """
    nodes = nodes_below(*(column.expression for column in definition.columns))
    return frozenset(join for node in nodes if node.op == "fanned" for join in node.args[1].args)


def _clauses(
    rows: Expression, words: Mapping[Expression, tuple[str, Location | None]]
) -> Iterator[Clause]:
    """Yield the clauses of a row set and of those it is made from in a straight line."""
    for node in spine(rows):
        match node.op:
            case "rows":
                yield from _graph(node, words)
            case "group":
                yield from _grouping(node, words)
            case "pick":
                yield Clause(
                    "DISTINCT ON", node.args[1], f"one row for each {_listed(node.args[1].args)}"
                )
                for key in node.args[2:]:
                    yield Clause("ORDER BY", key, f"ORDER BY {text_of(key)}")
            case "limit":
                count, offset, flags = node.value
                text = f"LIMIT {count}" + (f" OFFSET {offset}" if offset else "")
                yield Clause(f"LIMIT {count} {offset} {flags}", node.args[0], text)
                for key in node.args[1:]:
                    yield Clause("ORDER BY", key, f"ORDER BY {text_of(key)}")
            case "sample":
                yield Clause(f"SAMPLE {node.value}", node.args[0], f"SAMPLE {node.value[0]}")
            case "union":
                for arm in node.args:
                    yield Clause("UNION", arm, f"UNION ALL {_from(arm)}")
            case "scan":
                yield Clause("FROM", node, f"FROM {node.value}")
            case "opaque_rows":
                yield Clause(f"OPAQUE {node.value}", node, "code that was not understood")
            case _:
                yield Clause(node.op.upper(), node, words.get(node, (node.op.upper(), None))[0])


def _graph(
    node: Expression, words: Mapping[Expression, tuple[str, Location | None]]
) -> Iterator[Clause]:
    bag, filters, optional = node.args
    if len(bag.args) != 1:
        for instance in bag.args:
            yield Clause("JOIN", instance, f"JOIN {_from(instance.args[0])}")
    for condition in filters.args:
        yield Clause("WHERE", condition, text_of(condition))
    for entry in optional.args:
        said = " ".join(words.get(entry, ("", None))[0].split())
        yield Clause("LEFT JOIN", entry, said if said and said != "LEFT JOIN" else text_of(entry))


def _grouping(
    node: Expression, words: Mapping[Expression, tuple[str, Location | None]]
) -> Iterator[Clause]:
    keys = node.args[1].args
    said = words.get(node, ("GROUP BY", None))[0]
    kind = "DISTINCT" if said == "DISTINCT" else "GROUP BY"
    yield Clause(f"GROUP BY {node.value}", node.args[1], f"{kind} {_listed(keys)}".strip())


def _listed(keys: tuple[Expression, ...]) -> str:
    return ", ".join(sorted(map(text_of, keys)))


def _from(rows: Expression) -> str:
    return ", ".join(sorted(scanned(rows))) or text_of(rows)


def _unmatched(
    base: list[Clause], head: list[Clause], same: Sameness
) -> tuple[list[Clause], list[Clause]]:
    """Return the clauses that only one side has."""
    rest = list(head)
    gone = []
    for clause in base:
        match = next((other for other in rest if _agree(clause, other, same)), None)
        if match is None:
            gone.append(clause)
        else:
            rest.remove(match)
    return gone, rest


def _agree(base: Clause, head: Clause, same: Sameness) -> bool:
    if base.kind != head.kind:
        return False
    if base.kind.startswith(("LIMIT", "SAMPLE")):
        return True  # what they are taken from is compared on its own
    if base.kind in {"JOIN", "UNION", "FROM"}:
        return base.node is head.node
    return same(base.node, head.node)


def _inner_pairs(left: list[Clause], right: list[Clause]) -> list[tuple[Clause, Clause]]:
    """Return inputs that both sides join or unite, but made otherwise: they are compared inside."""
    pairs = []
    for kind in ("JOIN", "UNION"):
        base = [clause for clause in left if clause.kind == kind]
        head = [clause for clause in right if clause.kind == kind]
        arms = matched_arms(
            [_relation(item.node) for item in base], [_relation(item.node) for item in head]
        )
        pairs += [(base[one], head[other]) for one, other in arms]
    return pairs


def _relation(node: Expression) -> Expression:
    return node.args[0] if node.op == "instance" else node


def _other_writes(both: Both) -> Iterator[Change]:
    """Yield one change for the writes that only one side has."""
    if not both.base_only and not both.head_only:
        return
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
    texts = [
        f"{item.options.mode} from {', '.join(item.reads) or 'values'}" for item in definitions
    ]
    return "; ".join(dict.fromkeys(texts)) or None


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
    """Yield one change for each kind of thing that makes a rerun differ and that the base did.

    Not have.
    """
    for pair in both.pairs:
        before, after = _random(pair.base), _random(pair.head)
        for kind in sorted(after - before):
            yield Change(
                rule="nondeterminism-added",
                dataset=pair.head.dataset,
                after=kind,
                job=pair.head.job,
                location=pair.head.at,
                base_location=pair.base.at,
            )


def _random(definition: Definition) -> Counter[str]:
    nodes = nodes_below(definition.rows, *(column.expression for column in definition.columns))
    return Counter(kind for kind in map(_randomness, nodes) if kind)


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
