"""Accepted risks: which changes somebody has accepted, and whose word has run out.

It is written in `guardian.yml` or beside the code. A change that is accepted stays in the report,
where it counts for nothing; an acceptance that has expired counts as a finding of its own.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import msgspec

from guardian import escape
from guardian.diff import fingerprints
from guardian.model.acceptance import Acceptance
from guardian.model.changes import Accepted, Change
from guardian.model.lineage import Diagnostic, Location
from guardian.model.plan import Lowered

RULE = "acceptance-expired"
SOON = 14  # days in which an end is told
NAMED = 3


class Stated(msgspec.Struct, frozen=True):
    """What is accepted, and where it holds: in `guardian.yml`, beside the code of either side."""

    configured: tuple[Acceptance, ...] = ()
    base: tuple[Lowered, ...] = ()
    head: tuple[Lowered, ...] = ()


def decided(
    changes: Sequence[Change], stated: Stated, today: date
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return `changes`, each with who accepted it, and a change for each acceptance that expired.

    Only where a change would still be accepted by it has the end of an acceptance any effect.
    """
    stated = msgspec.structs.replace(stated, configured=_recognised(stated.configured, changes))
    holding = _Holding(stated)
    lapsed: dict[Acceptance, list[Change]] = {}
    marked = []
    for change in changes:
        found = list(holding.of(change))
        valid = [item for item in found if not _is_over(item.said, today)]
        if valid:
            best = max(valid, key=_lasting)
            change = msgspec.structs.replace(change, accepted=_accepted(best, today))  # noqa: PLW2901
        else:
            for item in found:
                lapsed.setdefault(item.said, []).append(change)
        marked.append(change)
    expired = {item.fingerprint: item for item in map(_expired, lapsed, lapsed.values())}
    return tuple(marked), tuple(expired.values())


def _recognised(said: Iterable[Acceptance], changes: Sequence[Change]) -> tuple[Acceptance, ...]:
    """Return acceptances with whole fingerprints, as far as one names a single change so far."""
    known = {change.fingerprint for change in changes}
    return tuple(
        msgspec.structs.replace(item, fingerprint=meant[0]) if len(meant) == 1 else item
        for item in said
        for meant in [known_by(item.fingerprint, known) if item.fingerprint else []]
    )


def known_by(start: str, fingerprints: Iterable[str]) -> list[str]:
    """Return those of `fingerprints` that begin with `start`, sorted, each once."""
    return sorted({whole for whole in fingerprints if whole.startswith(start)})


