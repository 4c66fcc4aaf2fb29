"""A pull request's thread as events: who wrote what, what they may do, and our answers."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from guardian.github.client import Client, asked

if TYPE_CHECKING:
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest

READ = "pull-requests: read"
WRITE = "pull-requests: write"
_READ_METADATA = "metadata: read"

Reaction = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]
Permission = Literal["none", "read", "triage", "write", "maintain", "admin"]
PERMISSIONS: tuple[Permission, ...] = ("none", "read", "triage", "write", "maintain", "admin")


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A comment in the thread; `author` is None where the account is gone.

    `edited` says that it is not what was first written. GitHub's REST API does not say by whom;
    `editors` asks elsewhere, by the `node`.
    """

    id: int
    author: str | None
    body: str
    created: datetime
    edited: bool = False
    bot: bool = False
    url: str = ""
    node: str = ""


class Pull(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request as GitHub has it now; `source` is None where the fork was deleted."""

    number: int
    state: str
    base: str
    head: str
    base_ref: str
    head_ref: str
    source: str | None = None


def remarks(client: Client, repository: str, number: int) -> list[Remark]:
    """Return all comments on a pull request, the oldest first.

    Raises:
        PermissionMissingError: the token may not read them.
        ServiceError: GitHub does not answer as it should.
    """

    def listed() -> list[Remark]:
        issue = client.repository(repository).get_issue(number)
        return [_remark(comment) for comment in issue.get_comments()]

    return sorted(asked(listed, READ), key=lambda remark: remark.id)


def permission(client: Client, repository: str, user: str) -> Permission:
    """Return what `user` may do in `repository`; a stranger and a role unknown to us may nothing.

    A role of an organisation's own counts as the permission that it was made from.

    Raises:
        ServiceError: GitHub does not answer as it should.
    """
    from github import GithubException

    def found() -> Permission:
        place = client.repository(repository)
        try:
            role = place.get_collaborator_role_name(user)
            coarse = role if role in PERMISSIONS else place.get_collaborator_permission(user)
        except GithubException as error:
            if error.status == 404:
                return "none"
            raise
        return next((known for known in PERMISSIONS if known == coarse), "none")

    return asked(found, _READ_METADATA)


def react(client: Client, repository: str, comment: int, reaction: Reaction) -> None:
    """Answer a comment with a reaction; the same one twice is one.

    Raises:
        PermissionMissingError: the token may not comment.
        ServiceError: GitHub does not answer as it should.
    """
    from urllib.parse import quote

    path = f"/repos/{quote(repository)}/issues/comments/{comment}/reactions"
    asked(
        lambda: client.requester.requestJsonAndCheck("POST", path, input={"content": reaction}),
        WRITE,
    )


def reply(client: Client, repository: str, number: int, body: str) -> str:
    """Return the address of a new comment that says `body`.

    Raises:
        PermissionMissingError: the token may not comment.
        ServiceError: GitHub does not answer as it should.
    """

    def written() -> str:
        return client.repository(repository).get_issue(number).create_comment(body).html_url

    return asked(written, WRITE)


def pull(client: Client, repository: str, number: int) -> Pull:
    """Return the pull request `number` as it is now.

    Raises:
        PermissionMissingError: the token may not read it.
        ServiceError: GitHub does not answer as it should.
    """
    return asked(lambda: _pull(client.repository(repository).get_pull(number)), READ)


def pulls_at(client: Client, repository: str, head: str, branch: str = "") -> list[Pull]:
    """Return the open pull requests whose head is the commit `head`, forks' among them.

    `branch` is `owner:ref` where the commit was pushed; with it a fork's is found, too, which a
    `workflow_run` event does not name.

    Raises:
        PermissionMissingError: the token may not read them.
        ServiceError: GitHub does not answer as it should.
    """

    def found() -> list[Pull]:
        place = client.repository(repository)
        if branch:
            listed = place.get_pulls(state="open", head=branch)
        else:
            listed = place.get_commit(head).get_pulls()
        pulls = [_pull(one) for one in listed]
        return [one for one in pulls if one.head == head and one.state == "open"]

    return asked(found, READ)


def _remark(comment: "IssueComment") -> Remark:
    # GitHub gives no user for a comment whose author is gone, which PyGithub's types do not say.
    user: object = comment.user
    return Remark(
        id=comment.id,
        author=comment.user.login if user else None,
        body=comment.body or "",
        created=comment.created_at,
        edited=comment.updated_at > comment.created_at,
        bot=bool(user) and comment.user.type == "Bot",
        url=comment.html_url,
        node=comment.node_id,
    )


def _pull(found: "PullRequest") -> Pull:
    source: object = found.head.repo
    return Pull(
        number=found.number,
        state=found.state,
        base=found.base.sha,
        head=found.head.sha,
        base_ref=found.base.ref,
        head_ref=found.head.ref,
        source=found.head.repo.full_name if source else None,
    )
