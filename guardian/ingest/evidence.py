"""Who tells of a dependency in a warehouse, and how sure that makes us."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from guardian.lineage.link import World
from guardian.model.nodes import Evidence, NodeEdge, Witness
from guardian.model.plan import Lowered
from guardian.model.warehouse import VIEW, Warehouse

DMV = 1.0
QUERY_LOG = 0.95
PARSE = 0.85
DYNAMIC = 0.8
HINT = 0.6
NAME_SEARCH = 0.5
HINT_ADDS, MOST_WITH_HINT = 0.1, 0.95
BAR = 0.85  # what is less sure is read again on each run

Pair = tuple[str, str]  # source, target


class Log(msgspec.Struct, frozen=True):
    """What the query log shows: procedures that ran, and which dataset went into which."""

    ran: frozenset[str] = frozenset()
    pairs: frozenset[Pair] = frozenset()


def edges(found: Warehouse, world: World, log: Log) -> tuple[NodeEdge, ...]:
    """Return the edges between objects, sorted, each with what its witnesses said."""
    told: dict[Pair, list[Evidence]] = defaultdict(list)
    flows: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    views = {one.name for one in found.objects if one.kind == VIEW}
    for job, reads, writes, evidence in _texts(world):
        flows[job][0].update(reads)
        flows[job][1].update(writes)
        for source in reads - {job}:
            told[source, job].append(evidence)
        for target in writes - {job}:
            told[job, target].append(evidence)
    _ask_log(told, flows, log, views)
    undirected = set(_ask_dmv(told, found))
    made = (
        _edge(pair, evidence, directed=pair not in undirected) for pair, evidence in told.items()
    )
    return tuple(sorted(made, key=lambda edge: (edge.source, edge.target)))


def pairs_of(world: World) -> Iterator[Pair]:
    """Yield which dataset goes into which, as statements of the query log say."""
    for made in world.definitions.values():
        for one in made:
            yield from ((source, one.dataset) for source in one.reads if source != one.dataset)


def confidence_of(evidence: Iterable[Evidence]) -> float:
    """Return how sure what some witnesses say is: the best of them, and a hint that agrees."""
    sure = 0.0
    hinted = False
    for one in evidence:
        hinted = hinted or one.witness == "hint"
        sure = max(sure, one.confidence)
    others = any(one.witness != "hint" for one in evidence)
    if hinted and others and sure < QUERY_LOG:
        return round(min(sure_without_hint(evidence) + HINT_ADDS, MOST_WITH_HINT), 3)
    return sure


def sure_without_hint(evidence: Iterable[Evidence]) -> float:
    """Return the same without hints."""
    return max((one.confidence for one in evidence if one.witness != "hint"), default=0.0)


def _texts(world: World) -> Iterator[tuple[str, set[str], set[str], Evidence]]:
    """Yield what texts say: object, what it reads, what it writes, and how that is known."""
    for made in world.definitions.values():
        for one in made:
            certain = one.write.confidence >= 1
            witness: Witness = "parse" if certain else "dynamic-sql"
            words = "a statement of its text" if certain else "SQL that its text puts together"
            sure = PARSE if certain else DYNAMIC
            evidence = Evidence(witness, sure, words, one.write.at.line)
            yield one.job, set(one.reads), {one.dataset}, evidence
    for file in world.lowered:
        for hint in file.tables:
            yield hint.job, set(hint.reads), set(hint.writes), _hint(hint.confidence, hint.at.line)


def _hint(confidence: float, line: int) -> Evidence:
    if confidence > NAME_SEARCH:
        return Evidence("hint", HINT, "a comment in its text (`@LINEAGE_…`)", line)
    told = "names found in a statement that could not be read"
    return Evidence("name-search", NAME_SEARCH, told, line)


def _ask_log(
    told: dict[Pair, list[Evidence]],
    flows: dict[str, tuple[set[str], set[str]]],
    log: Log,
    views: Collection[str],
) -> None:
    """Add what the query log confirms: the very flow, or a run of the text that was read."""
    for job, (reads, writes) in flows.items():
        if job in views:
            continue
        seen = {pair for pair in log.pairs if pair[0] in reads and pair[1] in writes}
        flow = Evidence("query-log", QUERY_LOG, "a statement that ran moved these rows")
        run = Evidence("query-log", QUERY_LOG, "the query log shows a run of the procedure")
        sides = ([(name, job) for name in reads], [(job, name) for name in writes])
        for at, pairs in enumerate(sides):
            for pair in pairs:
                held = told.get(pair, [])
                if any(pair[at] == one[at] for one in seen):
                    held.append(flow)
                elif job in log.ran and any(one.witness == "parse" for one in held):
                    held.append(run)


def _ask_dmv(told: dict[Pair, list[Evidence]], found: Warehouse) -> Iterator[Pair]:
    """Add what the warehouse itself records; yield the pairs whose direction nobody tells."""
    views = {one.name for one in found.objects if one.kind == VIEW}
    data = {one.name for one in found.objects if one.kind in {"U", "V", "ET", "SN"}}
    objects = {one.name for one in found.objects}
    said = Evidence("dmv", DMV, "sys.sql_expression_dependencies records it")
    for one in found.dependencies:
        reads, writes = (one.referenced, one.referencing), (one.referencing, one.referenced)
        known = [pair for pair in (reads, writes) if pair in told]
        for pair in known:
            told[pair].append(said)
        if not known and (one.referenced in data or one.referenced not in objects):
            told[reads].append(said)
            if one.referencing not in views:
                yield reads


def _edge(pair: Pair, evidence: Sequence[Evidence], *, directed: bool) -> NodeEdge:
    best = sorted({(-one.confidence, one.witness, one.line or 0): one for one in evidence}.items())
    kept: dict[str, Evidence] = {}
    for _, one in best:
        kept.setdefault(one.witness, one)
    return NodeEdge(
        source=pair[0], target=pair[1], confidence=confidence_of(tuple(kept.values())),
        evidence=tuple(kept.values()), directed=directed,
    )  # fmt: skip


def least_sure(lowered: Lowered, found: Iterable[NodeEdge]) -> float:
    """Return the confidence of the least sure edge of an object; 0 where it was not understood."""
    if lowered.failed or lowered.warnings:
        return 0.0
    return min((one.confidence for one in found), default=1.0)
