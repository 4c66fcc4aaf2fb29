"""Two revisions of a contract → changes: what each clause promised, and what it promises now."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from guardian.contracts.directions import added, changed, removed
from guardian.contracts.implied import Keys
from guardian.contracts.intervals import Direction
from guardian.contracts.renames import above, columns_of, renamed, renames
from guardian.contracts.versions import Bump, expected, kind_of_bump
from guardian.contracts.wording import said
from guardian.model.changes import Change
from guardian.model.contract import SENSITIVE, Clause, ClauseKind, Compatibility, Contract
from guardian.model.lineage import Location

TEST = "contract-test-loosened"
RULES = (
    TEST,
    "contract-added", "contract-removed", "contract-column-added", "contract-column-removed",
    "contract-column-renamed", "contract-type-changed", "contract-nullability-loosened",
    "contract-key-changed", "contract-values-loosened", "contract-freshness-loosened",
    "contract-classification-changed", "contract-clause-changed", "contract-clause-removed",
    "contract-tightened", "contract-version", "contract-access-changed", "contract-order-changed",
    "contract-location-changed", "contract-status-changed",
)  # fmt: skip

# Told by one rule whatever the step does.
_BY_KIND: Mapping[ClauseKind, str] = {
    "type": "contract-type-changed",
    "classification": "contract-classification-changed",
    "encrypted": "contract-classification-changed",
    "tag": "contract-classification-changed",
    "role": "contract-access-changed",
    "order": "contract-order-changed",
    "location": "contract-location-changed",
    "dataset": "contract-location-changed",
    "status": "contract-status-changed",
    "deprecated": "contract-status-changed",
}
# Told by these where less, or something else, is promised.
_LOOSENED: Mapping[ClauseKind, str] = {
    "column": "contract-column-removed",
    "required": "contract-nullability-loosened",
    "unique": "contract-key-changed",
    "primary-key": "contract-key-changed",
    "unique-key": "contract-key-changed",
    "values": "contract-values-loosened",
    "range": "contract-values-loosened",
    "length": "contract-values-loosened",
    "items": "contract-values-loosened",
    "pattern": "contract-values-loosened",
    "format": "contract-values-loosened",
    "multiple": "contract-values-loosened",
    "service-level": "contract-freshness-loosened",
}
_SILENT: frozenset[ClauseKind] = frozenset({"dataset", "identity"})
# Of these a contract may have several, told apart by what they say: one that went and one that
# came are the same clause, changed.
_PAIRED: frozenset[ClauseKind] = frozenset({
    "unique-key", "reference", "service-level", "location", "quality",
})  # fmt: skip


class Step(msgspec.Struct, frozen=True):
    """A clause as both revisions have it, at least one of them, and what the step does."""

    base: Clause | None
    head: Clause | None
    direction: Direction
    confidence: float = 1.0

    @property
    def clause(self) -> Clause:
        """Return the clause as it is now, else as it was."""
        clause = self.head or self.base
        assert clause is not None  # noqa: S101 - a step has at least one side
        return clause


def changes(
    base: Contract | None,
    head: Contract | None,
    mode: Compatibility = "CONSUMER",
    sensitive: Collection[str] = SENSITIVE,
) -> Iterator[Change]:
    """Yield what differs between the contracts of one dataset; nothing in the mode `NONE`.

    The mode is the base's: a change of the mode is judged by what was agreed before it. A tag is
    told where it is one of the words `sensitive`.
    """
    held = (base.compatibility if base is not None else None) or mode
    if held == "NONE":
        return
    if base is None and head is not None:
        yield _whole("contract-added", head)
    elif base is not None and head is None:
        yield _whole("contract-removed", base)
    elif base is not None and head is not None:
        found = steps(base, head, sensitive)
        lines = _lines(head)
        found_changes = (_change(step, base, head, held, lines) for step in told(found))
        if head.enforced:
            yield from found_changes
        else:
            yield from (_of_test(one) for one in found_changes if one.rule != "contract-tightened")
        yield from _version(base, head, found, held)


def steps(
    base: Contract, head: Contract, sensitive: Collection[str] = SENSITIVE
) -> tuple[Step, ...]:
    """Return the clauses that differ in what they promise, in the order of the contract."""
    names = renames(base, head)
    before = tuple(renamed(base, {old: new for old, (new, _) in names.items()}))
    pairs = _paired((*_heading(base), *before), (*_heading(head), *head.clauses))
    gone = [old.column for old, new in pairs if new is None and old and old.kind == "column"]
    keys = Keys(before, head.clauses, frozenset(name for name in gone if name))
    found = [*_renames(base, head, names), *_moves(base, head, pairs)]
    for old, new in pairs:
        direction = _direction(old, new, keys)
        clause = new or old
        if direction is not None and clause is not None and _is_told(clause, sensitive):
            found.append(Step(old, new, direction))
    return tuple(found)


def _is_told(clause: Clause, sensitive: Collection[str]) -> bool:
    """Return whether a clause promises anything: tags are words, but for those that classify."""
    if clause.kind == "tag":
        said = clause.name.casefold()
        words = {said, said.rpartition(":")[2], said.rpartition(".")[2]}
        return clause.column is not None and not words.isdisjoint(sensitive)
    return clause.kind not in _SILENT


def _direction(old: Clause | None, new: Clause | None, keys: Keys) -> Direction | None:
    clause = new or old
    if clause is not None and clause.kind in {"primary-key", "required", "unique", "unique-key"}:
        return keys.direction(old, new)
    if old is not None and new is not None:
        return changed(old, new)
    if new is not None:
        return added(new)
    return removed(old) if old is not None else None


def _heading(contract: Contract) -> Iterator[Clause]:
    """Yield what a contract says of itself as clauses."""
    line = contract.at.line
    if contract.status:
        yield Clause(kind="status", value=contract.status, line=line)
    if contract.compatibility:
        yield Clause(kind="compatibility", value=contract.compatibility, line=line)


def _renames(
    base: Contract, head: Contract, names: Mapping[str, tuple[str, float]]
) -> Iterator[Step]:
    before, after = columns_of(base), columns_of(head)
    for old, (new, sure) in names.items():
        yield Step(before[old], after[new], "both", sure)


def _moves(
    base: Contract, head: Contract, pairs: Sequence[tuple[Clause | None, Clause | None]]
) -> Iterator[Step]:
    """Yield a step where the table itself has another name, and no server tells why."""
    servers = [clause for pair in pairs if pair[0] != pair[1] for clause in pair if clause]
    told_by_server = any(clause.kind == "location" for clause in servers)
    if base.dataset != head.dataset and not told_by_server:
        old = Clause(kind="dataset", value=base.dataset, line=base.at.line)
        yield Step(old, Clause(kind="dataset", value=head.dataset, line=head.at.line), "both")


# --- which clause of the one side is which of the other ------------------------------------------


def _paired(
    before: Sequence[Clause], after: Sequence[Clause]
) -> list[tuple[Clause | None, Clause | None]]:
    """Return each clause of one side beside its match of the other, None where there is none.

    In the order of `after`, then what is gone. Clauses of one subject are matched by what they say
    first, then in their order.
    """
    matches = _matched(before, after, {}, lambda clause: (clause.subject, clause.value))
    matches = _matched(before, after, matches, lambda clause: clause.subject)
    known = {id(clause) for clause in matches.values()}
    rest = Counter(_likeness(clause) for clause in before if id(clause) not in known)
    new = Counter(_likeness(clause) for at, clause in enumerate(after) if at not in matches)
    alone = {key for key, count in rest.items() if key and count == new[key] == 1}
    matches = _matched(
        before, after, matches, lambda clause: key if (key := _likeness(clause)) in alone else None
    )
    known = {id(clause) for clause in matches.values()}
    pairs: list[tuple[Clause | None, Clause | None]] = [
        (matches.get(at), clause) for at, clause in enumerate(after)
    ]
    return [*pairs, *((clause, None) for clause in before if id(clause) not in known)]


def _matched(
    before: Sequence[Clause],
    after: Sequence[Clause],
    matches: Mapping[int, Clause],
    key: Callable[[Clause], object],
) -> dict[int, Clause]:
    """Return the matches, by place in `after`, and with them those that share a key, in order."""
    known = {id(clause) for clause in matches.values()}
    left = defaultdict[object, deque[Clause]](deque)
    for clause in before:
        if id(clause) not in known and (wanted := key(clause)) is not None:
            left[wanted].append(clause)
    found = dict(matches)
    for at, clause in enumerate(after):
        if at not in found and (waiting := left.get(key(clause))):
            found[at] = waiting.popleft()
    return found


def _likeness(clause: Clause) -> object:
    """Return what two clauses of different names share if they may be one that changed."""
    if clause.kind not in _PAIRED:
        return None
    about = ""
    if clause.kind == "service-level":
        about = clause.name.split()[0]
    elif isinstance(clause.value, msgspec.Struct):
        about = str(getattr(clause.value, "metric", ""))
    return clause.kind, clause.column, about


# --- what is told --------------------------------------------------------------------------------


def told(found: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps that are told one by one.

    Those about a column that came or went are not, nor are those about what was in it.
    """
    listed = tuple(found)
    whole = {
        step.clause.column
        for step in listed
        if step.clause.kind == "column" and (step.base is None or step.head is None)
    }
    for step in listed:
        column = step.clause.column
        if column is not None and step.clause.kind == "column":
            column = above(column)
        if not _is_within(column or "", whole):
            yield step


