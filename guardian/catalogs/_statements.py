"""Names and statements written for our own SQL lowering."""

import re
from collections.abc import Iterable

from guardian.model.names import fold

_PART = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[((?:[^\]]|\]\])*)\]|([^."`\[\]]+)')
_BACKTICKS = frozenset({
    "", "spark", "spark2", "databricks", "hive", "bigquery", "mysql", "clickhouse", "doris",
    "starrocks", "athena",
})  # fmt: skip
_BRACKETS = frozenset({"tsql", "fabric"})


def name_of(parts: Iterable[str], dialect: str) -> str:
    """Return the dataset that an engine lists under these parts."""
    return ".".join(fold(part, dialect, quoted=True) for part in parts if part)


def parts_of(name: str) -> tuple[str, ...]:
    """Return the parts of a quoted name: `"db"."sales"."orders"`."""
    return tuple(
        next(part for part in found.groups() if part is not None)
        for found in _PART.finditer(name[:2_000])
    )


def quoted(parts: Iterable[str], dialect: str) -> str:
    """Return a name as a statement writes it."""
    if dialect in _BRACKETS:
        return ".".join("[" + part.replace("]", "]]") + "]" for part in parts if part)
    mark = "`" if dialect in _BACKTICKS else '"'
    return ".".join(mark + part.replace(mark, mark * 2) + mark for part in parts if part)


def view(parts: Iterable[str], query: str, dialect: str, schema: str = "") -> str:
    """Return the statements that create a view; names without a schema are in `schema`."""
    use = f"USE {quoted((schema,), dialect)};\n" if schema else ""
    return f"{use}CREATE VIEW {quoted(parts, dialect)} AS\n{query.strip().rstrip(';')}"
