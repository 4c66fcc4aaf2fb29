"""Contracts in every form that is read: the standard, its forerunner, dbt, simple JSON; and junk."""

import pytest

from guardian import pipeline
from guardian.contracts import by_dataset
from guardian.contracts.wording import said
from guardian.languages.contracts import validation
from guardian.languages.contracts.extraction import contracts, read
from guardian.languages.safe_yaml import LinedDict, load
from guardian.model.changes import Report
from guardian.model.contract import Contract
from tests.casebook import InMemory, difference

ODCS = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
schema:
  - name: orders
    properties:
      - name: order_id
"""


def only(path: str, text: str) -> Contract:
    """Return the one contract in a file."""
    (contract,) = contracts(read(path, text), path, "spark")
    return contract


def in_words(contract: Contract) -> list[tuple[int, str]]:
    """Return what a contract promises, each clause with its line."""
    return [
        (clause.line, f"{clause.column or '*'}: {said(clause)}")
        for clause in contract.clauses
        if clause.kind not in {"dataset", "column"}
    ]


def test_the_simple_json_form() -> None:
    contract = only(
        "contracts/orders.json",
        """{"table": "silver.orders", "version": "1.2.0", "owner": "shop",
 "columns": [{"name": "order_id", "type": "bigint", "nullable": false}],
 "data_quality": {"primary_key": ["order_id"],
  "columns": {"country": {"type": "string",
    "rules": {"not_null": true, "allowed_values": ["nl", "be"]}},
   "net": {"rules": ["not_null",
     {"type": "range", "min": 0, "max": 10},
     {"regex": "^x"}]}},
  "table_level_checks": [{"type": "row_count", "min": 1},
   {"type": "unique", "columns": ["country", "net"]},
   {"name": "sane", "sql": "select 1", "equals": 0}],
  "freshness": {"column": "loaded_at", "max_age_hours": 24}}}""",
    )
    assert (contract.dataset, contract.format) == ("silver.orders", "json")
    assert (contract.version, contract.owner) == ("1.2.0", "shop")
    assert contract.columns() == ("order_id", "country", "net")
    assert in_words(contract) == [
        (2, "order_id: bigint"),
        (2, "order_id: not null"),
        (4, "country: string"),
        (5, "country: not null"),
        (5, "country: one of be, nl"),
        (6, "net: not null"),
        (7, "net: from 0 to 10"),
        (8, "net: like ^x"),
        (2, "*: primary key: order_id"),
        (9, "*: rowCount must be 1 or more"),
        (10, "*: unique key: country, net"),
        (11, "*: sql select 1 must be 0"),
        (12, "*: freshness loaded_at: 1 day"),
    ]


def test_the_standards_forerunner() -> None:
    contract = only(
        "contracts/orders.yaml",
        """\
dataContractSpecification: 1.1.0
id: orders
info: {title: Orders, version: 1.2.0, owner: shop}
servers:
  production: {type: s3, location: "s3://lake/{model}/*.json"}
models:
  orders:
    fields:
      order_id: {type: text, required: true, primaryKey: true, pii: true}
      amount:
        type: decimal
        precision: 10
        scale: 2
        minimum: 0
      status: {$ref: '#/definitions/status', required: true}
definitions:
  status: {type: string, enum: [open, paid]}
servicelevels:
  freshness: {threshold: 25h}
  retention: {period: P1Y}
