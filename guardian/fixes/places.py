"""Where a name stands in the files of a revision, and what may be written there, by language.

In Python that is told by LibCST's tree (`guardian.rewriting`), in SQL by the text alone. What it
means is not known yet: that is tried (`trials`).
"""

from collections.abc import Callable, Iterator

from guardian.fixes.occurrences import Edit, Edits, Occurrence, columns_written, occurrences
from guardian.fixes.regions import Region, regions
from guardian.fixes.using import joined_on
from guardian.rewriting import Place, Question, Rewriting, Value, Way

_NOTHING = Value("x")  # where only the places are asked for


class Places:
    """The files of a revision, by path; `text` is None where there is none."""

    def __init__(self, text: Callable[[str], str | None], rewriting: Rewriting) -> None:
        """Take `rewriting` for what is Python."""
        self._text = text
        self._rewriting = rewriting
        self._texts: dict[str, str | None] = {}
        self._regions: dict[str, tuple[Region, ...]] = {}
        self._found: dict[tuple[str, str], tuple[Occurrence, ...]] = {}
        self._here: dict[Occurrence, tuple[Region, Occurrence, str]] = {}

    def text(self, path: str) -> str | None:
        """Return the text of a file."""
        if path not in self._texts:
            self._texts[path] = self._text(path)
        return self._texts[path]

    def found(self, path: str, name: str) -> tuple[Occurrence, ...]:
        """Return where `name` stands in a file, in any case, in order."""
        key = (path, name)
        if key not in self._found:
            text = self.text(path) or ""
            self._found[key] = tuple(sorted(set(self._occurrences(path, text, name))))
        return self._found[key]

    def ways(self, at: Occurrence, value: Value) -> list[Edits]:
        """Return what may be written at `at`, in an order that is the same for each value.

        One that is empty cannot be written there.
        """
        region, here, name = self._here[at]
        if region.language == "sql":
            own = [[*edits] for edits in columns_written(here, region.text, value)]
            return [
                tuple(self._edit(at.path, region, e.start, e.end, e.text) for e in w) for w in own
            ]
        question = Question(text=region.text, name=name, value=value)
        for place in self._rewriting(question):
            if (place.start, place.end) == (here.start, here.end):
                return [self._way(at.path, region, way) for way in place.ways]
        return []

    def local(self, at: Occurrence) -> tuple[str, Occurrence]:
        """Return the text of one language that `at` stands in, and where it stands there."""
        region, here, _ = self._here[at]
        return region.text, here

    def joined(self, at: Occurrence, new: str) -> list[Edits]:
        """Return what may stand in place of a join `USING` the key at `at`, in SQL."""
        region, here, _ = self._here[at]
        own = joined_on(here, region.text, new)
        return [tuple(self._edit(at.path, region, e.start, e.end, e.text) for e in w) for w in own]

    def in_python(self, at: Occurrence) -> bool:
        """Return whether an occurrence stands in Python."""
        return self._here[at][0].language == "python"

    def read(self, path: str, table: str, name: str, value: Value) -> Iterator[Edits]:
        """Yield what gives the column `name` back where a Python file reads a dataset.

        The calls that name it first, then those that may read it by a name from elsewhere.
        """
        for region in self._of(path):
            if region.language == "python":
                question = Question(text=region.text, name=name, value=value, table=table)
                found = self._rewriting(question)
                for place in sorted(found, key=lambda one: (not one.named, one.start)):
                    yield from (self._way(path, region, way) for way in place.ways if way)

    def _of(self, path: str) -> tuple[Region, ...]:
        if path not in self._regions:
            self._regions[path] = regions(path, self.text(path) or "")
        return self._regions[path]

    def _occurrences(self, path: str, text: str, name: str) -> Iterator[Occurrence]:
        for region in self._of(path):
            for here in self._inside(path, region, name):
                start, end = region.span(here.start, here.end)
                left, right = region.span(here.left, here.right)
                at = Occurrence(path, start, end, left, right, text.count("\n", 0, start) + 1)
                self._here[at] = (region, here, name)
                yield at

    def _inside(self, path: str, region: Region, name: str) -> Iterator[Occurrence]:
        if region.language == "sql":
            yield from occurrences(path, region.text, name)
            return
        for place in self._rewriting(Question(text=region.text, name=name, value=_NOTHING)):
            yield _occurrence(path, place)

    def _way(self, path: str, region: Region, way: Way) -> Edits:
        return tuple(self._edit(path, region, one.start, one.end, one.text) for one in way)

    def _edit(self, path: str, region: Region, start: int, end: int, text: str) -> Edit:
        return Edit(path, *region.span(start, end), region.written(text))


def _occurrence(path: str, place: Place) -> Occurrence:
    return Occurrence(path, place.start, place.end, place.left, place.right, 0)
