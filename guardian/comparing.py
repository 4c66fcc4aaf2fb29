"""Two revisions, read and lowered, become a report; many reports share what they have read."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from guardian import exposures, pipeline
from guardian.catalogued import Held
from guardian.causes import Causes
from guardian.config import Aliases
from guardian.errors import GuardianError
from guardian.lineage.link import Memory
from guardian.model.acceptance import Acceptance
from guardian.model.changes import Report, Revision
from guardian.model.contract import SENSITIVE, Compatibility
from guardian.model.lineage import Coverage, Diagnostic
from guardian.model.plan import Lowered
from guardian.model.replay import Merge, Replayed, replayed
from guardian.model.snapshot import Snapshot
from guardian.rules import RulePack
from guardian.sources.files import Files
from guardian.stores.lowered import LoweredCache

_FIRST = "nothing comes before it: the first commit, or the end of a shallow clone"


class Beyond(NamedTuple):
    """What is known beyond the code, and the rules: the same for every report of one run."""

    snapshot: Snapshot
    unread: tuple[Diagnostic, ...]
    exposures: exposures.Exposures
    pack: RulePack
    accepted: tuple[Acceptance, ...]
    search: pipeline.Search | None
    compatibility: Compatibility = "CONSUMER"
    sensitive: tuple[str, ...] = SENSITIVE
    catalogs: tuple[Held, ...] = ()
    aliases: Aliases = Aliases()


class Side(NamedTuple):
    """One revision, read and lowered."""

    revision: Revision
    files: Files
    lowered: tuple[Lowered, ...]
    coverage: Coverage


class Series:
    """What the reports of one run share: files lowered once, writes bound once."""

    def __init__(self, cache: LoweredCache | None) -> None:
        """Start with what `cache` keeps of earlier runs."""
        self.cache = cache
        self.seen = pipeline.Seen()
        self.memory = Memory()
        self._last: dict[str | None, Side] = {}

    def side(self, revision: Revision, make: Callable[[Revision], Side]) -> Side:
        """Return one of the last two revisions, or what `make` makes of this one.

        What a merge led to is, as a rule, what the next one began with.
        """
        found = self._last.pop(revision.commit, None) or make(revision)
        kept = list(self._last.items())[-1:]
        self._last = dict([*kept, (revision.commit, found)])
        return found


def reported(base: Side, head: Side, beyond: Beyond, series: Series, day: date) -> Report:
    """Return what changed from `base` to `head`, and what it breaks, as seen on that day."""
    report = pipeline.report(
        base.lowered,
        head.lowered,
        revisions=(base.revision, head.revision),
        coverage=head.coverage,
        known=pipeline.Known(
            today=day,
            accepted=beyond.accepted,
            snapshot=beyond.snapshot,
            exposures=beyond.exposures.exposures,
            queries=beyond.exposures.queries,
            dialect=head.files.dialect("guardian.yml"),
            origin=Causes(base.lowered, head.lowered, base.files, head.files),
            memory=series.memory,
            compatibility=beyond.compatibility,
            sensitive=beyond.sensitive,
            catalogs=beyond.catalogs,
            aliases=beyond.aliases,
        ),
        pack=beyond.pack,
        search=beyond.search,
    )
    unread = _news(base.files, head.files)
    told = {*report.warnings, *beyond.unread, *beyond.exposures.warnings, *unread}
    return msgspec.structs.replace(report, warnings=tuple(sorted(told)))


def replays(
    merges: Sequence[Merge],
    make: Callable[[Revision], Side],
    beyond: Beyond,
    series: Series,
    begun: Callable[[int, Merge], None],
) -> Iterator[Replayed]:
    """Yield what a report would have said of each merge on its day; `begun` is told before each."""
    for number, merge in enumerate(merges, start=1):
        begun(number, merge)
        yield _replayed(merge, make, beyond, series)


def _replayed(
    merge: Merge, make: Callable[[Revision], Side], beyond: Beyond, series: Series
) -> Replayed:
    """Return what a report says of one merge; what cannot be told costs that merge only."""
    if merge.base is None:
        return Replayed(merge=merge, note=_FIRST)
    started = time.monotonic()
    try:
        # The head first: the merge before this one, which came after it, has read it already.
        head = series.side(_named(merge.commit), make)
        base = series.side(_named(merge.base), make)
        report = reported(base, head, beyond, series, merge.date)
    except GuardianError as error:
        return Replayed(merge=merge, note=str(error))
    except Exception as error:  # noqa: BLE001  # what nobody foresaw costs its own merge only
        return Replayed(merge=merge, note=f"{type(error).__name__}: {error}"[:200])
    touched = [id(file) for file in base.lowered] != [id(file) for file in head.lowered]
    return replayed(merge, report, time.monotonic() - started, touched=touched)


def _named(commit: str) -> Revision:
    return Revision(commit[:10], commit)


def _news(before: Files, after: Files) -> Iterator[Diagnostic]:
    """Yield what could not be read on one side, where the other side has not the same to say."""
    for side, other in ((before, after), (after, before)):
        known = frozenset(other.problems())
        for problem in side.problems():
            same = side.blob(problem.file) == other.blob(problem.file)
            if not (same and problem in known):
                yield problem
