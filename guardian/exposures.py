"""Dashboards and KPIs as teams write them down, read into `Exposure`s.

Both shapes are lists of mappings, alone or under a key (`dashboards:`, `kpis:`):
`{"dashboard_name": …, "tables_used": […], "columns_used": […]}` and
`{"kpi_name": …, "sql": …, "depends_on_tables": […]}`. The documents come parsed; nothing here reads
a file.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from guardian.lineage.spelling import suffixes
from guardian.model.lineage import Diagnostic, Location
from guardian.model.plan import Exposure

Kind = Literal["dashboard", "kpi"]

_NAME = {"dashboard": ("dashboard_name", "dashboard"), "kpi": ("kpi_name", "kpi")}
_TABLES = ("tables_used", "depends_on_tables", "tables", "datasets", "depends_on")
_COLUMNS = ("columns_used", "columns")
_LISTS = ("dashboards", "kpis", "exposures", "items")
MOST_ENTRIES = 20_000


class Exposures(msgspec.Struct, frozen=True, kw_only=True):
    """What a document holds; `queries` pairs a KPI with its SQL, still to be lowered to columns."""

    exposures: tuple[Exposure, ...] = ()
    queries: tuple[tuple[Exposure, str], ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


class _Wrong(Exception):  # noqa: N818 - never leaves this module: it is a diagnostic's message
    """An entry that is not shaped like a dashboard or a KPI."""


def read(document: object, file: str) -> Exposures:
    """Return the dashboards and KPIs of a parsed YAML or JSON document, in its order.

    An entry that cannot be read becomes a warning that names it; the others are still read.
    """
    exposures, queries, warnings = [], [], []
    for number, entry in enumerate(_entries(document), start=1):
        if number > MOST_ENTRIES:
            message = f"only the first {MOST_ENTRIES:,} dashboards and KPIs are read"
            warnings.append(Diagnostic(file, 1, message))
            break
        try:
            exposure, sql = _read_entry(entry, file)
        except _Wrong as wrong:
            warnings.append(Diagnostic(file, 1, f"entry {number}: {wrong}"))
            continue
        exposures.append(exposure)
        if sql:
            queries.append((exposure, sql))
    return Exposures(exposures=tuple(exposures), queries=tuple(queries), warnings=tuple(warnings))


def _entries(document: object) -> Iterator[object]:
    if isinstance(document, list):
        yield from document
    elif isinstance(document, Mapping):
        lists = [document[key] for key in _LISTS if isinstance(document.get(key), list)]
        if lists:
            for entries in lists:
                yield from entries
        else:
            yield document
    elif document is not None:
        yield document


def _read_entry(entry: object, file: str) -> tuple[Exposure, str]:
    if not isinstance(entry, Mapping):
        raise _Wrong("a mapping with `dashboard_name` or `kpi_name` is expected")
    kind, name = _identity(entry)
    datasets = _texts(entry, _TABLES)
    sql = entry.get("sql") or ""
    if not isinstance(sql, str):
        raise _Wrong("`sql` is not text")
    exposure = Exposure(
        name=name,
        kind=kind,
        datasets=datasets,
        columns=_columns(entry, datasets),
        owner=_text(entry.get("owner")),
        at=Location(file, 1),
    )
    if not (datasets or exposure.columns or sql):
        raise _Wrong(f"`{name}` names no table: give `tables_used` or `sql`")
    return exposure, sql


def _identity(entry: Mapping[Any, Any]) -> tuple[Kind, str]:
    kinds: tuple[Kind, ...] = ("dashboard", "kpi")
    for kind in kinds:
        for key in _NAME[kind]:
            if _text(entry.get(key)):
                return kind, _text(entry[key])
    if _text(entry.get("name")):
        return ("kpi" if "sql" in entry or entry.get("kind") == "kpi" else "dashboard"), _text(
            entry["name"]
        )
    raise _Wrong("it has neither `dashboard_name` nor `kpi_name`")


def _text(value: object) -> str:
    """Return a name as text; YAML reads `2024` as a number, which is a name all the same."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("email")
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _texts(entry: Mapping[Any, Any], keys: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for key in keys:
        values = entry.get(key)
        if isinstance(values, str):
            values = [values]
        if values is not None and not isinstance(values, list):
            raise _Wrong(f"`{key}` is not a list")
        found.update({_text(value): None for value in values or ()})
    found.pop("", None)
    return tuple(found)


def _columns(entry: Mapping[Any, Any], datasets: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for key in _COLUMNS:
        values = entry.get(key) or ()
        if isinstance(values, Mapping):
            for dataset, names in values.items():
                found.update({(_text(dataset), _text(name)): None for name in _listed(names)})
        else:
            for value in _listed(values):
                found.update(dict.fromkeys(_column(value, datasets)))
    return tuple(pair for pair in found if all(pair))


def _listed(values: object) -> Iterator[object]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, list | tuple):
        yield from values
    else:
        raise _Wrong("`columns_used` is neither a list nor a mapping of lists")


def _column(value: object, datasets: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield what `value` names: `table.column`, `{table, column}`, or a column of any table."""
    if isinstance(value, Mapping):
        dataset = _text(value.get("table") or value.get("dataset"))
        yield dataset, _text(value.get("column") or value.get("name"))
        return
    text = _text(value)
    for dataset in sorted(datasets, key=len, reverse=True):
        for suffix in suffixes(dataset):
            if text.casefold().startswith(f"{suffix.casefold()}."):
                yield dataset, text[len(suffix) + 1 :]
                return
    dataset, _, column = text.rpartition(".")
    if dataset and not datasets:
        yield dataset, column
    else:
        for each in datasets:
            yield each, text
