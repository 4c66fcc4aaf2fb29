"""Asks for a witness of each change that a definition's difference was found by."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from guardian.diff import Pair
from guardian.engines.contained import AnsweredError, Contained, LimitBrokenError, Limits
from guardian.engines.witness.functions import UnsupportedError
from guardian.engines.witness.questions import PATIENCE, Answer, Found, Question, question
from guardian.lineage.schemas import Schema
from guardian.model.changes import Change, Evidence, InputRows, Witness

SEARCHED = frozenset({"rows-changed", "column-logic-changed"})
SECONDS = 2.0
SHARE = 0.5  # of the time, that one pair of definitions may take
GRACE = 5.0  # seconds by the clock beyond which a child that does not stop by itself is ended
FUNCTION = "guardian.engines.witness.trials:answer"


def search(
    compared: Sequence[tuple[Pair, Sequence[Change]]],
    schema: Callable[[str], Schema],
    *,
    seconds: float = SECONDS,
) -> Mapping[Change, Evidence]:
    """Return what was found for each change; nothing of those that cannot be run.

    Args:
        compared: two definitions of one dataset, and the changes that they differ by.
        schema: what is known of a dataset's columns.
        seconds: how long all searches together may compute.
    """
    found: dict[Change, Evidence] = {}
    most = seconds * SHARE
    limits = Limits(seconds=most * PATIENCE + GRACE, opening_seconds=20.0, cpu_seconds=600)
    with Contained(FUNCTION, limits=limits) as child:
        for pair, changes in compared:
            wanted = [change for change in changes if change.rule in SEARCHED]
            if seconds <= 0 or not wanted:
                continue
            try:
                asked = _question(pair, wanted, schema, min(seconds, most))
                answer = msgspec.convert(child.ask(msgspec.to_builtins(asked)), Answer)
            except (UnsupportedError, AnsweredError):
                continue
            except LimitBrokenError:
                break  # what one broke, the next may break: a report does not wait for that
            seconds -= answer.seconds
            found |= _told(asked, answer, wanted)
    return found


def _question(
    pair: Pair, changes: Sequence[Change], schema: Callable[[str], Schema], seconds: float
) -> Question:
    columns = [change.column for change in changes if change.column is not None]
    rows = any(change.column is None for change in changes)
    return question(pair.base, pair.head, pair.same, columns, schema, rows=rows, seconds=seconds)


def _told(asked: Question, answer: Answer, changes: Sequence[Change]) -> dict[Change, Evidence]:
    """Return what an answer says of each change; nothing where it could not decide."""
    witnesses = {item.target: _witness(item) for item in answer.found}
    found: dict[Change, Evidence] = {}
    for target in asked.targets if answer.tries and not answer.failed else ():
        if target in answer.undecided:
            continue
        column = asked.names[target.place] if target.kind == "column" else None
        evidence = Evidence(tries=answer.tries, witness=witnesses.get(target))
        found |= {change: evidence for change in changes if change.column == column}
    return found


def _witness(found: Found) -> Witness:
    return Witness(
        inputs=tuple(
            InputRows(dataset=name, columns=columns, rows=rows)
            for name, columns, rows in found.inputs
        ),
        parameters=found.parameters,
        columns=found.columns,
        before=found.before,
        after=found.after,
        rows_before=found.rows_before,
        rows_after=found.rows_after,
    )
