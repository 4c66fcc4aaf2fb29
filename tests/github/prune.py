"""Makes `description.json`: what GitHub publishes about its REST API, of the calls that we make.

    npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
    python -m tests.github.prune package/generated/api.github.com.json

The package has 385 MB and its document 13 MB, which a validator takes 13 seconds to read; so what is
left after pruning lies here. Texts and examples are left out, rules are kept as they are, and a
request may have no field that GitHub does not know, which it would ignore in silence. GraphQL
has no description of this kind: how a query is sent is described below.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DESCRIPTION = Path(__file__).parent / "description.json"

_REPO = "/repos/{owner}/{repo}"
CALLS: Mapping[str, tuple[str, ...]] = {
    "/user": ("get",),
    _REPO: ("get",),
    f"{_REPO}/actions/artifacts/{{artifact_id}}/{{archive_format}}": ("get",),
    f"{_REPO}/actions/runs/{{run_id}}": ("get",),
    f"{_REPO}/actions/runs/{{run_id}}/artifacts": ("get",),
    f"{_REPO}/check-runs": ("post",),
    f"{_REPO}/check-runs/{{check_run_id}}": ("get", "patch"),
    f"{_REPO}/check-runs/{{check_run_id}}/annotations": ("get",),
    f"{_REPO}/collaborators/{{username}}/permission": ("get",),
    f"{_REPO}/commits/{{commit_sha}}/pulls": ("get",),
    f"{_REPO}/commits/{{ref}}/check-runs": ("get",),
    f"{_REPO}/compare/{{basehead}}": ("get",),
    f"{_REPO}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{_REPO}/issues/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{_REPO}/issues/comments/{{comment_id}}/reactions": ("get", "post"),
    f"{_REPO}/pulls": ("get",),
    f"{_REPO}/pulls/{{pull_number}}": ("get",),
}
GRAPHQL = {
    "post": {
        "operationId": "graphql",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "query": {"type": "string"},
                            "variables": {"type": "object"},
                        },
                        "required": ["query"],
                        "additionalProperties": False,
                    }
                }
            },
        },
        "responses": {"default": {"description": "data or errors"}},
    }
}
# Texts, and what GitHub says to the makers of its clients.
_TEXTS = frozenset({"example", "examples", "externalDocs", "tags", "summary"})


def pruned(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an OpenAPI document that describes `CALLS`."""
    paths = {
        path: {method: _call(document["paths"][path][method]) for method in methods}
        for path, methods in CALLS.items()
    }
    components: dict[str, dict[str, Any]] = {}
    waiting = list(_references(paths))
    while waiting:
        kind, name = waiting.pop()
        if name not in components.setdefault(kind, {}):
            components[kind][name] = _plain(document["components"][kind][name])
            waiting.extend(_references(components[kind][name]))
    return {
        "openapi": document["openapi"],
        "info": {key: document["info"][key] for key in ("title", "version", "license")},
        "servers": document["servers"],
        "paths": {**paths, "/graphql": GRAPHQL},
        "components": components,
    }


def _call(call: dict[str, Any]) -> dict[str, Any]:
    plain = _plain(call)
    assert isinstance(plain, dict)
    if "requestBody" in plain:
        plain["requestBody"] = _strict(plain["requestBody"])
    return plain


def _plain(node: Any) -> Any:
    """Return a schema or a call without texts."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":  # below it are names of fields, some of which look like keywords
            kept[key] = {name: _plain(schema) for name, schema in value.items()}
        elif key == "description":
            kept[key] = ""
        elif not (key in _TEXTS or key.startswith("x-")):
            kept[key] = _plain(value)
    return kept


def _strict(node: Any) -> Any:
    """Return a request's schema that refuses a field which GitHub would ignore."""
    if isinstance(node, list):
        return [_strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value if key == "oneOf" else _strict(value) for key, value in node.items()}
    named = isinstance(node.get("properties"), dict) and node.get("type") == "object"
    return {"additionalProperties": False, **kept} if named else kept


def _references(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            _, _, kind, name = reference.split("/")
            yield kind, name
        for value in node.values():
            yield from _references(value)
    if isinstance(node, list):
        for value in node:
            yield from _references(value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path)
    document = json.loads(parser.parse_args().document.read_text(encoding="utf-8"))
    text = json.dumps(pruned(document), separators=(",", ":"), sort_keys=True)
    DESCRIPTION.write_text(text + "\n", encoding="utf-8")
