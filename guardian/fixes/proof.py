"""The proof of edits: the edited files, read again and linked, give what they gave before.

Compared are the normal forms that a file would have if nothing had lost its name, under the new
names, with those that it has with the edits. Every write of every file that the edits reach counts,
so that an edit of a shared helper is held against all that use it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guardian.fixes.occurrences import Edit, edited
from guardian.fixes.revisions import Form, Reading, Revisions, Schemas, as_if_kept, forms, read
from guardian.fixes.successors import Successors
from guardian.lineage.link import World, link
from guardian.lineage.schemas import UNKNOWN, Schema
from guardian.model.plan import Lowered

Proof = Callable[[Sequence[Edit]], bool]
MOST_LAST = 300
MOST_TRIALS = 600  # of all files together: a hostile repository costs no more


@dataclass(slots=True)
class Allowance:
    """How many more times a file may be read again: `left`, as long as `may_go_on` allows it."""

    may_go_on: Callable[[], bool]
    left: int = MOST_TRIALS
    spent: bool = False

    def renew(self, may_go_on: Callable[[], bool]) -> None:
        """Allow `MOST_LAST` more, as long as `may_go_on` says: to prove what was found."""
        self.may_go_on, self.left, self.spent = may_go_on, MOST_LAST, False

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
        self.also = frozenset({*found.datasets, *(dataset for dataset, _ in found.followed())})
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


class Proving:
    """Tells whether edits keep what they reach as it was; what is known is not read again."""

    def __init__(self, revisions: Revisions, expected: Expected, allowance: Allowance) -> None:
        """Take the head as it is."""
        self._again = Again(revisions, allowance)
        self._expected = expected
        self._known: dict[tuple[frozenset[Edit], str | None], bool] = {}

    def near(self, file: Lowered) -> Proof:
        """Return what tells that of `file`, and of all that is edited.

        What else they reach is left to `all`, once for the edits of all files: in a dbt project
        that may be every model downstream.
        """
        return lambda edits: self._holds(edits, file.path)

    def all(self, edits: Sequence[Edit]) -> bool:
        """Return whether edits keep all that they reach."""
        return self._holds(edits, None)

    def _holds(self, edits: Sequence[Edit], near: str | None) -> bool:
        if not edits or overlapping(edits):
            return False
        key = (frozenset(edits), near)
        if key not in self._known:
            again = self._again.read(edits, near)
            if again is None and self._again.allowance.spent:
                return False
            self._known[key] = again is not None and all(
                self._expected.met(file, new, again[1]) for file, new in again[0]
            )
        return self._known[key]


class Again:
    """The head read again with edits: each file that they reach once for the same texts."""

    def __init__(self, revisions: Revisions, allowance: Allowance) -> None:
        """Take the head as it is."""
        self.allowance = allowance
        self._revisions = revisions
        self._reaches: dict[str, set[str]] = {}
        for file in revisions.after.lowered:
            for path in (file.path, *(path for path, _ in file.files_read)):
                self._reaches.setdefault(path, set()).add(file.path)
        self._known: dict[tuple[str, frozenset[tuple[str, str]]], Lowered | None] = {}

    def read(
        self, edits: Sequence[Edit], near: str | None = None
    ) -> tuple[list[tuple[Lowered, Lowered]], World] | None:
        """Return the files that edits reach, before and after them, and the head with these.

        With `near` only that file, and those that are edited.
        """
        texts = texts_with(edits, self._revisions.text)
        reached = {file for path in texts for file in self._reaches.get(path, ())}
        if near is not None:
            reached &= {near, *texts}
        changed: list[tuple[Lowered, Lowered]] = []
        whole: list[Lowered] = []
        for file in self._revisions.after.lowered:
            if file.path not in reached:
                whole.append(file)
                continue
            new = self._lowered(file, texts)
            if new is None or new.failed or len(new.writes) != len(file.writes):
                return None
            changed.append((file, new))
            whole.append(new)
        memory = self._revisions.memory
        return changed, link(whole, catalog=self._revisions.catalog, memory=memory)

    def _lowered(self, file: Lowered, texts: Mapping[str, str]) -> Lowered | None:
        read_ = {file.path, *(path for path, _ in file.files_read)}
        own = {path: text for path, text in texts.items() if path in read_}
        key = (file.path, frozenset(own.items()))
        if key not in self._known:
            if not self.allowance.spend():
                return None
            self._known[key] = self._revisions.relower(file.path, own)
        return self._known[key]


def _under_new_names(reading: Reading, found: Successors) -> tuple[Form, ...]:
    """Return what the writes are to give: what a star passes on goes by its new name, too."""
    made = forms(reading, columns=found.columns, datasets=found.datasets, computed=found.computed)
    return tuple(_renamed(form, found) for form in made)


def _renamed(form: Form, found: Successors) -> Form:
    dataset, outputs, *rest = form
    assert isinstance(outputs, tuple)  # noqa: S101 - as `forms` makes it
    named: dict[str, object] = {}
    for name, expression in outputs:
        if (dataset, name) not in found.lost and (dataset, name) not in found.computed:
            named.setdefault(found.columns.get((str(dataset), name), name), expression)
    return (dataset, tuple(named.items()), *rest)
