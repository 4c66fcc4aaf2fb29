"""A change in a few lines of plain text: for readers that know no markup."""

from collections.abc import Sequence

from guardian import escape, verdict
from guardian.model.changes import Change
from guardian.render import example

MOST_NAMES = 4
MOST_CHARACTERS = 120  # of a name


def lines(change: Change) -> list[str]:
    """Return what is said of a change, a line for each part, none empty: the message is first.

    Names stand in backticks. Nothing is in them that cannot be seen.
    """
    shown = example.sentence(change)
    parts = (
        change.message,
        change.because,
        felt(change),
        f"On made-up rows: {shown}." if shown else "",
        change.fix,
    )
    return [line for line in map(escape.clean, parts) if line]


def felt(change: Change) -> str:
    """Return who feels a change, as a sentence; empty where nobody is known."""
    groups = verdict.felt_by(change.impact, columns=change.column is not None)
    said = "; ".join(f"{label} {_named(names)}".strip() for label, names in groups)
    return f"Felt by {said}." if said else ""


def _named(names: Sequence[str]) -> str:
    shown = [f"`{escape.value(name, MOST_CHARACTERS)}`" for name in names[:MOST_NAMES]]
    left_out = len(names) - len(shown)
    return verdict.phrase([*shown, f"{left_out:,} more"] if left_out else shown)
