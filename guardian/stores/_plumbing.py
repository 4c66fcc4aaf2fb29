"""A branch that is read and written as objects: no work tree, no index, no checkout, no hooks."""

import os
import re
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from guardian.errors import ConfigError, ServiceError

NOTHING = "0" * 40
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)))[A-Za-z0-9_][A-Za-z0-9._/@-]*(?<![./])")
_LOGIN = re.compile(r"https?://[^/]*@|[a-z+]+://[^/@]*:[^/@]*@")
_AUTHOR = {"NAME": "Change Guardian", "EMAIL": "change-guardian@localhost"}
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    # Nothing that a remote's address may name is run, as `ext::` would.
    "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
    "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=8"),
    "LC_ALL": "C",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
       for what, value in _AUTHOR.items()},
}  # fmt: skip
_QUIETLY = (
    "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
    "--no-auto-maintenance",
)  # fmt: skip


class GitError(Exception):
    """Git refused; what it said last."""


class Moved(Exception):  # noqa: N818  # no error: another writer was faster
    """The branch is not where it was."""


class Entry(msgspec.Struct, frozen=True):
    """One line of a tree."""

    mode: str
    kind: str
    id: str
    name: str


class Branch:
    """One branch of the repository around a folder, or of a remote that it can reach."""

    def __init__(self, root: Path, remote: str, name: str, seconds: float) -> None:
        """Know the branch called `name`: of `remote`, or where that is empty, a local one.

        Raises:
            ConfigError: that is no name of a branch, or of a remote.
        """
        if not _BRANCH.fullmatch(name) or name.endswith(".lock"):
            raise ConfigError(f"`{name}` is no name of a branch", fix="git:guardian/lineage")
        if _LOGIN.match(remote):  # it would stand in every warning
            raise ConfigError(
                "the address of the remote holds a login",
                where="snapshot",
                fix="leave it out, and let git's credential helper log in",
            )
        if remote.startswith("-"):
            raise ConfigError(f"`{remote}` is no remote", fix="git+origin:guardian/lineage")
        self.remote = remote
        self.name = name
        self.ref = f"refs/heads/{name}"
        self.where = f"git+{remote}:{name}" if remote else f"git:{name}"
        self._root = root
        self._seconds = seconds

    def run(self, *command: str, given: bytes = b"", at: int | None = None) -> bytes:
        """Return what a git command prints; commits are dated `at`, else now.

        Raises:
            GitError: it fails.
            ServiceError: git is not installed, or it takes too long.
        """
        dates = {f"GIT_{who}_DATE": f"@{at} +0000" for who in ("AUTHOR", "COMMITTER") if at}
        settings = ("-c", f"core.hooksPath={os.devnull}", "-c", "gc.auto=0")
        try:
            done = subprocess.run(  # noqa: S603  # our own words; names were looked at
                ["git", "-C", str(self._root), *settings, *command],  # noqa: S607
                input=given,
                capture_output=True,
                check=False,
                timeout=self._seconds,
                env={**os.environ, **_ENVIRONMENT, **dates},
            )
        except FileNotFoundError as error:
            raise ServiceError("git is not installed", where=self.where) from error
        except subprocess.TimeoutExpired as error:
            raise ServiceError(
                f"git did not answer within {self._seconds:.0f} seconds", where=self.where
            ) from error
        if done.returncode:
            raise GitError(_complaint(done.stderr))
        return done.stdout

    def line(self, *command: str, given: bytes = b"", at: int | None = None) -> str:
        """Return the first line that a git command prints."""
        return self.run(*command, given=given, at=at).decode().partition("\n")[0].strip()

    def tip(self) -> str | None:
        """Return the commit that the branch is at, its objects at hand; None where there is none.

        Raises:
            ServiceError: the remote cannot be reached, or this is no repository.
        """
        try:
            if not self.remote:
                return self._local(self.ref) or self._local(f"refs/remotes/origin/{self.name}")
            told = self.line("ls-remote", "--end-of-options", self.remote, self.ref)
            if not told:
                return None
            commit = told.partition("\t")[0]
            self._fetch(commit)
        except GitError as error:
            raise self._failed(error) from error
        return commit

    def _local(self, ref: str) -> str | None:
        try:
            return self.line("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        except GitError as error:
            if str(error):
                raise
            return None

    def _fetch(self, commit: str) -> None:
        """Bring the objects of the remote's branch; a ref of our own keeps them."""
        try:
            self.run("cat-file", "-e", f"{commit}^{{tree}}")
        except GitError:
            self.run("fetch", *_QUIETLY, "--end-of-options", self.remote, self.ref)
        digest = sha256(self.where.encode()).hexdigest()[:16]
        try:
            self.run("update-ref", f"refs/change-guardian/{digest}", commit)
        except GitError:
            return  # another process holds it; it is only there to fetch less the next time

    def entries(self, tree: str, folder: str = "") -> list[Entry]:
        """Return what lies in a folder of a tree; nothing where there is none."""
        path = (f"{folder}/",) if folder else ()
        found = []
        for line in self.run("ls-tree", "-z", "--full-tree", tree, *path).split(b"\0"):
            if line:
                about, _, name = line.partition(b"\t")
                mode, kind, blob = about.decode().split()
                found.append(Entry(mode, kind, blob, name.decode(errors="surrogateescape")))
        return [
            msgspec.structs.replace(entry, name=entry.name.removeprefix(f"{folder}/"))
            for entry in found
        ]

    def sizes(self, blobs: Sequence[str]) -> dict[str, int]:
        """Return the size of each of these objects that is there."""
        told = self.run("cat-file", "--batch-check", given="\n".join([*blobs, ""]).encode())
        fields = [line.split() for line in told.decode().splitlines()]
        return {one[0]: int(one[2]) for one in fields if len(one) == 3 and one[1] == "blob"}

    def tree(self, entries: Sequence[Entry]) -> str:
        """Write a tree, and return its id."""
        lines = [
            f"{one.mode} {one.kind} {one.id}\t{one.name}\0".encode(errors="surrogateescape")
            for one in entries
        ]
        return self.line("mktree", "-z", given=b"".join(lines))

    def move(self, commit: str, before: str | None) -> None:
        """Put the branch at `commit`, where it is still at `before`.

        Raises:
            Moved: it is not, or another writer holds it.
            ServiceError: we may not, or cannot.
        """
        try:
            if self.remote:
                lease = f"--force-with-lease={self.ref}:{before or ''}"
                target = f"{commit}:{self.ref}"
                options = ("--quiet", "--no-verify", "--no-follow-tags", lease)
                self.run("push", *options, "--end-of-options", self.remote, target)
            else:
                self._check_checked_out()
                known = before if self._local(self.ref) else None
                self.run("update-ref", self.ref, commit, known or NOTHING)
        except GitError as error:
            said = str(error)
            if any(word in said for word in ("stale info", "lock", "fetch first", "non-fast")):
                raise Moved from error
            if self.tip() != before:
                raise Moved from error
            raise self._failed(error) from error

    def _check_checked_out(self) -> None:
        told = self.run("worktree", "list", "--porcelain").decode(errors="replace")
        if f"branch {self.ref}" in told.splitlines():
            raise ServiceError(
                f"the branch `{self.name}` is checked out, and would move under its files",
                where=self.where,
                fix="check out another branch",
            )

    def _failed(self, error: GitError) -> ServiceError:
        return ServiceError(
            f"git says: {error}",
            where=self.where,
            fix="check that the remote is there, and that this login may read and push it"
            if self.remote
            else None,
        )


def _complaint(said: bytes) -> str:
    """Return the line of git's complaint that tells the most, without addresses' passwords."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "!", "remote:"))]
    told = (telling or lines or [""])[0]
    return re.sub(r"://[^/@\s]+@", "://", told)[:300]
