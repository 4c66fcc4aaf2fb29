"""What changed since the last push: new, still there, fixed, accepted; from what we remember."""

from collections.abc import Iterable, Sequence

import msgspec

from guardian import escape, verdict
from guardian.model.changes import Change, Report
from guardian.render.layout import Fold, View
from guardian.render.memory import MOST_TOLD, Memory

MOST_NAMED = 200  # findings, so that they can be told by name once they are fixed


def remembered(report: Report, now: Memory) -> Memory:
    """Return `now` with what `report` found, the worst first; what it holds as accepted stays."""
    counting = [change for change in verdict.counting(report) if change.fingerprint]
    accepted = [change for change in verdict.accepted_changes(report) if change.fingerprint]
    return msgspec.structs.replace(
        now,
        open=_known(counting),
        accepted=tuple(dict.fromkeys((*_known(accepted), *now.accepted))),
        told={item.fingerprint: _in_short(item) for item in counting[:MOST_NAMED]},
        findings=len(_known(counting)),
    )


def _in_short(change: Change) -> str:
    return escape.clean(change.message[: 4 * MOST_TOLD], MOST_TOLD)


def _known(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.fingerprint for change in changes))


def is_new(changes: Sequence[Change], view: View) -> bool:
    """Return whether none of `changes` was there at the last push; False where nobody knows."""
    earlier = view.earlier
    if earlier is None or not earlier.whole:
        return False
    before = {*earlier.open, *earlier.accepted}
    return all(change.fingerprint and change.fingerprint not in before for change in changes)


def line(view: View) -> str:
    """Return in a line what changed since the last push; empty where nothing did."""
    earlier = view.earlier
    if earlier is None:
        return ""
    now = remembered(view.report, Memory())
    new, still = _split(now.open, {*earlier.open, *earlier.accepted})
    counts = [
        (len(new), "new"),
        (len(still), "still there"),
        (len(_fixed(earlier, now)), "fixed"),
        (len(set(earlier.open) & set(now.accepted)), "accepted"),
    ]
    if not earlier.whole:
        counts = [(earlier.findings, "then"), (now.findings, "now")]
    elif not new and not counts[2][0] and not counts[3][0]:
        return ""
    since = f" (<code>{escape.html(earlier.head[:7])}</code>)" if earlier.head else ""
    said = ", ".join(f"{number:,} {word}" for number, word in counts if number)
    return f"Since the last push{since}: {said}."


def fixed(view: View) -> Fold | None:
    """Return what is fixed since the last push, by name."""
    if view.earlier is None or not view.earlier.whole:
        return None
    gone = _fixed(view.earlier, remembered(view.report, Memory()))
    told = [view.earlier.told[known] for known in gone if known in view.earlier.told]
    if not told:
        return None
    shown = told[: view.size.folded]
    lines = [f"- ✅ {escape.marked(words)}" for words in shown]
    if len(gone) > len(shown):
        lines.append(f"- and {len(gone) - len(shown):,} more")
    title = f"Fixed since the last push: {verdict.counted(len(gone), 'finding')}"
    return Fold(title=title, body="\n".join(lines), shown=not verdict.counting(view.report))


def _fixed(earlier: Memory, now: Memory) -> list[str]:
    left = {*now.open, *now.accepted}
    return [known for known in earlier.open if known not in left]


def _split(known: Iterable[str], before: set[str]) -> tuple[list[str], list[str]]:
    sides: tuple[list[str], list[str]] = ([], [])
    for one in known:
        sides[one in before].append(one)
    return sides
