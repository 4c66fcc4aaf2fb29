"""Opens a repository, its configuration and its snapshot, and hands the pipeline its inputs."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Self, TypeVar

import msgspec

from guardian import acceptances, bundled, dialects, exposures, pipeline, rules, stores
from guardian.comparing import Beyond, Series, Side, replays, reported
from guardian.config import FILE, FILES, Config, accepted_risks, blocks
from guardian.engines.deep import deep
from guardian.errors import ConfigError, RevisionError, ServiceError
from guardian.fixes import Proposal
from guardian.fixes.patches import lines_of, stored
from guardian.languages import safe_yaml
from guardian.languages.layouts import hint
from guardian.lineage.graph import Graph
from guardian.lineage.reach import Atlas
from guardian.mending import mended, proposed
from guardian.model.acceptance import Acceptance
from guardian.model.changes import SEVERITIES, Report, Revision
from guardian.model.lineage import Coverage, Diagnostic, Lineage
from guardian.model.plan import Lowered
from guardian.model.replay import Merge, Replay, Replayed, replay
from guardian.model.snapshot import Snapshot, SnapshotPart
from guardian.render import Page
from guardian.rules import RulePack
from guardian.sources.built import around, built
from guardian.sources.configuration import Options, Read, configuration, on_disk
from guardian.sources.files import Files
from guardian.sources.folder import open_folder
from guardian.sources.git import INDEX, WORKTREE, Repository
from guardian.sources.history import Asked, merges
from guardian.sources.writing import write
from guardian.starter import starter
from guardian.stores.lowered import LoweredCache, cache_path

Made = TypeVar("Made")
WORKFLOW = PurePosixPath(".github/workflows/guardian.yml")
MANY = 400  # files of which several processes may take a share


class Workspace:
    """One repository or plain folder, with its configuration.

    `notes` say what was assumed because nothing tells it; they grow as documents are made.
    """

    def __init__(self, options: Options, root: Path, repository: Repository | None) -> None:
        """Read the configuration of what lies at `root`.

        Raises:
            ConfigError: it says something that we cannot follow.
            RevisionError: the revision to read it from cannot be read.
        """
        self.root = root
        self.notes: list[str] = []
        self._options = options
        self._repository = repository
        self._read = self._reader()
        self.config = self._configured()

    @classmethod
    def of_repository(cls, options: Options) -> Self:
        """Return the repository around `options.directory`.

        Raises:
            RevisionError: there is none, or git refuses to read it.
        """
        repository = Repository(options.directory)
        return cls(options, repository.root, repository)

    @classmethod
    def of_folder(cls, options: Options, folder: Path | None) -> Self:
        """Return `folder`, or, where it is None, the repository around `options.directory`.

        A folder that is no repository of its own is read as it lies there, with or without git.

        Raises:
            ConfigError: there is no such folder.
        """
        root = options.directory / folder if folder else options.directory
        if not root.is_dir():
            raise ConfigError("no such folder", where=str(root))
        own = folder is not None or any((root / name).is_file() for name in FILES)
        if own and not (root / ".git").exists():
            return cls(options, root, None)
        try:
            repository = Repository(root)
        except RevisionError as error:
            workspace = cls(options, root, None)
            if (root / ".git").exists():
                workspace.notes.append(f"reading the folder without git: {error}")
            return workspace
        return cls(options, repository.root, None if repository.bare else repository)

    def scan(self) -> Lineage:
        """Return the lineage document of the files as they lie on disk."""
        files = self._spoken(self._present())

        def work() -> Lineage:
            with self._cache() as cache:
                return pipeline.scan(*self._lowered(files, cache))

        lineage = deep(work)
        warnings = tuple(sorted({*lineage.warnings, *files.problems()}))
        return msgspec.structs.replace(lineage, warnings=warnings)

    def report(self, base: str | None, head: str | None) -> Report:
        """Return what changed from `base` to `head`, and what it breaks.

        `head` defaults to the working tree, `base` to where `head` left the default branch.

        Raises:
            RevisionError: one of them cannot be read.
        """
        return self._compared(*self._two(base, head))

    def fixes(self, base: str | None, head: str | None) -> Proposal:
        """Return the edits that keep the readers of what is gone between two revisions.

        Raises:
            RevisionError: a revision cannot be read.
        """

        def work(report: Report, old: Side, new: Side, beyond: Beyond) -> Proposal:
            return proposed(report, old, new, beyond, contained=self._options.contained)

        return self._with_sides(*self._two(base, head), work, searching=False)

    def write(self, proposal: Proposal) -> dict[str, str]:
        """Write proven edits into the working tree; return, by path, why not, empty where done."""
        staged = self._files(Revision(INDEX, None))
        done = {}
        for path, edits in sorted(proposal.edits.items()):
            text = proposal.texts[path]
            place, lines = (self.root, path), lines_of(text, edits)
            done[path] = write(place, text, staged.text(path), lines, partial(stored, edits=edits))
        return done

    def report_since(self, base: str, head: str) -> Report:
        """Return what changed on the way to `head` since it left the line of `base`.

        Raises:
            RevisionError: one of them cannot be read, or they have no common commit.
        """
        repository = self._needed()
        ancestor = repository.common_ancestor(base, head)
        return self._compared(Revision(base, ancestor), self._revision(head))

    def staged_report(self) -> Report:
        """Return what the staged changes do to the last commit; to nothing before the first."""
        repository = self._needed()
        commit = None if repository.unborn() else repository.commit("HEAD")
        return self._compared(Revision("HEAD", commit), Revision(INDEX, None), searching=False)

    def replay(self, asked: Asked, begun: Callable[[int, int, Merge], None]) -> Replay:
        """Return what a report would have said of each of the last merges, on the day of each.

        The configuration, the snapshot, dashboards and KPIs are those of today. `begun` is told
        before each merge which one of how many it is.

        Raises:
            RevisionError: the branch cannot be read.
        """
        branch, found = merges(self._needed(), asked)
        self._spoken(self._files(branch))
        beyond = self._beyond()

        def work() -> list[Replayed]:
            with self._cache() as cache:
                series = Series(cache)

                def side(revision: Revision) -> Side:
                    return self._side(revision, self._files(revision), series)

                def beginning(number: int, merge: Merge) -> None:
                    begun(number, len(found), merge)

                return list(replays(found, side, beyond, series, beginning))

        return replay(branch, deep(work))

    def worded(self, report: Report) -> Report:
        """Return `report` in the words of the model that was chosen, as it is where none was.

        Only its narrative differs, and where that stays the template's, a note of it tells why.
        """
        if self.config.llm.provider == "none":
            return report
        from guardian import llm
        from guardian.llm.answers import KeptAnswers

        kept = KeptAnswers(cache_path().parent / "answers") if self._options.cache else None
        report = llm.worded(report, self.config.llm, kept)
        if report.narrative.note:
            self.notes.append(report.narrative.note)
        return report

    def snapshot_part(self) -> SnapshotPart:
        """Return what this repository contributes to a snapshot, as it stands on disk."""
        return SnapshotPart(
            repository=self.name(),
            commit=self._head_commit(),
            lineage=self.scan(),
            exposures=self.exposures().exposures,
        )

    def atlas(self) -> tuple[Atlas, tuple[Diagnostic, ...]]:
        """Return the lineage of the code as it stands and of what is stored of other repositories.

        And why other repositories are missing, if their store could not be read.
        """
        others, unread = self._others()
        repositories = {
            job.id: part.repository for part in others.parts for job in part.lineage.jobs
        }
        own = self.snapshot_part()
        for job in own.lineage.jobs:
            repositories.pop(job.id, None)
        parts = (own, *others.parts)
        atlas = Atlas(
            Graph(part.lineage for part in parts),
            repositories,
            tuple(exposure for part in parts for exposure in part.exposures),
        )
        return atlas, unread

    def name(self) -> str:
        """Return what the repository is called among others: configured, else from `origin`."""
        if self.config.repository:
            return self.config.repository
        return self._repository.name() if self._repository else self.root.resolve().name

    def page(self, shown: Page) -> Page:
        """Return the page `shown` with what formats may ask beside the report."""
        return msgspec.structs.replace(
            shown,
            failing=frozenset(level for level in SEVERITIES if blocks(self.config, level)),
            rules=self.rules() if self.config.rules else None,
            address=self._repository.address() if self._repository else "",
        )

    def snapshot_location(self) -> str:
        """Return where the snapshot is kept; a path is taken from the root of the repository."""
        location = self._options.snapshot or self.config.snapshot
        return location if "://" in location else str(self.root / location)

    def snapshot(self) -> Snapshot | None:
        """Return what is stored, this repository's part included; None where nothing ever was.

        Raises:
            ServiceError: it cannot be read.
        """
        location = self.snapshot_location()
        return stores.store_of(location).read(location)

    def push(self, part: SnapshotPart) -> str:
        """Store `part` in place of this repository's part, and return where that is.

        Raises:
            ServiceError: it cannot be written.
        """
        location = self.snapshot_location()
        stores.store_of(location).push(location, part)
        return location

    def rules(self) -> RulePack:
        """Return the built-in rules with those of the configuration on top.

        Raises:
            ConfigError: a pack is not there, or cannot be followed.
        """
        pack = rules.load()
        for path in self.config.rules:
            text = self._read(path)
            if text is None:
                raise ConfigError(f"`rules`: there is no file `{path}`", where=FILE)
            pack = rules.extended(pack, text, path)
        return pack

    def acceptances(self) -> tuple[Acceptance, ...]:
        """Return the risks that are accepted as the files lie on disk: configured, then in code.

        Raises:
            ConfigError: one names a rule that there is not.
        """
        files = self._spoken(self._present())

        def work() -> tuple[Acceptance, ...]:
            with self._cache() as cache:
                lowered, _ = self._lowered(files, cache)
            return tuple(said for file in lowered for said in file.acceptances)

        return (*self._configured_acceptances(self.rules()), *deep(work))

    def write_configuration(self, *, force: bool) -> Path:
        """Write a `guardian.yml` with what is found, and return its path.

        Raises:
            ConfigError: there is one, and `force` is not given; or it cannot be written.
        """
        files = self._present()
        return self._write(FILE, starter(files.paths(), files.text), force=force)

    def write_workflow(self, *, force: bool) -> Path:
        """Write the workflow for pull requests on GitHub, and return its path.

        Raises:
            ConfigError: there is one, and `force` is not given; or it cannot be written.
        """
        text = (bundled.recipes() / WORKFLOW.name).read_text(encoding="utf-8")
        return self._write(WORKFLOW.as_posix(), text, force=force)

    def _write(self, name: str, text: str, *, force: bool) -> Path:
        target = self.root / name
        if target.exists() and not force:
            raise ConfigError("it is there already", where=name, fix="write over it with `--force`")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"cannot be written: {error.strerror}", where=name) from error
        return target

    def exposures(self) -> exposures.Exposures:
        """Return the dashboards and KPIs that the configuration names.

        Raises:
            ConfigError: a file of them is not there, or is neither JSON nor YAML.
        """
        found = [
            exposures.read(document, file)
            for key in ("dashboards", "kpis")
            for document, file in self._documents(key)
        ]
        return exposures.Exposures(
            exposures=tuple(one for each in found for one in each.exposures),
            queries=tuple(one for each in found for one in each.queries),
            warnings=tuple(one for each in found for one in each.warnings),
        )

    # --- how it is done ----------------------------------------------------------------------

    def _two(self, base: str | None, head: str | None) -> tuple[Revision, Revision]:
        """Return the two revisions that are meant."""
        repository = self._needed()
        if head is None and repository.bare:
            head = "HEAD"
        head_revision = self._revision(head or WORKTREE)
        if base is None:
            branch, commit = repository.merge_base(head_revision.commit or "HEAD")
            base_revision = Revision(branch, commit)
        else:
            base_revision = self._revision(base)
        return base_revision, head_revision

    def _compared(self, base: Revision, head: Revision, *, searching: bool = True) -> Report:
        def work(report: Report, old: Side, new: Side, beyond: Beyond) -> Report:
            if not self._options.fixes:
                return report
            return mended(report, old, new, beyond, contained=self._options.contained)

        return self._with_sides(base, head, work, searching=searching)

    def _with_sides(
        self,
        base: Revision,
        head: Revision,
        then: Callable[[Report, Side, Side, Beyond], Made],
        *,
        searching: bool,
    ) -> Made:
        """Return what `then` makes of a report and of what it was made from."""
        after = self._spoken(self._files(head))
        before = self._files(base).configured(self.config)
        beyond = self._beyond(searching=searching)

        def work() -> Made:
            with self._cache() as cache:
                series = Series(cache)
                old = self._side(base, before, series)
                new = self._side(head, after, series)
            return then(reported(old, new, beyond, series, today()), old, new, beyond)

        return deep(work)

    def _side(self, revision: Revision, files: Files, series: Series) -> Side:
        lowered, coverage = self._lowered(files, series.cache, series.seen)
        return Side(revision, files, lowered, coverage)

    def _beyond(self, *, searching: bool = True) -> Beyond:
        snapshot, unread = self._others()
        pack = self.rules()
        return Beyond(
            snapshot=snapshot,
            unread=unread,
            exposures=self.exposures(),
            pack=pack,
            accepted=(*self._configured_acceptances(pack), *self._options.accepted),
            search=self._search() if searching else None,
        )

    def _configured_acceptances(self, pack: RulePack) -> tuple[Acceptance, ...]:
        said = accepted_risks(self.config)
        for one in said:
            for rule in one.rules:
                if rule not in pack.rules:
                    told = f"`accepted` names `{rule}`, {acceptances.no_rule(rule, pack.rules)}"
                    raise ConfigError(told, where=f"{one.at.file}:{one.at.line}")
        return said

    def _search(self) -> pipeline.Search | None:
        """Return what looks for made-up rows that show a change, None where that is off."""
        seconds = self.config.witness.seconds
        if not seconds:
            return None
        from guardian.engines.witness.search import search

        return partial(search, seconds=seconds)

    def _lowered(
        self, files: Files, cache: LoweredCache | None, seen: pipeline.Seen | None = None
    ) -> tuple[tuple[Lowered, ...], Coverage]:
        """Return the files of one revision lowered, contained where that was chosen."""
        paths = files.selected()
        crew = _crew(files) if len(paths) >= MANY else None
        if not self._options.contained:
            return pipeline.lower(files, paths, cache, seen, crew=crew)
        from guardian.engines.lowering import ContainedLowering

        with ContainedLowering(files) as contained:
            return pipeline.lower(files, paths, cache, seen, contained, crew)

    def _present(self) -> Files:
        if self._repository:
            return self._built(self._repository.worktree_files(self.config))
        return self._built(open_folder(self.root, self.config))

    def _built(self, files: Files) -> Files:
        """Return `files`, and what dbt left on disk beside its projects."""
        if self._repository and self._repository.bare:
            return files
        projects = dialects.dbt_folders(files.paths())
        if not projects:
            return files
        more = (*built(self.root, projects), *around(self.root, projects))
        return files.beside(more, self.config)

    def _files(self, revision: Revision) -> Files:
        repository = self._needed()
        if revision.commit is None and revision.ref == WORKTREE:
            return self._built(repository.worktree_files(self.config))
        if revision.commit is None and revision.ref == INDEX:
            return self._built(repository.index_files(self.config))
        return self._built(repository.commit_files(revision.commit, self.config))

    def _spoken(self, files: Files) -> Files:
        """Return `files` with the dialects that they seem to speak, where none is configured."""
        said = self.config.sql
        if not said.tables:
            self.notes += hint(files.paths(), files.text)
        if said.dialect:
            return files
        guess = dialects.guess(files.paths(), files.text)
        if guess.reasons:
            self.notes.append(f"assumed SQL dialect: {', '.join(guess.reasons)}")
        overrides = (*said.overrides, *guess.sql.overrides)
        sql = msgspec.structs.replace(said, dialect=guess.sql.dialect, overrides=overrides)
        self.config = msgspec.structs.replace(self.config, sql=sql)
        return files.configured(self.config)

    def _revision(self, name: str) -> Revision:
        if name in {WORKTREE, INDEX}:
            return Revision(name, None)
        return Revision(name, self._needed().commit(name))

    def _needed(self) -> Repository:
        if self._repository is None:
            raise RevisionError("not a git repository", where=str(self.root))
        return self._repository

    def _head_commit(self) -> str | None:
        if self._repository is None or self._repository.unborn():
            return None
        return self._repository.commit("HEAD")

    def _others(self) -> tuple[Snapshot, tuple[Diagnostic, ...]]:
        """Return what is stored of other repositories; a store that fails costs only that."""
        try:
            stored = self.snapshot() or Snapshot()
        except ServiceError as error:
            place = self._options.snapshot or self.config.snapshot
            message = f"{error.what}; the impact is limited to this repository"
            return Snapshot(), (Diagnostic(place, 1, message),)
        own = self.name()
        return Snapshot(parts=tuple(part for part in stored.parts if part.repository != own)), ()

    def _cache(self) -> "LoweredCache | nullcontext[None]":
        return LoweredCache(cache_path()) if self._options.cache else nullcontext()

    def _reader(self) -> Read:
        """Return what reads a file that the configuration names: from disk, or from a revision."""
        if self._options.config_revision is None:
            return on_disk(self.root)
        repository = self._needed()
        commit = repository.commit(self._options.config_revision)
        return repository.commit_files(commit, Config()).text

    def _configured(self) -> Config:
        config = configuration(self._read, self._options)
        trusted = self._options.config_revision is not None
        if self._options.llm or config.llm.provider != "none":
            from guardian import llm

            choice = llm.chosen(config.llm, self._options.llm, trusted=trusted)
            config = msgspec.structs.replace(config, llm=choice)
        if self._options.fail_on is None:
            return config
        return msgspec.structs.replace(config, fail_on=self._options.fail_on)

    def _documents(self, key: str) -> Iterator[tuple[object, str]]:
        """Yield the documents under `key`, each with the file that it stands in."""
        said = getattr(self.config, key)
        entries = (said,) if isinstance(said, str) else said
        inline = [entry for entry in entries if not isinstance(entry, str)]
        if inline:
            yield inline, self._options.config or FILE
        for path in entries:
            if isinstance(path, str):
                text = self._read(path)
                if text is None:
                    raise ConfigError(f"`{key}`: there is no file `{path}`", where=FILE)
                yield _document(text, path), path


def today() -> date:
    """Return the day it is, the same all over the world."""
    return datetime.now(UTC).date()


def _crew(files: Files) -> pipeline.Crew:
    from guardian.engines.crew import Crew

    return Crew(files)


def _document(text: str, path: str) -> object:
    try:
        return safe_yaml.load(text)  # JSON is YAML too
    except ValueError as error:
        raise ConfigError(f"neither JSON nor YAML: {error}", where=path) from error
