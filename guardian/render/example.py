"""What running both revisions on made-up rows told, in a few words of our own with backticks."""

from collections.abc import Sequence

from guardian import escape
from guardian.model.changes import Change, InputRows, Values, Witness

MOST_ROWS = 4
MOST_CELLS = 8
MOST_TEXT = 40


def sentence(change: Change) -> str:
    """Return the example that shows the change, or that none was found; empty if none was sought.

    With `raw.orders` (amount = 100, discount = NULL): `net` is 100 before, NULL after.
    """
    if change.evidence is None:
        return ""
    witness = change.evidence.witness
    if witness is None:
        return f"no difference found in {change.evidence.tries:,} tries"
    return f"{_given(witness)}: {_outcome(change, witness)}"


def _given(witness: Witness) -> str:
    """Return what the inputs hold, those without a row last; `on empty tables` if all are such."""
    filled = [_input(item) for item in witness.inputs if item.rows]
    empty = [f"`{_name(item.dataset)}`" for item in witness.inputs if not item.rows]
    given = [f"`{_name(name)}` = `{_value(value)}`" for name, value in witness.parameters]
    if filled:
        nothing = [f"no row in {' or '.join(empty)}"] if empty else []
        return f"with {', '.join([*filled, *nothing, *given])}"
    where = f"on an empty {empty[0]}" if len(empty) == 1 else "on empty tables" if empty else ""
    return " and ".join(part for part in (where, ", ".join(given)) if part) or "on no tables at all"


def _input(item: InputRows) -> str:
    shown = [_row(item.columns, row) for row in item.rows[:MOST_ROWS]]
    more = len(item.rows) - len(shown)
    rest = f" and {more} more" if more else ""
    return f"`{_name(item.dataset)}` {', '.join(f'`{row}`' for row in shown)}{rest}"


def _outcome(change: Change, witness: Witness) -> str:
    if change.column is not None and len(witness.before) == len(witness.after) == 1:
        before, after = witness.before[0][0], witness.after[0][0]
        return f"`{_name(change.column)}` is `{_value(before)}` before, `{_value(after)}` after"
    if change.column is not None:
        before, after = (
            ", ".join(f"`{_value(row[0])}`" for row in rows) for rows in _both(witness)
        )
        return f"`{_name(change.column)}` is {before} before, {after} after"
    counts = f"{_rows(witness.rows_before)} before, {_rows(witness.rows_after)} after"
    only = [
        f"{_row(witness.columns, rows[0])}` only {word}"
        for rows, word in zip(_both(witness), ("before", "after"), strict=True)
        if rows
    ]
    return f"{counts}; " + ", ".join(f"`{part}" for part in only) if only else counts


def _both(witness: Witness) -> tuple[Sequence[Values], Sequence[Values]]:
    return witness.before, witness.after


def _rows(number: int) -> str:
    return {0: "no row", 1: "1 row"}.get(number, f"{number} rows")


def _row(columns: Sequence[str], row: Values) -> str:
    pairs = list(zip(columns, row, strict=True))
    shown = ", ".join(f"{_name(name)} = {_value(value)}" for name, value in pairs[:MOST_CELLS])
    return f"({shown}{', …' if len(pairs) > MOST_CELLS else ''})"


def _name(text: str) -> str:
    return escape.value(text, MOST_TEXT * 2)


def _value(text: str | None) -> str:
    """Return a value; one that would be seen as nothing, or as NULL, in quotes."""
    if text is None:
        return "NULL"
    plain = escape.value(text, MOST_TEXT)
    return plain if plain and text == text.strip() and plain != "NULL" else f"'{plain}'"
