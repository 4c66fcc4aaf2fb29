"""The whole program as values, files in and report out: START READING HERE.

sources ─lower─▶ Lowered ─link─▶ World ─compare─▶ changes ─measure─▶ impact ─judge─▶ Report
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeAlias

import msgspec

from guardian import __version__, acceptances, contracts, impact, kpis, narrative, registry, rules
from guardian.catalogued import NOTHING, Catalogued, Held, catalogued
from guardian.causes import Origin
from guardian.config import Aliases
from guardian.contracts import naming
from guardian.contracts.promises import Readers
from guardian.diff import Comparison, Detector, Pair
from guardian.diff.spelling import with_parameters_spelled
from guardian.languages import Extractor, Sources, accepting
from guardian.languages.recording import Recording, holds
from guardian.lineage.document import document
from guardian.lineage.graph import Graph
from guardian.lineage.growing import GrowingGraph
from guardian.lineage.inputs import with_inputs
from guardian.lineage.link import Memory, World, differing, link
from guardian.lineage.repositories import beside, own_names
from guardian.lineage.schemas import UNKNOWN, Schema
from guardian.model.acceptance import Acceptance
from guardian.model.changes import SEVERITIES, Change, Evidence, Report, Revision, worst
from guardian.model.contract import SENSITIVE, Compatibility
from guardian.model.lineage import Coverage, Diagnostic, Lineage
from guardian.model.plan import Exposure, Lowered
from guardian.model.snapshot import Snapshot
from guardian.model.source import SourceFile
from guardian.rules import RulePack


class Revisable(Sources, Protocol):
    """The files of one revision, and their blob ids without reading them."""

    def blob(self, path: str) -> str | None:
        """Return the blob id of a file, None where it is not there or cannot be read."""


class LoweredCache(Protocol):
    """Where lowered files are kept between runs."""

    def get(self, key: str, holds: Callable[[Lowered], bool]) -> Lowered | None:
        """Return what was stored under `key` and still holds; None where there is nothing."""

    def put(self, key: str, lowered: Lowered) -> None:
        """Store `lowered` under `key`."""


Made: TypeAlias = tuple[Lowered | None, bool]
Crew: TypeAlias = Callable[[Sequence[str]], Iterable[tuple[str, Made]]]


class Seen:
    """Lowered files that two revisions share, within one run; equal files are one object."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: dict[str, list[Lowered]] = {}

    def get(self, key: str, still_holds: Callable[[Lowered], bool]) -> Lowered | None:
        """Return what was kept under `key` and holds for this revision, too."""
        return next((item for item in self._kept.get(key, ()) if still_holds(item)), None)

    def put(self, key: str, lowered: Lowered) -> None:
        """Keep `lowered` under `key`."""
        self._kept.setdefault(key, []).append(lowered)


# --- lowering ------------------------------------------------------------------------------------


def lower(
    sources: Revisable,
    paths: Sequence[str],
    cache: LoweredCache | None = None,
    seen: Seen | None = None,
    contained: Callable[[str], Lowered] | None = None,
    crew: Crew | None = None,
    *,
    language: str = "",
) -> tuple[tuple[Lowered, ...], Coverage]:
    """Return every file of `paths` that a language claims, lowered.

    And how many were understood. `contained` lowers the file at a path in a place apart, and raises
    nothing; where it is given, it is asked for the files of those languages that allow it. `crew`
    lowers many files at once as `lowered_alone` does; what it leaves out is lowered here. With
    `language`, that one claims all of them, whatever they are called.
    """
    lowering = _Lowering(sources, cache, seen or Seen(), contained, language)
    lowered = lowering.files(paths, crew)
    counted = [item for item in lowered if _says_something(item)]
    failed = tuple(sorted(item.path for item in counted if item.failed))
    coverage = Coverage(files=len(counted), understood=len(counted) - len(failed), failed=failed)
    return lowered, coverage


def _says_something(lowered: Lowered) -> bool:
    return bool(lowered.failed or lowered.writes or lowered.declarations or lowered.tables)


def lowered_alone(
    sources: Revisable, contained: Callable[[str], Lowered] | None = None
) -> Callable[[str], Made]:
    """Return what lowers the file at a path, and tells whether that holds for later runs.

    None where no language claims the file or it cannot be read. `contained` is as for `lower`.
    """
    lowering = _Lowering(sources, None, Seen(), contained)

    def lowered(path: str) -> Made:
        asked = lowering.asked(path)
        return lowering.extracted(asked) if asked is not None else (None, False)

    return lowered


class _Asked(msgspec.Struct, frozen=True):
    """A file that is to be lowered, the language that claims it, what it is known by."""

    path: str
    extractor: Extractor
    key: str


