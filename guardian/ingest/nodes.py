"""The nodes document, and in words how each edge of an object got its confidence."""

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from guardian import escape
from guardian.errors import ConfigError
from guardian.ingest.evidence import HINT_ADDS
from guardian.model.lineage import Diagnostic
from guardian.model.nodes import Evidence, Kind, Node, NodeEdge, Nodes, Parsed, Provenance
from guardian.model.warehouse import MODULES, Warehouse, WarehouseObject

MOST_LINE = 1_000
_KINDS: Mapping[str, Kind] = {
    "U": "table", "ET": "table", "V": "view", "P": "procedure", "PC": "procedure",
    "FN": "function", "IF": "function", "TF": "function", "TR": "trigger",
}  # fmt: skip


class Run(NamedTuple):
    """What a run knows beside the edges; `fresh` are the objects whose text it has lowered."""

    source: str
    fresh: Collection[str]
    ran: Collection[str]
    calls: Mapping[str, Sequence[str]]
    parsed: Parsed
    warnings: Sequence[Diagnostic]


def document(found: Warehouse, edges: Sequence[NodeEdge], run: Run, *, ddl: bool) -> Nodes:
    """Return the nodes document, with the texts of objects where `ddl`."""
    inputs: dict[str, set[str]] = defaultdict(set)
    outputs: dict[str, set[str]] = defaultdict(set)
    sure: dict[str, float] = {}
    for edge in edges:
        inputs[edge.target].add(edge.source)
        outputs[edge.source].add(edge.target)
        for end in (edge.source, edge.target):
            sure[end] = min(edge.confidence, sure.get(end, 1.0))
    objects = {one.name: one for one in found.objects}
    doubtful = {warning.file for warning in run.warnings}
    nodes = []
    for name in sorted({*objects, *sure}):
        one = objects.get(name)
        has_text = one is not None and bool(one.definition)
        nodes.append(
            Node(
                id=name,
                kind="external" if one is None else _KINDS.get(one.kind, "other"),
                inputs=tuple(sorted(inputs[name])),
                outputs=tuple(sorted(outputs[name])),
                calls=tuple(run.calls.get(name, ())),
                columns=() if one is None else tuple(column.name for column in one.columns),
                confidence=sure.get(name, 1.0),
                complete=name not in doubtful and not _unread(one),
                provenance=Provenance(
                    source=run.source,
                    modified=(one.modified or None) if one is not None else None,
                    parsed=("now" if name in run.fresh else "before") if has_text else "never",
                    ran=name in run.ran,
                ),
                ddl=one.definition if ddl and one is not None and has_text else None,
            )
        )
    return Nodes(
        source=run.source, nodes=tuple(nodes), edges=tuple(edges), parsed=run.parsed,
        warnings=tuple(sorted(run.warnings)),
    )  # fmt: skip


def _unread(one: WarehouseObject | None) -> bool:
    """Return whether an object has a text that is not there."""
    return one is not None and one.kind in MODULES and not one.definition


def explained(found: Nodes, name: str) -> str:
    """Return, in words, how each edge of an object got its confidence.

    Raises:
        ConfigError: there is no such object.
    """
    known = {node.id.lower(): node for node in found.nodes}
    node = known.get(name.lower()) or known.get(f"dbo.{name.lower()}")
    if node is None:
        close = difflib.get_close_matches(name.lower(), known, n=1)
        raise ConfigError(
            f"the warehouse has no object `{name}`",
            fix=f"did you mean `{known[close[0]].id}`?" if close else None,
        )
    return "\n".join(escape.clean(line, MOST_LINE) for line in _told(found, node))


def _told(found: Nodes, node: Node) -> Iterator[str]:
    parsed = {
        "now": "its text was read in this run", "never": "it has no text to read",
        "before": "its text has not changed since it was read",
    }[node.provenance.parsed]  # fmt: skip
    said = [node.kind, parsed]
    if node.provenance.modified:
        said.append(f"modified {node.provenance.modified}")
    if node.provenance.ran:
        said.append("the query log shows that it ran")
    yield f"{node.id}: {'; '.join(said)}"
    own = [edge for edge in found.edges if node.id in {edge.source, edge.target}]
    if not own:
        yield "  nothing flows into it or out of it, as far as is known"
    for edge in own:
        arrow = "->" if edge.directed else "--"
        yield f"  {edge.source} {arrow} {edge.target}  {edge.confidence:g}"
        yield from (f"    {_reason(one)}" for one in edge.evidence)
        yield from (f"    {line}" for line in _sum(edge))
    for warning in found.warnings:
        if warning.file == node.id:
            yield f"  line {warning.line}: {warning.message}"


def _reason(one: Evidence) -> str:
    line = f", line {one.line}" if one.line else ""
    return f"{one.confidence:g}  {one.witness}: {one.told}{line}"


def _sum(edge: NodeEdge) -> Iterator[str]:
    """Yield what else the confidence is made of."""
    best = edge.evidence[0].confidence
    if edge.confidence > best:
        yield f"+{HINT_ADDS:g}  a hint says the same"
    if not edge.directed:
        yield "its text does not tell which way data flows"
