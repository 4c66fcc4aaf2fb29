"""What a contract says that the Open Data Contract Standard does not know, or not so.

The standard's own models look at the kinds of values; they are lax about everything else, so keys
that they do not know, rules without a threshold and columns given twice are looked for here.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from guardian.languages.safe_yaml import LinedDict

if TYPE_CHECKING:
    from pydantic import BaseModel

MOST_PROBLEMS = 100
LOGICAL_TYPES = (
    "string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean",
    "map", "vector",
)  # fmt: skip
METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")
QUALITY_TYPES = ("library", "text", "sql", "custom")
OPERATORS = (
    "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo",
    "mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween",
)  # fmt: skip
_NEEDED = ("apiVersion", "id", "version")
_KNOWN_VERSION = re.compile(r"v3\.\d+\.\d+")
_V2 = (
    "version 2 of the standard is not read: rename `dataset` to `schema`, `table` to `name`, "
    "`columns` to `properties`, `column` to `name` and `isPrimaryKey` to `primaryKey`, "
    "and write `apiVersion: v3.1.0`"
)


class Problem(NamedTuple):
    """Something to look at; one that is no `error` is valid, and hardly meant so."""

    line: int
    message: str
    error: bool = True


def problems(document: LinedDict) -> list[Problem]:
    """Return what is wrong with a contract, by line, each thing once; at most a hundred."""
    if is_version_2(document):
        return [Problem(document.lines.get("apiVersion", document.line), _V2)]
    found = {*_of_document(document), *_of_kinds(document)}
    for table in _mappings(document.get("schema")):
        found.update(_of_table(table))
    return sorted(found)[:MOST_PROBLEMS]


def is_version_2(document: Mapping[Any, Any]) -> bool:
    """Return whether a document is a contract of the standard's second version."""
    return str(document.get("apiVersion") or "").startswith(("v2.", "2.")) or (
        "schema" not in document and isinstance(document.get("dataset"), list)
    )


# --- the document --------------------------------------------------------------------------------


def _of_document(document: LinedDict) -> Iterator[Problem]:
    for key in _NEEDED:
        if document.get(key) in (None, ""):
            yield Problem(document.line, f"`{key}` is missing: {_REMEDIES[key]}")
    stated = document.get("apiVersion")
    if isinstance(stated, str) and not _KNOWN_VERSION.fullmatch(stated):
        line = document.lines["apiVersion"]
        yield Problem(line, f"`{stated}` is no version of the standard: {_REMEDIES['apiVersion']}")
    tables = _mappings(document.get("schema"))
    if not tables:
        line = document.lines.get("schema", document.line)
        yield Problem(line, "no table is described: list it under `schema`", error=False)
    yield from _given_twice(tables, "table")
    for level in _mappings(document.get("slaProperties")):
        for key in ("property", "value"):
            if level.get(key) is None:
                yield Problem(level.line, f"this service level has no `{key}`: nothing is promised")


_REMEDIES = {
    "apiVersion": "write `apiVersion: v3.1.0`",
    "id": "write an `id` that never changes, such as the table's name",
    "version": "write `version: 1.0.0`, and raise it with each change",
}