class _Lowering:
    """Lowers the files of one revision, each by the first language that claims it."""

    def __init__(
        self,
        sources: Revisable,
        cache: LoweredCache | None,
        seen: Seen,
        contained: Callable[[str], Lowered] | None,
        language: str = "",
    ) -> None:
        self.language = language
        self.sources = sources
        self.cache = cache
        self.seen = seen
        self.contained = contained
        offered = registry.offered("guardian.languages", Extractor)
        self.extractors = sorted(offered, key=lambda extractor: (extractor.rank, extractor.name))
        said = repr(sorted(sources.settings().items()))
        self.settings = hashlib.blake2b(said.encode(), digest_size=8).hexdigest()

    def files(self, paths: Sequence[str], crew: Crew | None) -> tuple[Lowered, ...]:
        """Return the files lowered, in the order of `paths`."""
        asked = [item for item in map(self.asked, paths) if item is not None]
        lowered = {item.path: self._known(item) for item in asked}
        missing = {item.path: item for item in asked if lowered[item.path] is None}
        near = [path for path, item in missing.items() if self._apart(item) is None]
        for path, made in crew(near) if crew is not None else ():
            lowered[path] = self._kept(missing.pop(path), made)
        for path, item in missing.items():
            lowered[path] = self._kept(item, self.extracted(item))
        return tuple(item for item in lowered.values() if item is not None)

    def asked(self, path: str) -> _Asked | None:
        """Return what is to be done for the file at `path`, None where nobody claims it."""
        extractor = next((item for item in self.extractors if self._claims(item, path)), None)
        blob = self.sources.blob(path) if extractor is not None else None
        if extractor is None or blob is None:
            return None
        parts = (
            path,
            blob,
            extractor.name,
            extractor.version,
            self.sources.dialect(path),
            self.settings,
            accepting.VERSION,
            __version__,
        )
        return _Asked(path, extractor, "\x1f".join(parts))

    def _claims(self, extractor: Extractor, path: str) -> bool:
        if self.language:
            return extractor.name == self.language
        return extractor.claims(path, self.sources)

    def extracted(self, asked: _Asked) -> Made:
        """Return a file lowered, and whether that holds for later runs; None if unreadable."""
        file = self.sources.read(asked.path)
        if file is None:
            return None, False
        apart = self._apart(asked)
        lowered, lasting = (
            _elsewhere(apart, asked.path) if apart else self._here(asked.extractor, file)
        )
        lowered = with_inputs(_with_acceptances(lowered, file))
        if file.assumed:
            assumed = Diagnostic(asked.path, 1, file.assumed)
            others = (item for item in lowered.warnings if item != assumed)
            lowered = msgspec.structs.replace(lowered, warnings=(assumed, *others))
        return lowered, lasting

    def _apart(self, asked: _Asked) -> Callable[[str], Lowered] | None:
        return self.contained if asked.extractor.contained else None

    def _known(self, asked: _Asked) -> Lowered | None:
        """Return a file that was lowered before, where all that it was made from is the same."""

        def still_holds(lowered: Lowered) -> bool:
            return holds(lowered, self.sources)

        known = self.seen.get(asked.key, still_holds)
        if known is None and self.cache is not None:
            known = self.cache.get(asked.key, still_holds)
            if known is not None:
                self.seen.put(asked.key, known)
        return known

    def _kept(self, asked: _Asked, made: Made) -> Lowered | None:
        lowered, lasting = made
        if lowered is not None:
            self.seen.put(asked.key, lowered)
            if self.cache is not None and lasting:
                self.cache.put(asked.key, lowered)
        return lowered

    def _here(self, extractor: Extractor, file: SourceFile) -> tuple[Lowered, bool]:
        """Return one file lowered in this process, and whether that holds for later runs."""
        recording = Recording(self.sources, file.path)
        try:
            lowered = extractor.extract(file, recording)
        except Exception as error:  # noqa: BLE001 - an input nobody foresaw costs its own file only
            reason = f"{type(error).__name__}: {error}"[:200]
            message = f"not understood ({reason}); please report this file"
            warning = Diagnostic(file.path, 1, message)
            return Lowered(
                path=file.path, language=extractor.name, warnings=(warning,), failed=True
            ), False
        return msgspec.structs.replace(lowered, files_read=recording.files_read), True


def _elsewhere(contained: Callable[[str], Lowered], path: str) -> tuple[Lowered, bool]:
    """Return the same from elsewhere; a limit that a busy machine met may not be met again."""
    lowered = contained(path)
    return lowered, not lowered.failed


