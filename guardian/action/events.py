"""From GitHub's environment and event to what is to be done: a `Task`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from guardian.action.inputs import Inputs
from guardian.errors import ConfigError

OURS = "<!-- change-guardian"  # in what we write ourselves, whoever's token we use
MOST_BYTES = 30_000_000  # of an event; GitHub sends 25 MB at most
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# A merge queue's branch names the pull request: `gh-readonly-queue/main/pr-7-<hash>`.
_QUEUED = re.compile(r"/pr-([0-9]{1,9})-[0-9a-f]{40}$")


class Compare(msgspec.Struct, frozen=True, kw_only=True):
    """Compare two revisions, and tell pull request `number` of it where there is one.

    `names` are what people call the two. Where `branched`, what came to the base since is left out.
    `tip` is the last commit of the pull request; `queued` is the one that waits to be merged, whose
    conversation counts, but is not told.
    """

    base: str
    head: str
    branched: bool
    names: tuple[str, str]
    number: int | None = None
    tip: str = ""
    queued: int | None = None


class Refresh(msgspec.Struct, frozen=True):
    """Store the snapshot of what is checked out; `otherwise` where no store is configured."""

    otherwise: "Compare | ConfigError"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Do what comment `comment` on pull request `number` says, or no longer says.

    `text` is what it says, `earlier` what it said before it was edited or deleted.
    """

    number: int
    comment: int
    author: str
    text: str
    earlier: str


class Retell(msgspec.Struct, frozen=True, kw_only=True):
    """Tell a pull request what a workflow without rights, `run`, has found in its commit `head`.

    `owner` and `branch` are where that commit was pushed to.
    """

    run: int
    head: str
    owner: str
    branch: str


class Nothing(msgspec.Struct, frozen=True):
    """Do nothing, and say why."""

    why: str


Task: TypeAlias = Compare | Refresh | Answer | Retell | Nothing


# --- what GitHub sends, as far as it is read ------------------------------------------------------


class _User(msgspec.Struct, frozen=True):
    login: str = ""
    type: str = "User"


class _Commit(msgspec.Struct, frozen=True):
    sha: str
    ref: str = ""


class _Pull(msgspec.Struct, frozen=True):
    number: int
    base: _Commit
    head: _Commit


class _Group(msgspec.Struct, frozen=True):
    base_sha: str
    head_sha: str
    head_ref: str = ""


class _Repository(msgspec.Struct, frozen=True):
    default_branch: str = ""
    owner: _User | None = None


class _Issue(msgspec.Struct, frozen=True):
    number: int
    state: str = "open"
    pull_request: dict[str, object] | None = None


class _Comment(msgspec.Struct, frozen=True):
    id: int
    body: str | None = ""
    user: _User | None = None


class _Former(msgspec.Struct, frozen=True):
    text: str = msgspec.field(default="", name="from")


class _Edits(msgspec.Struct, frozen=True):
    body: _Former = _Former()


class _Run(msgspec.Struct, frozen=True):
    id: int
    event: str
    head_sha: str
    head_branch: str | None = None
    head_repository: _Repository | None = None
    conclusion: str | None = None


class _Asked(msgspec.Struct, frozen=True):
    base: str | None = None
    head: str | None = None


class _Event(msgspec.Struct, frozen=True):
    action: str = ""
    pull_request: _Pull | None = None
    merge_group: _Group | None = None
    before: str = ""
    after: str = ""
    ref: str = ""
    deleted: bool = False
    repository: _Repository = _Repository()
    issue: _Issue | None = None
    comment: _Comment | None = None
    changes: _Edits = _Edits()
    workflow_run: _Run | None = None
    inputs: _Asked | None = None


# --- what each event asks -------------------------------------------------------------------------


