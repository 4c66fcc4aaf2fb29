"""What the last merges would have been told, in a sentence and as a page of Markdown."""

from collections.abc import Iterable, Iterator

from guardian import escape, verdict
from guardian.model.replay import Finding, Merge, Replay, Replayed
from guardian.render import Page

MOST_FINDINGS = 20  # named of one merge
LONGEST_TITLE = 120
_FEW = 0.5


def summary(replay: Replay) -> str:
    """Return how many merges would have been told what (`Of 20 merges: 18 silent, 2 high.`).

    `silent` are those without a finding; those without a report come last.
    """
    if not replay.merges:
        return "No merge is there to look at."
    counts = [
        f"{one.merges:,} {'silent' if one.severity == 'none' else one.severity}"
        for one in replay.counts
    ]
    untold = sum(one.severity is None for one in replay.merges)
    counts += [f"{untold:,} not looked at"] if untold else []
    return f"Of {verdict.counted(len(replay.merges), 'merge')}: {', '.join(counts)}."


def remark(replay: Replay) -> str:
    """Return what else to try where most merges touch nothing that is read; else nothing."""
    told = [one for one in replay.merges if one.severity is not None]
    apart = sum(not one.touched for one in told)
    if apart <= _FEW * len(told):
        return ""
    return (
        f"{apart:,} of them change no file that is read here; `--paths DIR` looks at the last "
        "merges that touch `DIR`."
    )


def called(merge: Merge) -> str:
    """Return what a merge is known by: the number of its pull request, else its hash."""
    return merge.number or merge.commit[:8]


def findings(one: Replayed) -> str:
    """Return how many changes nobody has accepted, empty where there are none."""
    return f"{len(one.findings):,}" if one.findings else ""


def place(finding: Finding) -> str:
    """Return where a finding is: `file:line`."""
    return verdict.spot(finding.location)


def markdown(replay: Replay, page: Page) -> str:
    """Return a table of the merges, and below it the findings of each, folded."""
    del page
    branch = escape.html_code(verdict.revision(replay.branch), 80)
    parts = [
        f"**{summary(replay)}** {escape.marked(remark(replay))}".rstrip(),
        f"What a report would have said of the last merges into {branch}, the newest first.",
        "\n".join(_table(replay.merges)),
        *(_folded(one) for one in replay.merges if one.findings),
    ]
    return "\n\n".join(parts) + "\n"


def _table(merges: Iterable[Replayed]) -> Iterator[str]:
    yield "| date | merge | severity | findings | felt by | seconds |"
    yield "| --- | --- | --- | ---: | --- | ---: |"
    for one in merges:
        title = f"{escape.code(called(one.merge))} {escape.prose(one.merge.title, LONGEST_TITLE)}"
        note = f"<br>{escape.prose(one.note, 300)}" if one.note else ""
        cells = (
            f"{one.merge.date}", f"{title}{note}", _severity(one), findings(one),
            verdict.reach(one.impact), f"{one.seconds:.1f}",
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _severity(one: Replayed) -> str:
    if one.severity is None:
        return "?"
    return f"**{one.severity}**" if one.findings else ""


def _folded(one: Replayed) -> str:
    title = f"{escape.html(called(one.merge))} {escape.html(one.merge.title, LONGEST_TITLE)}"
    rows = [
        f"- **{found.severity}** {escape.code(found.rule)} {escape.code(place(found))}: "
        f"{escape.marked(found.message)}"
        for found in one.findings[:MOST_FINDINGS]
    ]
    more = len(one.findings) - MOST_FINDINGS
    rows += [f"- {more:,} more: `--format json` has them all"] if more > 0 else []
    listed = "\n".join(rows)
    return f"<details><summary>{title}</summary>\n\n{listed}\n\n</details>"
