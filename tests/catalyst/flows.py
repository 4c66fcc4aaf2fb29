"""What flows into a value of a Catalyst plan, and what decides it; in the terms of our lineage."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

Source: TypeAlias = str  # dataset.column
Decider: TypeAlias = tuple[str, Source]  # subtype, source

RANK = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


@dataclass(frozen=True)
class Flow:
    """Where a value comes from: `direct` by source, `indirect` what decides it.

    `stored` says that the sources hold the value itself, or the array or map that it is an element
    of, so that a field of the value is a nested column of theirs. `fields` are the parts of a
    struct that the script builds, of an array of such structs, or of an aggregate of them.
    """

    direct: Mapping[Source, str] = field(default_factory=dict)
    indirect: frozenset[Decider] = frozenset()
    stored: bool = False
    fields: "Mapping[str, Flow] | None" = None

    def sources(self) -> frozenset[Source]:
        """Return everything that the value depends on."""
        return frozenset(self.direct) | {source for _, source in self.indirect}

    def deciding(self, subtype: str) -> frozenset[Decider]:
        """Return everything that the value depends on, as what decides something else."""
        return frozenset((subtype, source) for source in self.sources())


NOTHING = Flow()


def column(dataset: str, name: str) -> Flow:
    """Return a column as it is stored."""
    return Flow({f"{dataset}.{name}": "IDENTITY"}, stored=True)


def stronger(flow: Flow, subtype: str) -> Flow:
    """Return a flow after a step of a kind; the parts of a struct take the step as well."""
    direct = {
        source: max(kind, subtype, key=RANK.__getitem__) for source, kind in flow.direct.items()
    }
    return replace(flow, direct=direct, fields=each(flow, lambda part: stronger(part, subtype)))


def each(flow: Flow, step: Callable[[Flow], Flow]) -> Mapping[str, Flow] | None:
    """Return the parts of a struct after a step."""
    return flow.fields and {name: step(part) for name, part in flow.fields.items()}


def decided(flow: Flow, deciders: Iterable[Decider]) -> Flow:
    """Return a flow that something more decides, each of its parts too."""
    more = frozenset(deciders)
    if not more:
        return flow
    fields = each(flow, lambda part: decided(part, more))
    return replace(flow, indirect=flow.indirect | more, fields=fields)


def one_of(flows: Iterable[Flow]) -> Flow:
    """Return a value that is one of several: an arm of a union, a branch of a CASE."""
    several = [flow for flow in flows if flow != NOTHING]
    if not several:
        return NOTHING
    direct: dict[Source, str] = {}
    for flow in several:
        for source, kind in flow.direct.items():
            direct[source] = max(kind, direct.get(source, "IDENTITY"), key=RANK.__getitem__)
    indirect = frozenset().union(*(flow.indirect for flow in several))
    parts = [flow.fields for flow in several if flow.fields is not None]
    fields = None
    if len(parts) == len(several):
        names = dict.fromkeys(name for part in parts for name in part)
        fields = {name: one_of(part.get(name, NOTHING) for part in parts) for name in names}
    return Flow(direct, indirect, all(flow.stored for flow in several), fields)


def made(flows: Iterable[Flow], subtype: str = "TRANSFORMATION") -> Flow:
    """Return a value that is computed from several."""
    return replace(stronger(one_of(flows), subtype), stored=False, fields=None)


def struct(parts: Mapping[str, Flow]) -> Flow:
    """Return a struct that is built of parts."""
    return replace(made(parts.values()), fields=dict(parts))


def field_of(flow: Flow, name: str) -> Flow:
    """Return one field: the part that it was built of, or a nested column."""
    if flow.fields is not None:
        return flow.fields.get(name.lower(), NOTHING)
    if not flow.stored:
        return stronger(flow, "TRANSFORMATION")
    direct = {f"{source}.{name.lower()}": kind for source, kind in flow.direct.items()}
    return replace(flow, direct=direct)


def element(flow: Flow) -> Flow:
    """Return an element of an array, or a value of a map."""
    return stronger(flow, "TRANSFORMATION")


def gathered(flow: Flow) -> Flow:
    """Return what an aggregate makes of the values of many rows."""
    return replace(stronger(flow, "AGGREGATION"), stored=False)


def greatest(flow: Flow) -> Flow:
    """Return the greatest or least of structs: a field is decided by those before it."""
    whole = gathered(flow)
    if whole.fields is None:
        return whole
    before: frozenset[Decider] = frozenset()
    fields: dict[str, Flow] = {}
    for name, part in whole.fields.items():
        fields[name] = decided(part, before)
        before |= part.deciding("CONDITIONAL")
    return replace(whole, fields=fields)
