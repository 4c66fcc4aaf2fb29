"""`SourceFile`: the text of one file at one revision."""

import msgspec


class SourceFile(msgspec.Struct, frozen=True):
    """One file of one revision: its path from the repository's root (with `/`), its text.

    And the git id of its bytes. `blob` is the git blob id (40 hex digits) of the file's bytes, also
    for files that git does not track, so that equal bytes are lowered once. `assumed` says what had
    to be assumed to read the bytes as text; empty where nothing had.
    """

    path: str
    text: str
    blob: str
    assumed: str = ""
