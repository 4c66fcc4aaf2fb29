"""Contracts against contracts: said otherwise is silent; each edit goes the way that data tells.

The judge of an edit never reads a clause: it holds made-up rows against both documents.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import combinations
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guardian.contracts import difference
from guardian.contracts.directions import together
from guardian.contracts.intervals import Direction
from guardian.languages.contracts import odcs
from guardian.languages.safe_yaml import LinedDict, load
from guardian.model.changes import Change
from guardian.model.contract import Contract

Document = dict[str, Any]
HEAD = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "o", "version": "1.0.0"}


def read(document: Document, text: str = "") -> Contract:
    loaded = load(text or yaml.safe_dump(document, sort_keys=False))
    assert isinstance(loaded, LinedDict)
    (found,) = odcs.contracts(loaded, "contracts/orders.odcs.yaml", "spark")
    return found


def document(properties: Sequence[Document], **more: Any) -> Document:
    table = {"name": "orders", "properties": list(properties)}
    return {**HEAD, "schema": [{**table, **more.pop("table", {})}], **more}


def direction(before: Document, after: Document) -> Direction | None:
    steps = difference.steps(read(before), read(after))
    return together([step.direction for step in steps])


# --- random contracts ----------------------------------------------------------------------------

numbers = st.integers(-3, 12)


@st.composite
def options(draw: st.DrawFn, kind: str) -> Document:
    """Draw one kind of bound for a column, so that no clause hides behind another."""
    if kind == "range":
        low = draw(st.none() | numbers)
        high = draw(st.none() | st.integers((low or -3) + 3, 20))
        names = [draw(st.sampled_from(pair)) for pair in _ENDS]
        bounds = {names[0]: low, names[1]: high}
        return {"logicalTypeOptions": {key: one for key, one in bounds.items() if one is not None}}
    if kind == "length":
        low, more = draw(st.integers(0, 3)), draw(st.integers(1, 4))
        return {"logicalTypeOptions": {"minLength": low, "maxLength": low + more}}
    if kind == "multiple":
        return {"logicalTypeOptions": {"multipleOf": draw(st.integers(2, 6))}}
    if kind == "values":
        allowed = draw(st.lists(st.sampled_from("abcde"), min_size=2, unique=True))
        rule = {"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": allowed}}
        return draw(st.sampled_from([{"enum": allowed}, {"quality": [rule]}]))
    return {}


_KINDS = {
    "integer": ["range", "multiple", "none"], "number": ["range", "none"],
    "string": ["length", "values", "none"],
}  # fmt: skip
_ENDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


@st.composite
def column(draw: st.DrawFn, name: str) -> Document:
    logical = draw(st.sampled_from(sorted(_KINDS)))
    flags = {
        key: True for key in ("required", "unique", "primaryKey") if draw(st.integers(0, 3)) == 0
    }
    return {"name": name, "logicalType": logical, **flags, **draw(options(_kind(draw, logical)))}


def _kind(draw: st.DrawFn, logical: str, known: Document | None = None) -> str:
    """Draw a kind of bound for a type: the one that is there already, or none."""
    said = {key for part in (known or {}).values() if isinstance(part, dict) for key in part}
    if "multipleOf" in said:
        return draw(st.sampled_from(["multiple", "none"]))
    if "minLength" in said:
        return draw(st.sampled_from(["length", "none"]))
    if said:
        return draw(st.sampled_from(["range", "none"]))
    if known and known.keys() & {"enum", "quality"}:
        return draw(st.sampled_from(["values", "none"]))
    return draw(st.sampled_from(_KINDS[logical]))


@st.composite
def contracts(draw: st.DrawFn) -> Document:
    names = ["id", "net", "code"][: draw(st.integers(1, 3))]
    table: Document = {}
    if len(names) > 1 and draw(st.booleans()):
        key = {"properties": draw(st.permutations(names[:2]))}
        table = {"quality": [{"metric": "duplicateValues", "mustBe": 0, "arguments": key}]}
    return document([draw(column(name)) for name in names], table=table)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Document, Document]:
    """Draw a contract, and the same with one clause of one column, or of the table, otherwise."""
    before = draw(contracts())
    after = deepcopy(before)
    (table,) = after["schema"]
    entry = draw(st.sampled_from(table["properties"]))
    what = draw(st.sampled_from(["required", "unique", "primaryKey", "options", "options", "key"]))
    if what == "key":
        table.pop("quality", None)
    elif what == "options":
        fresh = draw(options(_kind(draw, entry["logicalType"], entry)))
        for key in ("logicalTypeOptions", "enum", "quality"):
            entry.pop(key, None)
        entry |= fresh
    else:
        entry[what] = not entry.get(what, False)
    return before, after


# --- the judge: rows that one document lets through and the other does not -----------------------


def allows(entry: Document, value: Any) -> bool:
    """Return whether one value may stand in a column, by the words of the standard."""
    if value is None:
        return not (entry.get("required") or entry.get("primaryKey"))
    bounds = entry.get("logicalTypeOptions", {})
    tests: Mapping[str, Callable[[Any], bool]] = {
        "minimum": lambda end: value >= end, "maximum": lambda end: value <= end,
        "exclusiveMinimum": lambda end: value > end, "exclusiveMaximum": lambda end: value < end,
        "minLength": lambda end: len(value) >= end, "maxLength": lambda end: len(value) <= end,
        "multipleOf": lambda step: value % step == 0,
    }  # fmt: skip
    listed = [entry["enum"]] if "enum" in entry else []
    listed += [rule["arguments"]["validValues"] for rule in entry.get("quality", ())]
    return all(tests[key](end) for key, end in bounds.items()) and all(
        value in values for values in listed
    )


def holds(made: Document, rows: Sequence[Mapping[str, Any]]) -> bool:
    (table,) = made["schema"]
    columns = table["properties"]
    keys = [[entry["name"]] for entry in columns if entry.get("unique")]
    keys.append([entry["name"] for entry in columns if entry.get("primaryKey")])
    keys += [rule["arguments"]["properties"] for rule in table.get("quality", ())]
    return all(allows(entry, row[entry["name"]]) for entry in columns for row in rows) and all(
        len({tuple(row[name] for name in key) for row in rows}) == len(rows)
        for key in keys
        if key and not any(row[name] is None for row in rows for name in key)
    )


_VALUES: Mapping[str, Sequence[Any]] = {
    "integer": range(-4, 61), "number": [half / 2 for half in range(-8, 50)],
    "string": ["", *"abcde", "zz", "zzz", "zzzz", "z" * 5, "z" * 6, "z" * 7, "z" * 8],
}  # fmt: skip


def tables(before: Document, after: Document) -> Iterator[list[dict[str, Any]]]:
    """Yield tables near the border of what two documents allow: one row, or two alike ones."""
    columns = list(zip(*(made["schema"][0]["properties"] for made in (before, after)), strict=True))
    fair = {
        old["name"]: [one for one in _VALUES[old["logicalType"]] if allows(old, one) and allows(new, one)]
        for old, new in columns
    }  # fmt: skip
    assume(all(len(values) > 1 for values in fair.values()))
    row = {name: values[0] for name, values in fair.items()}
    other = {name: values[1] for name, values in fair.items()}
    for old, _ in columns:
        for value in (*_VALUES[old["logicalType"]], None):
            yield [{**row, old["name"]: value}]
    for count in range(len(row) + 1):
        for alike in combinations(row, count):
            yield [row, {name: (row if name in alike else other)[name] for name in row}]


def judged(before: Document, after: Document) -> Direction | None:
    old, new = set(), set()
    for number, rows in enumerate(tables(before, after)):
        old |= {number} if holds(before, rows) else set()
        new |= {number} if holds(after, rows) else set()
    if old == new:
        return None
    if old < new:
        return "loosens"
    return "tightens" if new < old else "both"


@settings(max_examples=400, deadline=None)
@given(edits())
def test_an_edit_does_what_rows_tell_that_it_does(pair: tuple[Document, Document]) -> None:
    assert direction(*pair) == judged(*pair)


# --- thresholds ----------------------------------------------------------------------------------

_OPERATORS: Mapping[str, Callable[[int, Any], bool]] = {
    "mustBe": lambda count, end: count == end, "mustNotBe": lambda count, end: count != end,
    "mustBeGreaterThan": lambda count, end: count > end,
    "mustBeGreaterOrEqualTo": lambda count, end: count >= end,
    "mustBeLessThan": lambda count, end: count < end,
    "mustBeLessOrEqualTo": lambda count, end: count <= end,
    "mustBeBetween": lambda count, ends: ends[0] <= count <= ends[1],
    "mustNotBeBetween": lambda count, ends: not ends[0] <= count <= ends[1],
}  # fmt: skip


@st.composite
def thresholds(draw: st.DrawFn) -> Document:
    operator = draw(st.sampled_from(sorted(_OPERATORS)))
    low = draw(st.integers(0, 9))
    return {operator: [low, low + draw(st.integers(0, 5))] if "Between" in operator else low}


@settings(max_examples=300, deadline=None)
@given(thresholds(), thresholds())
def test_a_threshold_lets_through_what_it_counts(before: Document, after: Document) -> None:
    def passing(rule: Document) -> set[int]:
        ((operator, end),) = rule.items()
        return {count for count in range(40) if _OPERATORS[operator](count, end)}

    old, new = passing(before), passing(after)
    assume(old and new)
    expected = None if old == new else ("loosens" if old < new else "both")
    expected = "tightens" if new < old else expected
    made = [
        document([{"name": "id"}], table={"quality": [{"metric": "rowCount", **rule}]})
        for rule in (before, after)
    ]
    found = direction(made[0], made[1])
    assert found == expected


# --- said otherwise ------------------------------------------------------------------------------


def turned(made: Any, dice: random.Random) -> Any:
    """Return a document with its keys, and the lists in which order says nothing, in another order."""
    if isinstance(made, dict):
        keys = list(made)
        dice.shuffle(keys)
        return {key: _list(key, turned(made[key], dice), dice) for key in keys}
    return [turned(item, dice) for item in made] if isinstance(made, list) else made


def _list(key: str, made: Any, dice: random.Random) -> Any:
    unordered = {"properties", "quality", "enum", "validValues", "slaProperties", "tags", "roles"}
    if key in unordered and isinstance(made, list):
        dice.shuffle(made)
    return made


def styled(made: Document, dice: random.Random) -> str:
    """Return a document as another author may write it: JSON, flow, quotes, comments."""
    style = dice.choice(["json", "flow", "block", "quotes", "comments"])
    if style == "json":
        return json.dumps(made, indent=dice.choice([None, 2]))
    flow = {"flow": True, "block": False}.get(style)
    text = yaml.safe_dump(
        made, sort_keys=False, default_flow_style=flow, width=dice.choice([40, 200])
    )
    if style == "comments":
        return "# a contract\n" + text.replace("\n", "  # as agreed\n", 3)
    return text


FULL = document(
    [
        {"name": "id", "logicalType": "integer", "primaryKey": True, "primaryKeyPosition": 1},
        {"name": "at", "logicalType": "timestamp", "partitioned": True, "partitionKeyPosition": 1,
         "logicalTypeOptions": {"minimum": "2020-01-01T00:00:00Z", "timezone": True}},
        {"name": "lines", "logicalType": "array",
         "items": {"logicalType": "object", "properties": [{"name": "sku", "required": True}]},
         "logicalTypeOptions": {"minItems": 1, "uniqueItems": True}},
        {"name": "prices", "logicalType": "map",
         "map": {"key": {"logicalType": "string"}, "value": {"logicalType": "number"}}},
        {"name": "email", "logicalType": "string", "classification": "personal",
         "encryptedName": "email_x", "criticalDataElement": True, "tags": ["pii", "gdpr"],
         "relationships": [{"to": "people.email"}], "examples": ["a@b.c"],
         "quality": [{"metric": "nullValues", "unit": "percent", "mustBeLessThan": 5},
                     {"type": "text", "description": "An address"}]},
    ],
    table={
        "relationships": [{"from": ["id", "email"], "to": ["t.id", "t.email"]}],
        "quality": [
            {"type": "sql", "query": "SELECT 1", "mustBe": 1, "dimension": "accuracy"},
            {"type": "custom", "engine": "soda", "implementation": {"checks": [1]}},
            {"metric": "rowCount", "mustBeGreaterThan": 10, "severity": "error"},
        ],
    },
    slaProperties=[
        {"property": "latency", "value": 4, "unit": "h", "element": "orders.at"},
        {"property": "timeOfAvailability", "value": "09:00-08:00", "driver": "regulatory"},
        {"property": "timeOfAvailability", "value": "08:00-08:00", "driver": "analytics"},
        {"property": "throughput", "value": 10, "unit": "MB/s"},
    ],
    roles=[{"role": "analyst", "access": "read"}, {"role": "loader", "access": "write"}],
    servers=[{"server": "prod", "type": "s3", "location": "s3://lake/orders"}],
    status="active",
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.just(FULL), contracts()), st.integers(0, 10**9))
def test_said_otherwise_is_silent(made: Document, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # no secret
    head = read({}, styled(turned(deepcopy(made), dice), dice))
    assert list(difference.changes(read(made), head)) == []


SAME: Sequence[tuple[str, str]] = (
    ("{required: true}", "{quality: [{metric: nullValues, mustBe: 0}]}"),
    ("{required: true}", "{quality: [{metric: nullValues, mustBeLessThan: 1}]}"),
    ("{required: true}", "{quality: [{rule: nullValues, mustBe: 0, unit: percent}]}"),
    ("{unique: true}", "{quality: [{metric: duplicateValues, mustBeLessOrEqualTo: 0}]}"),
    ("{primaryKey: true}", "{primaryKey: true, required: true, unique: true}"),
    ("{primaryKey: true, primaryKeyPosition: 1}", "{primaryKey: true, primaryKeyPosition: 3}"),
    ("{physicalType: integer}", "{physicalType: INT}"),
    ("{physicalType: 'decimal(10)'}", "{physicalType: 'decimal( 10, 0 )'}"),
    ("{physicalType: 'array<struct<a: int>>'}", "{physicalType: 'array<struct<a:integer>>'}"),
    ("{physicalType: bigint}", "{logicalType: integer}"),
    ("{physicalType: bigint}", "{logicalType: integer, physicalType: bigint}"),
    (
        "{logicalType: integer, logicalTypeOptions: {minimum: 1}}",
        "{logicalType: integer, logicalTypeOptions: {exclusiveMinimum: 0}}",
    ),
    ("{logicalTypeOptions: {maximum: 5, exclusiveMaximum: true}}",
     "{logicalTypeOptions: {exclusiveMaximum: 5}}"),
    ("{logicalTypeOptions: {minimum: 2020-01-01}}", "{logicalTypeOptions: {minimum: '2020-01-01'}}"),
    (
        "{logicalTypeOptions: {minimum: 2020-01-01T10:00:00+02:00}}",
        "{logicalTypeOptions: {minimum: '2020-01-01T08:00:00Z'}}",
    ),
    ("{logicalTypeOptions: {minLength: 0, minItems: 0}}", "{}"),
    ("{logicalTypeOptions: {defaultTimezone: UTC, timezone: false}}", "{}"),
    ("{logicalTypeOptions: {minimum: .nan}}", "{logicalTypeOptions: {minimum: .nan}}"),
    ("{enum: [{value: a, label: A}, {value: b}]}",
     "{quality: [{metric: invalidValues, arguments: {validValues: [b, a, null]}, mustBe: 0}]}"),
    ("{quality: [{metric: rowCount, mustBeGreaterThan: 1, mustBeLessThan: 5}]}",
     "{quality: [{metric: rowCount, mustBeBetween: [2, 4], unit: rows}]}"),
    ("{quality: [{metric: x, mustBe: 1, schedule: 0 1 * * *, dimension: accuracy}]}",
     "{quality: [{metric: x, mustBe: 1, schedule: 0 2 * * *, businessImpact: much}]}"),
    ("{examples: [1], description: x, businessName: X, semanticType: a}", "{}"),
    ("{required: false, unique: false, criticalDataElement: false, tags: []}", "{tags: [x]}"),
    ("{relationships: [{to: t.id}]}", "{relationships: [{to: t.id, type: foreignKey}]}"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SAME)
def test_the_same_in_other_words_is_silent(before: str, after: str) -> None:
    sides = [document([{"name": "x", **yaml.safe_load(text)}]) for text in (before, after)]
    for one, other in (sides, sides[::-1]):
        assert [*difference.steps(read(one), read(other))] == []


# --- every kind of clause ------------------------------------------------------------------------

EDITS: Sequence[tuple[str, str, str, str]] = (
    # what a column says before and after; the rule and the direction
    ("{}", "{required: true}", "contract-tightened", "tightens"),
    ("{physicalType: int}", "{physicalType: bigint}", "contract-type-changed", "loosens"),
    ("{physicalType: bigint}", "{physicalType: int}", "contract-type-changed", "tightens"),
    ("{physicalType: int}", "{physicalType: string}", "contract-type-changed", "both"),
    ("{physicalType: int}", "{logicalType: string}", "contract-type-changed", "both"),
    ("{logicalType: integer}", "{logicalType: number}", "contract-type-changed", "loosens"),
    ("{physicalType: 'decimal(10,2)'}", "{physicalType: 'decimal(12,2)'}", "contract-type-changed", "loosens"),
    ("{physicalType: 'array<int>'}", "{physicalType: 'array<bigint>'}", "contract-type-changed", "loosens"),
    ("{items: {logicalType: string}}", "{items: {logicalType: integer}}", "contract-type-changed", "both"),
    ("{map: {value: {physicalType: int}}}", "{map: {value: {physicalType: date}}}", "contract-type-changed", "both"),
    ("{properties: [{name: a, required: true}]}", "{properties: [{name: a}]}", "contract-nullability-loosened", "loosens"),
    ("{properties: [{name: a}, {name: b}]}", "{properties: [{name: a}]}", "contract-column-removed", "loosens"),
    ("{items: {properties: [{name: a}]}}", "{items: {properties: [{name: a}, {name: b}]}}", "contract-column-added", "tightens"),
    ("{logicalTypeOptions: {required: [a]}}", "{}", "contract-nullability-loosened", "loosens"),
    ("{logicalTypeOptions: {minimum: '2020-01-01'}}", "{logicalTypeOptions: {minimum: '2019-01-01'}}", "contract-values-loosened", "loosens"),
    ("{logicalTypeOptions: {maximum: '08:30'}}", "{logicalTypeOptions: {maximum: '08:15:00'}}", "contract-tightened", "tightens"),
    ("{logicalTypeOptions: {minimum: a}}", "{logicalTypeOptions: {minimum: b}}", "contract-clause-changed", "undetermined"),
    ("{logicalTypeOptions: {minItems: 2}}", "{logicalTypeOptions: {minItems: 1}}", "contract-values-loosened", "loosens"),
    ("{logicalTypeOptions: {maxProperties: 2}}", "{logicalTypeOptions: {maxProperties: 1}}", "contract-tightened", "tightens"),
    ("{logicalTypeOptions: {uniqueItems: true}}", "{}", "contract-values-loosened", "loosens"),
    ("{logicalTypeOptions: {multipleOf: 10}}", "{logicalTypeOptions: {multipleOf: 0.5}}", "contract-values-loosened", "loosens"),
    ("{logicalTypeOptions: {pattern: '^a'}}", "{logicalTypeOptions: {pattern: '^b'}}", "contract-clause-changed", "undetermined"),
    ("{logicalTypeOptions: {pattern: '^a'}}", "{}", "contract-values-loosened", "loosens"),
    ("{logicalTypeOptions: {format: i32}}", "{logicalTypeOptions: {format: i64}}", "contract-values-loosened", "loosens"),
    ("{logicalTypeOptions: {format: i16}}", "{logicalTypeOptions: {format: u8}}", "contract-tightened", "tightens"),
    ("{logicalTypeOptions: {format: email}}", "{logicalTypeOptions: {format: uuid}}", "contract-clause-changed", "undetermined"),
    ("{logicalTypeOptions: {timezone: true}}", "{logicalTypeOptions: {timezone: false}}", "contract-values-loosened", "loosens"),
    ("{logicalTypeOptions: {defaultTimezone: Europe/Paris}}", "{logicalTypeOptions: {defaultTimezone: Asia/Tokyo}}", "contract-clause-changed", "undetermined"),
    ("{classification: personal}", "{classification: public}", "contract-classification-changed", "undetermined"),
    ("{encryptedName: a}", "{}", "contract-classification-changed", "undetermined"),
    ("{tags: [x, PII]}", "{tags: [y]}", "contract-classification-changed", "undetermined"),
    ("{criticalDataElement: true}", "{}", "contract-clause-removed", "undetermined"),
    ("{deprecated: true}", "{}", "contract-status-changed", "undetermined"),
    ("{partitioned: true}", "{}", "contract-clause-removed", "loosens"),
    ("{relationships: [{to: t.id}]}", "{relationships: [{to: u.id}]}", "contract-clause-changed", "both"),
    ("{relationships: [{to: t.id}]}", "{}", "contract-clause-removed", "loosens"),
    ("{quality: [{metric: nullValues, mustBeLessThan: 9}]}", "{quality: [{metric: nullValues, mustBeLessThan: 9, unit: percent}]}", "contract-clause-changed", "undetermined"),
    ("{quality: [{metric: nullValues, mustBeLessThan: 9}]}", "{quality: [{metric: nullValues, mustBeLessThan: 99}]}", "contract-clause-changed", "loosens"),
    ("{quality: [{metric: a, mustBe: true}]}", "{quality: [{metric: a, mustBe: false}]}", "contract-clause-changed", "undetermined"),
    ("{quality: [{metric: a, mustBe: 1}]}", "{quality: [{metric: a, mustBe: 1, severity: warning}]}", "contract-clause-changed", "loosens"),
    ("{quality: [{metric: invalidValues, arguments: {validValues: [a]}, mustBeLessThan: 9}]}",
     "{quality: [{metric: invalidValues, arguments: {validValues: [a, b]}, mustBeLessThan: 9}]}", "contract-clause-changed", "loosens"),
    ("{quality: [{metric: missingValues, arguments: {missingValues: ['']}, mustBeLessThan: 9}]}",
     "{quality: [{metric: missingValues, arguments: {missingValues: ['', x]}, mustBeLessThan: 9}]}", "contract-tightened", "tightens"),
    ("{quality: [{type: sql, query: SELECT 1, mustBe: 1}]}", "{quality: [{type: sql, query: SELECT 2, mustBe: 1}]}", "contract-clause-changed", "undetermined"),
    ("{quality: [{engine: soda, implementation: {a: 1}}]}", "{quality: [{engine: soda, implementation: {a: 2}}]}", "contract-clause-changed", "undetermined"),
    ("{quality: [{metric: x, mustNotBe: 3}]}", "{quality: [{metric: x, mustNotBeBetween: [2, 4]}]}", "contract-tightened", "tightens"),
    ("{quality: [{metric: x}]}", "{}", "contract-clause-removed", "loosens"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after", "rule", "way"), EDITS)
def test_each_clause_of_a_column_is_found_and_classed(
    before: str, after: str, rule: str, way: str
) -> None:
    sides = [document([{"name": "x", **yaml.safe_load(text)}]) for text in (before, after)]
    (found,) = _clauses(sides[0], sides[1])
    assert (found.rule, found.detail) == (rule, way)
    assert found.before != found.after


WHOLE: Sequence[tuple[str, str, str, str]] = (
    ("slaProperties: [{property: latency, value: 60, unit: min}]", "slaProperties: [{property: latency, value: 2, unit: h}]", "contract-freshness-loosened", "loosens"),
    ("slaProperties: [{property: retention, value: 3, unit: y}]", "slaProperties: [{property: retention, value: 1, unit: y}]", "contract-freshness-loosened", "loosens"),
    ("slaProperties: [{property: throughput, value: 3, unit: MB/s}]", "slaProperties: [{property: throughput, value: 5, unit: MB/s}]", "contract-tightened", "tightens"),
    ("slaProperties: [{property: throughput, value: 3, unit: MB/s}]", "slaProperties: [{property: throughput, value: 3, unit: GB/s}]", "contract-clause-changed", "undetermined"),
    ("slaProperties: [{property: endOfSupport, value: 2030-01-01}]", "slaProperties: [{property: endOfSupport, value: '2029-01-01'}]", "contract-freshness-loosened", "loosens"),
    ("slaProperties: [{property: timeOfAvailability, value: '09:00-08:00'}]", "slaProperties: [{property: timeOfAvailability, value: '10:00-07:00'}]", "", ""),
    ("slaProperties: [{property: timeOfAvailability, value: '09:00-08:00'}]", "slaProperties: [{property: timeOfAvailability, value: '10:00-08:00'}]", "contract-freshness-loosened", "loosens"),
    ("slaProperties: [{property: frequency, value: 1, valueExt: 2, unit: d}]", "slaProperties: [{property: frequency, value: 1, valueExt: 3, unit: d}]", "contract-freshness-loosened", "loosens"),
    ("slaProperties: [{property: latency, value: 1, element: orders.x}]", "slaProperties: [{property: latency, value: 1, element: x, driver: analytics}]", "", ""),
    ("slaProperties: [{property: latency, value: 1, element: other.x}]", "{}", "contract-freshness-loosened", "loosens"),
    ("roles: [{role: analyst, access: read}]", "{}", "contract-access-changed", "loosens"),
    ("roles: [{role: analyst, access: read}]", "roles: [{role: analyst, access: write}]", "contract-access-changed", "undetermined"),
    ("{}", "roles: [{role: analyst, access: read}]", "contract-access-changed", "undetermined"),
    ("servers: [{server: p, type: s3, location: 's3://a'}]", "servers: [{server: p, type: s3, location: 's3://b'}]", "contract-location-changed", "both"),
    ("servers: [{server: p, type: s3, location: 's3://a'}]", "servers: [{server: q, type: s3, location: 's3://a', description: x}]", "", ""),
    ("servers: [{server: p, type: s3, format: csv, roles: [{role: a}]}]", "servers: [{server: p, type: s3, format: csv}]", "contract-access-changed", "loosens"),
    ("status: active", "status: deprecated", "contract-status-changed", "undetermined"),
    ("{}", "customProperties: [{property: guardian.compatibility, value: NONE}]", "contract-clause-changed", "undetermined"),
    ("{description: {purpose: a}, team: {name: x}, tags: [a], domain: d}", "{price: {priceAmount: 1}, support: [], dataProduct: p}", "", ""),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after", "rule", "way"), WHOLE)
def test_each_clause_of_the_whole_is_found_and_classed(
    before: str, after: str, rule: str, way: str
) -> None:
    sides = [document([{"name": "x"}], **yaml.safe_load(text)) for text in (before, after)]
    found = [(one.rule, one.detail) for one in _clauses(sides[0], sides[1])]
    assert found == ([(rule, way)] if rule else [])


def _clauses(before: Document, after: Document) -> list[Change]:
    found = difference.changes(read(before), read(after))
    return [one for one in found if one.rule != "contract-version"]
