"""Keys and what they imply: a primary key is unique and not null, a unique column is a key."""

from collections.abc import Iterable, Iterator

from guardian.contracts.directions import together
from guardian.contracts.intervals import Direction
from guardian.model.contract import Clause

_Key = frozenset[str]


class Keys:
    """What two revisions promise of keys; `gone` are the columns that only the first has."""

    def __init__(
        self, base: Iterable[Clause], head: Iterable[Clause], gone: frozenset[str]
    ) -> None:
        self.base, self.head = _Side(base), _Side(head)
        self.gone = gone

    def direction(self, old: Clause | None, new: Clause | None) -> Direction | None:
        """Return what the step of one clause about a key, or about nulls, does.

        None where the rest of the contract promises as much on both sides.
        """
        clause = new or old
        if clause is None or (old is not None and new is not None and clause.kind == "required"):
            return None
        if clause.kind == "required":
            side = self.base if old is None else self.head
            if clause.column in side.primary:
                return None
            return "tightens" if old is None else "loosens"
        was, now = _columns(old), _columns(new)
        found = list(self._of_uniqueness(was, now))
        if clause.kind == "primary-key":
            found += self._of_nulls(was or frozenset(), now or frozenset())
        return together(found)

    def _of_uniqueness(self, was: _Key | None, now: _Key | None) -> Iterator[Direction]:
        """Yield what happens to rows being told apart by fewer columns, or by more.

        A key that some other one still implies is not lost, and one that was implied is not new.
        """
        if was is not None and was != now and not self.head.has_key_in(was):
            yield "loosens"
        if now is not None and was != now and not self.base.has_key_in(now):
            yield "tightens"

    def _of_nulls(self, was: _Key, now: _Key) -> Iterator[Direction]:
        stated = self.base.required | self.head.required | self.gone
        if was - now - stated:
            yield "loosens"
        if now - was - stated:
            yield "tightens"


class _Side:
    """The keys of one revision, and the columns that it says are never null."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        listed = tuple(clauses)
        keys = {clause: _columns(clause) for clause in listed if clause.kind in _KEYS}
        self.keys = [key for key in keys.values() if key]
        self.primary = frozenset[str]().union(
            *(key for clause, key in keys.items() if key and clause.kind == "primary-key")
        )
        self.required = frozenset(
            clause.column for clause in listed if clause.kind == "required" and clause.column
        )

    def has_key_in(self, columns: _Key) -> bool:
        """Return whether some of these columns are a key."""
        return any(key <= columns for key in self.keys)


_KEYS = frozenset({"primary-key", "unique", "unique-key"})


def _columns(clause: Clause | None) -> _Key | None:
    if clause is None:
        return None
    if isinstance(clause.value, tuple):
        return frozenset(clause.value)
    return frozenset({clause.column}) if clause.column else None
