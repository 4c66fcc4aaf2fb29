"""The readers of what is gone, each with edits that are proven to keep it, or as work by hand."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from guardian.fixes import patches
from guardian.fixes.occurrences import Edit, each_once
from guardian.fixes.places import Places
from guardian.fixes.proof import Allowance, Expected, Proof, Proving, overlapping
from guardian.fixes.readers import Broken, broken
from guardian.fixes.revisions import Revisions
from guardian.fixes.search import Search
from guardian.fixes.successors import Named, Successors, successors
from guardian.fixes.trials import Trial
from guardian.model.changes import Change
from guardian.model.fix import ByHand, Fix, Fixes

Data = Callable[[str], bytes | None]
NO_SUCCESSOR = "no column holds this value any more: take it out here, or keep it there"
NOT_PROVEN = "no edit is proven to keep this job as it was: change it here"
NOT_TRIED = "there was no time left to look for an edit: change it here"
NOT_TOGETHER = "its edits do not go together with those of another file: change it here"
NOT_UTF8 = "the file is not UTF-8: save it as that, or change it here"


@dataclass(slots=True)
class _Solution:
    """Edits that keep one reader, and what of it is left to a person."""

    reader: Broken
    edits: list[Edit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Fixes; their edits, and the texts that these are made in, by path."""

    fixes: Fixes = field(default_factory=Fixes)
    edits: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def propose(
    revisions: Revisions,
    changes: Sequence[Change],
    data: Data,
    may_go_on: Callable[[], bool] = lambda: True,
    may_end: Callable[[], bool] = lambda: True,
) -> Proposal:
    """Return the edits that keep the readers of what `changes` took away, and those left to do.

    `data` are the bytes of a file of the head. Once `may_go_on` says no, no further edit is tried;
    once `may_end` does, none that was found is proven.
    """
    found = successors(revisions.before, revisions.after)
    if not (found.followed() or found.datasets or found.lost):
        return Proposal()
    expected = Expected(revisions, found)
    allowance = Allowance(may_go_on)
    proving = Proving(revisions, expected, allowance)
    places = Places(revisions.text, revisions.rewriting)
    solutions: list[_Solution] = []
    by_hand: list[ByHand] = []
    for reader in broken(revisions, found, expected):
        by_hand += _told(reader, reader.lost, NO_SUCCESSOR, found, changes)
        if not reader.names():
            continue
        trial = Trial(revisions, reader.file, expected, allowance, places)
        edits = Search(reader, trial, found, proving.near(reader.file)).solved()
        if edits is None:
            why = NOT_TRIED if allowance.spent else NOT_PROVEN
            by_hand += _told(reader, reader.names(), why, found, changes)
        elif not all(_utf8(data(edit.path)) for edit in edits):
            by_hand += _told(reader, reader.names(), NOT_UTF8, found, changes)
        else:
            solutions.append(_Solution(reader, edits))
    allowance.renew(may_end)
    groups = list(_together(solutions, proving.all))
    fixes = tuple(_fix(together, found, changes, revisions, data) for together in groups)
    by_path: dict[str, tuple[Edit, ...]] = {}
    for edit in each_once(e for group in groups for one in group for e in one.edits):
        by_path[edit.path] = (*by_path.get(edit.path, ()), edit)
    shown = {one.reader.file.path for group in groups for one in group}
    for one in solutions:
        if one.reader.file.path not in shown:
            why = NOT_TRIED if allowance.spent else NOT_TOGETHER
            by_hand += _told(one.reader, one.reader.names(), why, found, changes)
    texts = {path: revisions.text(path) or "" for path in by_path}
    return Proposal(Fixes(fixes=fixes, by_hand=tuple(sorted(set(by_hand)))), by_path, texts)


def _utf8(data: bytes | None) -> bool:
    return data is not None and patches.stored(data, ()) is not None


def _together(solutions: list[_Solution], proven: Proof) -> Iterator[list[_Solution]]:
    """Yield the solutions that edit the same files together, each proven beside the others."""
    groups: list[list[_Solution]] = []
    for solution in solutions:
        paths = {edit.path for edit in solution.edits}
        near = [g for g in groups if any(paths & {e.path for e in one.edits} for one in g)]
        groups = [g for g in groups if g not in near]
        groups.append([*chain.from_iterable(near), solution])
    done: list[Edit] = []

    def added(more: list[list[_Solution]]) -> Iterator[list[_Solution]]:
        """Yield those of `more` that go together with what is done: all, or of each half."""
        edits = each_once(edit for group in more for one in group for edit in one.edits)
        if not overlapping(edits) and proven(each_once([*done, *edits])):
            done.extend(edits)
            yield from more
        elif len(more) > 1:
            half = len(more) // 2
            yield from added(more[:half])
            yield from added(more[half:])

    yield from added(groups)


def _told(
    reader: Broken,
    names: Iterable[Named],
    why: str,
    found: Successors,
    changes: Sequence[Change],
) -> Iterator[ByHand]:
    for name in sorted(names):
        cause = _cause(found, changes, name)
        yield ByHand(
            file=reader.file.path,
            line=reader.lines.get(name, 1),
            dataset=name[0],
            name=name[1],
            why=why,
            job=min(reader.jobs),
            rule=cause.rule if cause else "",
            fingerprint=cause.fingerprint if cause else "",
        )


def _cause(found: Successors, changes: Sequence[Change], name: Named) -> Change | None:
    if name[1]:
        return found.cause(changes, name)
    gone = (one for one in changes if one.rule == "dataset-removed" and one.dataset == name[0])
    return next(gone, None)


def _fix(
    together: list[_Solution],
    found: Successors,
    changes: Sequence[Change],
    revisions: Revisions,
    data: Data,
) -> Fix:
    readers = [one.reader for one in together]
    edits = each_once(chain.from_iterable(one.edits for one in together))
    names = sorted({name for one in readers for name in one.names()})
    causes = [cause for name in names if (cause := _cause(found, changes, name))]
    own = [edit for edit in edits if edit.path == readers[0].file.path] or edits
    file = own[0].path
    return Fix(
        file=file,
        lines=patches.lines_of(revisions.text(file) or "", own),
        patch="".join(_patches(edits, data)),
        restores=_restores(readers, names, found),
        rule=causes[0].rule if causes else "column-renamed",
        fingerprint=causes[0].fingerprint if causes else "",
        fingerprints=tuple(dict.fromkeys(cause.fingerprint for cause in causes)),
        jobs=tuple(sorted({job for one in readers for job in one.jobs})),
        datasets=tuple(sorted({dataset for one in readers for dataset in one.written})),
    )


def _patches(edits: Sequence[Edit], data: Data) -> Iterator[str]:
    for path in sorted({edit.path for edit in edits}):
        before = data(path) or b""
        after = patches.stored(before, [edit for edit in edits if edit.path == path])
        yield patches.patch(path, before, after or before)


def _restores(readers: Sequence[Broken], names: Sequence[Named], found: Successors) -> str:
    made = sorted({dataset for one in readers for dataset in one.written})
    shown = ", ".join(f"`{name}`" for name in made[:3])
    more = f" and {len(made) - 3} more" if len(made) > 3 else ""
    told = [
        f"`{found.successor(name)}` for `{name[1]}` of `{name[0]}`"
        if name[1]
        else f"`{found.datasets[name[0]]}` for `{name[0]}`"
        for name in names
    ]
    verb = "is" if len(made) == 1 else "are"
    return f"{shown}{more} {verb} made as before, with {', '.join(told)}."