def _given_twice(entries: Sequence[LinedDict], what: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for entry in entries:
        name = entry.get("name")
        if not isinstance(name, str) or not name.strip():
            yield Problem(entry.line, f"a {what} without a `name`")
            continue
        earlier = first.setdefault(name.strip().lower(), entry.line)
        if earlier != entry.line:
            yield Problem(
                entry.lines["name"], f"the {what} `{name}` is there already, in line {earlier}"
            )


# --- tables, columns, rules ----------------------------------------------------------------------


def _of_table(table: LinedDict) -> Iterator[Problem]:
    columns = _mappings(table.get("properties"))
    yield from _given_twice(columns, "column")
    positions: dict[int, str] = {}
    for column in columns:
        yield from _of_column(column)
        position = column.get("primaryKeyPosition")
        if column.get("primaryKey") is True and isinstance(position, int) and position > 0:
            other = positions.setdefault(position, str(column.get("name")))
            if other != str(column.get("name")):
                line = column.lines["primaryKeyPosition"]
                yield Problem(line, f"`{other}` has the position {position} of the key already")
    yield from _of_rules(table)


def _of_column(column: LinedDict) -> Iterator[Problem]:
    name = column.get("name")
    logical = column.get("logicalType")
    if isinstance(logical, str) and logical not in LOGICAL_TYPES:
        line = column.lines["logicalType"]
        told = f"`{logical}` is no logical type: {_meant(logical, LOGICAL_TYPES)}"
        told = f"{told}; the engine's own goes to `physicalType`"
        yield Problem(line, told, error=logical.lower() not in LOGICAL_TYPES)
    if column.get("primaryKey") is True and column.get("required") is not True:
        line = column.lines["primaryKey"]
        told = f"`{name}` is part of the primary key, and may be null: write `required: true`"
        yield Problem(line, told, error=False)
    for value in _mappings(column.get("enum")):
        if value.get("value") is None:
            yield Problem(value.line, "an allowed value without a `value`")
        elif isinstance(value["value"], bool) and column.get("logicalType") == "string":
            said = "true" if value["value"] else "false"
            told = f"YAML reads this as {said}: put a bare `no`, `yes`, `on` or `off` in quotes"
            yield Problem(value.lines["value"], told)
    yield from _of_options(column)
    yield from _of_rules(column)
    inner = _mappings(column.get("properties"))
    items = column.get("items")
    if isinstance(items, LinedDict):
        inner += _mappings(items.get("properties"))
    yield from _given_twice(inner, "field")
    for field in inner:
        yield from _of_column(field)


_BOUNDS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))


def _of_options(column: LinedDict) -> Iterator[Problem]:
    options = column.get("logicalTypeOptions")
    if not isinstance(options, LinedDict):
        return
    for low, high in _BOUNDS:
        bottom, top = options.get(low), options.get(high)
        if isinstance(bottom, int | float) and isinstance(top, int | float) and bottom > top:
            yield Problem(options.lines[high], f"`{high}` is below `{low}`: nothing can be so")
    pattern = options.get("pattern")
    if isinstance(pattern, str) and _broken(pattern):
        yield Problem(options.lines["pattern"], f"`{pattern[:80]}` is no pattern")


def _broken(pattern: str) -> bool:
    try:
        re.compile(pattern[:1000])
    except (re.error, RecursionError, OverflowError):
        return True
    return False


def _of_rules(entry: LinedDict) -> Iterator[Problem]:
    for rule in _mappings(entry.get("quality")):
        kind = rule.get("type", "library")
        given = [key for key in OPERATORS if rule.get(key) is not None]
        metric = rule.get("metric") or rule.get("rule")
        if kind not in QUALITY_TYPES:
            told = f"`{kind}` is no kind of rule: {_meant(str(kind), QUALITY_TYPES)}"
            yield Problem(rule.lines["type"], told)
        elif kind == "library" and "query" not in rule and "engine" not in rule:
            yield from _of_library(rule, metric, given)
        elif kind == "sql" and not rule.get("query"):
            yield Problem(rule.line, "a rule of type `sql` without a `query`")
        elif kind == "sql" and not given:
            yield Problem(rule.line, f"nothing tells which result is right: {_THRESHOLD}")
        elif kind == "custom" and not (rule.get("engine") and rule.get("implementation")):
            yield Problem(rule.line, "a rule of type `custom` needs `engine` and `implementation`")
        if len(given) > 1:
            told = f"`{given[0]}` and `{given[1]}`: a rule has one of them; write two rules"
            yield Problem(rule.lines[given[1]], told)
        for key in ("mustBeBetween", "mustNotBeBetween"):
            ends = rule.get(key)
            if isinstance(ends, list) and len(ends) == 2 and _turned(ends):
                yield Problem(rule.lines[key], f"`{key}`: the smaller number comes first")


_THRESHOLD = "write `mustBe`, `mustBeLessThan`, `mustBeBetween` or another of these"


def _of_library(rule: LinedDict, metric: object, given: Sequence[str]) -> Iterator[Problem]:
    if metric is None:
        told = f"a rule without a `metric`: {', '.join(METRICS)}; or write its `type`"
        yield Problem(rule.line, told)
    elif str(metric) not in METRICS and "metric" in rule:
        told = f"`{metric}` is no metric of the standard: {_meant(str(metric), METRICS)}"
        yield Problem(rule.lines["metric"], told)
    elif not given:
        yield Problem(rule.line, f"`{metric}` has no threshold: {_THRESHOLD}")


def _turned(ends: Sequence[object]) -> bool:
    low, high = ends
    return isinstance(low, int | float) and isinstance(high, int | float) and low > high


