"""The last merges into a branch, as git tells them, and what their messages say of them."""

import re
from datetime import date

import msgspec

from guardian.model.changes import Revision
from guardian.model.replay import Merge
from guardian.sources.git import Repository

LAST = 20
MOST = 1_000
_MOST_TITLE = 500  # characters of a message's first line
# Where most of what came in is a merge, the commits between are a bot's, or a version's.
_LOOKED_AT, _USUAL = 50, 0.5
_NUMBERED = (
    re.compile(r"\AMerge pull request (?P<sign>#)(?P<number>\d+) from .*(?:\n+(?P<title>.+))?"),
    re.compile(r"\AMerged in .* \(pull request (?P<sign>#)(?P<number>\d+)\)(?:\n+(?P<title>.+))?"),
    re.compile(r"\AMerged PR (?P<number>\d+): (?P<title>.+)"),
    re.compile(r"\A(?P<title>.*) \((?P<sign>#)(?P<number>\d+)\)$", re.MULTILINE),
    re.compile(
        r"\AMerge branch .*\n+(?P<title>.+)"
        r"(?:\n.*)*\nSee merge request \S*(?P<sign>!)(?P<number>\d+)"
    ),
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which merges are wanted: the `last` ones, those `since` a day, those that touch `paths`."""

    branch: str | None = None
    last: int = LAST
    since: date | None = None
    paths: tuple[str, ...] = ()


def merges(repository: Repository, asked: Asked) -> tuple[Revision, tuple[Merge, ...]]:
    """Return the branch and what came into it last, the newest first.

    Where most of its commits are merges, they alone; else every commit on the branch's own line,
    as squashed and rebased pull requests leave it.

    Raises:
        RevisionError: the branch cannot be read.
    """
    ref = asked.branch or repository.usual_branch()
    commit = repository.commit(ref)
    wanted = ["--max-count", str(min(asked.last, MOST))]
    if asked.since is not None:
        wanted.append(f"--since={asked.since.isoformat()}T00:00:00Z")
    usual = [_merge(text) for text in repository.log(commit, ["--max-count", str(_LOOKED_AT)])]
    if sum(joins for _, joins in usual) > _USUAL * len(usual):
        wanted.append("--merges")
    found = [_merge(text)[0] for text in repository.log(commit, wanted, asked.paths)]
    return Revision(ref, commit), tuple(found)


def _merge(text: str) -> tuple[Merge, bool]:
    """Return a commit as `Repository.log` tells it, and whether it joins two lines."""
    commit, parents, day, *message = text.split("\n")
    number, title = called("\n".join(message))
    known = parents.split()
    merge = Merge(
        commit=commit,
        base=known[0] if known else None,
        date=date.fromisoformat(day),
        number=number,
        title=title,
    )
    return merge, len(known) > 1


def called(message: str) -> tuple[str, str]:
    """Return the number of the pull request that a commit's message names, and its title.

    As GitHub, GitLab, Bitbucket and Azure DevOps write them; without a number, the first line.
    """
    for pattern in _NUMBERED:
        found = pattern.search(message[: 10 * _MOST_TITLE])
        if found:
            sign = found.groupdict().get("sign") or "#"
            title = found["title"] or message.partition("\n")[0]
            return f"{sign}{found['number']}", title.strip()[:_MOST_TITLE]
    return "", message.partition("\n")[0].strip()[:_MOST_TITLE]
