"""The nodes document of `guardian ingest --format nodes`: a warehouse for graph front ends."""

from typing import Literal

import msgspec

from guardian.model.lineage import Diagnostic

Kind = Literal["table", "view", "procedure", "function", "trigger", "external", "other"]
Witness = Literal["dmv", "query-log", "parse", "dynamic-sql", "hint", "name-search"]


class Evidence(msgspec.Struct, frozen=True, order=True):
    """One reason to believe in a dependency: who tells of it, and in which line of which text."""

    witness: Witness
    confidence: float
    told: str
    line: int | None = None


class NodeEdge(
    msgspec.Struct, frozen=True, kw_only=True, rename={"source": "from", "target": "to"}
):
    """Data flows from one node into another.

    `directed` is false where it is certain that the one names the other, and not which way data
    flows. The best evidence comes first; `confidence` is what it comes to.
    """

    source: str
    target: str
    confidence: float
    evidence: tuple[Evidence, ...]
    directed: bool = True


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where the knowledge of a node comes from.

    `parsed` is when its text was lowered: in this run, in an earlier one, or never. `ran` says that
    the query log shows a run of it.
    """

    source: str
    modified: str | None = None
    parsed: Literal["now", "before", "never"] = "never"
    ran: bool = False


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A table, view or procedure, with the nodes that flow into it and those that it flows into.

    `confidence` is that of its least sure edge, 1 where it has none. `complete` is false where
    something in its text was not understood: it may read and write more. `ddl` is the text that
    created it, where that was asked for.
    """

    id: str
    kind: Kind
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    confidence: float = 1.0
    complete: bool = True
    provenance: Provenance
    ddl: str | None = None


class Parsed(msgspec.Struct, frozen=True):
    """How many texts there are, and how many were lowered in this run, by reason."""

    objects: int = 0
    new: int = 0
    changed: int = 0
    below_bar: int = 0

    def now(self) -> int:
        """Return how many were lowered in this run."""
        return self.new + self.changed + self.below_bar


class Nodes(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document; every list is sorted, so that equal input gives equal bytes."""

    schema_version: Literal["1"] = "1"
    source: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[NodeEdge, ...] = ()
    parsed: Parsed = Parsed()
    warnings: tuple[Diagnostic, ...] = ()