def _is_within(column: str, whole: set[str | None]) -> bool:
    rest = column
    while rest:
        if rest in whole:
            return True
        rest = above(rest)
    return False


def _change(
    step: Step, base: Contract, head: Contract, mode: Compatibility, lines: Mapping[str, int]
) -> Change:
    clause = step.clause
    line = clause.line if step.head is not None else _beside(clause, lines, head.at.line)
    at = Location(head.at.file, line)
    direction = step.direction if mode == "CONSUMER" else f"{step.direction}, {mode}"
    renaming = _is_rename(step)
    return Change(
        rule=_rule(step),
        # whoever feels a move reads the old place
        dataset=base.dataset if clause.kind in {"dataset", "location"} else head.dataset,
        column=step.base.column if renaming and step.base is not None else clause.column,
        before=_text(step.base, step.head),
        after=_text(step.head, step.base),
        job=head.at.file,
        location=at,
        base_location=Location(base.at.file, step.base.line) if step.base is not None else None,
        confidence=step.confidence,
        detail=direction,
    )


def _of_test(change: Change) -> Change:
    """Return a change of a data test, which promises less than a contract that is kept to."""
    return msgspec.structs.replace(change, rule=TEST)


def _is_rename(step: Step) -> bool:
    return step.clause.kind == "column" and step.base is not None and step.head is not None


