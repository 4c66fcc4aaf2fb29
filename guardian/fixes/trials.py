"""Which occurrences of a name mean the column: each is tried, in a world that has both names.

One occurrence at a time gets a name that nobody has, which the dataset is told to have besides its
own. Where the file then says what it said before, but through that name, the occurrence means the
column. So one rule serves every language that can be read.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from guardian.fixes.occurrences import (
    Edit,
    Edits,
    Occurrence,
    each_once,
    selected,
    tables_written,
)
from guardian.fixes.places import Places
from guardian.fixes.proof import Allowance, Expected, texts_with
from guardian.fixes.revisions import Reading, Revisions, Schemas, forms, named_in, with_column
from guardian.fixes.successors import Named
from guardian.model.plan import Lowered
from guardian.rewriting import Value

MOST_OCCURRENCES = 60  # of one name in one file
_ROUNDS = 3  # of trying all occurrences of a name at once
_PROBE = "guardian_probe"
_CODE = (".sql", ".py", ".ipynb")


@dataclass(frozen=True, slots=True)
class Trial:
    """One file of the head, and the schemas as if nothing had lost its name."""

    revisions: Revisions
    file: Lowered
    expected: Expected
    allowance: Allowance
    places: Places
    _known: dict[tuple[Named, Occurrence], int | None] = field(default_factory=dict)
    _read: dict[Named, Reading | None] = field(default_factory=dict)

    def paths(self, word: str, *, alone: bool = False) -> tuple[str, ...]:
        """Return this file; unless `alone`, code with `word` that it follows, too."""
        if alone:
            return (self.file.path,)
        followed = (path for path, _ in self.file.files_read if path.endswith(_CODE))
        named = (path for path in followed if word.lower() in (self.text(path) or "").lower())
        return tuple(dict.fromkeys((self.file.path, *named)))

    def text(self, path: str) -> str | None:
        """Return the text of a file of the head."""
        return self.places.text(path)

    def lowered(self, edits: Sequence[Edit]) -> Lowered | None:
        """Return the file with edits made in it, or in what it was made from."""
        if not self.allowance.spend():
            return None
        lowered = self.revisions.relower(self.file.path, texts_with(edits, self.text))
        if lowered is None or lowered.failed or len(lowered.writes) != len(self.file.writes):
            return None
        return lowered

    def reading(self, file: Lowered, schema: Schemas) -> Reading | None:
        """Return what a file says; None where that cannot be told."""
        return self.expected.reading(file, self.revisions.after, schema)

    def of_columns(self, name: Named, several: Sequence[Occurrence]) -> dict[Occurrence, int]:
        """Return which of `several` mean a column, each with the way of writing it that keeps it.

        All are tried at once, each with a name of its own; the rest one by one.
        """
        new = [at for at in several if (name, at) not in self._known]
        self._known.update({(name, at): way for at, way in self._seen_at_once(name, new).items()})
        found: dict[Occurrence, int] = {}
        for at in several:
            if (name, at) not in self._known:
                self._known[name, at] = self._way(name, at)
            way = self._known[name, at]
            if way is not None:
                found[at] = way
        return found

    def _seen_at_once(self, name: Named, several: Sequence[Occurrence]) -> dict[Occurrence, int]:
        """Return the occurrences that all together are seen to mean a column, with the way."""
        probes = {f"{self._probe(name)}_{number}": at for number, at in enumerate(several)}
        for _ in range(_ROUNDS if len(several) > 1 else 0):
            schema = self.expected.schemas(self.file)
            for probe in probes:
                schema = with_column(schema, name[0], probe)
            chosen = {probe: self._likely_way(at) for probe, at in probes.items()}
            edits = [self._edits(probes[probe], probe, way) for probe, way in chosen.items()]
            lowered = self.lowered(each_once(chain.from_iterable(edits))) if all(edits) else None
            before = self._before(name)
            after = None if lowered is None else self.reading(lowered, schema)
            if after is None or before is None:
                return {}
            back = {(name[0], probe): name[1] for probe in probes}
            if after.told() <= before.told() and forms(after, columns=back) == forms(before):
                taken = _taken(after)
                return {at: chosen[p] for p, at in probes.items() if (name[0], p) in taken}
            wrong = _named_elsewhere(after, name[0], probes)
            if not wrong:
                return {}
            probes = {probe: at for probe, at in probes.items() if probe not in wrong}
        return {}

    def _likely_way(self, at: Occurrence) -> int:
        """Return the way of writing that the text around an occurrence makes likely."""
        text, here = self.places.local(at)
        return int(not self.places.in_python(at) and selected(here, text))

    def _edits(self, at: Occurrence, probe: str, way: int) -> Edits:
        return next(iter(self.places.ways(at, Value(probe))[way : way + 1]), ())

    def _probe(self, name: Named) -> str:
        return _PROBE.upper() if name[1].isupper() else _PROBE

    def _before(self, name: Named) -> Reading | None:
        """Return what the file says where the dataset has one more column, the probe."""
        if name not in self._read:
            both = with_column(self.expected.schemas(self.file), name[0], self._probe(name))
            self._read[name] = self.reading(self.file, both)
        return self._read[name]

    def _way(self, name: Named, at: Occurrence) -> int | None:
        dataset, column = name
        probe = self._probe(name)
        both = with_column(self.expected.schemas(self.file), dataset, probe)
        before = self._before(name)
        if before is None:
            return None
        back: Mapping[Named, str] = {(dataset, probe): column}
        wanted, said = forms(before, columns=back), forms(before)
        likely: int | None = None
        for number, edits in enumerate(self.places.ways(at, Value(probe))):
            lowered = self.lowered(edits) if edits else None
            after = None if lowered is None else self.reading(lowered, both)
            if lowered is None or after is None:
                continue
            given = forms(after)
            kept = forms(after, columns=back) == wanted and after.told() <= before.told()
            if kept and given != said:
                return number
            missed = self._missed(lowered, probe)
            counts = missed or given != said
            if kept and counts:
                return number
            if number == 0 and not missed and not (counts and _takes(after, (dataset, probe))):
                return None
            same = (probe, column)
            if number == 0 and forms(after, lenient=same) != forms(before, lenient=same):
                alike = forms(after, columns=back, lenient=same)
                if alike == forms(before, columns=back, lenient=same):
                    likely = 0
        return likely

    def _missed(self, lowered: Lowered, probe: str) -> bool:
        """Return whether the probe is looked up in the dataset, though nothing takes it."""
        without = self.reading(lowered, self.expected.schemas(self.file))
        return without is not None and any(probe in message for message in without.told())

    def of_table(self, old: str, new: str, at: Occurrence, written: str) -> int | None:
        """Return the same for the name of a table, whose new name is tried as it is."""
        text = self.text(at.path)
        schemas = self.expected.schemas(self.file)
        before = self.reading(self.file, schemas)
        if text is None or before is None:
            return None
        back = {new: old}
        wanted, said = forms(before, datasets=back), forms(before)
        for number, edits in enumerate(tables_written(at, text, written)):
            lowered = self.lowered(edits)
            after = None if lowered is None else self.reading(lowered, schemas)
            if after is None or not after.told() <= before.told():
                continue
            if forms(after, datasets=back) == wanted:
                return number if forms(after) != said else None
        return None

    def found(self, word: str, *, alone: bool = False) -> Iterator[Occurrence]:
        """Yield where a name stands in the files of `paths`."""
        for path in self.paths(word, alone=alone):
            several = self.places.found(path, word)
            if len(several) <= MOST_OCCURRENCES:
                yield from several


def _takes(reading: Reading, name: Named) -> bool:
    """Return whether a file takes a column."""
    return name in _taken(reading)


def _taken(reading: Reading) -> frozenset[Named]:
    """Return all columns that a file takes."""
    return frozenset(name for one in reading.definitions for name in named_in(one)[0])


def _named_elsewhere(reading: Reading, dataset: str, names: Collection[str]) -> set[str]:
    """Return those of `names` that are taken from another dataset, or that none has."""
    found = {name for of, name in _taken(reading) if of != dataset and name in names}
    told = "\n".join(reading.told())
    return found | {name for name in names if re.search(rf"\b{name}\b", told)}
