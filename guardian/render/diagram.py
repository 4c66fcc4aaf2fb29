"""The way from the changed datasets to those that feel it, as a small Mermaid diagram."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec

from guardian import escape
from guardian.model.changes import Path, Report

MOST_ARROWS = 400  # Mermaid draws nothing at all past 500


class _Node(msgspec.Struct, frozen=True, order=True):
    """A box: what it shows, by name and by kind (`changed`, `dataset`, `dashboard`, `kpi`)."""

    kind: str
    name: str


_SHAPES = {
    "changed": ("[", "]:::changed"), "dataset": ("[", "]"),
    "dashboard": ("([", "]):::reader"), "kpi": ("{{", "}}:::reader"),
}  # fmt: skip
# A colour with its own text colour reads on GitHub's light and its dark page.
_CLASSES = (
    "classDef changed fill:#cf222e,stroke:#a40e26,color:#ffffff",
    "classDef reader fill:#0969da,stroke:#0550ae,color:#ffffff",
    "classDef more fill:none,stroke-dasharray:3",
)


def mermaid(report: Report, most_nodes: int) -> str:
    """Return the diagram's text, tables only; empty where nothing is downstream.

    At most `most_nodes` boxes: the nearest stay, dashboards and KPIs before datasets, and what is
    left out is counted in a box of its own.
    """
    distance, arrows = _collected(report)
    if not arrows:
        return ""
    order = sorted(distance, key=lambda node: (_weight(node, distance[node]), node))
    kept = _connected(order[:most_nodes], arrows)
    numbers = {node: f"n{number}" for number, node in enumerate(kept)}
    lines = ["graph LR"]
    lines += [f"  {numbers[node]}{_box(node)}" for node in kept]
    drawn = sorted(
        (int(numbers[a][1:]), int(numbers[b][1:])) for a, b in arrows if {a, b} <= numbers.keys()
    )
    lines += [f"  n{a} --> n{b}" for a, b in drawn[:MOST_ARROWS]]
    left_out = len(distance) - len(kept)
    if left_out:
        lines.append(f'  more["+{left_out} more"]:::more')
    return "\n".join([*lines, *(f"  {line}" for line in _CLASSES)])


def _weight(node: _Node, distance: int) -> int:
    return 0 if node.kind == "changed" else distance + (node.kind == "dataset")


def _connected(nodes: Iterable[_Node], arrows: set[tuple[_Node, _Node]]) -> list[_Node]:
    """Return those of `nodes` that an arrow still joins to another; a lone box tells nothing."""
    nodes = list(nodes)
    chosen = set(nodes)
    joined = {node for arrow in arrows if chosen.issuperset(arrow) for node in arrow}
    return [node for node in nodes if node in joined]


def _collected(report: Report) -> tuple[dict[_Node, int], set[tuple[_Node, _Node]]]:
    changes = [change for change in report.changes if change.accepted is None]
    changed = {change.dataset for change in changes}
    distance: dict[_Node, int] = {}
    arrows: set[tuple[_Node, _Node]] = set()
    for change in changes:
        ends = dict.fromkeys(change.impact.datasets, "dataset")
        ends |= dict.fromkeys(change.impact.kpis, "kpi")
        ends |= dict.fromkeys(change.impact.dashboards, "dashboard")
        for path in change.impact.paths:
            names = [change.dataset, *(hop.target.dataset for hop in path.hops)]
            nodes = [_Node("changed" if name in changed else "dataset", name) for name in names]
            nodes += _reader(path, ends, names[-1])
            for step, node in enumerate(nodes):
                distance[node] = min(step, distance.get(node, step))
            arrows.update(pair for pair in pairwise(nodes) if pair[0] != pair[1])
    return distance, arrows


def _reader(path: Path, ends: dict[str, str], last: str) -> list[_Node]:
    kind = ends.get(path.to, "dataset")
    return [] if kind == "dataset" or path.to == last else [_Node(kind, path.to)]


def _box(node: _Node) -> str:
    opening, closing = _SHAPES[node.kind]
    return f"{opening}{escape.mermaid(node.name)}{closing}"
