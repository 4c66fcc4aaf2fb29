"""One finding as it stands open in the comment: what, where, who feels it, what to do."""

from collections.abc import Iterable, Iterator, Sequence

from guardian import escape, verdict
from guardian.model.changes import Change, Impact
from guardian.render import difference, example, links
from guardian.render.layout import MARKS, View, named, short_id, words
from guardian.render.since import is_new

MOST_STEPS = 12
LONGEST_PLACE = 40  # characters; of a longer one on a path only the file's own name is told
WORTH_REPEATING = 120  # characters; to look it up above costs a reader more

Group = tuple[Change, tuple[Change, ...]]


def findings(groups: Iterable[Group], view: View) -> Iterator[str]:
    """Yield each change, with those that are told with it; what two say alike is told once."""
    told: dict[str, str] = {}
    for change, alike in groups:
        yield _finding(change, alike, view, told)


def _finding(change: Change, alike: Sequence[Change], view: View, told: dict[str, str]) -> str:
    said = words(verdict.message(change, alike), view)
    because = words(verdict.advice(change.because, change, alike), view)
    parts = [
        f"{MARKS[change.severity]} **{said}** {because}".rstrip(),
        f"<sub>{_line(change, alike, view)}</sub>",
        _before_and_after(change, alike, view),
        "\n".join(
            _point(label, text, told) for label, text in _points(change, alike, view) if text
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _point(label: str, text: str, told: dict[str, str]) -> str:
    again = len(text) > WORTH_REPEATING and told.get(label) == text
    told[label] = text
    return f"- **{label}:** {'as above' if again else text}"


def _line(change: Change, alike: Sequence[Change], view: View) -> str:
    """Return how bad it is, which rule says so, where it is, and what it is called in commands."""
    parts = [
        f"**new** {change.severity}" if is_new((change, *alike), view) else change.severity,
        escape.code(change.rule),
        links.place(change, view.report, view.page, view.size.characters),
        ids(change, alike),
    ]
    return " · ".join(part for part in parts if part)


def ids(change: Change, alike: Sequence[Change], most: int = 3) -> str:
    """Return what a finding and those alike are called in commands."""
    found = list(dict.fromkeys(short_id(item.fingerprint) for item in (change, *alike)))
    shown = [one for one in found[:most] if one]
    more = [f"{len(found) - most:,} more"] if len(found) > most and shown else []
    return f"id {verdict.phrase([*shown, *more])}" if shown else ""


def _before_and_after(change: Change, alike: Sequence[Change], view: View) -> str:
    """Return what was and what is, as a diff in colours; empty where the message says both."""
    found = difference.lines(change, view.size.characters, alike)
    return (
        escape.fenced("\n".join(f"{sign} {text}" for sign, text in found), "diff") if found else ""
    )


def _points(change: Change, alike: Sequence[Change], view: View) -> list[tuple[str, str]]:
    characters = view.size.characters
    impact = verdict.united(change, alike)
    doubt = f"{change.confidence:.0%}; {verdict.doubt(change)}"
    detail = verdict.remark(change)
    fix = words(verdict.advice(change.fix, change, alike), view)
    return [
        ("What makes it", words(verdict.because_of(change, alike), view)),
        ("Who feels it", _felt(change, impact, view)),
        ("How it gets there", _way(impact, characters)),
        ("How sure", doubt if change.confidence < verdict.CERTAIN else ""),
        ("On made-up rows", words(example.sentence(change), view)),
        ("For example", escape.prose(detail, characters)),
        ("What to do", " ".join(part for part in (fix, _repaired((change, *alike), view)) if part)),
    ]


def _felt(change: Change, impact: Impact, view: View) -> str:
    groups = verdict.felt_by(impact, columns=change.column is not None)
    return "; ".join(f"{label} {named(names, view.size.named)}".strip() for label, names in groups)


def _way(impact: Impact, characters: int) -> str:
    path = verdict.proof(impact)
    if path is None:
        return ""
    shown = [
        f"{station.kind}{escape.code(station.name, characters)}"
        + (f" ({escape.code(_short(station.place), characters)})" if station.place else "")
        for station in verdict.stations(path, impact)
    ]
    if len(shown) > MOST_STEPS:
        between = len(shown) - MOST_STEPS
        shown = [*shown[:8], f"{between} steps", *shown[-4:]]
    return " → ".join(shown)


def _short(place: str) -> str:
    folder, _, name = place.rpartition("/")
    return f"…/{name}" if folder and len(place) > LONGEST_PLACE else place


def _repaired(changes: Sequence[Change], view: View) -> str:
    """Return for how many readers there is a patch, and how many a person has to look at."""
    known = {change.fingerprint for change in changes} - {""}
    patched = [fix for fix in view.report.fixes if known & {fix.fingerprint, *fix.fingerprints}]
    alone = [reader for reader in view.report.by_hand if reader.fingerprint in known]
    parts = [
        f"a patch for {verdict.counted(len(patched), 'reader')} is below" if patched else "",
        f"{verdict.counted(len(alone), 'reader')} {'needs' if len(alone) == 1 else 'need'} a person"
        if alone
        else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"{said[0].upper()}{said[1:]}." if said else ""
