"""Dataset and column names, folded as their engine folds them."""

from collections.abc import Iterable

UPPER = frozenset({"snowflake", "oracle", "db2", "exasol"})
DEFAULT_SCHEMA = {"tsql": "dbo", "fabric": "dbo"}
SYMBOL_OPEN, SYMBOL_CLOSE = "{", "}"
PATH_MARK = "://"


def is_path(name: str) -> bool:
    """Return whether `name` is a location in storage (`s3://bucket/prefix`) and not a table."""
    return PATH_MARK in name or name.startswith(("/", "./", "../"))


def fold(identifier: str, dialect: str, *, quoted: bool = False) -> str:
    """Return `identifier` in the case that `dialect` compares it in.

    Engines that ignore the case of quoted names too (Spark, DuckDB, T-SQL, BigQuery columns, …)
    give lower case for both; Snowflake and its like keep a quoted name as it is written; Postgres
    keeps a quoted name and lowers a bare one. A run-time symbol (`{source}`) is never folded.
    """
    if SYMBOL_OPEN in identifier:
        return _fold_around_symbols(identifier, dialect)
    if dialect in UPPER:
        return identifier if quoted else identifier.upper()
    if quoted and dialect in {"postgres", "redshift", "materialize", "risingwave"}:
        return identifier
    return identifier.lower()


def _fold_around_symbols(identifier: str, dialect: str) -> str:
    pieces, rest = [], identifier
    while rest:
        text, opened, rest = rest.partition(SYMBOL_OPEN)
        pieces.append(text.upper() if dialect in UPPER else text.lower())
        if opened:
            symbol, closed, rest = rest.partition(SYMBOL_CLOSE)
            pieces.append(opened + symbol + closed)
    return "".join(pieces)


def is_symbolic(name: str) -> bool:
    """Return whether nothing of a name is known before run time: `{target}`, `{db}.{table}`."""
    rest = name
    while SYMBOL_OPEN in rest and SYMBOL_CLOSE in rest:
        before, _, after = rest.partition(SYMBOL_OPEN)
        rest = before + after.partition(SYMBOL_CLOSE)[2]
    return rest != name and not rest.strip("./:_-")


def dataset_name(parts: Iterable[str], dialect: str) -> str:
    """Return the name of a table from its folded parts.

    Its schema written out where the engine has a default.
    """
    named = tuple(part for part in parts if part)
    default = DEFAULT_SCHEMA.get(dialect)
    if default and len(named) == 1:
        named = (default, *named)
    return ".".join(named)


def path_name(path: str) -> str:
    """Return the name of a location in storage: its case kept, its trailing slash gone."""
    scheme, mark, rest = path.partition(PATH_MARK)
    return f"{scheme}{mark}{rest.rstrip('/')}" if mark else (path.rstrip("/") or path)
