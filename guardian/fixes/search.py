"""One reader of what is gone: sets of edits of it, the likeliest first, until one is proven."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from guardian.fixes.occurrences import (
    Edit,
    Occurrence,
    each_once,
    occurrences,
    selected,
    spelled,
    tables_written,
)
from guardian.fixes.proof import Proof, overlapping
from guardian.fixes.readers import Broken
from guardian.fixes.regions import PYTHON
from guardian.fixes.successors import Named, Successors
from guardian.fixes.trials import Trial
from guardian.rewriting import Value

MOST_GUESSES = 12  # further sets of edits that are tried for one file, where the first will not do
NOBODY = "guardian_nobody"


@dataclass(frozen=True, slots=True)
class Search:
    """One reader, and what is needed to try edits of it."""

    reader: Broken
    trial: Trial
    found: Successors
    proven: Proof

    def solved(self) -> list[Edit] | None:
        """Return edits that are proven to keep the reader as it was; None where none are found.

        Its own file is tried first: what it follows, others may follow, too.
        """
        found = self._seen(alone=True) or self._seen(alone=False)
        return found or self._guessed()

    def _seen(self, *, alone: bool) -> list[Edit] | None:
        """Return proven edits of what is seen to mean a column, or is likely to beside that."""
        columns, tables = self._columns(alone=alone), self._tables(alone=alone)
        sure = each_once([*tables, *chain.from_iterable(columns.values())])
        for edits in (sure, each_once([*sure, *self._likely(sure, columns, alone=alone)])):
            if self.proven(edits):
                return self._that_count(edits, frozenset(sure))
        return None

    def _guessed(self) -> list[Edit] | None:
        """Return proven edits that take more than what is seen."""
        columns, tables = self._columns(alone=False), self._tables(alone=False)
        sure = each_once([*tables, *chain.from_iterable(columns.values())])
        for edits in self._guesses(columns, tables, sure):
            if self.proven(edits):
                return self._that_count(edits, frozenset(sure))
        return None

    def _columns(self, *, alone: bool) -> dict[Named, list[Edit]]:
        return {name: self._of_column(name, alone=alone) for name in sorted(self.reader.columns)}

    def _tables(self, *, alone: bool) -> list[Edit]:
        names = sorted(self.reader.datasets)
        return [edit for name in names for edit in self._of_table(name, alone=alone)]

    def _guesses(
        self, columns: dict[Named, list[Edit]], tables: list[Edit], sure: list[Edit]
    ) -> Iterator[list[Edit]]:
        """Yield further sets of edits, the likeliest first."""
        yield from self._with_one_more(sure, columns)
        yield from self._joined(sure, columns)
        if not self.trial.file.path.endswith(PYTHON):
            return
        read = {name: list(self._where_read(name)) for name in columns}
        for name, sites in read.items():
            others = [edits for other, edits in columns.items() if other != name]
            rest = [*tables, *chain.from_iterable(others)]
            yield from ([*rest, *site] for site in sites[:MOST_GUESSES])
        yield each_once([*tables, *chain.from_iterable(chain.from_iterable(read.values()))])

    def _with_one_more(
        self, sure: list[Edit], columns: dict[Named, list[Edit]]
    ) -> Iterator[list[Edit]]:
        """Yield `sure` with one occurrence more that does not mean the column where it stands."""
        taken = {(edit.path, edit.start) for edit in sure}
        for name in columns:
            left = [at for at in self.trial.found(name[1]) if (at.path, at.start) not in taken]
            for at in left[:MOST_GUESSES]:
                ways = self.trial.places.ways(at, self._written(name, at))
                yield from ([*sure, *way] for way in ways[:1] if way)

    def _joined(self, sure: list[Edit], names: Iterable[Named]) -> Iterator[list[Edit]]:
        """Yield `sure` with a join `USING` a key written as `ON`."""
        for name in names:
            for at in self.trial.found(name[1]):
                if self.trial.places.in_python(at) or name in self.found.computed:
                    continue
                for way in self.trial.places.joined(at, self._written(name, at).text):
                    others = (edit for edit in sure if not overlapping((edit, *way)))
                    yield [*others, *way]

    def _of_column(self, name: Named, *, alone: bool) -> list[Edit]:
        """Return the edits of all that means a column, each as it keeps what is said around it."""
        several = list(self.trial.found(name[1], alone=alone))
        made: list[Edit] = []
        for at, number in self.trial.of_columns(name, several).items():
            made += self.trial.places.ways(at, self._written(name, at))[number]
        return made

    def _likely(self, sure: list[Edit], columns: Iterable[Named], *, alone: bool) -> Iterator[Edit]:
        """Yield edits of all that `sure` leaves, as the text around each makes them likely."""
        taken = {(edit.path, edit.start) for edit in sure}
        for name in columns:
            for at in self.trial.found(name[1], alone=alone):
                text = self.trial.text(at.path) or ""
                if (at.path, at.start) not in taken and text[at.left : at.start] != "'":
                    ways = self.trial.places.ways(at, self._written(name, at))
                    kept = not self.trial.places.in_python(at) and self._selected(at)
                    yield from (edit for way in ways[kept : kept + 1] for edit in way)

    def _that_count(self, edits: list[Edit], sure: Container[Edit]) -> list[Edit]:
        """Return `edits` without those in whose place a name that nobody has would do as well.

        A comment stays as it is. Of those that are `sure`, each has been seen to count.
        """
        kept = edits
        for edit in [each for each in edits if each not in sure and each.end > each.start]:
            others = [other for other in kept if other is not edit]
            nobody = Edit(edit.path, edit.start, edit.end, NOBODY)
            if self.proven([*others, nobody]):
                kept = others
        return kept

    def _where_read(self, name: Named) -> Iterator[tuple[Edit, ...]]:
        """Yield edits that give a column its old name back where a Python job reads its dataset."""
        dataset, column = name
        last = dataset.rpartition(".")[2].rpartition("/")[2]
        value = self._value(name)
        for path in filter(_python, self.trial.paths(last)):
            yield from self.trial.places.read(path, last, column.lower(), value)

    def _selected(self, at: Occurrence) -> bool:
        text, here = self.trial.places.local(at)
        return selected(here, text)

    def _value(self, name: Named) -> Value:
        """Return what holds a column's value now, by names as they are folded."""
        return (
            self.found.computed[name].value
            if name in self.found.computed
            else Value(self.found.columns[name])
        )

    def _written(self, name: Named, at: Occurrence) -> Value:
        """Return what holds a column's value now, as it may stand in place of its old name."""
        if name in self.found.computed:
            return self.found.computed[name].value
        new, text = self.found.columns[name], self.trial.text(at.path) or ""
        return Value(
            spelled(new, self._authors(name[0], new), at, text, self._dialect(at.path, new))
        )

    def _dialect(self, path: str, name: str) -> str:
        """Return what folds names in a file: in Python, what the name itself looks folded by."""
        if _python(path):
            return "snowflake" if name.isupper() else "spark"
        return self.trial.revisions.dialect(path)

    def _authors(self, dataset: str, name: str) -> str:
        """Return a column's name as the job that makes it writes it."""
        for definition in self.trial.revisions.after.definitions.get(dataset, ()):
            text = self.trial.text(definition.file.path) or ""
            own = next(iter(occurrences("", text, name)), None)
            if own is not None:
                return text[own.start : own.end]
        return name

    def _of_table(self, dataset: str, *, alone: bool) -> list[Edit]:
        new = self.found.datasets[dataset]
        (before, _, old_last), (after, _, new_last) = (n.rpartition(".") for n in (dataset, new))
        old, written = (old_last, new_last) if before == after else (dataset, new)
        made: list[Edit] = []
        for at in self.trial.found(old, alone=alone):
            text = self.trial.text(at.path) or ""
            shown = spelled(written, written, at, text, self._dialect(at.path, written))
            number = self.trial.of_table(dataset, new, at, shown)
            if number is not None:
                made += list(tables_written(at, text, shown))[number]
        return made


def _python(path: str) -> bool:
    return path.endswith(PYTHON)
