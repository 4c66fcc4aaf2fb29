"""What is promised downstream of a change and does not hold with it: contracts and tests.

New constants, and NULL where there was none, are followed through the definitions of those columns
that a change reaches, and no others.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

import msgspec

from guardian.contracts.breach import Side, side_of
from guardian.contracts.following import Following, Step
from guardian.contracts.limits import refused
from guardian.contracts.nulls import Nulls
from guardian.contracts.values import constants, literal
from guardian.contracts.wording import said
from guardian.lineage.graph import Graph
from guardian.lineage.link import World
from guardian.model.changes import Change, Promise
from guardian.model.contract import Clause, Contract
from guardian.model.expression import NULL, Expression
from guardian.model.lineage import ColumnRef

# A change by one of these may make a column hold what it did not.
_OF_VALUES = frozenset({"column-logic-changed", "column-nullability-changed"})
MOST_CONSTANTS = 20  # that are new in one column and followed
MOST_STEPS = 2_000  # columns that one change's constants are followed to
MOST_PROMISES = 20


class Readers:
    """The promises of those who read what a change alters."""

    def __init__(
        self, worlds: tuple[World, World], graph: Graph, contracts: Iterable[Contract]
    ) -> None:
        """Take both revisions, the head's graph with other repositories, and all that is promised.

        Contracts for what the changes alter themselves are those of others: our own are held
        against the code where it is.
        """
        self._base, self._head = worlds
        self._graph = graph
        self._promises: dict[str, list[Contract]] = defaultdict(list)
        for contract in contracts:
            self._promises[contract.dataset].append(contract)
        self._own = {id(item) for file in self._head.lowered for item in file.contracts}
        self._broken: dict[tuple[str, str | None], tuple[Promise, ...]] = {}

    def told(self, change: Change) -> Change:
        """Return a change with the promises downstream that it breaks."""
        if change.rule not in _OF_VALUES or change.column is None or not self._promises:
            return change
        key = change.dataset, change.column
        if key not in self._broken:
            reached = {*change.impact.columns, ColumnRef(*key)}
            self._broken[key] = tuple(self._of(ColumnRef(*key), reached))[:MOST_PROMISES]
        broken = self._broken[key]
        felt = msgspec.structs.replace(change.impact, promises=broken)
        return msgspec.structs.replace(change, impact=felt) if broken else change

    def _of(self, start: ColumnRef, reached: set[ColumnRef]) -> Iterator[Promise]:
        if not any(ref.dataset in self._promises for ref in reached):
            return
        new = self._new(start)
        seen = {Step(start, constant) for constant in new[:MOST_CONSTANTS]}
        waiting = deque(seen)
        found: set[Promise] = set()
        while waiting and len(seen) < MOST_STEPS:
            step = waiting.popleft()
            found.update(self._refusing(step, own=step.ref != start))
            for further in self._steps(step):
                if further not in seen and further.ref in reached:
                    seen.add(further)
                    waiting.append(further)
        yield from sorted(found)

    def _new(self, ref: ColumnRef) -> list[Expression]:
        """Return the constants that a column holds now and did not before; NULL among them."""
        now, before = (side_of(ref.dataset, world) for world in (self._head, self._base))
        own, old = (_written(side, ref.column or "") for side in (now, before))
        new = [constant for constant in own if constant not in old]
        null = _null(now, ref.column or "") and not _null(before, ref.column or "")
        return [*(item for item in new if item is not NULL), *([NULL] if null else [])]

    def _refusing(self, step: Step, *, own: bool) -> Iterator[Promise]:
        """Yield the clauses about a column that do not allow a constant."""
        for contract in self._promises.get(step.ref.dataset, ()):
            if not own and id(contract) in self._own:
                continue
            for clause in _about(contract, step.ref.column or ""):
                if _refuses(clause, step.constant):
                    text = literal(step.constant) or "NULL"
                    yield Promise(
                        dataset=step.ref.dataset,
                        column=step.ref.column or "",
                        text=f"{said(clause)}; {text} is written now",
                        file=contract.at.file,
                        line=clause.line,
                    )

    def _steps(self, step: Step) -> Iterator[Step]:
        """Yield the columns that a constant goes on to."""
        following = Following(step.ref, step.constant)
        for reader in self._head.readers(step.ref.dataset):
            for made in self._head.definitions.get(reader, ()):
                if step.ref.dataset not in made.reads:
                    continue
                for output in made.columns:
                    for constant in following.given_by(output.expression):
                        yield Step(ColumnRef(reader, output.name), constant)
        # Of other repositories only edges are known: what passes unchanged is still the constant.
        for edge in self._graph.leaving(step.ref):
            elsewhere = edge.target.dataset not in self._head.definitions
            if elsewhere and edge.subtype == "IDENTITY" and edge.target.column:
                yield Step(edge.target, step.constant)


def _written(side: Side, column: str) -> set[Expression]:
    outputs = (made.column(column) for made in side.writes())
    return {one for item in outputs if item is not None for one in constants(item.expression)}


def _null(side: Side, column: str) -> bool:
    """Return whether a column is known to be NULL in some row."""
    for made in side.writes():
        output = made.column(column)
        target = made.dataset if made.options.mode == "merge" else ""
        if output is not None and Nulls(side.facts, made.rows, target).why(output.expression):
            return True
    return False


def _about(contract: Contract, column: str) -> Iterator[Clause]:
    for clause in contract.clauses:
        key = clause.value if clause.kind == "primary-key" else ()
        if clause.column == column or (isinstance(key, tuple) and column in key):
            yield clause


def _refuses(clause: Clause, constant: Expression) -> bool:
    if constant is NULL:
        return clause.kind in {"required", "primary-key"}
    return refused(clause, constant)
