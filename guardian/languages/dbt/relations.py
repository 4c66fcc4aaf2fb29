"""What templates pass around: relations, their columns, run-time symbols, results of queries not run."""

import re
from collections.abc import Iterator
from typing import Any

from guardian.model.names import dataset_name, fold

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")
_KEYWORDS = frozenset(
    "all and as by case cross date end false for from full group having in inner interval into is join left like"
    " limit natural not null on or order outer right select set table then to true union user using values when"
    " where with window current_date timestamp".split()
)
QUOTES = {"bigquery": "``", "spark": "``", "databricks": "``", "hive": "``", "mysql": "``", "clickhouse": "``"}


class Symbol(str):
    """A value known only at run time, written `${name}`, which the SQL room reads as a symbol.

    It holds nothing when looped over, so that a template does not walk through its letters.
    """

    __slots__ = ()

    def __new__(cls, name: str) -> "Symbol":
        """Return the symbol of `name`; what no variable can hold becomes `_`."""
        return super().__new__(cls, "${" + re.sub(r"\W", "_", name) + "}")

    def __iter__(self) -> Iterator[str]:
        """Return an iterator over nothing."""
        return iter(())


class ProductionName(str):
    """The target's name: production under any of its usual names, since that is what a merge reaches."""

    __slots__ = ()
    NAMES = frozenset({"prod", "production", "prd", "live", "main"})

    def __eq__(self, other: object) -> bool:
        """Return whether `other` is a usual name of production."""
        return isinstance(other, str) and str.lower(other) in self.NAMES

    def __ne__(self, other: object) -> bool:
        """Return whether `other` is no usual name of production."""
        return not self == other

    __hash__ = str.__hash__


class Relation:
    """A table or view as dbt hands it to a template; printed, it is the dataset's name.

    `schema` is empty where the project states none; `database` is never printed.
    """

    def __init__(
        self, identifier: str, schema: str = "", dialect: str = "", *, kind: str = "table", quoted: bool = False
    ) -> None:
        """Make the relation `schema.identifier`; `quoted` keeps the case of the identifier."""
        self.identifier = self.name = self.table = identifier
        self.schema = schema
        self.database = Symbol("database")
        self.type = kind
        self.is_view, self.is_table, self.is_cte = kind == "view", kind == "table", kind == "cte"
        self.is_materialized_view = False
        self._dialect, self._quoted = dialect, quoted
        self._origin: Any = None
        self._shown = (True, True)

    def made_by(self, origin: Any) -> "Relation":
        """Return the relation itself, with a note of the model or source table that it is."""
        self._origin = origin
        return self

    @property
    def origin(self) -> Any:
        """Return the model or source table that the relation is, None where it is neither."""
        return self._origin

    @property
    def dataset(self) -> str:
        """Return the dataset's name, folded as the SQL room folds what `str` gives."""
        parts = (self.schema, self.identifier)
        return dataset_name(
            (fold(_unsymbolic(p), self._dialect, quoted=self._needs_quotes(p)) for p in parts if p), self._dialect
        )

    def _needs_quotes(self, part: str) -> bool:
        if "${" in part:
            return False
        if self._quoted or not _PLAIN.match(part) or part.lower() in _KEYWORDS:
            return True
        return self._dialect in {"postgres", "redshift"} and part != part.lower()

    def _written(self, part: str) -> str:
        if not self._needs_quotes(part):
            return part
        opening, closing = QUOTES.get(self._dialect, "[]" if self._dialect == "tsql" else '""')
        return f"{opening}{part}{closing}"

    def __str__(self) -> str:
        """Return the relation as SQL."""
        shown = (p for p, show in zip((self.schema, self.identifier), self._shown, strict=True) if p and show)
        return ".".join(self._written(part) for part in shown)

    def render(self) -> str:
        """Return the relation as SQL."""
        return str(self)

    def _copy(self, *, schema: bool = True, identifier: bool = True) -> "Relation":
        copy = Relation(self.identifier, self.schema, self._dialect, kind=self.type, quoted=self._quoted)
        copy._origin = self._origin
        copy._shown = (self._shown[0] and schema, self._shown[1] and identifier)
        return copy

    def include(self, database: bool = True, schema: bool = True, identifier: bool = True) -> "Relation":  # noqa: FBT001, FBT002, ARG002, E501  # dbt's own signature
        """Return the relation printing only these parts; a schema that is stated stays, it is part of the name."""
        return self._copy(identifier=identifier) if schema or identifier else self._copy(identifier=False)

    def quote(self, **_parts: bool) -> "Relation":
        """Return the relation itself: quoting does not change what it is."""
        return self

    def without_identifier(self) -> "Relation":
        """Return the schema alone."""
        return self._copy(identifier=False)

    def incorporate(self, **_changes: object) -> "Relation":
        """Return the relation itself: what is changed here is a type or a path of a table being built."""
        return self

    def replace_path(self, **_changes: object) -> "Relation":
        """Return the relation itself, see `incorporate`."""
        return self

    def __eq__(self, other: object) -> bool:
        """Return whether both name one dataset."""
        return isinstance(other, Relation) and self.dataset == other.dataset

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash(self.dataset)


def _unsymbolic(part: str) -> str:
    return part.replace("${", "{")


class Column:
    """A column as `adapter.get_columns_in_relation` gives it."""

    def __init__(self, name: str, data_type: str = "") -> None:
        """Make the column `name` of type `data_type`."""
        self.name = self.column = name
        self.data_type = self.dtype = data_type
        self.quoted = name

    def is_string(self) -> bool:
        """Return whether the declared type is one for text."""
        return bool(re.match(r"(?i)(var)?char|text|string|n?varchar", self.data_type))

    def is_number(self) -> bool:
        """Return whether the declared type is one for numbers."""
        return self.is_integer() or self.is_float() or self.is_numeric()

    def is_integer(self) -> bool:
        """Return whether the declared type is one for whole numbers."""
        return bool(re.match(r"(?i)(big|small|tiny)?int", self.data_type))

    def is_float(self) -> bool:
        """Return whether the declared type is a floating one."""
        return bool(re.match(r"(?i)float|double|real", self.data_type))

    def is_numeric(self) -> bool:
        """Return whether the declared type is an exact decimal."""
        return bool(re.match(r"(?i)numeric|decimal|number", self.data_type))

    def __str__(self) -> str:
        """Return the column's name."""
        return self.name


class EmptyResult:
    """The result of a query that was not run: no rows, and columns that hold nothing, under any name or index."""

    def __init__(self) -> None:
        """Make an empty result."""
        self.rows: list[Any] = []
        self.column_names: list[str] = []
        self.columns = _NoColumns()

    def print_table(self) -> str:
        """Return nothing."""
        return ""

    def __iter__(self) -> Iterator[Any]:
        """Return an iterator over no rows."""
        return iter(())

    def __len__(self) -> int:
        """Return 0."""
        return 0

    def __bool__(self) -> bool:
        """Return true, as the result of a query that was run is."""
        return True


class _NoColumns:
    """Columns of an empty result: any of them can be asked for, none has values."""

    def __getitem__(self, _key: object) -> "_NoColumns":
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def keys(self) -> list[str]:
        """Return no names."""
        return []

    def values(self) -> list[Any]:
        """Return no values."""
        return []
