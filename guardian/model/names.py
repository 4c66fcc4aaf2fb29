"""Dataset and column names, folded as their engine folds them."""

import re
from collections.abc import Iterable

UPPER = frozenset({"snowflake", "oracle", "db2", "exasol"})
DEFAULT_SCHEMA = {"tsql": "dbo", "fabric": "dbo"}
SYMBOL_OPEN, SYMBOL_CLOSE = "{", "}"
PATH_MARK = "://"
# Columns that engines add to every row; no one declares them. In lower case.
PSEUDO_COLUMNS = frozenset({
    "_partitiontime", "_partitiondate", "_table_suffix", "_file_name", "_change_type",
    "_change_timestamp", "_change_sequence_number", "_commit_version", "_commit_timestamp",
    "_metadata", "input__file__name", "block__offset__inside__file", "$path", "$partition",
    "$file_size", "$file_modified_time", "$row_id", "metadata$filename", "metadata$file_row_number",
    "metadata$file_last_modified", "metadata$file_content_key", "metadata$start_scan_time",
    "metadata$action", "metadata$isupdate", "metadata$row_id", "rowid", "rownum", "ora_rowscn",
    "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "filename", "file_row_number",
    "__$operation", "__$start_lsn", "__$end_lsn", "__$seqval", "__$update_mask",
})  # fmt: skip
_SHARD = re.compile(
    r"(?P<family>.+_)(?P<shard>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|\d{0,7}\*)"
)


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


def family_of(table: str) -> tuple[str, str]:
    """Return the one name of a family of date-sharded tables, and which of them is meant.

    `events_20240101` and `events_2024*` are `events_*`, `t$20240101` is `t`; the second is empty
    where all of the family is meant, or the table has none.
    """
    plain, decorated, partition = table.partition("$")
    found = _SHARD.fullmatch(plain)
    if found is None:
        return plain, f"${partition}" if decorated else ""
    shard = found["shard"]
    return f"{found['family']}*", "" if shard == "*" else shard
