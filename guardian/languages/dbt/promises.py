"""What a schema file promises of a table: columns of an enforced contract, constraints, tests.

Tests count alike whether a contract is enforced or not: the same clauses come of `not_null` as a
test and as a constraint. Columns and types are promised by an enforced contract alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from guardian.languages.safe_yaml import LinedDict
from guardian.model.contract import (
    Bound,
    Check,
    Clause,
    ClauseKind,
    Interval,
    TypeName,
)
from guardian.model.names import fold

Test: TypeAlias = tuple[str, Mapping[Any, Any], int]
_PACKAGES = ("dbt_utils.", "dbt_expectations.", "dbt_expectations_ext.")
_RANGES: Mapping[str, ClauseKind] = {
    "expect_column_values_to_be_between": "range",
    "accepted_range": "range",
    "expect_column_value_lengths_to_be_between": "length",
}
_KEYS = frozenset({"unique_combination_of_columns", "expect_compound_columns_to_be_unique"})
_COLUMNS_OF: tuple[ClauseKind, ...] = ("primary-key", "unique-key")


def columns_promised(entry: LinedDict) -> Iterator[Clause]:
    """Yield the columns that an enforced contract lists, with their types and constraints."""
    for column in _entries(entry, "columns"):
        name, line = str(column["name"]), column.line
        yield Clause(kind="column", column=name, value=name, line=line)
        if kind := str(column.get("data_type") or "").strip():
            value = TypeName(physical=" ".join(kind.lower().split()))
            yield Clause(kind="type", column=name, value=value, line=_line(column, "data_type"))


def tests_promised(
    entry: LinedDict, tests: Sequence[Test], of_columns: Mapping[str, Sequence[Test]]
) -> Iterator[Clause]:
    """Yield what constraints and tests promise, of the table and of each column.

    The tests are those that hold for every row, with their lines. A clause that is promised twice
    comes once.
    """
    seen: set[tuple[ClauseKind, str | None, str]] = set()
    for clause in _all(entry, tests, of_columns):
        if clause.subject not in seen:
            seen.add(clause.subject)
            yield clause


def folded(clause: Clause, named: Mapping[str, str], dialect: str) -> Clause:
    """Return a clause with its columns as their engine folds them; `named` are those listed."""

    def column(name: str) -> str:
        return named.get(name) or fold(name, dialect)

    value = clause.value
    if clause.kind in _COLUMNS_OF and isinstance(value, tuple):
        value = tuple(map(column, value))
    about = column(clause.column) if clause.column else clause.column
    return msgspec.structs.replace(clause, column=about, value=value)


def _all(
    entry: LinedDict, tests: Sequence[Test], of_columns: Mapping[str, Sequence[Test]]
) -> Iterator[Clause]:
    for rule in _constraints(entry):
        yield from _of_constraint(rule, None)
    for test in tests:
        yield from _of_test(test, None)
    for column in _entries(entry, "columns"):
        name = str(column["name"])
        for rule in _constraints(column):
            yield from _of_constraint(rule, name)
        for test in of_columns.get(name, ()):
            yield from _of_test(test, name)


def _of_constraint(rule: LinedDict, column: str | None) -> Iterator[Clause]:
    columns = _names(rule.get("columns")) or ((column,) if column else ())
    line = rule.line
    match rule.get("type"):
        case "not_null":
            for name in columns:
                yield Clause(kind="required", column=name, line=line)
        case "primary_key" if columns:
            yield Clause(kind="primary-key", value=columns, line=line)
        case "unique" if columns:
            yield _unique(columns, line)
        case "foreign_key":
            to = str(rule.get("to") or rule.get("expression") or "")
            value = " ".join((*([", ".join(columns)] if columns else ()), "→", to))
            yield Clause(kind="reference", column=column, name=value, value=value, line=line)
        case "check" | "custom":
            query = " ".join(str(rule.get("expression") or "").split())
            name = str(rule.get("name") or query)
            check = Check(metric="check", query=query)
            yield Clause(kind="quality", column=column, name=name, value=check, line=line)
        case _:
            pass


def _of_test(test: Test, column: str | None) -> Iterator[Clause]:
    spelled, arguments, line = test
    name = _without_package(spelled)
    column = column or (str(arguments["column_name"]) if "column_name" in arguments else None)
    if column is None:
        key = arguments.get("combination_of_columns") or arguments.get("column_list")
        if name in _KEYS and _names(key):
            yield _unique(_names(key), line)
        else:
            yield _check(spelled, arguments, None, line)
        return
    match name:
        case "not_null" | "expect_column_values_to_not_be_null":
            yield Clause(kind="required", column=column, line=line)
        case "unique" | "expect_column_values_to_be_unique":
            yield Clause(kind="unique", column=column, line=line)
        case "accepted_values" if _names(arguments.get("values")):
            yield _values(arguments["values"], column, line)
        case "expect_column_values_to_be_in_set" if _names(arguments.get("value_set")):
            yield _values(arguments["value_set"], column, line)
        case "expect_column_values_to_match_regex" if "regex" in arguments:
            pattern = str(arguments["regex"])
            yield Clause(kind="pattern", column=column, value=pattern, line=line)
        case "relationships" | "relationships_where":
            to, field = str(arguments.get("to") or ""), str(arguments.get("field") or "")
            value = f"{column} → {to} {field}".strip()
            yield Clause(kind="reference", column=column, name=value, value=value, line=line)
        case _ if name in _RANGES and _interval(arguments) != Interval():
            yield Clause(kind=_RANGES[name], column=column, value=_interval(arguments), line=line)
        case _:
            yield _check(spelled, arguments, column, line)


def _values(values: Iterable[object], column: str, line: int) -> Clause:
    texts = (str(value).lower() if isinstance(value, bool) else str(value) for value in values)
    return Clause(kind="values", column=column, value=tuple(sorted(set(texts))), line=line)


def _check(name: str, arguments: Mapping[Any, Any], column: str | None, line: int) -> Clause:
    """Return a test that only its own package can tell the meaning of."""
    left_out = {"config", "name", "description", "severity", "tags", "meta", "arguments"}
    told = {str(key): value for key, value in arguments.items() if key not in left_out}
    said = json.dumps(told, sort_keys=True, default=str, ensure_ascii=False) if told else ""
    known_by = str(arguments.get("name") or " ".join(part for part in (name, said) if part))
    check = Check(metric=name, arguments=said)
    return Clause(kind="quality", column=column, name=known_by, value=check, line=line)


def _unique(columns: tuple[str, ...], line: int) -> Clause:
    if len(columns) == 1:
        return Clause(kind="unique", column=columns[0], line=line)
    return Clause(kind="unique-key", name=", ".join(sorted(columns)), value=columns, line=line)


def _interval(arguments: Mapping[Any, Any]) -> Interval:
    strict = arguments.get("strictly") is True or arguments.get("inclusive") is False
    low, high = _bound(arguments.get("min_value")), _bound(arguments.get("max_value"))
    return Interval(
        low=low,
        high=high,
        low_open=strict and low is not None,
        high_open=strict and high is not None,
    )


def _bound(value: object) -> Bound | None:
    if value is None or isinstance(value, bool):
        return None
    return float(value) if isinstance(value, int | float) else str(value)


def _without_package(name: str) -> str:
    for package in _PACKAGES:
        name = name.removeprefix(package)
    return name


def _constraints(entry: Mapping[Any, Any]) -> list[LinedDict]:
    listed = entry.get("constraints")
    return (
        [rule for rule in listed if isinstance(rule, LinedDict)] if isinstance(listed, list) else []
    )


def _entries(entry: Mapping[Any, Any], key: str) -> Iterator[LinedDict]:
    listed = entry.get(key)
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, LinedDict) and item.get("name") not in (None, ""):
            yield item


def _names(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _line(entry: LinedDict, key: str) -> int:
    return entry.lines.get(key, entry.line)
