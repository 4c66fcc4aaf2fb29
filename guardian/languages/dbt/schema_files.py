"""The YAML files beside models: sources, properties of models, exposures, snapshots."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from guardian.languages.dbt.metrics import Measure, Metric, measures, metric
from guardian.languages.dbt.promises import Test, columns_promised, tests_promised
from guardian.languages.safe_yaml import LinedDict, load
from guardian.model.contract import Clause

_NOT_NULL, _UNIQUE = frozenset({"not_null"}), frozenset({"unique"})
_COMBINATIONS = frozenset(
    {"dbt_utils.unique_combination_of_columns", "unique_combination_of_columns",
     "dbt_expectations.expect_compound_columns_to_be_unique"}
)  # fmt: skip


class ColumnProperties(msgspec.Struct, frozen=True, kw_only=True):
    """A column as a schema file tells it; `values` are all that it may hold, where a test says."""

    name: str
    data_type: str = ""
    quoted: bool = False
    not_null: bool = False
    unique: bool = False
    values: tuple[str, ...] = ()
    line: int = 1


class Properties(msgspec.Struct, frozen=True, kw_only=True):
    """A model, seed, snapshot or source table as a schema file tells it; `keys` are unique.

    `versions` are a model's (version, file it is defined in, configuration), `latest` the one that
    a bare `ref` means. `promised` are the columns of a contract, if one is enforced, `tested` what
    constraints and tests promise; columns are spelled as here.
    """

    kind: str
    name: str
    file: str
    line: int = 1
    columns: tuple[ColumnProperties, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    config: Mapping[str, Any] = {}
    versions: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()
    latest: str = ""
    relation: str = ""
    promised: tuple[Clause, ...] = ()
    tested: tuple[Clause, ...] = ()


class SourceTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table that the project reads and does not make."""

    source: str
    schema: str
    identifier: str
    properties: Properties
    quoted: tuple[bool, bool] = (False, False)


class ExposureProperties(msgspec.Struct, frozen=True, kw_only=True):
    """A dashboard, notebook or application, and the `ref(…)` and `source(…)` that it reads."""

    name: str
    owner: str
    depends_on: tuple[str, ...]
    line: int


class SchemaFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that one schema file says; `problem` is why it could not be read, else empty."""

    path: str
    blob: str
    properties: tuple[Properties, ...] = ()
    sources: tuple[SourceTable, ...] = ()
    exposures: tuple[ExposureProperties, ...] = ()
    measures: tuple[Measure, ...] = ()
    metrics: tuple[Metric, ...] = ()
    problem: str = ""
    problem_line: int = 1


def read_schema_file(path: str, blob: str, text: str) -> SchemaFile:
    """Return what the file says; entries without a name are left out."""
    try:
        document = load(text, last_wins=True)
    except ValueError as error:
        line = re.match(r"line ([0-9]+): ", str(error))
        return SchemaFile(
            path=path, blob=blob, problem=str(error), problem_line=int(line[1]) if line else 1
        )
    if not isinstance(document, Mapping):
        return SchemaFile(path=path, blob=blob)
    properties = (
        _properties(kind, entry, path)
        for kind in ("models", "seeds", "snapshots")
        for entry in _entries(document, kind)
    )
    return SchemaFile(
        path=path, blob=blob, properties=tuple(properties),
        sources=tuple(table for entry in _entries(document, "sources") for table in _tables(entry,
        path)),
        exposures=tuple(_exposure(entry) for entry in _entries(document, "exposures")),
        measures=tuple(
            measure
            for entry in _entries(document, "semantic_models")
            for measure in measures(entry)
        ),
        metrics=tuple(metric(entry) for entry in _entries(document, "metrics")),
    )  # fmt: skip


def _entries(document: Mapping[Any, Any], key: str) -> Iterator[LinedDict]:
    listed = document.get(key)
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, LinedDict) and entry.get("name") not in (None, ""):
            yield entry


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _properties(kind: str, entry: LinedDict, path: str) -> Properties:
    columns = tuple(_column(c) for c in _entries(entry, "columns"))
    keys: list[tuple[str, ...]] = [(c.name,) for c in columns if c.unique]
    keys += [key for test in _tests(entry) if (key := _combination(test))]
    keys += [key for rule in _constraints(entry) if (key := _names(rule.get("columns")))]
    config = {str(k): v for k, v in _mapping(entry.get("config")).items()}
    config |= {k: entry[k] for k in ("docs", "access") if k in entry}
    return Properties(
        kind=kind, name=str(entry["name"]), file=path, line=entry.lines["name"], columns=columns,
        keys=tuple(dict.fromkeys(keys)), config=config, versions=tuple(_versions(entry)),
        latest=str(entry.get("latest_version") or ""), relation=str(entry.get("relation") or ""),
        promised=tuple(columns_promised(entry)), tested=_tested(entry),
    )  # fmt: skip


def _tested(entry: LinedDict) -> tuple[Clause, ...]:
    of_columns = {str(c["name"]): _lined(c) for c in _entries(entry, "columns")}
    return tuple(tests_promised(entry, _lined(entry), of_columns))


def _lined(entry: LinedDict) -> list[Test]:
    """Return the tests that hold for every row, each with its line, or that of its list."""
    found = []
    for key in ("tests", "data_tests"):
        listed = entry.get(key)
        for test in listed if isinstance(listed, list) else ():
            line = test.line if isinstance(test, LinedDict) else entry.lines[key]
            found += [(name, arguments, line) for name, arguments in _test(test)]
    return found


def _versions(entry: LinedDict) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    listed = entry.get("versions")
    for version in listed if isinstance(listed, list) else ():
        if isinstance(version, Mapping) and "v" in version:
            defined = version.get("defined_in") or f"{entry['name']}_v{version['v']}"
            yield str(version["v"]), str(defined), dict(_mapping(version.get("config")))


def _column(entry: LinedDict) -> ColumnProperties:
    arguments = dict(_tests(entry))
    tests = list(arguments)
    rules = {str(rule.get("type")) for rule in _mappings(entry.get("constraints"))}
    primary = "primary_key" in rules
    return ColumnProperties(
        name=str(entry["name"]), data_type=str(entry.get("data_type") or "").strip(),
        quoted=entry.get("quote") is True, line=entry.lines["name"],
        not_null=primary or "not_null" in rules or bool(_NOT_NULL & set(tests)),
        unique=primary or "unique" in rules or bool(_UNIQUE & set(tests)),
        values=_names(arguments.get("accepted_values", {}).get("values")),
    )  # fmt: skip


def _mappings(value: Any) -> list[Mapping[Any, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _constraints(entry: LinedDict) -> list[Mapping[Any, Any]]:
    return [
        r for r in _mappings(entry.get("constraints")) if r.get("type") in {"primary_key", "unique"}
    ]


def _tests(entry: LinedDict) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Yield name and arguments of the tests that hold for every row, not of mere warnings."""
    for key in ("tests", "data_tests"):
        listed = entry.get(key)
        for test in listed if isinstance(listed, list) else ():
            yield from _test(test)


def _test(test: object) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    if isinstance(test, str):
        yield test, {}
    elif isinstance(test, Mapping) and test:
        yield from _test_with_arguments(test)


def _test_with_arguments(test: Mapping[Any, Any]) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    name = str(test.get("test_name") or next(iter(test)))
    arguments = _mapping(test.get(name)) or {k: v for k, v in test.items() if k != name}
    config = {**arguments, **_mapping(arguments.get("config"))}
    if not config.get("where") and str(config.get("severity", "error")).lower() != "warn":
        yield name, {**arguments, **_mapping(arguments.get("arguments"))}


def _combination(test: tuple[str, Mapping[Any, Any]]) -> tuple[str, ...]:
    name, arguments = test
    if name not in _COMBINATIONS:
        return ()
    return _names(arguments.get("combination_of_columns") or arguments.get("column_list"))


def _names(value: Any) -> tuple[str, ...]:
    return (
        tuple(str(name) for name in value)
        if isinstance(value, Sequence) and not isinstance(value, str)
        else ()
    )


def _tables(source: LinedDict, path: str) -> Iterator[SourceTable]:
    name = str(source["name"])
    shared = _mapping(source.get("quoting"))
    for entry in _entries(source, "tables"):
        quoting = {**shared, **_mapping(entry.get("quoting"))}
        config = {**_mapping(source.get("config")), **_mapping(entry.get("config"))}
        properties = _properties("sources", entry, path)
        yield SourceTable(
            source=name,
            schema=str(source.get("schema") or config.get("schema") or name),
            identifier=str(entry.get("identifier") or config.get("identifier") or entry["name"]),
            properties=properties,
            quoted=(quoting.get("schema") is True, quoting.get("identifier") is True),
        )


def _exposure(entry: LinedDict) -> ExposureProperties:
    owner = _mapping(entry.get("owner"))
    depends = entry.get("depends_on")
    return ExposureProperties(
        name=str(entry.get("label") or entry["name"]),
        owner=str(owner.get("name") or owner.get("email") or ""),
        depends_on=tuple(str(text) for text in depends) if isinstance(depends, list) else (),
        line=entry.lines["name"],
    )
