"""A change as a SARIF result: where, how bad, what is said, and the way to those who feel it."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

import msgspec

from guardian import escape, verdict
from guardian.model.changes import Accepted, Change, Hop, Path, Severity
from guardian.model.lineage import Location
from guardian.render.plain import lines

Object: TypeAlias = dict[str, object]

LEVELS: Mapping[Severity, str] = {
    "critical": "error", "high": "error", "medium": "warning", "low": "note", "none": "note",
}  # fmt: skip
# Names how the fingerprint is made: one that is made in another way gets another number.
FINGERPRINT = "changeGuardian/v1"
MOST_CHARACTERS = 2_000
MOST_STEPS = 60
MOST_RELATED = 10
MOST_LINKS = 3


class _Neighbour(msgspec.Struct, frozen=True):
    """Another place that a result is about, and what happens there."""

    at: Location
    words: str


def result(known_by: str, change: Change, rule: int) -> Object:
    """Return the result for a change that is `known_by` a fingerprint; `rule` is its index."""
    neighbours = _neighbours(change)
    optional: Object = {
        "relatedLocations": [
            {"id": number, "physicalLocation": physical(one.at.file, one.at.line),
             "message": {"text": plain(one.words, 400)}}
            for number, one in enumerate(neighbours, start=1)
        ],
        "codeFlows": _flows(change),
        "suppressions": [_suppression(change.accepted)] if change.accepted else [],
    }  # fmt: skip
    return {
        "ruleId": escape.encodable(change.rule),
        "ruleIndex": rule,
        # GitHub does not read suppressions, and what is accepted must not fail its check.
        "level": "note" if change.accepted else LEVELS[change.severity],
        "message": {"text": _message(change, neighbours)},
        "locations": [
            {
                "physicalLocation": physical(change.location.file, change.location.line),
                "logicalLocations": [_subject(change)],
            }
        ],
        # Not `primaryLocationLineHash`: GitHub's uploader makes it, and warns of any other.
        "partialFingerprints": {FINGERPRINT: known_by},
        **{key: value for key, value in optional.items() if value},
        "properties": _facts(change),
    }


def physical(file: str, line: int) -> Object:
    """Return a place in a file of the repository, its path as a relative address."""
    return {
        "artifactLocation": {"uri": quote(_bytes(file), safe="/"), "uriBaseId": "SRCROOT"},
        "region": {"startLine": max(1, line)},
    }


def _bytes(path: str) -> bytes:
    """Return a path as git has it, where Python stands surrogates in for what is no UTF-8."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return escape.encodable(path).encode()


def plain(text: str, limit: int = MOST_CHARACTERS) -> str:
    """Return `text` for a plain-text message, where `[a](b)` would be a link (3.11.6)."""
    return escape.clean(text, limit).replace("](", "] (")


def _subject(change: Change) -> Object:
    name = f"{change.dataset}.{change.column}" if change.column else change.dataset
    return {
        "name": escape.encodable(change.column or change.dataset),
        "fullyQualifiedName": escape.encodable(name),
        "kind": "member" if change.column else "resource",
    }


def _message(change: Change, neighbours: Sequence[_Neighbour]) -> str:
    """Return what is said of a change, a line for each part; links lead to `neighbours`."""
    said = escape.shorten("\n".join(map(plain, lines(change))), MOST_CHARACTERS)
    links = [
        f"[{_link_text(one.at)}]({number})"
        for number, one in enumerate(neighbours[:MOST_LINKS], start=1)
    ]
    return f"{said}\nSee {verdict.phrase(links)}." if links else said


def _link_text(at: Location) -> str:
    text = escape.clean(verdict.spot(at), 120).replace("\\", "\\\\")
    return text.replace("[", "\\[").replace("]", "\\]")


def _neighbours(change: Change) -> list[_Neighbour]:
    """Return where a change was made elsewhere, then where it reaches those who feel it."""
    found = {}
    if change.cause is not None and change.cause != change.location:
        found[change.cause] = _Neighbour(change.cause, "This changed, which makes the change.")
    readers = {*change.impact.dashboards, *change.impact.kpis}
    for path in sorted(change.impact.paths, key=lambda path: path.to not in readers):
        if len(found) == MOST_RELATED:
            break
        # a file of another repository has no place in this one
        at = path.hops[-1].location if path.hops and not path.hops[-1].repository else None
        if at is not None and at not in found:
            found[at] = _Neighbour(at, _arrival(change, path))
    return list(found.values())


def _arrival(change: Change, path: Path) -> str:
    made = escape.value(verdict.name(path.hops[-1].target), 120)
    if path.to in change.impact.dashboards:
        return f"Makes `{made}`, which dashboard `{escape.value(path.to, 120)}` reads."
    if path.to in change.impact.kpis:
        return f"Makes `{made}`, which KPI `{escape.value(path.to, 120)}` reads."
    return f"Makes `{made}`."


def _flows(change: Change) -> list[Object]:
    """Return the path that says most, from the change to its end; none where nothing feels it."""
    path = verdict.proof(change.impact)
    if path is None:
        return []
    start = verdict.name(path.hops[0].source)
    steps = [(change.location, f"`{escape.value(start, 120)}` changes.")]
    steps += [_step(change, hop) for hop in path.hops[:MOST_STEPS]]
    last = path.hops[-1]
    if last.target.dataset != path.to:
        at = change.location if last.repository else last.location
        steps.append((at, _arrival(change, path)))
    locations = [
        {
            "location": {"physicalLocation": physical(at.file, at.line),
                         "message": {"text": plain(words)}},
            "executionOrder": number,
        }
        for number, (at, words) in enumerate(steps, start=1)
    ]  # fmt: skip
    return [{"threadFlows": [{"locations": locations}]}]


def _step(change: Change, hop: Hop) -> tuple[Location, str]:
    """Return a step and its place; of one in another repository, the change's, and its name."""
    taken = f"`{escape.value(verdict.name(hop.target), 120)}` takes it over"
    if not hop.repository:
        return hop.location, f"{taken}."
    return change.location, f"{taken}, in `{escape.value(verdict.hop_place(hop), 200)}`."


def _suppression(accepted: Accepted) -> Object:
    written = accepted.where.rpartition(":")[0] or accepted.where
    configured = written.endswith((".yml", ".yaml"))
    said = f"{accepted.reason}; {verdict.acceptance(accepted)}"
    return {
        "kind": "external" if configured else "inSource",
        "status": "accepted",
        "justification": plain(said),
    }


def _facts(change: Change) -> Object:
    """Return the fields of a change that SARIF has no place for."""
    facts: Mapping[str, str | float | None] = {
        "severity": change.severity,
        "dataset": change.dataset,
        "column": change.column,
        "before": change.before,
        "after": change.after,
        "job": change.job,
        "confidence": change.confidence,
    }
    return {
        key: escape.shorten(escape.encodable(value), MOST_CHARACTERS)
        if isinstance(value, str)
        else value
        for key, value in facts.items()
        if value is not None
    }
