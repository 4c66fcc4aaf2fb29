"""The whole program as values, files in and report out: START READING HERE.

    sources ─lower─▶ Lowered ─link─▶ World (definitions, lineage) ─compare─▶ changes ─impact, rules─▶ Report
"""

from collections.abc import Sequence
from typing import Protocol

from guardian.languages import Sources
from guardian.model.changes import Report, Revision
from guardian.model.lineage import Coverage, Lineage
from guardian.model.plan import Exposure, Lowered
from guardian.model.snapshot import Snapshot


class LoweredCache(Protocol):
    """Where lowered files are kept between runs."""

    def get(self, key: str) -> Lowered | None:
        """Return what was stored under `key`; None where there is nothing, or it cannot be read."""

    def put(self, key: str, lowered: Lowered) -> None:
        """Store `lowered` under `key`."""


class Side:
    """One revision, lowered (filled in below)."""


def lower(sources: Sources, paths: Sequence[str], cache: LoweredCache | None) -> tuple[tuple[Lowered, ...], Coverage]:
    """Return every file of `paths` lowered, in order, and how many were understood."""
    raise NotImplementedError


def scan(lowered: Sequence[Lowered], coverage: Coverage) -> Lineage:
    """Return the lineage document of one revision."""
    raise NotImplementedError


def report(
    base: Sequence[Lowered], head: Sequence[Lowered], *, revisions: tuple[Revision, Revision],
    coverage: Coverage, snapshot: Snapshot, exposures: Sequence[Exposure],
) -> Report:  # fmt: skip
    """Return the report on what changed from `base` to `head` and what it breaks."""
    raise NotImplementedError
