"""What a SQL Server or Synapse warehouse says of itself: objects, their SQL, who depends on whom.

And, where it was exported, which statements it has run.
"""

import msgspec

from guardian.model.lineage import Column


class WarehouseObject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table, view, procedure or function; its name is folded, `schema.name`.

    `kind` is SQL Server's type (`U`, `V`, `P`, `FN`, …). `modified` is its `modify_date`, empty
    where that was not exported. `definition` is empty where it is encrypted, or a table.
    """

    name: str
    kind: str
    modified: str = ""
    definition: str = ""
    columns: tuple[Column, ...] = ()


class Dependency(msgspec.Struct, frozen=True, order=True):
    """One object that names another; both by name. The views do not say which way data flows."""

    referencing: str
    referenced: str


class Warehouse(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of the system views, each list sorted by name.

    `requests` are the texts of statements that have run, each once. `notes` are whole sentences
    about what is missing.
    """

    objects: tuple[WarehouseObject, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    requests: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


MODULES = frozenset({"P", "V", "FN", "IF", "TF", "TR", "RF"})  # what has a definition
VIEW = "V"
