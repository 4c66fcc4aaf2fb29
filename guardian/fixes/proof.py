"""The proof of edits: the edited files, read again and linked, give what they gave before.

Compared are the normal forms that a file would have if nothing had lost its name, under the new
names, with those that it has with the edits. Every write of every file that the edits reach counts,
so that an edit of a shared helper is held against all that use it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guardian.fixes.occurrences import Edit, edited
from guardian.fixes.revisions import Form, Reading, Revisions, Schemas, as_if_kept, forms, read
from guardian.fixes.successors import Successors
from guardian.lineage.link import Memory, World, link
from guardian.lineage.schemas import UNKNOWN, Schema
from guardian.model.plan import Lowered

Proof = Callable[[Sequence[Edit]], bool]
MOST_TRIALS = 600  # of all files together: a hostile repository costs no more


@dataclass(slots=True)
class Allowance:
    """How many more times a file may be read again: `left`, as long as `may_go_on` allows it."""

    may_go_on: Callable[[], bool]
    left: int = MOST_TRIALS
    spent: bool = False

    def spend(self) -> bool:
        """Return whether one more time is allowed, and count it."""
        self.left -= 1
        self.spent = self.spent or self.left < 0 or not self.may_go_on()
        return not self.spent


def texts_with(edits: Sequence[Edit], text: Callable[[str], str | None]) -> dict[str, str]:
    """Return the texts of the files that `edits` are made in, with these made."""
    return {
        path: edited(text(path) or "", [edit for edit in edits if edit.path == path])
        for path in {edit.path for edit in edits}
    }


def overlapping(edits: Iterable[Edit]) -> bool:
    """Return whether two edits cannot both be made."""
    ordered = sorted(edits)
    return any(one.path == other.path and other.start < one.end for one, other in pairwise(ordered))


class Expected:
    """What each file of the head is to give: what it would if nothing had lost its name."""

    def __init__(self, revisions: Revisions, found: Successors) -> None:
        """Take both revisions, and what became of what is gone."""
        self.also = frozenset({*found.datasets, *(dataset for dataset, _ in found.columns)})
        self._either = (as_if_kept(revisions, found), as_if_kept(revisions, found, both=True))
        self._revisions = revisions
        self._found = found
        self._kept: dict[str, Reading | None] = {}
        self._wanted: dict[str, tuple[Form, ...]] = {}
        self._schemas: dict[str, Schemas] = {}

    def kept(self, file: Lowered) -> Reading | None:
        """Return a file bound to what had its old name; None where it cannot be."""
        if file.path not in self._kept:
            self._kept[file.path] = self.reading(file, self._revisions.after, self.schemas(file))
        return self._kept[file.path]

    def schemas(self, file: Lowered) -> Schemas:
        """Return what a file is bound to: the old names, and the new ones if it names these now."""
        if file.path not in self._schemas:
            old, both = self._either
            one, now = self.reading(file, self._revisions.after, old), self.now(file)
            adapted = one is not None and now is not None and one.told() - now.told()
            self._schemas[file.path] = both if adapted else old
        return self._schemas[file.path]

    def now(self, file: Lowered) -> Reading | None:
        """Return a file bound to what the head has."""
        return self.reading(file, self._revisions.after, _schemas(self._revisions.after))

    def reading(self, file: Lowered, world: World, schemas: Schemas) -> Reading | None:
        """Return what a file says; None where that cannot be told: it may be nobody's text."""
        try:
            return read(file, world, schemas, self.also)
        except Exception:  # noqa: BLE001 - an input nobody foresaw costs its own file only
            return None

    def wanted(self, file: Lowered) -> tuple[Form, ...]:
        """Return what a file is to give, under the new names; nothing where it cannot be told."""
        if file.path not in self._wanted:
            kept = self.kept(file)
            self._wanted[file.path] = _under_new_names(kept, self._found) if kept else ()
        return self._wanted[file.path]

    def under_new_names(self, reading: Reading) -> tuple[Form, ...]:
        """Return what writes give where all that has a new name goes by it."""
        return _under_new_names(reading, self._found)

    def names_new(self, file: Lowered) -> bool:
        """Return whether a file names what would not be there if nothing had a new name."""
        return self.schemas(file) is self._either[1]

    def given(self, reading: Reading) -> tuple[Form, ...]:
        """Return what a file gives."""
        return forms(reading)

    def met(self, file: Lowered, new: Lowered, world: World) -> bool:
        """Return whether `new`, linked in `world`, gives what `file` is to give."""
        kept, reading = self.kept(file), self.reading(new, world, _schemas(world))
        if kept is None or reading is None or not reading.told() <= kept.told():
            return False
        return self.given(reading) == self.wanted(file)


def _schemas(world: World) -> Schemas:
    def schema(name: str) -> Schema:
        return world.schemas.get(name, UNKNOWN)

    return schema


def proof(revisions: Revisions, expected: Expected, allowance: Allowance) -> Proof:
    """Return what tells whether edits keep all that they reach as it was."""

    def holds(edits: Sequence[Edit]) -> bool:
        if not edits or overlapping(edits):
            return False
        again = _read_again(revisions, edits, allowance)
        return again is not None and all(
            expected.met(file, new, again[1]) for file, new in again[0]
        )

    return holds


def _read_again(
    revisions: Revisions, edits: Sequence[Edit], allowance: Allowance
) -> tuple[list[tuple[Lowered, Lowered]], World] | None:
    """Return the files that edits reach, before and after them, and the head with these."""
    texts = texts_with(edits, revisions.text)
    changed: list[tuple[Lowered, Lowered]] = []
    whole: list[Lowered] = []
    for file in revisions.after.lowered:
        reached = file.path in texts or any(path in texts for path, _ in file.files_read)
        new: Lowered | None = file
        if reached:
            new = revisions.relower(file.path, texts) if allowance.spend() else None
            if new is None or new.failed or len(new.writes) != len(file.writes):
                return None
            changed.append((file, new))
        if new is not None:
            whole.append(new)
    return changed, link(whole, catalog=revisions.catalog, memory=Memory())


def _under_new_names(reading: Reading, found: Successors) -> tuple[Form, ...]:
    """Return what the writes are to give: what a star passes on goes by its new name, too."""
    made = forms(reading, columns=found.columns, datasets=found.datasets)
    return tuple(_renamed(form, found) for form in made)


def _renamed(form: Form, found: Successors) -> Form:
    dataset, outputs, *rest = form
    assert isinstance(outputs, tuple)  # noqa: S101 - as `forms` makes it
    named: dict[str, object] = {}
    for name, expression in outputs:
        if (dataset, name) not in found.lost:
            named.setdefault(found.columns.get((str(dataset), name), name), expression)
    return (dataset, tuple(named.items()), *rest)