def _with_acceptances(lowered: Lowered, file: SourceFile) -> Lowered:
    """Return the same with what the comments of the file accept."""
    accepted, malformed = accepting.acceptances(file)
    if not accepted and not malformed:
        return lowered
    warnings = (*lowered.warnings, *malformed)
    return msgspec.structs.replace(lowered, acceptances=accepted, warnings=warnings)


# --- scanning ------------------------------------------------------------------------------------


def scan(lowered: Sequence[Lowered], coverage: Coverage, catalogs: Sequence[Held] = ()) -> Lineage:
    """Return the lineage document of one revision, with what catalogs tell of its datasets."""
    memory = Memory()
    told = catalogued(catalogs, [lowered]) if catalogs else NOTHING
    (files,) = naming.resolved([(*lowered, *told.lowered)], frozenset(told.schemas), memory)
    return told.confirmed(document(link(files, catalog=told.schemas, memory=memory), coverage))


# --- reporting -----------------------------------------------------------------------------------


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the world beyond the code: other repositories, dashboards, KPIs, the day.

    `queries` are the KPIs whose columns their SQL tells, with that SQL in `dialect`. `accepted` is
    what the configuration accepts; what the code accepts stands beside it. `origin` tells where a
    change was made, if not in its own job; nobody does where None. `memory` is what earlier reports
    bound of files that are the same objects still. `compatibility` is what contracts are held to
    that state none. `catalogs` are what catalogs hold. `aliases` tell
    what other repositories call our datasets; `repositories` are those of their jobs.
    """

    today: date
    accepted: tuple[Acceptance, ...] = ()
    snapshot: Snapshot = Snapshot()
    exposures: tuple[Exposure, ...] = ()
    queries: tuple[tuple[Exposure, str], ...] = ()
    dialect: str = ""
    origin: Origin | None = None
    memory: Memory | None = None
    compatibility: Compatibility = "CONSUMER"
    sensitive: tuple[str, ...] = SENSITIVE
    catalogs: tuple[Held, ...] = ()
    aliases: Aliases = Aliases()
    repositories: Mapping[str, str] = {}


def joined(
    known: Known, revisions: Sequence[Sequence[Lowered]], told: Catalogued = NOTHING
) -> Known:
    """Return `known` with the other repositories in the names of these revisions.

    These are the ones that count where a catalog was `told` of.
    """
    if not known.snapshot.parts:
        return known
    own = own_names(revisions)
    own = msgspec.structs.replace(own, datasets=told.named(own.datasets))
    found = beside(known.snapshot.parts, own, told.aliases(known.aliases))
    return msgspec.structs.replace(
        known, snapshot=Snapshot(parts=found.parts), repositories=found.repositories
    )


Compared: TypeAlias = Sequence[tuple[Pair, Sequence[Change]]]
Search: TypeAlias = Callable[[Compared, Callable[[str], Schema]], Mapping[Change, Evidence]]


def report(
    base: Sequence[Lowered],
    head: Sequence[Lowered],
    *,
    revisions: tuple[Revision, Revision],
    coverage: Coverage,
    known: Known,
    pack: RulePack | None = None,
    search: Search | None = None,
) -> Report:
    """Return the report on what changed from `base` to `head` and what it breaks.

    Args:
        base: the base's files, lowered.
        head: the head's files, lowered; equal files should be the same objects as the base's.
        revisions: what the two are called.
        coverage: how much of the head was understood.
        known: what is known of the world beyond the code.
        pack: the rules; ours where None.
        search: looks for input rows on which two definitions differ; nobody does where None.
    """
    told = catalogued(known.catalogs, [base, head]) if known.catalogs else NOTHING
    known = joined(known, [base, head], told)
    catalog = {**told.schemas, **catalog_of(known.snapshot)}
    base, head = (*base, *told.lowered), (*head, *told.lowered)
    memory = known.memory if known.memory is not None else Memory()
    names = catalog_names(known.snapshot) | told.schemas.keys()
    base, head = naming.resolved([base, head], names, memory)
    before = link(base, catalog=catalog, memory=memory)
    after = link(head, catalog=catalog, memory=memory)
    changes, unread = _measured(before, after, known, search, told)
    if known.origin is not None:
        origin = known.origin
        changes = tuple(msgspec.structs.replace(item, cause=origin(item)) for item in changes)
    pack = pack or rules.load()
    stated = acceptances.Stated(known.accepted, before.lowered, after.lowered)
    changes, expired = acceptances.decided(changes, stated, known.today)
    contracted = {*contracts.by_dataset(base), *contracts.by_dataset(head)}
    judged = [rules.judge(one, pack, contracted=contracted) for one in (*changes, *expired)]
    counting = acceptances.open_changes(judged)
    unknown = acceptances.unknown_rules(stated, pack.rules)
    made = Report(
        base=revisions[0],
        head=revisions[1],
        severity=worst([change.severity for change in counting]),
        changes=tuple(sorted(judged, key=importance)),
        impact=impact.overall(counting),
        warnings=(*new_warnings(before, after), *unread, *unknown),
        coverage=coverage,
    )
    return msgspec.structs.replace(made, narrative=narrative.write(made))


def _measured(
    before: World, after: World, known: Known, search: Search | None, told: Catalogued
) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Return what changed, with what is downstream of it, and which KPIs could not be read."""
    comparison = Comparison(before, after, registry.offered("guardian.diff", Detector))
    changes = comparison.changes()
    changes += contracts.changes(before, after, known.compatibility, known.sensitive)
    if not changes:
        return (), ()
    if search is not None:
        changes = _evidenced(comparison, changes, search)
    parts = known.snapshot.parts
    others = Graph((*(part.lineage for part in parts), told.lineage))
    asked, unread = kpis.resolved(known.queries, after, known.dialect)
    named = {exposure for exposure, _ in known.queries}
    exposures = [exposure for exposure in known.exposures if exposure not in named]
    exposures += [exposure for file in after.lowered for exposure in file.exposures]
    exposures += [exposure for part in parts for exposure in part.exposures]
    graph = GrowingGraph(after, under=others)
    measured = impact.measure(
        changes,
        head=graph,
        base=GrowingGraph(before, under=others),
        exposures=(*exposures, *asked),
        repositories=known.repositories,
    )
    promised = [item for file in after.lowered for item in file.contracts]
    promised += [item for part in parts for item in part.contracts]
    readers = Readers((before, after), graph, promised)
    return tuple(map(readers.told, measured)), unread


