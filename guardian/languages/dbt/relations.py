"""What templates pass around: relations, columns, run-time symbols, unknown results."""

import re
from collections.abc import Iterator
from typing import Any

from typing_extensions import override

from guardian.model.names import dataset_name, fold

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")
_KEYWORDS = frozenset(
    [
        "all",
        "and",
        "as",
        "by",
        "case",
        "cross",
        "date",
        "end",
        "false",
        "for",
        "from",
        "full",
        "group",
        "having",
        "in",
        "inner",
        "interval",
        "into",
        "is",
        "join",
        "left",
        "like",
        "limit",
        "natural",
        "not",
        "null",
        "on",
        "or",
        "order",
        "outer",
        "right",
        "select",
        "set",
        "table",
        "then",
        "to",
        "true",
        "union",
        "user",
        "using",
        "values",
        "when",
        "where",
        "with",
        "window",
        "current_date",
        "timestamp",
    ]
)
QUOTES = {
    "bigquery": "``",
    "spark": "``",
    "databricks": "``",
    "hive": "``",
    "mysql": "``",
    "clickhouse": "``",
}


class Symbol(str):
    """A value known only at run time, written `${name}`, which the SQL room reads as a symbol.

    It holds nothing when looped over, so that a template does not walk through its letters.
    """

    __slots__ = ()

    def __new__(cls, name: str) -> "Symbol":
        """Return the symbol of `name`; what no variable can hold becomes `_`."""
        return super().__new__(cls, "${" + re.sub(r"\W", "_", name) + "}")

    @override
    def __iter__(self) -> Iterator[str]:
        """Return an iterator over nothing."""
        return iter(())

    @override
    def __add__(self, other: Any) -> str:
        """Return the sum with a number as SQL, or the text with more behind it."""
        return f"{self!s}{other}" if isinstance(other, str) else f"({self!s} + {other})"

    def __radd__(self, other: Any) -> str:
        """Return the sum with a number as SQL."""
        return f"({other} + {self!s})"

    def __sub__(self, other: Any) -> str:
        """Return the difference as SQL."""
        return f"({self!s} - {other})"

    def __rsub__(self, other: Any) -> str:
        """Return the difference as SQL."""
        return f"({other} - {self!s})"

    @override
    def __mul__(self, other: Any) -> str:
        """Return the product as SQL."""
        return f"({self!s} * {other})"

    __rmul__ = __mul__

    @override
    def __lt__(self, other: object) -> bool:
        """Return false: an unknown value is not known to be smaller."""
        return False

    __le__ = __gt__ = __ge__ = __lt__


class ProductionName(str):
    """The target's name: production under any of its usual names; a merge goes there."""

    __slots__ = ()
    NAMES = frozenset({"prod", "production", "prd", "live", "main"})

    @override
    def __eq__(self, other: object) -> bool:
        """Return whether `other` is a usual name of production."""
        return isinstance(other, str) and str.lower(other) in self.NAMES

    @override
    def __ne__(self, other: object) -> bool:
        """Return whether `other` is no usual name of production."""
        return not self == other

    __hash__ = str.__hash__


class Relation:
    """A table or view as dbt hands it to a template; printed, it is the dataset's name.

    `schema` is empty where the project states none; `database` is never printed.
    """

    def __init__(
        self,
        identifier: str,
        schema: str = "",
        dialect: str = "",
        *,
        kind: str = "table",
        quoted: bool = False,
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
            (fold(_unsymbolic(p), self._dialect, quoted=self._needs_quotes(p)) for p in parts if p),
            self._dialect,
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
        quotes = QUOTES.get(self._dialect, "[]" if self._dialect == "tsql" else '""')
        return f"{quotes[0]}{part}{quotes[1]}"

    @override
    def __str__(self) -> str:
        """Return the relation as SQL."""
        shown = (
            p
            for p, show in zip((self.schema, self.identifier), self._shown, strict=True)
            if p and show
        )
        return ".".join(self._written(part) for part in shown)

    def render(self) -> str:
        """Return the relation as SQL."""
        return str(self)

    def _copy(self, *, schema: bool = True, identifier: bool = True) -> "Relation":
        copy = Relation(
            self.identifier, self.schema, self._dialect, kind=self.type, quoted=self._quoted
        )
        copy._origin = self._origin
        copy._shown = (self._shown[0] and schema, self._shown[1] and identifier)
        return copy

    def include(self, **parts: bool) -> "Relation":
        """Return the relation; a schema that is stated stays, it is part of the name."""
        return self._copy(identifier=parts.get("identifier", True))

    def quote(self, **_parts: bool) -> "Relation":
        """Return the relation itself: quoting does not change what it is."""
        return self

    def without_identifier(self) -> "Relation":
        """Return the schema alone."""
        return self._copy(identifier=False)

    def incorporate(self, **_changes: object) -> "Relation":
        """Return the relation itself: only the type or path of a table being built changes here."""
        return self

    def replace_path(self, **_changes: object) -> "Relation":
        """Return the relation itself, see `incorporate`."""
        return self

    @override
    def __eq__(self, other: object) -> bool:
        """Return whether both name one dataset."""
        return isinstance(other, Relation) and self.dataset == other.dataset

    @override
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

    @override
    def __str__(self) -> str:
        """Return the column's name."""
        return self.name


class UnknownResult:
    """The result of a query that was not run: one row, each value a symbol of its column.

    One row rather than none, so that SQL which is written from the result stays SQL.
    """

    def __init__(self) -> None:
        """Make a result of one unknown row."""
        self.rows = [UnknownRow()]
        self.columns = UnknownColumns()
        self.column_names = ["value"]

    def print_table(self) -> str:
        """Return nothing."""
        return ""

    def __iter__(self) -> Iterator["UnknownRow"]:
        """Return an iterator over the row."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return 1."""
        return 1

    def __getitem__(self, _key: object) -> "UnknownRow":
        """Return the row."""
        return self.rows[0]


class UnknownRow:
    """A row of an unknown result: any column can be asked for."""

    def __getitem__(self, key: object) -> Symbol:
        """Return the value of a column: a symbol of its name, or `value` by position."""
        return Symbol(key if isinstance(key, str) else "value")

    def __getattr__(self, name: str) -> Symbol:
        """Return the value of a column."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Symbol(name)

    def __iter__(self) -> Iterator[Symbol]:
        """Return an iterator over the one value that is sure to be there."""
        return iter((Symbol("value"),))

    def get(self, key: object, _default: object = None) -> Symbol:
        """Return the value of a column."""
        return self[key]

    def values(self) -> list[Symbol]:
        """Return the values."""
        return list(self)


class UnknownColumns:
    """Columns of an unknown result: any of them can be asked for, each has one unknown value."""

    def __init__(self, name: str = "value") -> None:
        """Make columns, or the column of that name."""
        self.name = name

    def __getitem__(self, key: object) -> "UnknownColumns":
        """Return a column."""
        return UnknownColumns(key if isinstance(key, str) else "value")

    def __iter__(self) -> Iterator["UnknownColumns"]:
        """Return an iterator over one column."""
        return iter((UnknownColumns(),))

    def __len__(self) -> int:
        """Return 1."""
        return 1

    def keys(self) -> list[str]:
        """Return the one name."""
        return [self.name]

    def values(self) -> list[Symbol]:
        """Return the one value."""
        return [Symbol(self.name)]

    def values_distinct(self) -> list[Symbol]:
        """Return the one value."""
        return self.values()
