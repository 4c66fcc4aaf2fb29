"""Whose words a comment holds: who edited it last, GitHub tells through GraphQL alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.github.client import Client, asked

_PERMISSION = "pull-requests: read"
_MOST = 100  # nodes of one question
_QUERY = (
    "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment"
    " { id lastEditedAt author { login } editor { login } } } }"
)


def own_words(client: Client, nodes: Sequence[str]) -> frozenset[str]:
    """Return those comments, by their node's id, that nobody but their author has edited.

    Raises:
        PermissionMissingError: the token may not ask this.
        ServiceError: GitHub does not answer as it should.
    """
    found: set[str] = set()
    for start in range(0, len(nodes), _MOST):
        for node in _told(client, list(nodes[start : start + _MOST])):
            author, editor = ((node.get(role) or {}).get("login") for role in ("author", "editor"))
            if not node.get("lastEditedAt") or (editor and editor == author):
                found.add(str(node.get("id")))
    return frozenset(found)


def _told(client: Client, ids: list[str]) -> list[Mapping[str, Any]]:
    _, answer = asked(lambda: client.requester.graphql_query(_QUERY, {"ids": ids}), _PERMISSION)
    nodes = (answer.get("data") or {}).get("nodes") or ()
    return [node for node in nodes if isinstance(node, Mapping)]
