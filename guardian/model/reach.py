"""The answer to `guardian lineage`: what a column or dataset flows into, or is made of."""

from typing import Literal, TypeAlias

import msgspec

from guardian.model.lineage import ColumnRef, Location

Direction: TypeAlias = Literal["down", "up"]


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """A column that a walk came to, and the last step of the shortest way there.

    `column.column` is None for the rows of a dataset. `distance` counts the steps from the start.
    `via` is where the step came from, nearer to the start. `subtype` is the edge's, `ROWS` where
    rows follow from rows. `indirect` says that some step on the way is; `confidence` is the product
    of those on the way. `repository` is empty where the job is of this repository.
    """

    column: ColumnRef
    distance: int
    via: ColumnRef
    type: str
    subtype: str
    job: str
    location: Location
    repository: str = ""
    indirect: bool = False
    confidence: float = 1.0


class Felt(msgspec.Struct, frozen=True, kw_only=True):
    """A dashboard or KPI that shows something reached; `distance` is one more than its column's."""

    name: str
    kind: Literal["dashboard", "kpi"]
    distance: int
    via: ColumnRef


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """All that was reached, by distance. `left_out` counts what the limits kept away.

    `start` are the columns that the walk began at: one, or all of a dataset and its rows.
    """

    schema_version: Literal["1"] = "1"
    asked: str
    direction: Direction
    start: tuple[ColumnRef, ...]
    reached: tuple[Reached, ...] = ()
    exposures: tuple[Felt, ...] = ()
    left_out: int = 0