def _text(clause: Clause | None, other: Clause | None) -> str | None:
    if clause is None:
        return None
    if clause.kind == "column" and other is not None:
        return clause.column
    if clause.kind == "location" and other is not None:
        parts = str(clause.value).split(", ")
        kept = [part for part in parts if part not in str(other.value).split(", ")]
        return said(msgspec.structs.replace(clause, value=", ".join(kept) or clause.value))
    return said(clause)


def _rule(step: Step) -> str:
    kind = step.clause.kind
    if _is_rename(step):
        return "contract-column-renamed"
    if step.base is None and kind == "column":
        return "contract-column-added"
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if step.direction == "tightens":
        return "contract-tightened"
    if kind in _LOOSENED and step.direction != "undetermined":
        return _LOOSENED[kind]
    return "contract-clause-removed" if step.head is None else "contract-clause-changed"


def _lines(contract: Contract) -> Mapping[str, int]:
    """Return where a contract speaks of each column: where it is promised, else first of all."""
    promised = {name: clause.line for name, clause in columns_of(contract).items()}
    spoken: dict[str, int] = {}
    for clause in contract.clauses:
        if clause.column:
            spoken[clause.column] = min(clause.line, spoken.get(clause.column, clause.line))
    return spoken | promised


def _beside(clause: Clause, lines: Mapping[str, int], otherwise: int) -> int:
    """Return the line nearest to what is gone: its column's, or that of what it was in."""
    column = clause.column
    while column:
        if column in lines:
            return lines[column]
        column = above(column)
    return otherwise


def _whole(rule: str, contract: Contract) -> Change:
    version = f"{contract.format} {contract.version}".strip()
    gone = rule == "contract-removed"
    return Change(
        rule=rule,
        dataset=contract.dataset,
        before=version if gone else None,
        after=None if gone else version,
        job=contract.at.file,
        location=contract.at,
        base_location=contract.at if gone else None,
    )


def _version(
    base: Contract, head: Contract, found: Sequence[Step], mode: Compatibility
) -> Iterator[Change]:
    """Yield a change where the version of a contract says less than what happened to it.

    One that is not in force yet may change under one version, and words need no new one.
    """
    wanted = expected((step.direction for step in found), base.version, mode)
    bump = kind_of_bump(base.version, head.version)
    if wanted is None or bump is None or base.status in {"draft", "proposed"}:
        return
    if bump < wanted and wanted > Bump.PATCH:
        yield Change(
            rule="contract-version",
            dataset=head.dataset,
            before=base.version,
            after=head.version if head.version != base.version else None,
            job=head.at.file,
            location=head.at,
            base_location=base.at,
            detail=wanted.name.lower(),
        )
