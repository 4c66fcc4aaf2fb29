"""The replay document of `guardian replay`: what each of the last merges would have been told."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from guardian.model.changes import SEVERITIES, Impact, Report, Revision, Severity
from guardian.model.lineage import Location


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """What came into a branch at once: a merge, a squashed pull request, a commit pushed to it.

    `base` is the commit that the branch was at before, None before its first. `number` is that of
    the pull request as its host writes it (`#12`, GitLab's `!12`), empty where the message names
    none; `title` is the author's text.
    """

    commit: str
    base: str | None
    date: date
    number: str = ""
    title: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One change that nobody has accepted, in a line."""

    rule: str
    severity: Severity
    dataset: str
    column: str | None = None
    message: str
    location: Location
    fingerprint: str = ""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """One merge, and what a report would have said of it.

    `impact` names who feels it, without columns and paths. `severity` is None where there is no
    report; `note` then says why. `accepted` counts the changes that somebody has accepted,
    `warnings` the places not understood. `touched` tells whether any file differs that is read.
    """

    merge: Merge
    severity: Severity | None = None
    findings: tuple[Finding, ...] = ()
    impact: Impact = Impact()
    accepted: int = 0
    warnings: int = 0
    touched: bool = False
    seconds: float = 0.0
    note: str = ""


class Count(msgspec.Struct, frozen=True):
    """How many merges have one severity."""

    severity: Severity
    merges: int


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document: merges from the newest to the oldest, and how many have each severity."""

    schema_version: Literal["1"] = "1"
    branch: Revision
    merges: tuple[Replayed, ...] = ()
    counts: tuple[Count, ...] = ()


def replayed(merge: Merge, report: Report, seconds: float, *, touched: bool) -> Replayed:
    """Return what `report`, which took `seconds`, says of `merge`."""
    findings = tuple(
        Finding(
            rule=change.rule, severity=change.severity, dataset=change.dataset,
            column=change.column, message=change.message, location=change.location,
            fingerprint=change.fingerprint,
        )
        for change in report.changes
        if change.accepted is None
    )  # fmt: skip
    return Replayed(
        merge=merge,
        severity=report.severity,
        findings=findings,
        impact=msgspec.structs.replace(report.impact, columns=(), paths=()),
        accepted=len(report.changes) - len(findings),
        warnings=len(report.warnings),
        touched=touched,
        seconds=round(seconds, 2),
    )


def replay(branch: Revision, merges: Iterable[Replayed]) -> Replay:
    """Return the document of these merges of `branch`."""
    listed = tuple(merges)
    severities = [one.severity for one in listed]
    counts = tuple(
        Count(severity, severities.count(severity))
        for severity in SEVERITIES
        if severity in severities
    )
    return Replay(branch=branch, merges=listed, counts=counts)
