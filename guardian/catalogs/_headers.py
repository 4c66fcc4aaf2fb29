"""Files known by their columns and not by their names; headers in any case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from guardian.catalogs import Outside
from guardian.errors import ServiceError

MOST_FILES = 500
_ENDINGS = (".parquet", ".pq", ".csv", ".tsv", ".gz", ".json", ".jsonl", ".ndjson", ".zst")

Field = tuple[str, ...]  # what a column may be called, in lower case; the first that is there
Record = Mapping[str, str]  # by the first name of the field; what is NULL is left out


def files_in(place: Path) -> list[Path]:
    """Return a file, or the files of tables in a folder, sorted; links are not followed.

    Raises:
        ServiceError: the folder holds none, or more than anybody exports.
    """
    if place.is_file():
        return [place]
    found = sorted(
        path
        for path in place.rglob("*")
        if path.name.lower().endswith(_ENDINGS) and path.is_file() and not path.is_symlink()
    )
    if not found:
        raise ServiceError(
            "no Parquet, CSV or JSON file is there", where=str(place), fix="check `path`"
        )
    if len(found) > MOST_FILES:
        raise ServiceError(f"more than {MOST_FILES} files are there", where=str(place))
    return found


def called(columns: Iterable[str], fields: Sequence[Field]) -> dict[str, str]:
    """Return, for each field that a header has, what it calls it."""
    there = {column.strip().lower(): column for column in reversed(list(columns))}
    found = {}
    for field in fields:
        name = next((there[name] for name in field if name in there), None)
        if name is not None:
            found[field[0]] = name
    return found


def records(outside: Outside, file: Path, names: Mapping[str, str]) -> Iterator[Record]:
    """Yield the rows of a file: of each, the fields in `names` that are not NULL."""
    fields = tuple(names)
    for row in outside.tables.rows(file, tuple(names.values())):
        yield {field: value for field, value in zip(fields, row, strict=True) if value is not None}


def number(text: str | None) -> int:
    """Return a whole number as exports write it (`3`, `3.0`); 0 where it is none."""
    try:
        return int(float(text or 0))
    except (ValueError, OverflowError):
        return 0