""",
    )
    assert contract.names == ("s3://lake/orders", "orders")
    assert (contract.version, contract.owner) == ("1.2.0", "shop")
    told = [line for line in in_words(contract) if "location" not in line[1]]
    assert told == [
        (9, "order_id: text"),
        (9, "order_id: not null"),
        (9, "order_id: tag: pii"),
        (11, "amount: decimal(10,2)"),
        (14, "amount: 0 or more"),
        (15, "status: string"),
        (15, "status: not null"),
        (15, "status: one of open, paid"),
        (9, "*: primary key: order_id"),
        (19, "*: freshness: 25 hours"),
        (20, "*: retention: 1 year"),
    ]


# --- dbt -----------------------------------------------------------------------------------------

PROJECT = "name: shop\nmodel-paths: [models]\n"
SCHEMA = """\
models:
  - name: orders
    config: {contract: {enforced: %s}}
    constraints:
      - {type: primary_key, columns: [order_id]}
    columns:
      - name: order_id
        data_type: bigint
        constraints:
          - {type: not_null}
      - name: status
        data_type: text
        data_tests:
          - not_null
          - accepted_values: {values: [open, paid]}
          - relationships: {to: ref('states'), field: state}
      - name: net
        data_type: numeric
        data_tests:
          - dbt_utils.accepted_range: {min_value: 0, inclusive: false}
          - shop.positive
          - unique: {config: {severity: warn}}
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments: {combination_of_columns: [order_id, status]}
"""
MODEL = "select order_id, case when paid then 'paid' else 'open' end as status, net from raw.orders"


def dbt(schema: str, model: str = MODEL) -> dict[str, str]:
    """Return the files of a dbt project with one model."""
    return {
        "dbt_project.yml": PROJECT,
        "models/schema.yml": schema,
        "models/orders.sql": model,
    }


def promised(files: dict[str, str]) -> tuple[Contract, ...]:
    """Return the contracts of a few files."""
    lowered, _ = pipeline.lower(InMemory(files, "postgres"), sorted(files))
    return tuple(contract for file in lowered for contract in file.contracts)


def test_an_enforced_contract_of_dbt() -> None:
    (contract,) = promised(dbt(SCHEMA % "true"))
    assert (contract.dataset, contract.format, contract.enforced) == ("orders", "dbt", True)
    assert (contract.at.file, contract.at.line) == ("models/schema.yml", 2)
    assert contract.columns() == ("order_id", "status", "net")
    assert in_words(contract) == [
        (8, "order_id: bigint"),
        (12, "status: text"),
        (18, "net: numeric"),
        (5, "*: primary key: order_id"),
        (24, "*: unique key: order_id, status"),
        (10, "order_id: not null"),
        (13, "status: not null"),
        (15, "status: one of open, paid"),
        (16, "status: refers to status → ref('states') state"),
        (20, "net: above 0"),
        (19, "net: shop.positive"),
    ]


@pytest.mark.parametrize(
    ("project", "model", "enforced"),
    [
        (PROJECT, MODEL, False),
        (PROJECT + "models: {shop: {+contract: {enforced: true}}}\n", MODEL, True),
        (PROJECT, "{{ config(contract={'enforced': true}) }}" + MODEL, True),
    ],
)
def test_who_enforces_a_contract_of_dbt(project: str, model: str, *, enforced: bool) -> None:
    schema = "models:\n- name: orders\n  columns:\n  - {name: net, data_tests: [not_null]}\n"
    (contract,) = promised(dbt(schema, model) | {"dbt_project.yml": project})
    assert contract.enforced is enforced
    assert contract.columns() == (("net",) if enforced else ())


def rules(report: Report) -> list[tuple[str, str | None]]:
    """Return what a report tells of contracts: rule and column."""
    return [(one.rule, one.column) for one in report.changes if one.rule.startswith("contract-")]


TESTED = "models:\n- name: orders\n  columns:\n  - {name: status, data_tests: [%s]}\n"
IN_SET = "accepted_values: {values: [open, paid]}"
THREE = MODEL.replace("else 'open'", "when late then 'late' else 'open'")


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        pytest.param(dbt(TESTED % ""), dbt(TESTED % "not_null"),
                     [], id="a first test"),
        pytest.param(dbt(TESTED % "not_null"), dbt(TESTED % ""),
                     [("contract-test-loosened", "status")], id="the only test is gone"),
        pytest.param(dbt(TESTED % IN_SET), dbt(TESTED % IN_SET, THREE),
                     [("contract-values-broken", "status")], id="code that a test will find"),
        pytest.param(dbt(TESTED % "", THREE), dbt(TESTED % IN_SET, THREE),
                     [], id="a test of code that was there"),
        pytest.param({"dbt_project.yml": PROJECT}, dbt(TESTED % IN_SET), [], id="a new model"),
        pytest.param(dbt(TESTED % IN_SET), {"dbt_project.yml": PROJECT}, [], id="a model is gone"),
        pytest.param(dbt(SCHEMA % "false"), dbt(SCHEMA % "true"),
                     [("contract-added", None)], id="enforced now"),
        pytest.param(dbt(SCHEMA % "true"),
                     dbt((SCHEMA % "true").replace("data_tests", "tests")), [], id="the old word"),
    ],
)  # fmt: skip
def test_what_is_told_of_dbts_tests(
    base: dict[str, str], head: dict[str, str], expected: list[tuple[str, str | None]]
) -> None:
    assert rules(difference(base, head, "postgres")) == expected


def test_a_test_of_a_source_binds_the_code_that_makes_it() -> None:
    source = "sources:\n- name: raw\n  tables:\n  - name: lines\n    columns:\n"
    source += "    - {name: net, data_tests: [not_null]}\n"
    files = dbt(source) | {"jobs/lines.sql": "create table raw.lines as select 1 as net"}
    head = files | {"jobs/lines.sql": "create table raw.lines as select null as net"}
    assert rules(difference(files, head, "postgres")) == [("contract-nullability-broken", "net")]
    dropped = files | {"models/schema.yml": source.replace("not_null", "")}
    del files["jobs/lines.sql"], dropped["jobs/lines.sql"]
    assert rules(difference(files, dropped, "postgres")) == []


def test_tests_alone_are_no_contract() -> None:
    lowered, _ = pipeline.lower(InMemory(dbt(TESTED % "not_null"), "postgres"), sorted(dbt("")))
    assert by_dataset(lowered) == {}


# --- what is wrong with a contract ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (ODCS.replace("1.0.0", "1.0"), 4, "`version` is a number, not text: write it in quotes"),
        (ODCS.replace("id: orders\n", ""), 1, "`id` is missing"),
        (ODCS.replace("v3.1.0", "v9"), 1, "`v9` is no version of the standard"),
        (ODCS + "        requird: true\n", 9, "no key `requird` here: did you mean `required`?"),
        (ODCS + "        required: maybe\n", 9, "`required` is neither `true` nor `false`"),
        (ODCS + "        logicalType: bigint\n", 9, "`bigint` is no logical type"),
        (ODCS + "        tags: pii\n", 9, "`tags` should be a list"),
        (ODCS + "        classification: no\n", 9, "`classification` is false, not a string: YAML"),
        (
            ODCS + "        logicalType: string\n        enum: [{value: x}, {value: no}]\n",
            10,
            "YAML reads this as false",
        ),
        (ODCS + "        enum: [{valu: x}]\n", 9, "an allowed value without a `value`"),
        (ODCS + "      - name: ORDER_ID\n", 9, "`ORDER_ID` is there already, in line 8"),
        (ODCS + "  - name: orders\n", 9, "the table `orders` is there already, in line 6"),
        (ODCS + "      - description: x\n", 9, "a column without a `name`"),
        (
            ODCS + "        quality:\n          - {metric: nullValue, mustBe: 0}\n",
            10,
            "`nullValue` is no metric of the standard: did you mean `nullValues`?",
        ),
        (
            ODCS + "        quality:\n          - {metric: nullValues}\n",
            10,
            "`nullValues` has no threshold: write `mustBe`",
        ),
        (
            ODCS + "        quality:\n          - {metric: rowCount, mustBeBetwen: [1, 2]}\n",
            10,
            "did you mean `mustBeBetween`?",
        ),
        (
            ODCS + "        quality:\n          - {metric: rowCount, mustBeBetween: [2, 1]}\n",
            10,
            "the smaller number comes first",
        ),
        (
            ODCS + "        quality:\n          - {type: sql, mustBe: 1}\n",
            10,
            "a rule of type `sql` without a `query`",
        ),
        (
            ODCS + "        logicalTypeOptions: {minimum: 5, maximum: 1}\n",
            9,
            "`maximum` is below `minimum`",
        ),
        (ODCS + "slaProperties:\n  - property: latency\n", 10, "has no `value`"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, told: str) -> None:
    (lowered,), _ = pipeline.lower(InMemory({"o.odcs.yaml": text}), ["o.odcs.yaml"])
    assert any(warning.line == line and told in warning.message for warning in lowered.warnings), (
        lowered.warnings
    )
    assert not lowered.failed, "what can be read counts"


def test_a_remark_is_no_error() -> None:
    document = load(ODCS + "        primaryKey: true\n        logicalType: Integer\n")
    assert isinstance(document, LinedDict)
    found = validation.problems(document)
    assert [(one.line, one.error) for one in found] == [(9, False), (10, False)]
    assert "write `required: true`" in found[0].message


def test_a_contract_without_a_mistake() -> None:
    document = load(ODCS + "contractCreatedTs: 2024-01-01T10:00:00Z\n")
    assert isinstance(document, LinedDict)
    assert validation.problems(document) == []


def test_the_second_version_of_the_standard_says_what_to_do() -> None:
    text = "kind: DataContract\napiVersion: v2.2.2\ndataset:\n- table: orders\n"
    (lowered,), _ = pipeline.lower(InMemory({"o.odcs.yaml": text}), ["o.odcs.yaml"])
    (warning,) = lowered.warnings
    assert (warning.line, lowered.failed) == (2, True)
    assert "rename `dataset` to `schema`" in warning.message
