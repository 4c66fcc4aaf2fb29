"""`Acceptance`: somebody's word that a change is known and wanted, as it is written down."""

from datetime import date

import msgspec

from guardian.model.lineage import Location


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who accepts what, why and until when (the last day); `at` is where that is written.

    What: changes of `rules` and with the `fingerprint`, each where it is given, on datasets and
    columns that match the patterns, in which `*` and `?` stand for anything. One that is written
    beside code holds for the statement on the lines `first` to `last`, or for the one that starts
    at the line `below` it; `first` is 0 where it is written elsewhere. In the conversation of a
    pull request there are no lines, and the start of a fingerprint will do that no other has.
    """

    rules: tuple[str, ...] = ()
    fingerprint: str = ""
    dataset: str = "*"
    column: str = "*"
    reason: str
    owner: str = ""
    until: date | None = None
    at: Location
    first: int = 0
    last: int = 0
    below: int = 0