def _evidenced(comparison: Comparison, changes: list[Change], search: Search) -> list[Change]:
    """Return changes with what running both revisions told of them.

    A change is told by the one pair of writes that its job and dataset have; of several, none.
    """
    compared = [
        (pairs[0], [change for change in changes if change.dataset == dataset])
        for dataset, pairs in comparison.compared.items()
        if len(pairs) == 1
    ]
    found = search(compared, lambda name: comparison.head.schemas.get(name, UNKNOWN))
    return [_with_evidence(change, found.get(change), comparison.head) for change in changes]


# How sure a difference is that no made-up rows have shown.
UNSEEN = 0.4


def _with_evidence(change: Change, evidence: Evidence | None, head: World) -> Change:
    if evidence is None:
        return change
    evidence = with_parameters_spelled(evidence, change.job, head)
    confidence = 1.0 if evidence.witness is not None else min(change.confidence, UNSEEN)
    return msgspec.structs.replace(change, evidence=evidence, confidence=confidence)


def catalog_of(snapshot: Snapshot) -> dict[str, Schema]:
    """Return the columns of the datasets that other repositories write."""
    return {
        dataset.name: Schema(dataset.columns, dataset.complete)
        for part in snapshot.parts
        for dataset in part.lineage.datasets
        if dataset.complete
    }


def catalog_names(snapshot: Snapshot) -> frozenset[str]:
    """Return the datasets that other repositories read or write."""
    return frozenset(dataset.name for part in snapshot.parts for dataset in part.lineage.datasets)


def new_warnings(before: World, after: World) -> tuple[Diagnostic, ...]:
    """Return the head's warnings about files that the two revisions do not have alike."""
    same = {id(file) for file in before.lowered}
    changed = {file.path for file in after.lowered if id(file) not in same}
    linked = differing(before, after)
    known = {_said(warning) for file in before.lowered for warning in file.warnings}
    known.update(map(_said, before.warnings_of(linked)))
    told = {warning for file in after.lowered for warning in file.warnings}
    told |= after.warnings_of(linked)
    new = {item for item in told if item.file in changed or _said(item) not in known}
    # The base may say the same of a statement beside it, which did not have to be linked so far.
    doubtful = {item.file for item in new if item.file not in changed}
    if doubtful:
        known.update(map(_said, before.warnings_of(before.written_in(doubtful))))
    return tuple(sorted(item for item in new if item.file in changed or _said(item) not in known))


def _said(warning: Diagnostic) -> tuple[str, str]:
    return warning.file, warning.message


def importance(change: Change) -> tuple[int, str, str, str, str]:
    """Return what changes are sorted by: the severest first, then by dataset, column and rule."""
    return (
        -SEVERITIES.index(change.severity),
        change.dataset,
        change.column or "",
        change.rule,
        f"{change.before} {change.after}",
    )
