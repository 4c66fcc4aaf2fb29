"""The columns that each dataset is known to have.

Declarations, earlier jobs, the snapshot's catalog.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from guardian.model.lineage import Column
from guardian.model.plan import Declaration


class Schema(msgspec.Struct, frozen=True):
    """What is known of a dataset: its columns in order, whether these are all.

    And which sets of them are unique. Of a `documented` one somebody has listed the columns that
    matter: a star gives these, though there may be more. `generated` are filled by the table
    itself.
    """

    columns: tuple[Column, ...] = ()
    complete: bool = False
    keys: tuple[tuple[str, ...], ...] = ()
    documented: bool = False
    generated: frozenset[str] = frozenset()

    def names(self) -> tuple[str, ...]:
        """Return the column names, in order."""
        return tuple(column.name for column in self.columns)

    def filled(self) -> tuple[str, ...]:
        """Return the columns that rows are given by position, in order."""
        return tuple(name for name in self.names() if name not in self.generated)


UNKNOWN = Schema()
# Who lists columns of a table without claiming that there are no others.
LISTING = frozenset({"dbt", "contract"})


def declared(declarations: Iterable[Declaration]) -> dict[str, Schema]:
    """Return the schema of each dataset that is declared.

    Later ones add to and alter earlier ones.
    """
    by_dataset: dict[str, list[Declaration]] = {}
    for declaration in sorted(declarations, key=_precedence):
        by_dataset.setdefault(declaration.dataset, []).append(declaration)
    schemas: dict[str, Schema] = {}
    for dataset in by_dataset:
        _declare(dataset, by_dataset, schemas, ())
    return schemas


MAX_COPIES = 20  # tables made like one another are followed this far


def _declare(
    dataset: str,
    by_dataset: Mapping[str, Sequence[Declaration]],
    schemas: dict[str, Schema],
    above: tuple[str, ...],
) -> Schema | None:
    """Put what is declared of a dataset into `schemas`, after what it is made like."""
    known = schemas.get(dataset)
    if known is not None or dataset in above or len(above) > MAX_COPIES:
        return known
    listed = by_dataset.get(dataset, ())
    stated = any(item.complete and not item.extend and not item.like for item in listed)
    for item in listed:
        if item.like and not stated:
            copied = _declare(item.like, by_dataset, schemas, (*above, dataset))
            known = copied if known is None else known
        known = _altered(known, item)
    if known is not None:
        schemas[dataset] = known
    return known


def _precedence(declaration: Declaration) -> tuple[bool, bool, str, int]:
    altering = declaration.extend or bool(declaration.drop) or bool(declaration.renames)
    return altering, not declaration.complete, declaration.at.file, declaration.at.line


def _altered(known: Schema | None, declaration: Declaration) -> Schema:
    """Return `known` with one declaration laid over it."""
    if known is None:
        known = Schema(complete=declaration.complete and not declaration.extend)
    kept = () if "*" in declaration.drop else known.columns
    columns = {column.name: column for column in kept if column.name not in declaration.drop}
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
    documented = known.documented or (declaration.origin in LISTING and bool(declaration.columns))
    generated = known.generated | set(declaration.generated)
    return Schema(tuple(columns.values()), complete, keys, documented, generated)


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
    complete = declaration.complete or written.complete
    return Schema(columns, complete, keys, written.documented, declaration.generated)
