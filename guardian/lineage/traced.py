"""What a value comes from and what decides it, and how such answers are put together."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from guardian.model.lineage import Location, Subtype

# (dataset, column) → how it flows, and how sure we are
Source: TypeAlias = tuple[str, str]
Flows: TypeAlias = dict[Source, tuple[Subtype, float]]
# (dataset, column, how it decides) → how sure we are, and where it is written
Deciders: TypeAlias = dict[tuple[str, str, Subtype], tuple[float, Location | None]]

THROUGH_OPAQUE = 0.6  # how sure we are of a value that comes through code that we could not read

RANK: dict[Subtype, int] = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


class Traced(msgspec.Struct, frozen=True, gc=False):
    """What a value comes from (`direct`) and what decides it (`indirect`), by source and subtype.

    Both are shared between values: nobody may change them.
    """

    direct: Flows = {}
    indirect: dict[tuple[str, str, Subtype], float] = {}


NOTHING = Traced()


def all_of(parts: Iterable[Traced]) -> Traced:
    """Return what all parts come from together, each source by its strongest kind."""
    several = [part for part in parts if part is not NOTHING and (part.direct or part.indirect)]
    if len(several) < 2:
        return several[0] if several else NOTHING
    direct: Flows = {}
    indirect: dict[tuple[str, str, Subtype], float] = {}
    for part in several:
        for source, (subtype, sure) in part.direct.items():
            held = direct.get(source)
            if held is None or RANK[subtype] > RANK[held[0]]:
                direct[source] = (subtype, max(sure, held[1]) if held else sure)
        for key, sure in part.indirect.items():
            indirect[key] = max(sure, indirect.get(key, 0.0))
    return Traced(direct, indirect)


def joined(one: Traced, other: Traced) -> Traced:
    """Return what two values come from together."""
    return all_of((one, other))


def as_kind(traced: Traced, subtype: Subtype) -> Traced:
    """Return `traced` after a step of kind `subtype`: an aggregation stays one."""
    if not traced.direct:
        return traced
    direct: Flows = {
        source: (held if RANK[held] > RANK[subtype] else subtype, sure)
        for source, (held, sure) in traced.direct.items()
    }
    return Traced(direct, traced.indirect)


def weakened(traced: Traced, factor: float) -> Traced:
    """Return `traced` as less sure."""
    direct: Flows = {
        source: (subtype, sure * factor) for source, (subtype, sure) in traced.direct.items()
    }
    return Traced(direct, {key: sure * factor for key, sure in traced.indirect.items()})


def deciding(parts: Iterable[Traced], subtype: Subtype) -> Traced:
    """Return everything in `parts` as what decides a value."""
    indirect: dict[tuple[str, str, Subtype], float] = {}
    for part in parts:
        for (dataset, column), (_, sure) in part.direct.items():
            indirect[dataset, column, subtype] = max(
                sure, indirect.get((dataset, column, subtype), 0.0)
            )
        for key, sure in part.indirect.items():
            indirect[key] = max(sure, indirect.get(key, 0.0))
    return Traced(indirect=indirect)


def conditional(rows: Deciders) -> dict[tuple[str, str, Subtype], float]:
    """Return what decides rows as conditions of a value."""
    return {
        (dataset, column, "CONDITIONAL"): sure for (dataset, column, _), (sure, _) in rows.items()
    }


def decide(
    found: Deciders,
    traced: Traced,
    subtype: Subtype,
    at: Location | None,
) -> None:
    """Add all of `traced` to what decides the rows."""
    for (dataset, column), (_, sure) in traced.direct.items():
        found.setdefault((dataset, column, subtype), (sure, at))
    for (dataset, column, _), sure in traced.indirect.items():
        found.setdefault((dataset, column, subtype), (sure, at))


def field_of(traced: Traced, name: str) -> Traced:
    """Return a struct's field: of a column taken over unchanged, the nested column `a.b`."""
    direct: Flows = {}
    for (dataset, column), (subtype, sure) in traced.direct.items():
        nested = f"{column}.{name}" if subtype == "IDENTITY" and name != "*" else column
        direct[dataset, nested] = (subtype, sure)
    return Traced(direct, traced.indirect)
