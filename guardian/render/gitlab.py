"""GitLab's Code Quality report: remarks beside the lines of a merge request.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections.abc import Mapping

import msgspec

from guardian import escape, verdict
from guardian.model.changes import Change, Report, Severity
from guardian.render import Format, Page
from guardian.render.annotations import remark
from guardian.render.identity import identified

_SEVERITIES: Mapping[Severity, str] = {
    "critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "none": "info",
}  # fmt: skip


def render(report: Report, page: Page) -> str:
    """Return `report` as a JSON list for any page, the worst first; what is accepted, as `info`."""
    del page
    found = [*verdict.counting(report), *verdict.accepted_changes(report)]
    remarks = [_remark(known_by, change) for known_by, change in identified(found)]
    return msgspec.json.format(msgspec.json.encode(remarks), indent=2).decode() + "\n"


def _remark(known_by: str, change: Change) -> Mapping[str, object]:
    return {
        "description": _description(change),
        "check_name": escape.clean(change.rule),
        "fingerprint": known_by,
        "severity": "info" if change.accepted else _SEVERITIES[change.severity],
        "location": {
            "path": escape.encodable(change.location.file),
            "lines": {"begin": max(1, change.location.line)},
        },
    }


def _description(change: Change) -> str:
    # The widget shows one line of plain text.
    said = remark(change).replace("\n", " ")
    if change.accepted is None:
        return said
    return f"Accepted, {verdict.acceptance(change.accepted)}: {said}"


GITLAB = Format(name="gitlab", extension="gitlab", render=render)
