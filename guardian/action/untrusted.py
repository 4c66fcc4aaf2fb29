"""A report that a stranger's workflow has made: checked, and told in our words.

Whoever opens a pull request from a fork can change the workflow that makes it, so it is a claim.
Names, places and numbers are taken from it; severity, words and acceptances are decided here.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date

import msgspec

from guardian import acceptances, impact, narrative, rules, verdict
from guardian.errors import ServiceError
from guardian.model.acceptance import Acceptance
from guardian.model.changes import Accepted, Change, Report, Revision, worst
from guardian.rules import RulePack

MOST_BYTES = 20_000_000
MOST_CHANGES = 20_000
MOST_WARNINGS = 500
MOST_CHARACTERS = 20_000  # of a text
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FIX = "use the recipe in docs/github.md, and the same version in both workflows"


class Decider(msgspec.Struct, frozen=True, kw_only=True):
    """What counts here: the rules, what is accepted, and the day."""

    pack: RulePack
    accepted: tuple[Acceptance, ...]
    today: date


def unpacked(archive: bytes) -> bytes:
    """Return the one JSON file in an artifact's archive.

    Raises:
        ServiceError: it holds no such file, or one that is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            named = [name for name in files.namelist() if name.endswith(".json")]
            if len(named) != 1:
                raise ServiceError("the artifact does not hold one JSON file", fix=_FIX)
            with files.open(named[0]) as file:
                document = file.read(MOST_BYTES + 1)
    # An archive of a stranger's making: a method that is not there, a password, broken lengths.
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        OSError,
        ValueError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ) as error:
        raise ServiceError(f"the artifact is no archive: {type(error).__name__}") from error
    if len(document) > MOST_BYTES:
        raise ServiceError(f"the report in the artifact is larger than {MOST_BYTES:,} bytes")
    return document


def document(data: bytes, head: str) -> Report:
    """Return the report in `data`, which must be about the commit `head`.

    Raises:
        ServiceError: it is no report of ours, or about something else.
    """
    if len(data) > MOST_BYTES:
        raise ServiceError(f"the report is larger than {MOST_BYTES:,} bytes")
    try:
        report = msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError(f"the artifact holds no report: {error}", fix=_FIX) from error
    if report.head.commit != head:
        raise ServiceError("the report in the artifact is about another commit", fix=_FIX)
    problem = next(iter(_problems(report)), None)
    if problem:
        raise ServiceError(f"the artifact holds no report of ours: {problem}", fix=_FIX)
    return report


def _problems(report: Report) -> Sequence[str]:
    found = []
    if len(report.changes) > MOST_CHANGES:
        found.append(f"it has more than {MOST_CHANGES:,} changes")
    if report.base.commit is not None and not _COMMIT.fullmatch(report.base.commit):
        found.append("its base is no commit")
    if not all(_FINGERPRINT.fullmatch(change.fingerprint) for change in report.changes):
        found.append("a change has no fingerprint")
    if any(
        len(text or "") > MOST_CHARACTERS
        for change in report.changes
        for text in (change.rule, change.dataset, change.column, change.before, change.after,
                     change.detail, change.location.file)
    ):  # fmt: skip
        found.append("a text is too long")
    if not all(0 <= change.confidence <= 1 for change in report.changes):
        found.append("a confidence is none")
    return found


def retold(report: Report, decider: Decider, names: tuple[str, str]) -> Report:
    """Return `report` as we would tell it; `names` are what people call the two revisions.

    What the document says is accepted was at best accepted in the pull request itself, and is told
    so. Proposed fixes are left out: nobody here has proven them.
    """
    claimed = {change.fingerprint: change.accepted for change in report.changes}
    plain = [msgspec.structs.replace(change, accepted=None) for change in report.changes]
    stated = acceptances.Stated(decider.accepted)
    decided, expired = acceptances.decided(plain, stated, decider.today)
    marked = [_with_claim(change, claimed.get(change.fingerprint), decider) for change in decided]
    judged = [_judged(change, decider.pack) for change in (*marked, *expired)]
    counting = acceptances.open_changes(judged)
    base, head = names
    made = Report(
        base=Revision(base, report.base.commit),
        head=Revision(head, report.head.commit),
        severity=worst([change.severity for change in counting]),
        changes=tuple(verdict.ordered(judged)),
        impact=impact.overall(counting),
        warnings=report.warnings[:MOST_WARNINGS],
        coverage=report.coverage,
    )
    return msgspec.structs.replace(made, narrative=narrative.write(made))


def _judged(change: Change, pack: RulePack) -> Change:
    """Return `change` with our words; its severity is never below what it claims.

    What a contract promises is known to the workflow that has read the code, and not to us.
    """
    judged = rules.judge(change, pack)
    return msgspec.structs.replace(judged, severity=worst([change.severity, judged.severity]))


def _with_claim(change: Change, claim: Accepted | None, decider: Decider) -> Change:
    if change.accepted is not None or claim is None:
        return change
    if claim.until is not None and claim.until < decider.today:
        return change
    claimed = Accepted(
        reason=claim.reason[:MOST_CHARACTERS],
        owner=claim.owner[:MOST_CHARACTERS],
        until=claim.until,
        where=claim.where[:MOST_CHARACTERS],
        here=True,
    )
    return msgspec.structs.replace(change, accepted=claimed)
