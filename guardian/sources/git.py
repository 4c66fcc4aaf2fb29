"""Revisions of a git repository: commits, the index, the working tree.

Objects are read from the object database, never by a checkout. What a user wrote as a revision is
turned into a hash first; only hashes reach any other git command.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

from guardian.config import Config
from guardian.errors import RevisionError
from guardian.sources import folder
from guardian.sources.decoding import UnreadableError
from guardian.sources.files import Entry, Files, Skipped, unnamable, within
from guardian.sources.links import Link, followed

# GitPython looks for git when it is imported; where there is none, the sentence is to be ours.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import git
from git.exc import GitCommandNotFound

WORKTREE, INDEX = "WORKTREE", "INDEX"
_LINK, _SUBMODULE = "120000", "160000"
_CHUNK = 1 << 16
_FETCHING = 60.0  # seconds
_QUIETLY = (
    "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
    "--no-auto-maintenance",
)  # fmt: skip
# Nothing that a remote's address may name is run, as `ext::` would.
_TRANSPORTS = {"GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file"}


# https://user:token@host/team/orders, ssh://git@host:22/team/orders, git@host:team/orders
_HOSTED = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?|[^/@:\s]+@)"
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d+(?=/))?[:/]/?(?P<path>\S+)"
)


class Repository:
    """A git repository: what its revisions are called, and the files that each holds."""

    def __init__(self, directory: Path) -> None:
        """Find the repository that `directory` lies in.

        Raises:
            RevisionError: there is none, git is not installed, or it refuses to read it.
        """
        if not directory.is_dir():
            raise RevisionError("no such directory", where=str(directory))
        self.root = directory
        self._git = _git(directory)
        self.bare = self._run("rev-parse", "--is-bare-repository") == "true"
        if not self.bare:
            self.root = Path(self._run("rev-parse", "--show-toplevel"))
            self._git = _git(self.root)
        self._partial = bool(self._setting(r"^remote\..*\.promisor$", how="--get-regexp"))

    def commit(self, revision: str) -> str:
        """Return the hash of the commit that `revision` (a branch, a tag, `HEAD~2`, …) stands for.

        Raises:
            RevisionError: it stands for none.
        """
        found = self._resolved(revision)
        if found is None:
            raise RevisionError(
                f"`{revision}` is no commit of this repository", fix=self._remedy(revision)
            )
        return found

    def merge_base(self, revision: str = "HEAD") -> tuple[str, str]:
        """Return the branch that work is merged into, and the commit where `revision` left it.

        Raises:
            RevisionError: there is no such branch, or no common commit (in a shallow clone).
        """
        head = self.commit(revision)
        branch = self._default_branch()
        return branch, self.common_ancestor(branch, head)

    def common_ancestor(self, one: str, other: str) -> str:
        """Return the hash of the best common ancestor of two revisions.

        Raises:
            RevisionError: they have none in this clone.
        """
        try:
            return self._run("merge-base", self.commit(one), self.commit(other)).split("\n")[0]
        except _NothingError as error:
            fix = "name the base: `guardian report --base REV`"
            if self.shallow():
                fix = (
                    "the clone is shallow: run `git fetch --unshallow`, or set `fetch-depth: 0` "
                    "for actions/checkout"
                )
            raise RevisionError(f"`{one}` and `{other}` have no common commit", fix=fix) from error

    def usual_branch(self) -> str:
        """Return the branch that work is merged into, `HEAD` where none has a name known to us."""
        return self._named_branch() or "HEAD"

    def log(self, commit: str, wanted: Sequence[str], paths: Sequence[str] = ()) -> list[str]:
        """Return the commits of the line that ends at this hash, the newest first, each as text.

        Its lines: the hash, the hashes of its parents, the day, the message. `wanted` are options
        of `git log` of our own making. Of `paths`, only commits that touch one are told.
        """
        layout = "--format=tformat:%H%n%P%n%cs%n%B"
        line = ("log", "-z", "--first-parent", "--no-show-signature", layout)
        return self._list(*line, *wanted, commit, "--", *paths)

    def tags(self, pattern: str) -> list[str]:
        """Return the tags that a pattern of the shell's kind matches, the highest version first."""
        line = ("for-each-ref", "--sort=-version:refname", "--format=%(refname:short)")
        found = self._run(*line, f"refs/tags/{pattern}")
        return [name for name in found.split("\n") if name]

    def has(self, commit: str) -> bool:
        """Return whether the commit with this hash is in this clone."""
        return self._resolved(commit) is not None

    def fetch(self, commits: Sequence[str], environment: Mapping[str, str]) -> None:
        """Fetch commits by their hashes from `origin`; into a shallow clone, no history of them.

        `environment` says how to log in. It takes a minute at most, and runs nothing of the
        repository's own: no hooks, no helpers of remotes, no submodules.

        Raises:
            RevisionError: they cannot be had.
        """
        depth = ("--depth=1",) if self.shallow() else ()
        command = ("-c", f"core.hooksPath={os.devnull}", "fetch", *_QUIETLY, *depth)
        shown = ", ".join(f"`{commit[:12]}`" for commit in commits)
        try:
            with self._git.custom_environment(**_TRANSPORTS, **environment):
                self._run(*command, "--end-of-options", "origin", *commits, limit=_FETCHING)
        except (RevisionError, _NothingError) as error:
            said = f": {error.what}" if isinstance(error, RevisionError) else ""
            raise RevisionError(
                f"{shown} cannot be fetched{said}", fix="set `fetch-depth: 0` for actions/checkout"
            ) from error

    def shallow(self) -> bool:
        """Return whether the clone ends before the first commit."""
        return self._run("rev-parse", "--is-shallow-repository") == "true"

    def commit_files(self, commit: str | None, config: Config) -> Files:
        """Return the files of the commit with this hash; no files for None."""
        if commit is None:
            return Files((), config)
        found = []
        for line in self._list("ls-tree", "-r", "-z", "--full-tree", commit):
            described, _, path = line.partition("\t")
            mode, _, blob = described.split(" ")
            found.append(self._found(mode, blob, path))
        return Files(followed(found), config)

    def index_files(self, config: Config) -> Files:
        """Return the files as they are staged; of a file in conflict, our side."""
        return Files(followed(self._staged()), config)

    def worktree_files(self, config: Config) -> Files:
        """Return the files on disk: tracked ones, and new ones that are not ignored.

        What git knows to be unchanged is read from the object database, so that line ends and
        large-file filters look the same as in a commit.

        Raises:
            RevisionError: the repository is bare.
        """
        if self.bare:
            raise RevisionError(
                "a bare repository has no working tree",
                where=str(self.root),
                fix="name both revisions: `--base REV --head REV`",
            )
        files = {found.path: found for found in self._staged()}
        for path in self._on_disk():
            files.pop(path, None)
            found = unnamable(path) or folder.entry(self.root, path)
            if found:
                files[path] = found
        return Files(followed(files.values()), config)

    def name(self) -> str:
        """Return what the repository is called (`team/orders`): from `origin`, else its folder."""
        url = self._setting("remote.origin.url").rstrip("/").removesuffix(".git")
        hosted = re.search(r"^(?:[a-z+]+://[^/]+/|[^/@]+@[^/:]+:)/?(.+)$", url)
        return hosted[1] if hosted else self.root.name

    def address(self) -> str:
        """Return where `origin` is hosted on the web; empty where it is not, or not known.

        What would let somebody in, a user's name or a token, is left out.
        """
        hosted = _HOSTED.fullmatch(self._setting("remote.origin.url").rstrip("/"))
        if not hosted:
            return ""
        path = quote(hosted["path"].removesuffix(".git"), safe="/~")
        return f"https://{hosted['host'].lower()}/{path}"

    def unborn(self) -> bool:
        """Return whether there is no commit yet."""
        return self._resolved("HEAD") is None

    def close(self) -> None:
        """End the git process that reads objects."""
        self._git.clear_cache()

    def _resolved(self, revision: str) -> str | None:
        if not revision or revision.startswith("-") or not revision.isprintable():
            return None
        try:
            return self._run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except _NothingError:
            return None

    def _remedy(self, revision: str) -> str:
        if revision == "HEAD":
            return "commit once first; `guardian scan` needs no commit"
        if self.shallow():
            return "the clone is shallow: run `git fetch --unshallow`, or set `fetch-depth: 0`"
        return "run `git fetch`, or look for it in `git log --all --oneline`"

    def _default_branch(self) -> str:
        branch = self._named_branch()
        if branch is None:
            known = ", ".join(f"`{name}`" for name in self._usual_names())
            raise RevisionError(
                f"no default branch found: none of {known}",
                fix="name the base: `guardian report --base REV`",
            )
        return branch

    def _named_branch(self) -> str | None:
        return next((name for name in self._usual_names() if self._resolved(name)), None)

    def _usual_names(self) -> list[str]:
        configured = self._setting("init.defaultBranch")
        names = ["main", "master", *([configured] if configured else [])]
        return ["origin/HEAD", *(f"origin/{name}" for name in names), *names]

    def _setting(self, key: str, how: str = "--get") -> str:
        try:
            return self._run("config", how, key)
        except _NothingError:
            return ""

    def _staged(self) -> Iterator[Entry | Skipped | Link]:
        stages: dict[str, tuple[str, str, str]] = {}
        for line in self._list("ls-files", "-s", "-z"):
            described, _, path = line.partition("\t")
            mode, blob, stage = described.split(" ")
            if stage in {"0", "2"} or path not in stages:
                stages[path] = (mode, blob, stage)
        for path, (mode, blob, stage) in stages.items():
            if stage == "0":
                yield self._found(mode, blob, path)
            else:
                yield Skipped(path, "not read: it has an unresolved merge conflict")

    def _on_disk(self) -> Iterator[str]:
        """Yield the paths where the disk may hold something else than the index."""
        changed = self._list("diff-files", "-z", "--name-only", "--ignore-submodules=all")
        new = self._list("ls-files", "-z", "-o", "--exclude-standard")
        for path in (*changed, *new):
            if not path.endswith("/"):  # a repository inside this one
                yield path

    def _found(self, mode: str, blob: str, path: str) -> Entry | Skipped | Link:
        nameless = unnamable(path)
        if nameless:
            return nameless
        if mode == _LINK:
            return Link(path, partial(self._object, blob))
        if mode == _SUBMODULE:
            return Skipped(path, "not read: a submodule")
        return Entry(path, blob, partial(self._object, blob))

    def _object(self, blob: str, limit: int) -> bytes:
        try:
            _, _, size, stream = self._git.stream_object_data(blob)
        except (ValueError, OSError) as error:
            if self._partial:
                raise RevisionError(
                    "files are missing from this partial clone",
                    where=str(self.root),
                    fix="fetch them: `git fetch --refetch --no-filter`",
                ) from error
            raise UnreadableError("not read: its object is missing from the repository") from error
        if size <= limit:
            return bytes(stream.read(size))
        while stream.read(_CHUNK):
            pass  # the next answer of the same process begins behind this one
        within(size, limit)
        return b""

    def _list(self, *command: str) -> list[str]:
        return [line for line in self._run(*command).split("\0") if line]

    def _run(self, *command: str, limit: float | None = None) -> str:
        """Return what git prints, which it is given `limit` seconds for.

        Raises:
            RevisionError: git cannot read the repository.
            _NothingError: git found nothing, and says so by its exit status alone.
        """
        try:
            status, output, complaint = self._git.execute(
                ["git", *command],
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                kill_after_timeout=limit,
            )
        except GitCommandNotFound as error:
            raise RevisionError("git is not installed", fix="install git") from error
        if status:
            raise _explained(complaint, self.root) if complaint else _NothingError
        return bytes(output).decode("utf-8", "surrogateescape")


