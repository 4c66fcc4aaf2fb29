"""Two revisions that were read become fixes: edits that keep the readers of what is gone."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import msgspec

from guardian import pipeline
from guardian.catalogued import catalogued
from guardian.comparing import Beyond, Side
from guardian.engines.lowering import ContainedLowering
from guardian.engines.rewriting import ContainedRewriting
from guardian.fixes import Proposal, Revisions, propose, recipes
from guardian.fixes.owners import owners
from guardian.fixes.recipes import advised
from guardian.lineage.link import Memory, link
from guardian.lineage.repositories import beside, own_names
from guardian.model.changes import Report
from guardian.model.lineage import Diagnostic
from guardian.model.plan import Lowered
from guardian.model.snapshot import Snapshot
from guardian.model.source import SourceFile
from guardian.sources.files import Files, blob_id

SECONDS = 30.0  # in all, for looking for edits
SECONDS_MORE = 15.0  # for the proof of all that were found
_KEPT = 8  # sets of edits whose files stay known: each of a project's models asks for all of them
_ABOUT = frozenset({"column-added", "column-removed", "column-renamed", "dataset-removed"})


class Edited:
    """The files of a revision, some with other text."""

    def __init__(self, files: Files) -> None:
        """Start with no other text."""
        self._files = files
        self.texts: Mapping[str, str] = {}

    def read(self, path: str) -> SourceFile | None:
        """Return the file at `path`, None where there is none."""
        text = self.texts.get(path)
        if text is None:
            return self._files.read(path)
        return SourceFile(path, text, blob_id(text.encode("utf-8", "surrogatepass")))

    def blob(self, path: str) -> str | None:
        """Return the blob id of a file."""
        file = self.read(path) if path in self.texts else None
        return file.blob if file else self._files.blob(path)

    def text(self, path: str) -> str | None:
        """Return the text of a file."""
        file = self.read(path)
        return file.text if file else None

    def paths(self) -> Sequence[str]:
        """Return the paths of all files."""
        return self._files.paths()

    def dialect(self, path: str) -> str:
        """Return the dialect of a file."""
        return self._files.dialect(path)

    def settings(self) -> Mapping[str, Any]:
        """Return what else the configuration says that a language needs."""
        return self._files.settings()


class Relowering:
    """Lowers files of a revision again, with other text in some; `contained` as for `lower`."""

    def __init__(self, files: Files, contained: ContainedLowering | None) -> None:
        """Take the files as they are."""
        self._files = files
        self._contained = contained
        self._alone = Edited(files)
        self._several: OrderedDict[frozenset[tuple[str, str]], Edited] = OrderedDict()

    def __call__(self, path: str, texts: Mapping[str, str]) -> Lowered | None:
        """Return the file at `path`, lowered; None where nobody can."""
        apart = self._contained

        def contained(asked: str) -> Lowered:
            assert apart is not None  # noqa: S101 - else this is given to nobody
            return apart(asked, texts)

        lowered = pipeline.lowered_alone(self._with(path, texts), contained if apart else None)
        return lowered(path)[0]

    def _with(self, path: str, texts: Mapping[str, str]) -> Edited:
        """Return the files with `texts`: one object for the same, as a project is read for each."""
        if texts.keys() <= {path}:
            self._alone.texts = texts
            return self._alone
        key = frozenset(texts.items())
        known = self._several.get(key)
        if known is None:
            known = self._several[key] = Edited(self._files)
            known.texts = texts
            while len(self._several) > _KEPT:
                self._several.popitem(last=False)
        return known


def proposed(
    report: Report, base: Side, head: Side, beyond: Beyond, *, contained: bool
) -> Proposal:
    """Return the edits that keep the readers of what `report` says is gone, and the recipes."""
    if not any(change.rule in _ABOUT for change in report.changes):
        return _with_recipes(Proposal(), report, head, beyond)
    own = own_names([base.lowered, head.lowered])
    others = beside(beyond.snapshot.parts, own, beyond.aliases)
    told = catalogued(beyond.catalogs, [base.lowered, head.lowered])
    catalog = {**told.schemas, **pipeline.catalog_of(Snapshot(parts=others.parts))}
    memory, until = Memory(), time.monotonic() + SECONDS
    apart: AbstractContextManager[ContainedLowering | None]
    apart = ContainedLowering(head.files) if contained else nullcontext()
    with apart as lowering, ContainedRewriting() as rewriting:
        revisions = Revisions(
            before=link((*base.lowered, *told.lowered), catalog=catalog, memory=memory),
            after=link((*head.lowered, *told.lowered), catalog=catalog, memory=memory),
            relower=Relowering(head.files, lowering),
            text=head.files.text,
            dialect=head.files.dialect,
            rewriting=rewriting,
            catalog=catalog,
            memory=memory,
        )
        made = propose(
            revisions,
            report.changes,
            head.files.data,
            lambda: time.monotonic() < until,
            lambda: time.monotonic() < until + SECONDS_MORE,
        )
    return _with_recipes(made, report, head, beyond)


def _with_recipes(made: Proposal, report: Report, head: Side, beyond: Beyond) -> Proposal:
    told = recipes(report.changes, made.fixes, beyond.pack, owners(head.files.text))
    return replace(made, fixes=msgspec.structs.replace(made.fixes, recipes=told))


def mended(report: Report, base: Side, head: Side, beyond: Beyond, *, contained: bool) -> Report:
    """Return `report` with the fixes; what goes wrong in making them costs these alone."""
    try:
        fixes = proposed(report, base, head, beyond, contained=contained).fixes
    except Exception as error:  # noqa: BLE001 - the report stands without them
        said = f"no fixes were looked for ({type(error).__name__}); `guardian fix -v` tells more"
        warning = Diagnostic("guardian.yml", 1, said)
        return msgspec.structs.replace(report, warnings=(*report.warnings, warning))
    return msgspec.structs.replace(
        report,
        fixes=fixes.fixes,
        by_hand=fixes.by_hand,
        changes=advised(report.changes, fixes),
    )
