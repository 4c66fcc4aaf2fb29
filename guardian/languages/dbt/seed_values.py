"""The values in one column of a seed's file, for templates that loop over them."""

import csv
from collections import Counter
from itertools import islice

MAX_ROWS = 20_000
MAX_VALUES = 300
MAX_SIZE = 2_000_000


def values_in(text: str, column: str) -> tuple[str, ...]:
    """Return the different values of `column`, the commonest first as dbt asks for them.

    Empty where there is no such column, no row, or more than a template would loop over.
    """
    if len(text) > MAX_SIZE:
        return ()
    try:
        rows = list(islice(csv.reader(text.splitlines()), MAX_ROWS + 1))
    except csv.Error:
        return ()
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if column.strip('"`').lower() not in header or len(rows) > MAX_ROWS:
        return ()
    place = header.index(column.strip('"`').lower())
    found = Counter(row[place] for row in rows[1:] if len(row) > place and row[place] != "")
    return tuple(value for value, _ in found.most_common()) if len(found) <= MAX_VALUES else ()
