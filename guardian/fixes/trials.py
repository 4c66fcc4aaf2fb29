"""Which occurrences of a name mean the column: each is tried, in a world that has both names.

One occurrence at a time gets a name that nobody has, which the dataset is told to have besides its
own. Where the file then says what it said before, but through that name, the occurrence means the
column. So one rule serves every language that can be read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guardian.fixes.occurrences import (
    Edit,
    Occurrence,
    columns_written,
    occurrences,
    tables_written,
)
from guardian.fixes.proof import Allowance, Expected, texts_with
from guardian.fixes.revisions import Reading, Revisions, Schemas, forms, named_in, with_column
from guardian.fixes.successors import Named
from guardian.model.plan import Lowered

MOST_OCCURRENCES = 60  # of one name in one file
_PROBE = "guardian_probe"
_CODE = (".sql", ".py", ".ipynb")


@dataclass(frozen=True, slots=True)
class Trial:
    """One file of the head, and the schemas as if nothing had lost its name."""

    revisions: Revisions
    file: Lowered
    expected: Expected
    allowance: Allowance
    _texts: dict[str, str | None] = field(default_factory=dict)
    _known: dict[tuple[Named, Occurrence], int | None] = field(default_factory=dict)

    def paths(self, word: str, *, alone: bool = False) -> tuple[str, ...]:
        """Return the files with `word`: this one; unless `alone`, code that it follows, too."""
        followed = (path for path, _ in self.file.files_read if path.endswith(_CODE))
        every = dict.fromkeys((self.file.path, *(() if alone else followed)))
        return tuple(path for path in every if word.lower() in (self.text(path) or "").lower())

    def text(self, path: str) -> str | None:
        """Return the text of a file of the head."""
        if path not in self._texts:
            self._texts[path] = self.revisions.text(path)
        return self._texts[path]

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

    def of_column(self, name: Named, at: Occurrence, *, python: bool) -> int | None:
        """Return which way of writing it keeps what the file says; None if it is not the column."""
        if (name, at) not in self._known:
            self._known[name, at] = self._way(name, at, python=python)
        return self._known[name, at]

    def _way(self, name: Named, at: Occurrence, *, python: bool) -> int | None:
        dataset, column = name
        text = self.text(at.path)
        if text is None:
            return None
        probe = _PROBE.upper() if column.isupper() else _PROBE
        both = with_column(self.expected.schemas(self.file), dataset, probe)
        before = self.reading(self.file, both)
        if before is None:
            return None
        back: Mapping[Named, str] = {(dataset, probe): column}
        wanted, said = forms(before, columns=back), forms(before)
        likely: int | None = None
        for number, edits in enumerate(columns_written(at, text, probe, python=python)):
            lowered = self.lowered(edits)
            after = None if lowered is None else self.reading(lowered, both)
            if lowered is None or after is None:
                continue
            missed = self._missed(lowered, probe)
            counts = missed or forms(after) != said
            if counts and forms(after, columns=back) == wanted and after.told() <= before.told():
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
            text = self.text(path)
            several = list(occurrences(path, text, word)) if text else []
            if len(several) <= MOST_OCCURRENCES:
                yield from several


def _takes(reading: Reading, name: Named) -> bool:
    """Return whether a file takes a column."""
    return any(name in named_in(definition)[0] for definition in reading.definitions)
