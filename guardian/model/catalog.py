"""What a catalog or a warehouse knows: tables, the SQL of its views, and lineage of its own."""

import msgspec

from guardian.model.lineage import Column, Edge, RowFlow


class CatalogTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table or view as a catalog lists it, its name and columns in the engine's case.

    `complete` says that the catalog lists all of its columns; `location` is where its files lie.
    """

    name: str
    columns: tuple[Column, ...] = ()
    complete: bool = True
    location: str = ""


class CatalogText(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The SQL that a catalog holds of a view or procedure: statements that create it."""

    name: str
    sql: str
    dialect: str = ""


class Holdings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that one catalog tells. `label` names it where places in it are told of.

    A name without a schema is looked up in `schema`. `edges` and `flows` are lineage that the
    platform itself has recorded. `notes` are whole sentences about what was left out.
    """

    label: str
    schema: str = ""
    tables: tuple[CatalogTable, ...] = ()
    texts: tuple[CatalogText, ...] = ()
    edges: tuple[Edge, ...] = ()
    flows: tuple[RowFlow, ...] = ()
    notes: tuple[str, ...] = ()
