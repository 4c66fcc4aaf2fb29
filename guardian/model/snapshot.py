"""The snapshot: what was last known of the world beyond this change.

One part for each repository.
"""

from typing import Literal

import msgspec

from guardian.model.contract import Contract
from guardian.model.lineage import Lineage
from guardian.model.plan import Exposure


class SnapshotPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one repository contributes: its lineage, dashboards, KPIs and contracts, at one commit.

    Contracts are there to tell other repositories which promises their changes break.
    """

    repository: str
    commit: str | None = None
    lineage: Lineage = Lineage()
    exposures: tuple[Exposure, ...] = ()
    contracts: tuple[Contract, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document (`.guardian/snapshot.json`).

    Parts are sorted by repository, which owns its part.
    """

    schema_version: Literal["1"] = "1"
    parts: tuple[SnapshotPart, ...] = ()
