"""Who still names what is gone: by file, with all that each misses."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from guardian.fixes.occurrences import occurrences
from guardian.fixes.proof import Expected
from guardian.fixes.revisions import Reading, Revisions, named_in
from guardian.fixes.successors import Named, Successors
from guardian.model.definition import Definition
from guardian.model.plan import Lowered

_MISSING = re.compile(r"no input has a column `(?:[^`]*\.)?([^`.]+)`")


@dataclass(slots=True)
class Broken:
    """A file of the head whose jobs name what is gone.

    `columns` and `datasets` are what has a successor, `lost` the columns that have none; `lines`
    where each is named, `written` the datasets that the file makes of them.
    """

    file: Lowered
    columns: set[Named] = field(default_factory=set)
    datasets: set[str] = field(default_factory=set)
    lost: set[Named] = field(default_factory=set)
    lines: dict[Named, int] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)

    def names(self) -> tuple[Named, ...]:
        """Return all that has a successor, sorted; a dataset as a pair with nothing."""
        return tuple(sorted({*self.columns, *((name, "") for name in self.datasets)}))


def broken(revisions: Revisions, found: Successors, expected: Expected) -> Iterator[Broken]:
    """Yield the files that do not give what they would if nothing had lost its name, by path."""
    gone = {*found.datasets, *(dataset for dataset, _ in (*found.followed(), *found.lost))}
    readers = {name for dataset in gone for name in revisions.after.readers(dataset)}
    files = {
        definition.file.path: definition.file
        for name in readers
        for definition in revisions.after.definitions.get(name, ())
    }
    words = {name.lower() for _, name in (*found.followed(), *found.lost)}
    words |= {name.rpartition(".")[2].lower() for name in found.datasets}
    mentions = _mentions(words, revisions)
    for path in sorted(files):
        mentioned = mentions(files[path])
        one = _broken(files[path], revisions, found, expected) if mentioned else None
        if one is not None and (one.names() or one.lost):
            yield one


def _mentions(words: set[str], revisions: Revisions) -> Callable[[Lowered], bool]:
    """Return what tells whether a file, or what it follows, holds one of `words`, or misses one.

    Most that read a dataset do not: they are bound no second time.
    """

    @cache
    def holds(path: str) -> bool:
        text = (revisions.text(path) or "").lower()
        return any(word in text for word in words)

    def mentions(file: Lowered) -> bool:
        if any(map(holds, (file.path, *(path for path, _ in file.files_read if "*" not in path)))):
            return True
        told = revisions.after.warnings_of({write.dataset for write in file.writes})
        missed = (one[1].lower() for each in told if (one := _MISSING.search(each.message)))
        return any(name in words for name in missed)

    return mentions


def _broken(
    file: Lowered, revisions: Revisions, found: Successors, expected: Expected
) -> Broken | None:
    kept, now = expected.kept(file), expected.now(file)
    if kept is None or now is None or _gives_as_before(now, revisions, expected):
        return None
    missed = now.told() - kept.told()
    if not missed and expected.names_new(file):
        return None
    missing = {one[1] for message in missed if (one := _MISSING.search(message))}
    made = Broken(file)
    for definition, wanted, given in zip(
        kept.definitions, expected.wanted(file), expected.given(now), strict=True
    ):
        if wanted != given or missing:
            _note(made, definition, found, missing)
    _forget_unnamed(made, revisions, missing)
    for name in (*made.columns, *made.lost):
        made.lines[name] = _line(revisions, made, now, name)
    return made


def _gives_as_before(now: Reading, revisions: Revisions, expected: Expected) -> bool:
    """Return whether all that a file writes is what the base wrote, under the new names."""
    datasets = {definition.dataset for definition in now.definitions}
    earlier = [
        definition
        for dataset in sorted(datasets)
        for definition in revisions.before.definitions.get(dataset, ())
    ]
    known = set(expected.under_new_names(Reading(tuple(earlier))))
    clean = not any(_MISSING.search(message) for message in now.told())
    return clean and all(form in known for form in expected.given(now))


def _forget_unnamed(made: Broken, revisions: Revisions, missing: set[str]) -> None:
    """Forget the columns whose name stands nowhere: a star may take them, an edit finds nothing.

    One that is `missing` is named, if only by a text that is put together.
    """
    paths = (made.file.path, *(path for path, _ in made.file.files_read if "*" not in path))
    said = "\n".join(text for path in paths if (text := revisions.text(path)))
    for names in (made.columns, made.lost):
        unnamed = {
            name
            for name in names
            if name[1] not in missing and not any(occurrences("", said, name[1]))
        }
        names.difference_update(unnamed)


def _note(made: Broken, definition: Definition, found: Successors, missing: set[str]) -> None:
    """Note what a definition takes, or looks up, of all that is gone."""
    taken, read = named_in(definition)
    followed = found.followed()
    named = {name for name in taken if name in followed or name in found.lost}
    named |= {name for name in (*followed, *found.lost) if name[1] in missing and name[0] in read}
    tables = read & found.datasets.keys()
    if not named and not tables:
        return
    made.columns |= named & followed
    made.lost |= named & found.lost
    made.datasets |= tables
    made.lines |= {(name, ""): definition.at.line for name in tables}
    made.written.add(definition.dataset)
    made.jobs.add(definition.job)


def _line(revisions: Revisions, made: Broken, now: Reading, name: Named) -> int:
    """Return where a file names a column: as a warning or an edge of the base tells."""
    path = made.file.path
    for warning in sorted(now.warnings):
        missing = _MISSING.search(warning.message)
        if missing and missing[1] == name[1] and warning.file == path:
            return warning.line
    for dataset in sorted(made.written):
        for earlier in revisions.before.definitions.get(dataset, ()):
            for edge in earlier.edges:
                taken = (edge.source.dataset, edge.source.column)
                if taken == name and edge.location.file == path:
                    return edge.location.line
    return made.file.writes[0].at.line
