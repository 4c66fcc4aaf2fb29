"""SARIF 2.1.0: what code scanning, editors and dashboards read.

One run of one tool. It keeps within what GitHub takes: 25,000 results, of which it shows 5,000, and
10 MB when compressed. What does not fit is left out from the least important on, and counted.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import gzip
from collections.abc import Iterator, Sequence

import msgspec

from guardian import __version__, escape, rules, verdict
from guardian.model.changes import Change, Report, Revision
from guardian.model.lineage import Diagnostic
from guardian.render import Format, Page
from guardian.render.annotations import TOOL
from guardian.render.identity import identified
from guardian.render.sarif.descriptors import HOMEPAGE, described
from guardian.render.sarif.results import Object, physical, plain, result

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub keeps alerts of several tools and set-ups apart by what stands before the last slash.
CATEGORY = "change-guardian/"
MOST_BYTES = 9_500_000  # compressed
MOST_WARNINGS = 1_000
_SIZES = (25_000, 5_000, 1_000, 200)
_NOT_UNDERSTOOD, _LEFT_OUT = "not-understood", "left-out"
# The title, what it means, and what to do.
_NOTIFICATIONS = {
    _NOT_UNDERSTOOD: (
        "NotUnderstood",
        "A place in the code was not fully understood; changes there may go unseen.",
        "Do what the message says; the lineage of the rest stands.",
    ),
    _LEFT_OUT: (
        "LeftOut",
        "There was no room for some of the results; the worst are listed.",
        "Take the whole report from `guardian report --format json`.",
    ),
}


def render(report: Report, page: Page) -> str:
    """Return `report` as a SARIF log, the worst changes first, those that are accepted last."""
    found = list(identified([*verdict.counting(report), *verdict.accepted_changes(report)]))
    text = b""
    for size in _SIZES:
        run = _run(report, page, found[:size])
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
        text = msgspec.json.format(msgspec.json.encode(log), indent=2)
        if len(text) < MOST_BYTES or len(gzip.compress(text, mtime=0)) < MOST_BYTES:
            break
    return text.decode() + "\n"


def _run(report: Report, page: Page, shown: Sequence[tuple[str, Change]]) -> Object:
    by_rule: dict[str, list[Change]] = {}
    for _, change in shown:
        by_rule.setdefault(change.rule, []).append(change)
    index = {rule: number for number, rule in enumerate(by_rule)}
    run: Object = {
        "tool": {"driver": _driver(by_rule, page.rules or rules.load())},
        "automationDetails": {"id": CATEGORY},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The repository's root."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": list(_notifications(report, len(shown))),
            }
        ],
        "results": [result(known_by, change, index[change.rule]) for known_by, change in shown],
        "properties": {
            "base": _revision(report.base),
            "head": _revision(report.head),
            "severity": report.severity,
            "changes": len(report.changes),
        },
    }
    if page.address:
        run["versionControlProvenance"] = [_provenance(page.address, report.head)]
    return run


def _driver(by_rule: dict[str, list[Change]], pack: rules.RulePack) -> Object:
    return {
        "name": TOOL,
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOMEPAGE,
        "rules": [described(rule, changes, pack) for rule, changes in by_rule.items()],
        "notifications": [_announced(name, *texts) for name, texts in _NOTIFICATIONS.items()],
    }


def _announced(name: str, title: str, text: str, help_: str) -> Object:
    return {
        "id": name,
        "name": title,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": help_},
        "helpUri": f"{HOMEPAGE}/blob/main/docs/limits.md",
    }


def _notifications(report: Report, shown: int) -> Iterator[Object]:
    """Yield what was not understood, and what is not shown, both counted where they are many."""
    missing = len(report.changes) - shown
    if missing:
        text = f"{shown:,} of {len(report.changes):,} changes are listed, the worst first."
        yield {"descriptor": {"id": _LEFT_OUT}, "level": "warning", "message": {"text": text}}
    for warning in report.warnings[:MOST_WARNINGS]:
        yield _notification(warning)
    if len(report.warnings) > MOST_WARNINGS:
        text = f"{len(report.warnings) - MOST_WARNINGS:,} more places were not fully understood."
        yield {"descriptor": {"id": _NOT_UNDERSTOOD}, "level": "warning", "message": {"text": text}}


def _notification(warning: Diagnostic) -> Object:
    return {
        "descriptor": {"id": _NOT_UNDERSTOOD},
        "level": "warning",
        "message": {"text": plain(warning.message, 1_000)},
        "locations": [{"physicalLocation": physical(warning.file, warning.line)}],
    }


def _revision(side: Revision) -> Object:
    return {"ref": escape.encodable(side.ref), "commit": side.commit}


def _provenance(address: str, head: Revision) -> Object:
    commit = {"revisionId": head.commit} if head.commit else {}
    return {"repositoryUri": address, **commit, "mappedTo": {"uriBaseId": "SRCROOT"}}


SARIF = Format(name="sarif", extension="sarif", render=render)
