"""What no detector has told, though nothing shows that both revisions mean the same.

The others leave out what should be told elsewhere: this one sees to it that it is told at all.
"""

from collections.abc import Iterator

import msgspec

from guardian.diff import Both, Detector, fingerprints
from guardian.model.changes import Change
from guardian.model.definition import Definition
from guardian.model.expression import Expression

REGROUPED = 0.8  # the same clauses, put together otherwise


def untold_changes(both: Both) -> Iterator[Change]:
    """Yield one change for each write whose forms are not one, neither as written nor reduced."""
    for pair in both.pairs:
        named = ((pair.base.column(column.name), column) for column in pair.head.columns)
        columns = [(base.expression, head.expression) for base, head in named if base is not None]
        if pair.same.proven(columns):
            continue
        change = Change(
            rule="rows-changed", dataset=pair.head.dataset, job=pair.head.job,
            location=pair.head.at, base_location=pair.base.at,
            confidence=round(REGROUPED * min(pair.base.confidence, pair.head.confidence), 3),
        )  # fmt: skip
        sides = (_written(pair.base), _written(pair.head))
        known_by = fingerprints.of_rows(change, *sides)
        yield msgspec.structs.replace(change, fingerprint=known_by)


def _written(definition: Definition) -> tuple[Expression, ...]:
    return (definition.rows, *(column.expression for column in definition.columns))


UNTOLD = Detector(rules=("rows-changed",), detect=untold_changes, last=True)