class _NothingError(Exception):
    """Git found nothing under this name."""


_COMPLAINTS = {
    "dubious ownership": (
        "git refuses to read this repository, because another user owns it",
        "run `git config --global --add safe.directory {root}`",
    ),
    "not a git repository": (
        "not a git repository",
        "run inside one, or name it with `-C DIR`; `guardian scan DIR` needs none",
    ),
    "cannot use bare repository": (
        "git refuses bare repositories here",
        "run `git config --global safe.bareRepository all`",
    ),
    "not a tree object": (
        "objects are missing from this clone",
        "run `git fetch --refetch`, or clone again without `--filter` and `--depth`",
    ),
}


def _explained(complaint: str, root: Path) -> RevisionError:
    """Return what git complained of, in our words where we know it."""
    for sign, (what, fix) in _COMPLAINTS.items():
        if sign in complaint:
            return RevisionError(what, where=str(root), fix=fix.format(root=root))
    lines = [line for line in complaint.splitlines() if line.startswith(("fatal:", "error:"))]
    return RevisionError(f"git: {(lines or complaint.splitlines())[0]}", where=str(root))


def _git(directory: Path) -> git.Git:
    runner = git.Git(directory)
    # Reading must not take the index lock from the user's own git, nor wait for a password.
    runner.update_environment(GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0")
    return runner