def read_task(environ: Mapping[str, str], inputs: Inputs) -> Task:
    """Return what the event asks; the revisions of the inputs come before those of the event.

    Raises:
        ConfigError: it cannot be read, asks nothing that we know, or names no two revisions.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    event = _event(environ)
    match name:
        case "pull_request":
            return _of_pull(event, inputs)
        case "merge_group" if event.merge_group:
            return _of_group(event.merge_group, inputs)
        case "push":
            return _of_push(event, inputs)
        case "issue_comment" if event.issue and event.comment:
            return _of_comment(event, event.issue, event.comment)
        case "workflow_run" if event.workflow_run:
            return _of_run(event.workflow_run)
        case "schedule" | "workflow_dispatch":
            asked = event.inputs or _Asked()
            return _of_call(name, asked, inputs)
        case "pull_request_target":
            raise ConfigError(
                "`pull_request_target` would read a stranger's files with this repository's rights",
                fix="run on `pull_request`; for forks, see docs/github.md",
            )
        case _ if inputs.base and inputs.head:
            return _compared(inputs, name, _Commit(""), _Commit(""))
        case _:
            raise _speechless(name)


def _of_pull(event: _Event, inputs: Inputs) -> Task:
    pull = event.pull_request
    if pull is None:
        raise _speechless("pull_request")
    if event.action == "closed":
        return Nothing("The pull request is closed: there is nothing to compare.")
    asked = _compared(inputs, "pull_request", pull.base, pull.head)
    return msgspec.structs.replace(asked, number=pull.number, tip=pull.head.sha)


def _of_group(group: _Group, inputs: Inputs) -> Task:
    asked = _compared(inputs, "merge_group", _Commit(group.base_sha), _Commit(group.head_sha))
    queued = _QUEUED.search(group.head_ref)
    return msgspec.structs.replace(asked, queued=int(queued[1]) if queued else None)


def _of_push(event: _Event, inputs: Inputs) -> Task:
    if event.deleted or not event.after.strip("0"):
        return Nothing("A branch was deleted: there is nothing to compare.")
    if event.ref.startswith("refs/tags/"):
        return Nothing("A tag was pushed: there is nothing to compare.")
    default = event.repository.default_branch
    # A push that creates a branch has forty zeros for what was before.
    before = event.before if event.before.strip("0") else default
    asked = _compared(inputs, "push", _Commit(before), _Commit(event.after))
    if default and event.ref == f"refs/heads/{default}" and not inputs.base:
        return Refresh(asked)
    return asked


def _of_comment(event: _Event, issue: _Issue, comment: _Comment) -> Task:
    author = comment.user or _User()
    if issue.pull_request is None:
        return Nothing("The comment is not on a pull request.")
    if issue.state != "open":
        return Nothing("The pull request is closed: commands have no effect on it.")
    body = comment.body or ""
    if author.type == "Bot" or not author.login or OURS in body:
        return Nothing("The comment is not by a person.")
    gone = event.action == "deleted"
    return Answer(
        number=issue.number,
        comment=comment.id,
        author=author.login,
        text="" if gone else body,
        earlier=body if gone else event.changes.body.text,
    )


def _of_run(run: _Run) -> Task:
    if run.event != "pull_request":
        return Nothing(f"The workflow ran on `{run.event}`, not on a pull request.")
    owner = run.head_repository.owner if run.head_repository else None
    if not _HASH.fullmatch(run.head_sha):
        raise ConfigError("the event names no commit", where="workflow_run.head_sha")
    return Retell(
        run=run.id,
        head=run.head_sha,
        owner=owner.login if owner else "",
        branch=run.head_branch or "",
    )


def _of_call(name: str, asked: _Asked, inputs: Inputs) -> Task:
    base, head = inputs.base or asked.base or "", inputs.head or asked.head or ""
    if not base and not head:
        return Refresh(ConfigError(
            f"on `{name}` the snapshot is refreshed, and nothing says where it lies",
            fix="set the input `snapshot`, or `snapshot:` in guardian.yml",
        ))  # fmt: skip
    said = msgspec.structs.replace(inputs, base=base, head=head or "HEAD")
    return _compared(said, name, _Commit(""), _Commit(""))


def _compared(inputs: Inputs, name: str, base: _Commit, head: _Commit) -> Compare:
    asked = Compare(
        base=inputs.base or base.sha,
        head=inputs.head or head.sha,
        branched=not inputs.base,
        names=(inputs.base or base.ref or base.sha, inputs.head or head.ref or head.sha),
    )
    if asked.base and asked.head:
        return asked
    raise _speechless(name)


def _speechless(name: str) -> ConfigError:
    return ConfigError(
        f"the event `{name}` does not say what to compare",
        fix="set the inputs `base` and `head`, or run on `pull_request`",
    )


def _event(environ: Mapping[str, str]) -> _Event:
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return _Event()
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise ConfigError("the event is too large", where=path)
        return msgspec.json.decode(Path(path).read_bytes(), type=_Event)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"the event cannot be read: {error}", where=path) from error
