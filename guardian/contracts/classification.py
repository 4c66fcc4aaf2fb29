"""Classified columns, followed through the code to where nobody has classified them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from guardian.contracts.breach import Breach
from guardian.contracts.masking import GIVING_VALUES, left_by
from guardian.contracts.values import HOLDING
from guardian.lineage.link import World
from guardian.model.contract import Clause, Contract
from guardian.model.definition import Definition, Output
from guardian.model.expression import Expression, name_of
from guardian.model.lineage import ColumnRef

RULES = ("contract-classification-lost",)
MOST_STEPS = 20  # jobs between a classified column and the one that is looked at
MOST_COLUMNS = 5_000  # looked at in one report
_BARE = 0.8  # of a dataset that nobody has promised anything of

Contracts = Mapping[str, Contract]


class Origin(NamedTuple):
    """The classified column that another is made from; how much of it is left, 1 for all."""

    ref: ColumnRef
    clause: Clause
    contract: Contract
    left: float


class Classified:
    """The classified columns of one revision, and what is made from them."""

    def __init__(self, world: World, contracts: Contracts, words: Collection[str]) -> None:
        """Take the code, the contracts that classify, and the words that do it."""
        self._world = world
        self._contracts = contracts
        self._words = frozenset(word.casefold() for word in words)
        self._origins: dict[ColumnRef, Origin | None] = {}
        self._carried: dict[Expression, Mapping[ColumnRef, float]] = {}

    def any(self) -> bool:
        """Return whether anything is classified at all."""
        return any(
            self._sensitive(clause) for item in self._contracts.values() for clause in item.clauses
        )

    def origin_of(self, expression: Expression, depth: int = 0) -> Origin | None:
        """Return the classified column of which an expression shows most; None where of none."""
        found = []
        for ref, left in self._carries(expression).items():
            origin = self._origin(ref, depth)
            if origin is not None:
                found.append(origin._replace(left=round(origin.left * left, 3)))
        return max(found, key=lambda origin: (origin.left, origin.ref.dataset), default=None)

    def clause(self, contract: Contract | None, column: str) -> Clause | None:
        """Return what a contract says of who may see a column, or of what holds it."""
        if contract is None:
            return None
        names = [column]
        while "." in names[-1]:
            names.append(names[-1].rpartition(".")[0])
        told = [one for one in contract.clauses if one.column in names and self._tells(one)]
        return max(told, key=self._sensitive, default=None)

    def _tells(self, clause: Clause) -> bool:
        return clause.kind == "classification" or self._sensitive(clause)

    def _sensitive(self, clause: Clause) -> bool:
        word = {"classification": clause.value, "tag": clause.name}.get(clause.kind, "")
        said = str(word).casefold()
        return bool(clause.column) and bool(
            {said, said.rpartition(":")[2], said.rpartition(".")[2]} & self._words
        )

    def _origin(self, ref: ColumnRef, depth: int) -> Origin | None:
        if ref in self._origins or depth > MOST_STEPS or len(self._origins) > MOST_COLUMNS:
            return self._origins.get(ref)
        self._origins[ref] = None
        self._origins[ref] = self._traced(ref, depth)
        return self._origins[ref]

    def _traced(self, ref: ColumnRef, depth: int) -> Origin | None:
        contract = self._contracts.get(ref.dataset)
        clause = self.clause(contract, ref.column or "")
        if clause is not None and contract is not None:
            return Origin(ref, clause, contract, 1.0) if self._sensitive(clause) else None
        outer = (ref.column or "").partition(".")[0]
        made = self._world.definitions.get(ref.dataset, ())
        values = [item.expression for one in made if (item := one.column(outer)) is not None]
        origins = [self.origin_of(value, depth + 1) for value in values]
        known = [origin for origin in origins if origin is not None]
        return max(known, key=lambda origin: origin.left, default=None)

    # --- what a value shows of the columns that it is made from -----------------------------------

    def _carries(self, node: Expression) -> Mapping[ColumnRef, float]:
        """Return the columns that an expression shows, and how much of each."""
        known = self._carried.get(node)
        if known is None:
            self._carried[node] = {}
            known = self._carried[node] = self._shown(node)
        return known

    def _shown(self, node: Expression) -> Mapping[ColumnRef, float]:
        if node.op == "field":
            return self._of_field(node)
        if node.op in HOLDING:
            return self._carries(node.args[HOLDING[node.op]])
        if node.op in {"merge", "ambiguous"}:
            return self._together(node.args)
        if node.op == "window":
            return self._carries(node.args[0]) if self._gives(node.args[0]) else {}
        if node.op == "aggregate":
            return self._carries(node.args[0]) if self._gives(node) and node.args else {}
        if node.op in {"call", "opaque"}:
            return self._of_call(node)
        return {}

    def _gives(self, function: Expression) -> bool:
        return name_of(function) in GIVING_VALUES

    def _of_field(self, node: Expression) -> Mapping[ColumnRef, float]:
        relation = node.args[0].args[0] if node.args else node
        if relation.op == "scan":
            return {ColumnRef(str(relation.value), str(node.value)): 1.0}
        if relation.op == "generate":
            return self._together(relation.args[0].args)
        return {}

    def _of_call(self, node: Expression) -> Mapping[ColumnRef, float]:
        name = name_of(node)
        if name in GIVING_VALUES:
            return self._carries(node.args[0]) if node.args else {}
        if name == "case":
            return self._together((*node.args[1:-1:2], node.args[-1]))
        left = left_by(node)
        if not left:
            return {}
        shown = self._together(node.args)
        if name == "field":
            return {ColumnRef(of.dataset, f"{of.column}.{node.value[1]}"): one
                    for of, one in shown.items()}  # fmt: skip
        return {ref: one * left for ref, one in shown.items()}

    def _together(self, nodes: Sequence[Expression]) -> Mapping[ColumnRef, float]:
        found: dict[ColumnRef, float] = {}
        for node in nodes:
            for ref, left in self._carries(node).items():
                found[ref] = max(left, found.get(ref, 0.0))
        return found


class Lost(NamedTuple):
    """A column that shows a classified one and is not classified itself."""

    dataset: str
    breach: Breach
    contract: Contract  # which classifies


def lost(
    datasets: Collection[str],
    worlds: tuple[World | None, World],
    contracts: tuple[Contracts, Contracts],
    words: Collection[str],
) -> Iterator[Lost]:
    """Yield the columns of `datasets` that show a classified one now, unclassified.

    Both revisions are held against what the head classifies: a word in a contract alone makes no
    code worse. `worlds` and `contracts` are those of the base, None where nothing is compared, and
    of the head.
    """
    base, head = worlds
    before, after = contracts
    now = Classified(head, after, words)
    if not now.any():
        return
    was = Classified(base, after, words) if base is not None else None
    for dataset in sorted(datasets):
        known: set[str] = set()
        if base is not None and was is not None:
            made = base.definitions.get(dataset, ())
            known = {output.name for _, output, _ in _showing(made, was, before.get(dataset))}
        own = after.get(dataset)
        for one, output, origin in _showing(head.definitions.get(dataset, ()), now, own):
            if output.name not in known:
                known.add(output.name)
                yield Lost(dataset, _breach(one, output, origin, own), origin.contract)


def _showing(
    definitions: Sequence[Definition], classified: Classified, own: Contract | None
) -> Iterator[tuple[Definition, Output, Origin]]:
    """Yield the written columns that show a classified one and that `own` does not classify."""
    for made in definitions:
        for output in made.columns:
            if output.name.startswith("*") or classified.clause(own, output.name) is not None:
                continue
            origin = classified.origin_of(output.expression)
            if origin is not None:
                yield made, output, origin


def _breach(made: Definition, output: Output, origin: Origin, own: Contract | None) -> Breach:
    agreed = own is not None and own.enforced
    by_word = origin.clause.kind == "classification"
    word = str(origin.clause.value) if by_word else origin.clause.name
    return Breach(
        rule="contract-classification-lost",
        column=output.name,
        promised=f"{origin.ref.dataset}.{origin.ref.column} ({word})",
        written="not classified in its contract" if agreed else "under no contract",
        job=made.job,
        at=output.at,
        clause=origin.clause,
        confidence=min(made.confidence, origin.left, 1.0 if agreed else _BARE),
    )