def open_changes(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that nobody has accepted."""
    return [change for change in changes if change.accepted is None]


def unknown_rules(stated: Stated, known: Collection[str]) -> Iterator[Diagnostic]:
    """Yield a warning for each rule that a comment of the head names and that there is none of.

    What a file has said in the base already is not told again.
    """
    before = {id(file) for file in stated.base}
    for file in stated.head:
        for said in () if id(file) in before else file.acceptances:
            for rule in said.rules:
                if rule not in known:
                    message = f"`guardian: accept` names `{rule}`, {no_rule(rule, known)}"
                    yield Diagnostic(said.at.file, said.at.line, message)


def no_rule(rule: str, known: Collection[str]) -> str:
    """Return that there is no such rule, and which one may be meant."""
    near = difflib.get_close_matches(rule, known, 1)
    help_ = f"did you mean `{near[0]}`?" if near else "`guardian rules` lists them"
    return f"which is no rule: {help_}"


def _is_over(said: Acceptance, today: date) -> bool:
    return said.until is not None and said.until < today


class _Held(NamedTuple):
    """An acceptance that holds for a change; `here`: it came with the change."""

    said: Acceptance
    here: bool


def _lasting(item: _Held) -> tuple[bool, date]:
    """Return what to prefer by: what was there before, then what holds longest."""
    return not item.here, item.said.until or date.max


def _accepted(item: _Held, today: date) -> Accepted:
    said = item.said
    left = (said.until - today).days if said.until else None
    return Accepted(
        reason=said.reason, owner=said.owner, until=said.until, where=_place(said.at),
        days_left=left if left is not None and left <= SOON else None, here=item.here,
    )  # fmt: skip


def _place(at: Location) -> str:
    return f"{at.file}:{at.line}" if at.line else at.file  # a comment in a conversation has no line


def _expired(said: Acceptance, changes: Sequence[Change]) -> Change:
    first = changes[0]
    named = [f"{change.rule} of {_subject(change)}" for change in changes[:NAMED]]
    more = [f"{len(changes) - NAMED} more"] if len(changes) > NAMED else []
    owner = f" by {said.owner}" if said.owner else ""
    change = Change(
        rule=RULE, dataset=first.dataset, job=first.job,
        location=said.at if said.at.line else first.location,
        before=f"accepted until {said.until}{owner}: {said.reason}",
        after=f"not accepted: {', '.join([*named, *more])}",
    )  # fmt: skip
    return msgspec.structs.replace(change, fingerprint=fingerprints.of_texts(change))


def _subject(change: Change) -> str:
    return f"{change.dataset}.{change.column}" if change.column else change.dataset


def listed(risks: Iterable[Acceptance], today: date) -> list[str]:
    """Return a line for each accepted risk: where, what, until when, by whom, and why."""
    return [escape.clean(_line(said, today)) for said in risks]


def _line(said: Acceptance, today: date) -> str:
    what = ", ".join([*said.rules, *([said.fingerprint] if said.fingerprint else [])])
    if said.dataset != "*" or said.column != "*":
        what += f" of {said.dataset}" + (f", column {said.column}" if said.column != "*" else "")
    end = "EXPIRED on" if _is_over(said, today) else "until"
    parts = [
        f"{end} {said.until}" if said.until else "",
        f"by {said.owner}" if said.owner else "",
    ]
    terms = ", ".join(part for part in parts if part)
    return f"{_place(said.at)}: {what}" + (f" ({terms})" if terms else "") + f": {said.reason}"


# --- what an acceptance holds for ----------------------------------------------------------------


class _Holding:
    """All acceptances of a report, asked for those that hold for a change."""

    def __init__(self, stated: Stated) -> None:
        self.configured = stated.configured
        head, base = _Code(stated.head), _Code(stated.base)
        before = {_key(said, base) for said in base.acceptances}
        self.beside = [
            _Held(said, here=_key(said, head) not in before) for said in head.acceptances
        ]
        self.head = head

    def of(self, change: Change) -> Iterator[_Held]:
        """Yield the acceptances that hold for `change`, those of `guardian.yml` first."""
        for said in self.configured:
            if _matches(said, change):
                yield _Held(said, here=False)
        for item in self.beside:
            if change.rule in item.said.rules and self.head.holds(item.said, change):
                yield item


def _matches(said: Acceptance, change: Change) -> bool:
    """Return whether an entry of `guardian.yml` means `change`."""
    return (
        said.fingerprint in {"", change.fingerprint}
        and (not said.rules or change.rule in said.rules)
        and _like(said.dataset, change.dataset)
        and (
            said.column == "*" or (change.column is not None and _like(said.column, change.column))
        )
    )


def _like(pattern: str, name: str) -> bool:
    return _compiled(pattern).fullmatch(name) is not None


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = (re.escape(piece) for piece in re.split(r"\*+", pattern))
    return re.compile(".*".join(pieces).replace(r"\?", "."), re.IGNORECASE | re.DOTALL)


def _key(said: Acceptance, code: "_Code") -> tuple[object, ...]:
    """Return what makes an acceptance the same one, wherever its file and its lines have gone."""
    datasets = frozenset(dataset for _, dataset in code.made_by(said))
    return frozenset(said.rules), said.reason, said.owner, said.until, datasets


class _Made(NamedTuple):
    """A dataset that a statement makes, and in which job."""

    line: int
    job: str
    dataset: str


class _Code:
    """What the statements of one revision make, to know which of them a comment belongs to."""

    def __init__(self, lowered: Iterable[Lowered]) -> None:
        self.acceptances: list[Acceptance] = []
        self._made: Mapping[str, list[_Made]] = {}
        self._own: dict[str, list[_Made]] = {}
        self._known: dict[Acceptance, frozenset[tuple[str, str]]] = {}
        files = tuple(lowered)
        wanted = {file.path for file in files if file.acceptances}
        if not wanted:
            return
        self._made = {path: [] for path in wanted}
        for file in files:
            self.acceptances += file.acceptances
            written = [(item.at, item.job, item.dataset) for item in file.writes]
            declared = [
                (item.at, item.job, item.dataset)
                for item in file.declarations
                if item.origin == "ddl"
            ]
            for at, job, dataset in (*written, *declared):
                if at.file in wanted:
                    self._made[at.file].append(_Made(at.line, job, dataset))
            own = (_Made(at.line, job, dataset) for at, job, dataset in written or declared)
            self._own[file.path] = list(own) if file.path in wanted else []
        for made in self._made.values():
            made.sort()

    def holds(self, said: Acceptance, change: Change) -> bool:
        """Return whether a comment belongs to the statement that a change was made in."""
        if (change.job, change.dataset) in self.made_by(said):
            return True
        if change.rule == "dataset-removed" and change.job.partition("#")[0] == said.at.file:
            return True  # its own statement is gone, and the comment is left
        if len({made.dataset for made in self._inside(said)}) > 1:
            return False
        spots = [change.location, *([change.cause] if change.cause else [])]
        lines = [spot.line for spot in spots if spot.file == said.at.file]
        return any(said.first <= line <= said.last for line in lines)

    def made_by(self, said: Acceptance) -> frozenset[tuple[str, str]]:
        """Return the jobs and datasets that a comment belongs to."""
        if said not in self._known:
            own = self._own.get(said.at.file, [])
            only = own if len({made.dataset for made in own}) == 1 else []
            found = (*only, *self._nearest(said))
            self._known[said] = frozenset((made.job, made.dataset) for made in found)
        return self._known[said]

    def _inside(self, said: Acceptance) -> list[_Made]:
        return [made for made in self._made[said.at.file] if said.first <= made.line <= said.last]

    def _nearest(self, said: Acceptance) -> list[_Made]:
        """Return what is made on the comment's lines; of several statements, by the nearest.

        Nothing parts the statements of a T-SQL procedure: the one that starts below the comment
        counts, else the one that has started above it.
        """
        inside = self._inside(said)
        if len({made.dataset for made in inside}) <= 1:
            return inside
        lines = [made.line for made in inside]
        above = [line for line in lines if line <= said.at.line]
        chosen = said.below if said.below in lines else max(above, default=min(lines))
        return [made for made in inside if made.line == chosen]
