"""Opens a repository, its configuration and its snapshot, and hands the pipeline its inputs."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Self, TypeVar

import msgspec

from guardian import acceptances, bundled, dialects, exposures, holding, pipeline, rules, stores
from guardian.catalogued import Catalogued, Held, catalogued
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
from guardian.lineage.repositories import beside, own_names_of
from guardian.mending import mended, proposed
from guardian.model.acceptance import Acceptance
from guardian.model.changes import SEVERITIES, Report, Revision
from guardian.model.contract import Contract
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
from guardian.sources.writing import write, write_new
from guardian.starter import starter
from guardian.stores.lowered import LoweredCache, cache_path

Made = TypeVar("Made")
WORKFLOW = PurePosixPath(".github/workflows/guardian.yml")
MOST_BYTES = 1_000_000_000  # of a catalog in the repository
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
        return self._scanned()[0]

    def _scanned(self) -> tuple[Lineage, tuple[Contract, ...], Catalogued]:
        """Return that document, what the same files promise, what catalogs tell."""
        files = self._spoken(self._present())
        catalogs, unread = self._catalogs()

        def work() -> tuple[Lineage, tuple[Contract, ...], Catalogued]:
            with self._cache() as cache:
                lowered, coverage = self._lowered(files, cache)
            promised = tuple(one for file in lowered for one in file.contracts)
            told = catalogued(catalogs, [lowered])
            return pipeline.scan(lowered, coverage, catalogs), promised, told

        lineage, promised, told = deep(work)
        warnings = tuple(sorted({*lineage.warnings, *files.problems(), *unread}))
        return msgspec.structs.replace(lineage, warnings=warnings), promised, told

    def report(self, base: str | None, head: str | None) -> Report:
        """Return what changed from `base` to `head`, and what it breaks.

        `head` defaults to the working tree, `base` to where `head` left the default branch.

        Raises:
            RevisionError: one of them cannot be read.
        """
        return self._compared(*self._two(base, head))

    def contract_report(self) -> Report:
        """Return what the code on disk breaks of the contracts there, whether it is new or not."""
        files = self._spoken(self._present())
        known, pack = self.known(), self.rules()
        revision = Revision(WORKTREE, None)

        def work() -> Report:
            with self._cache() as cache:
                lowered, coverage = self._lowered(files, cache)
            return holding.report(lowered, coverage, revision, known, pack)

        return deep(work)

    def contract_unknowns(self) -> list[Diagnostic]:
        """Return the clauses of contracts of which the code on disk tells nothing, and why."""
        files, known = self._spoken(self._present()), self.known()

        def work() -> list[Diagnostic]:
            with self._cache() as cache:
                return holding.untold(self._lowered(files, cache)[0], known)

        return deep(work)

    def known(self) -> pipeline.Known:
        """Return what is known beyond the code, without what a comparison needs."""
        beyond = self._beyond(searching=False)
        return pipeline.Known(
            today=today(),
            accepted=beyond.accepted,
            snapshot=beyond.snapshot,
            exposures=beyond.exposures.exposures,
            compatibility=beyond.compatibility,
            sensitive=beyond.sensitive,
        )

    def names_elsewhere(self) -> frozenset[str]:
        """Return the datasets that other repositories read or write, as far as that is stored."""
        return pipeline.catalog_names(self._others()[0])

    def files_of(self, revision: str | None) -> Files:
        """Return the files of a revision, or, where it is None, as they lie on disk.

        Raises:
            RevisionError: the revision cannot be read.
        """
        if revision is None:
            return self._spoken(self._present())
        return self._files(self._revision(revision)).configured(self.config)

    def lowered(
        self, files: Files, wanted: Callable[[str], bool] | None = None
    ) -> tuple[Lowered, ...]:
        """Return the files lowered whose path is `wanted`; all where None."""

        def work() -> tuple[Lowered, ...]:
            with self._cache() as cache:
                return self._lowered(files, cache, wanted=wanted)[0]

        return deep(work)

    def left_at(self, head: str | None) -> str:
        """Return the commit at which `head`, or what is checked out, left the default branch.

        Raises:
            RevisionError: there is none.
        """
        return self._needed().merge_base(head or "HEAD")[1]

    def tags(self, pattern: str) -> list[str]:
        """Return the tags that a pattern matches, the highest version first.

        Raises:
            RevisionError: there is no repository, or no such tag.
        """
        found = self._needed().tags(pattern)
        if not found:
            raise RevisionError(f"no tag is called `{pattern}`", fix="name another with `--tag`")
        return found

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
        return self._part()[0]

    def _part(self) -> tuple[SnapshotPart, Catalogued]:
        """Return that, and what catalogs tell of the same datasets."""
        lineage, promised, told = self._scanned()
        part = SnapshotPart(
            repository=self.name(),
            commit=self._head_commit(),
            lineage=lineage,
            exposures=self.exposures().exposures,
            contracts=promised,
        )
        return part, told

    def atlas(self) -> tuple[Atlas, tuple[Diagnostic, ...]]:
        """Return the lineage of the code as it stands and of what is stored of other repositories.

        And why other repositories are missing, if their store could not be read.
        """
        others, unread = self._others()
        own, told = self._part()
        aliases = told.aliases(self.config.aliases)
        found = beside(others.parts, own_names_of(own.lineage), aliases)
        parts = (own, *found.parts)
        atlas = Atlas(
            Graph((*(part.lineage for part in parts), told.lineage)),
            found.repositories,
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

    def store(self) -> tuple[stores.Store, stores.Place]:
        """Return where the snapshot is kept; a path is taken from the root of the repository.

        Raises:
            ConfigError: no store knows such a location.
        """
        location = self._options.snapshot or self.config.snapshot
        kept = cache_path().parent / "parts" if self._options.cache else None
        return stores.store_of(location), stores.Place(location, self.root, kept)

    def stored(self) -> stores.Stored | None:
        """Return what is stored, this repository's part included; None where nothing ever was.

        Raises:
            ServiceError: it cannot be read.
        """
        store, place = self.store()
        return store.read(place)

    def push(self, part: SnapshotPart) -> str:
        """Store `part` in place of this repository's part, and return where that is.

        Raises:
            ServiceError: it cannot be written.
        """
        store, place = self.store()
        store.push(place, part)
        return place.location

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
        return write_new(self.root, FILE, starter(files.paths(), files.text), force=force)

    def write_workflow(self, *, force: bool) -> Path:
        """Write the workflow for pull requests on GitHub, and return its path.

        Raises:
            ConfigError: there is one, and `force` is not given; or it cannot be written.
        """
        text = (bundled.recipes() / WORKFLOW.name).read_text(encoding="utf-8")
        return write_new(self.root, WORKFLOW.as_posix(), text, force=force)

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
        catalogs, unlisted = self._catalogs(waiting=searching)
        pack = self.rules()
        return Beyond(
            snapshot=snapshot,
            unread=(*unread, *unlisted),
            catalogs=catalogs,
            exposures=self.exposures(),
            pack=pack,
            accepted=(*self._configured_acceptances(pack), *self._options.accepted),
            search=self._search() if searching else None,
            compatibility=self.config.contracts.compatibility,
            sensitive=self.config.contracts.sensitive,
            aliases=self.config.aliases,
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
        self,
        files: Files,
        cache: LoweredCache | None,
        seen: pipeline.Seen | None = None,
        wanted: Callable[[str], bool] | None = None,
    ) -> tuple[tuple[Lowered, ...], Coverage]:
        """Return the files of one revision lowered, contained where that was chosen."""
        paths = tuple(path for path in files.selected() if wanted is None or wanted(path))
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
            stored = self.stored() or stores.Stored()
        except ServiceError as error:
            place = self._options.snapshot or self.config.snapshot
            remedy = f" ({error.fix})" if error.fix else ""
            message = f"{error.what}{remedy}; the impact is limited to this repository"
            return Snapshot(), (Diagnostic(place, 1, message),)
        own = self.name()
        others = tuple(part for part in stored.parts if part.repository != own)
        return Snapshot(parts=others), stored.notes

    def _catalogs(self, *, waiting: bool = True) -> tuple[tuple[Held, ...], tuple[Diagnostic, ...]]:
        """Return what the configured catalogs hold; one that fails costs only that, and is told."""
        if not self.config.catalogs:
            return (), ()
        from guardian.outside import catalogs

        revision = self._options.config_revision
        commit = self._needed().commit(revision) if revision is not None else None
        trusted = commit and self._needed().commit_files(commit, Config(max_file_size=MOST_BYTES))
        return catalogs(self.config, self.root, trusted or None, self._cache, waiting=waiting)

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