# --- what the standard's models say --------------------------------------------------------------


def _of_kinds(document: LinedDict) -> Iterator[Problem]:
    """Yield the values of another kind than the standard's, and the keys that it does not have."""
    # the models take a third of a second to load
    from open_data_contract_standard.model import (  # noqa: PLC0415
        OpenDataContractStandard,
        Server,
    )
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        OpenDataContractStandard.model_validate(_plain(document))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        places = [_steps(document, one["loc"]) for one in found]
        for one, place in zip(found, places, strict=True):
            # Of the kinds that a value may have, the one that fits best tells more.
            deeper = any(other[: len(place)] == place != other for other in places)
            if one["type"] != "extra_forbidden" and not deeper:
                yield _explained(document, one["loc"], str(one["msg"]), one["input"])
    yield from _unknown_keys(document, OpenDataContractStandard, Server)


def _explained(
    document: LinedDict, place: Sequence[int | str], said: str, found: object
) -> Problem:
    line, key = _place(document, place)
    wanted = said.removeprefix("Input should be ").removeprefix("a valid ")
    if isinstance(found, bool):
        hint = ": YAML reads a bare `no`, `yes`, `on` or `off` so; put it in quotes"
        return Problem(line, f"`{key}` is {'true' if found else 'false'}, not a {wanted}{hint}")
    if isinstance(found, int | float) and "string" in said:
        return Problem(line, f"`{key}` is a number, not text: write it in quotes, `'{found}'`")
    if "boolean" in said:
        return Problem(line, f"`{key}` is neither `true` nor `false`")
    if found is None or "Field required" in said:
        return Problem(line, f"`{key}` is missing")
    return Problem(line, f"`{key}` should be {_an(wanted)}")


def _an(wanted: str) -> str:
    known = {"dictionary": "keys with values", "list": "a list", "string": "text",
             "number": "a number", "integer": "a whole number"}  # fmt: skip
    first = wanted.partition(",")[0].partition(" or ")[0]
    return known.get(first, wanted[:80])


def _steps(document: LinedDict, place: Sequence[int | str]) -> tuple[int | str, ...]:
    """Return the steps of a place that the document has: the models name their own beside."""
    node: Any = document
    taken: list[int | str] = []
    for step in place:
        listed = isinstance(node, list) and isinstance(step, int) and step < len(node)
        if listed or (isinstance(node, LinedDict) and step in node):
            node = node[step]
            taken.append(step)
    return tuple(taken)


def _place(document: LinedDict, place: Sequence[int | str]) -> tuple[int, str]:
    """Return the line of what a model found wrong, and the key that it stands under."""
    node: Any = document
    line, key = document.line, ""
    for step in place:
        if isinstance(node, LinedDict) and step in node:
            line, key = node.lines.get(step, line), str(step)
            node = node[step]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
            line = node.line if isinstance(node, LinedDict) else line
        elif isinstance(node, LinedDict) and step == place[-1]:
            key = str(step)
    return line, key


def _unknown_keys(
    node: LinedDict, model: "type[BaseModel]", lax: "type[BaseModel]"
) -> Iterator[Problem]:
    """Yield the keys that a model has no field for; servers of any kind have keys of their own."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, value in node.items():
        field = fields.get(key)
        if field is None:
            told = f"the standard has no key `{str(key)[:80]}` here: {_meant(str(key), fields)}"
            yield Problem(node.lines.get(key, node.line), told)
            continue
        inner = _model_in(field.annotation, several=isinstance(value, list))
        if inner is not None and inner is not lax:
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, LinedDict):
                    yield from _unknown_keys(item, inner, lax)


def _model_in(annotation: Any, *, several: bool) -> "type[BaseModel] | None":
    """Return the model that a field holds, or a list of, where there is one."""
    from pydantic import BaseModel  # noqa: PLC0415

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation if not several else None
    is_list = getattr(annotation, "__origin__", None) is list
    inner = (
        _model_in(part, several=several and not is_list)
        for part in get_args(annotation)
        if is_list <= several
    )
    return next((model for model in inner if model is not None), None)


def _plain(value: object) -> Any:
    """Return a value as the models take it: a date is the text that YAML made it from."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _meant(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    close = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"it has {', '.join(sorted(known)[:12])}"


def _mappings(value: object) -> list[LinedDict]:
    listed = value if isinstance(value, list) else ()
    return [item for item in listed if isinstance(item, LinedDict)]
