"""Contracts written: what is known of a table, in each form, and that it reads back the same."""

import json
from collections.abc import Mapping
from importlib.resources import files as package_files
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian import pipeline
from guardian.contracts import writing
from guardian.contracts.drafting import Draft, draft
from guardian.languages.contracts import validation
from guardian.languages.contracts.extraction import contracts, read
from guardian.languages.safe_yaml import LinedDict, load
from guardian.lineage.link import link
from guardian.model.contract import Clause, Contract, Format
from tests.casebook import InMemory

SCHEMA = json.loads(
    package_files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
FILE: Mapping[Format, str] = {"odcs": "contracts/t.odcs.yaml", "json": "contracts/t.json"}

names = st.sampled_from(["order_id", "net", "country", "loaded_at", "note", "größe", "no"])
words = st.sampled_from(["a", "no", "12", "x: y", "true", "2024-01-01", "'quoted'", "#", "ü"])
numbers = st.integers(-5, 5)


def filled(entry: Mapping[str, object]) -> dict[str, object]:
    """Return an entry without what says nothing."""
    return {key: value for key, value in entry.items() if value not in (None, [], {})}


@st.composite
def options(drawn: st.DrawFn) -> dict[str, object]:
    """Return options of a column of any type, each bound in its place."""
    found: dict[str, object] = {}
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength")):
        if drawn(st.booleans()):
            found[low] = drawn(st.integers(0, 5))
        if drawn(st.booleans()):
            found[high] = drawn(st.integers(5, 9))
    if drawn(st.booleans()):
        found["exclusiveMaximum"] = drawn(st.integers(3, 7))
    if drawn(st.booleans()):
        found["pattern"] = drawn(words)
    return found


@st.composite
def rules(drawn: st.DrawFn) -> dict[str, object]:
    """Return a rule about the data."""
    metric = drawn(st.sampled_from(["nullValues", "duplicateValues", "rowCount", "sql", "custom"]))
    one, other = sorted([drawn(numbers), drawn(numbers)])
    threshold: tuple[str, object] = drawn(
        st.sampled_from(
            [("mustBe", one), ("mustNotBe", one), ("mustBeGreaterThan", one),
             ("mustBeLessOrEqualTo", one), ("mustBeBetween", [one, other + 1]),
             ("mustNotBeBetween", [one, other + 1])]
        )
    )  # fmt: skip
    key, value = threshold
    rule: dict[str, object] = {key: value, "severity": drawn(st.sampled_from(["error", None]))}
    if metric == "sql":
        rule |= {"type": "sql", "query": f"select {drawn(numbers)}"}
    elif metric == "custom":
        rule = {"type": "custom", "engine": "soda", "implementation": {"check": drawn(words)}}
    else:
        rule |= {"metric": metric, "name": drawn(st.sampled_from([None, "rule one"]))}
    return filled(rule)


@st.composite
def columns(drawn: st.DrawFn, name: str, depth: int = 0) -> dict[str, object]:
    """Return a column, with fields of its own where it is not too deep."""
    inner = drawn(st.lists(names, unique=True, max_size=2)) if depth < 2 else []
    return filled(
        {
            "name": name,
            "logicalType": drawn(st.sampled_from([None, "integer", "string", "object"])),
            "physicalType": drawn(st.sampled_from([None, "int", "decimal(10,2)", "varchar(2)"])),
            "required": drawn(st.sampled_from([None, True])),
            "unique": drawn(st.sampled_from([None, True])),
            "classification": drawn(st.sampled_from([None, "personal"])),
            "tags": drawn(st.lists(words, unique=True, max_size=2)),
            "enum": [{"value": word} for word in drawn(st.lists(words, unique=True, max_size=3))],
            "logicalTypeOptions": drawn(options()),
            "quality": drawn(st.lists(rules(), max_size=2)),
            "relationships": drawn(st.sampled_from([None, [{"to": "customers.id"}]])),
            "properties": [drawn(columns(one, depth + 1)) for one in inner],
        }
    )


LEVELS: list[dict[str, object]] = [
    {"property": "latency", "value": 4, "unit": "h"},
    {"property": "retention", "value": 3, "unit": "y", "element": "net"},
    {"property": "availability", "value": 99.9},
    {"property": "frequency", "value": 90, "unit": "s", "driver": "regulatory"},
    {"property": "generalAvailability", "value": "2024-01-01"},
]


@st.composite
def documents(drawn: st.DrawFn) -> dict[str, object]:
    """Return a contract of one table."""
    listed = drawn(st.lists(names, unique=True, min_size=1, max_size=4))
    table = [drawn(columns(name)) for name in listed]
    key = drawn(st.lists(st.sampled_from(table), max_size=2, unique_by=lambda one: one["name"]))
    for position, column in enumerate(key, start=1):
        column |= {"primaryKey": True, "primaryKeyPosition": position}
    together = {"metric": "duplicateValues", "mustBe": 0, "arguments": {"properties": listed}}
    return filled(
        {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": "shop-orders",
            "version": drawn(st.sampled_from(["1.0.0", "2.1.0"])),
            "status": "active",
            "team": {"name": "shop"},
            "schema": [
                filled(
                    {
                        "name": "orders",
                        "physicalName": "silver.orders",
                        "properties": table,
                        "quality": [
                            *drawn(st.lists(rules(), max_size=2)),
                            *([together] if drawn(st.booleans()) else []),
                        ],
                    }
                )
            ],
            "slaProperties": drawn(
                st.lists(
                    st.sampled_from(LEVELS),
                    max_size=2,
                    unique_by=lambda one: str(one["property"]),
                )
            ),
        }
    )


def told(contract: Contract) -> set[Clause]:
    """Return the clauses of a contract, wherever they stand."""
    return {msgspec.structs.replace(clause, line=0) for clause in contract.clauses}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_what_is_written_reads_back_as_the_same_clauses(document: dict[str, object]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    (contract,) = contracts(read(FILE["odcs"], text), FILE["odcs"], "spark")
    written = writing.FORMS["odcs"](contract)
    (again,) = contracts(read(FILE["odcs"], written), FILE["odcs"], "spark")
    assert told(again) == told(contract), written
    assert (again.id, again.version, again.owner) == (contract.id, contract.version, contract.owner)
    assert again.dataset == contract.dataset


def valid(text: str) -> None:
    """Check that a contract passes the standard's schema, its models, and our own lint."""
    document = load(text)
    assert isinstance(document, LinedDict)
    plain = yaml.safe_load(text)
    for table in plain["schema"]:
        _typed(table["properties"])
    assert [error.message for error in VALIDATOR.iter_errors(plain)] == []
    assert [one for one in validation.problems(document) if one.error] == []


def _typed(entries: list[dict[str, object]]) -> None:
    """Give every column a type: the schema wants a `map` of those without (its `if` holds then)."""
    for entry in entries:
        entry.setdefault("logicalType", "string")
        inner = entry.get("properties")
        _typed(inner if isinstance(inner, list) else [])


def test_what_json_has_words_for_reads_back() -> None:
    contract = msgspec.structs.replace(FULL, format="json")
    written = writing.FORMS["json"](contract)
    (again,) = contracts(read(FILE["json"], written), FILE["json"], "spark")
    assert told(again) == told(contract)
    assert (again.dataset, again.version) == ("silver.orders", "1.0.0")


(FULL,) = contracts(
    read(
        FILE["odcs"],
        """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
schema:
  - name: orders
    physicalName: silver.orders
    properties:
      - {name: order_id, physicalType: bigint, required: true, primaryKey: true}
      - name: country
        physicalType: varchar(2)
        enum: [{value: nl}, {value: be}]
        logicalTypeOptions: {maxLength: 2, pattern: "^[a-z]+$"}
      - {name: net, physicalType: "decimal(10,2)", logicalTypeOptions: {exclusiveMinimum: 0}}
    quality:
      - {metric: rowCount, mustBeBetween: [1, 10], name: some}
      - {metric: duplicateValues, mustBe: 0, arguments: {properties: [country, net]}}
      - {type: sql, query: select 1, mustBe: 0, name: sane}
slaProperties:
  - {property: freshness, value: 24, unit: h, element: net}
""",
    ),
    FILE["odcs"],
    "spark",
)


def test_what_dbt_has_words_for_reads_back() -> None:
    files = {
        "dbt_project.yml": "name: shop\nmodel-paths: [models]\n",
        "models/orders.sql": "{{ config(schema='silver') }} select 1 as order_id",
        "models/orders.yml": writing.FORMS["dbt"](FULL),
    }
    lowered, _ = pipeline.lower(InMemory(files, "spark"), sorted(files))
    (again,) = (contract for file in lowered for contract in file.contracts)
    assert (again.enforced, again.columns()) == (True, FULL.columns())
    # What tells the tables' sizes, their age and a query has no words in a schema file.
    missing = {clause.kind for clause in told(FULL) - told(again)}
    assert missing == {"dataset", "quality", "service-level"}


# --- a first contract ----------------------------------------------------------------------------

SQL = """\
CREATE TABLE silver.orders PARTITIONED BY (day) AS
SELECT o.order_id, COALESCE(MAX(o.status), 'new') AS status,
  CASE WHEN SUM(o.net) > 9 THEN 'big' ELSE 'small' END AS size,
  CAST(SUM(o.net) AS DECIMAL(10,2)) AS net, MAX(o.day) AS day
FROM raw.orders o
WHERE o.order_id IS NOT NULL
GROUP BY o.order_id
"""


def drafted(files: Mapping[str, str], dataset: str) -> tuple[Draft, str]:
    """Return the first contract of a dataset, and its YAML."""
    lowered, _ = pipeline.lower(InMemory(files, "spark"), sorted(files))
    found = draft(link(lowered), dataset)
    return found, writing.odcs.written(found.contract, found.notes)


def column(text: str, name: str) -> dict[str, Any]:
    """Return a column of a written contract."""
    (table,) = yaml.safe_load(text)["schema"]
    found: dict[str, Any] = next(one for one in table["properties"] if one["name"] == name)
    return found


def test_a_first_contract_says_what_the_code_tells_and_where() -> None:
    found, text = drafted({"jobs/orders.sql": SQL}, "silver.orders")
    valid(text)
    (again,) = contracts(read(FILE["odcs"], text), FILE["odcs"], "spark")
    assert told(again) == told(found.contract)
    assert column(text, "order_id") == {
        "name": "order_id",
        "required": True,
        "primaryKey": True,
        "primaryKeyPosition": 1,
        "transformSourceObjects": ["raw.orders.order_id"],
        "transformLogic": "o.order_id",
        "customProperties": [
            {"property": "guardian.evidence", "value": "never null in jobs/orders.sql:2"}
        ],
    }
    assert column(text, "size")["enum"] == [{"value": "big"}, {"value": "small"}]
    assert column(text, "net")["physicalType"] == "decimal(10,2)"
    assert column(text, "day")["partitioned"] is True
    assert "required" not in column(text, "day")
    (table,) = yaml.safe_load(text)["schema"]
    assert table["customProperties"][0]["value"] == [
        "one row per order_id, jobs/orders.sql:1",
        "partitioned by, jobs/orders.sql:1",
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("CASE WHEN a THEN 'x' ELSE 'y' END", ["x", "y"]),
        ("CASE WHEN a THEN 'x' END", ["x"]),
        ("CASE WHEN a THEN 'x' ELSE b END", None),
        ("COALESCE(b, 'x')", None),
        ("CASE WHEN a THEN 1 ELSE 2 END", None),
        ("'x'", ["x"]),
        ("b", None),
    ],
)
def test_allowed_values_are_promised_only_where_the_list_is_whole(
    expression: str, expected: list[str] | None
) -> None:
    _, text = drafted({"j.sql": f"CREATE TABLE t AS SELECT {expression} AS v FROM s"}, "t")
    listed = column(text, "v").get("enum")
    values = [one["value"] for one in listed] if isinstance(listed, list) else None
    assert values == expected


def test_nothing_is_promised_that_a_second_write_may_break() -> None:
    files = {
        "a.sql": "CREATE TABLE t AS SELECT id, 'x' AS v FROM s GROUP BY id",
        "b.sql": "INSERT INTO t SELECT id, w AS v FROM u",
    }
    found, text = drafted(files, "t")
    assert "enum" not in column(text, "v")
    assert "required" not in column(text, "v")
    assert any(note.startswith("no key is known") for note in found.open)


def test_a_declared_table_without_a_job_has_a_first_contract_too() -> None:
    ddl = "CREATE TABLE t (id BIGINT NOT NULL, v VARCHAR(2))"
    found, text = drafted({"t.sql": ddl}, "t")
    assert column(text, "id")["required"] is True
    assert column(text, "v")["physicalType"] == "varchar(2)"
    assert column(text, "id")["customProperties"] == [
        {
            "property": "guardian.evidence",
            "value": ["type declared, t.sql:1", "declared not null, t.sql:1"],
        }
    ]
    assert found.open == ("no key is known: mark its columns with `primaryKey: true`",)
