"""The columns that each dataset is known to have.

Declarations, earlier jobs, the snapshot's catalog.
"""

from collections.abc import Iterable, Mapping

import msgspec

from guardian.model.lineage import Column
from guardian.model.plan import Declaration


class Schema(msgspec.Struct, frozen=True):
    """What is known of a dataset: its columns in order, whether these are all.

    And which sets of them are unique.
    """

    columns: tuple[Column, ...] = ()
    complete: bool = False
    keys: tuple[tuple[str, ...], ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return the column names, in order."""
        return tuple(column.name for column in self.columns)


UNKNOWN = Schema()


def declared(declarations: Iterable[Declaration]) -> dict[str, Schema]:
    """Return the schema of each dataset that is declared.

    Later ones add to and alter earlier ones.
    """
    schemas: dict[str, Schema] = {}
    for declaration in sorted(declarations, key=_precedence):
        schemas[declaration.dataset] = _altered(schemas.get(declaration.dataset), declaration)
    return schemas


def _precedence(declaration: Declaration) -> tuple[bool, bool, str, int]:
    altering = declaration.extend or bool(declaration.drop) or bool(declaration.renames)
    return altering, not declaration.complete, declaration.at.file, declaration.at.line


def _altered(known: Schema | None, declaration: Declaration) -> Schema:
    """Return `known` with one declaration laid over it."""
    if known is None:
        known = Schema(complete=declaration.complete and not declaration.extend)
    columns = {
        column.name: column for column in known.columns if column.name not in declaration.drop
    }
    renames = dict(declaration.renames)
    columns = {
        renames.get(name, name): msgspec.structs.replace(column, name=renames.get(name, name))
        for name, column in columns.items()
    }
    for column in declaration.columns:
        columns[column.name] = _merged(columns.get(column.name), column)
    complete = known.complete or (
        declaration.complete and not declaration.extend and bool(declaration.columns)
    )
    keys = tuple(sorted({*known.keys, *declaration.keys}))
    return Schema(tuple(columns.values()), complete, keys)


def _merged(known: Column | None, column: Column) -> Column:
    if known is None:
        return column
    nullable = known.nullable if column.nullable is None else column.nullable
    return Column(column.name, column.type or known.type, nullable)


def combined(written: Schema | None, declaration: Schema | None) -> Schema:
    """Return what a declaration and the jobs that write a dataset say together.

    A complete declaration has the last word on names and order; types come from it first.
    """
    if declaration is None or written is None:
        return declaration or written or UNKNOWN
    known = {column.name: column for column in declaration.columns}
    inferred = {column.name: column for column in written.columns}
    if declaration.complete:
        names: Mapping[str, Column] = known
    else:
        names = {
            **inferred,
            **{name: column for name, column in known.items() if not written.complete},
        }
    columns = tuple(_merged(inferred.get(name), known.get(name, Column(name))) for name in names)
    keys = tuple(sorted({*written.keys, *declaration.keys}))
    return Schema(columns, declaration.complete or written.complete, keys)
