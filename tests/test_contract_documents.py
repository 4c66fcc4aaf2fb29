"""Contracts as documents: several tables, other names, columns by place, words, sizes."""

from collections.abc import Sequence

import pytest
import yaml

from guardian import gathering, rules
from guardian.contracts import difference, documents
from guardian.contracts.moves import moved
from guardian.languages.contracts import odcs
from guardian.languages.safe_yaml import LinedDict, load
from guardian.model.contract import Contract
from tests.shop import PACK
from tests.test_contract_directions import HEAD, document, read


def tables(text: str) -> dict[str, Contract]:
    loaded = load(yaml.safe_dump({**HEAD, **yaml.safe_load(text)}))
    assert isinstance(loaded, LinedDict)
    return {found.dataset: found for found in odcs.contracts(loaded, "contracts/x.yaml", "spark")}


def test_a_level_that_names_a_table_holds_for_it_alone() -> None:
    made = tables(
        "{schema: [{name: a}, {name: b, physicalName: s.b}], slaProperties: ["
        "{property: latency, value: 1, unit: h, element: b.at},"
        "{property: retention, value: 1, unit: y, element: 'a, b'}]}"
    )
    levels = {
        name: {
            clause.name: clause.value for clause in one.clauses if clause.kind == "service-level"
        }
        for name, one in made.items()
    }
    assert levels == {"a": {"retention": 31_557_600.0}, "s.b": {
        "latency at": 3_600.0, "retention": 31_557_600.0,
    }}  # fmt: skip


def test_what_a_document_says_once_is_told_once() -> None:
    text = "{{schema: [{{name: a}}, {{name: b}}], roles: {roles}}}"
    before = tables(text.format(roles="[{role: analyst, access: read}]"))
    after = tables(text.format(roles="[]"))
    found = [
        rules.judge(change, PACK)
        for name, base in before.items()
        for change in difference.changes(base, after[name])
        if change.rule != "contract-version"
    ]
    assert len(found) == 2
    ((lead, alike),) = gathering.gathered(found)
    assert gathering.message(lead, alike).endswith("; likewise `b`.")


@pytest.mark.parametrize(
    ("before", "after", "pairs"),
    [
        ("[{name: a}]", "[{name: b}]", [("b", "a")]),
        ("[{name: t, physicalName: x.t}]", "[{name: t, physicalName: y.t}]", [("y.t", "x.t")]),
        ("[{name: a}, {name: b}]", "[{name: c}, {name: b}]", [("c", "a")]),
        ("[{name: a}, {name: b}]", "[{name: c}, {name: d}]", []),
        ("[{name: a}]", "[{name: a}]", []),
        ("[{name: a}]", "[]", []),
    ],
)
def test_a_table_with_another_name_is_the_same_by_its_document(
    before: str, after: str, pairs: Sequence[tuple[str, str]]
) -> None:
    sides = [
        {(name, one.format): one for name, one in tables(f"{{schema: {text}}}").items()}
        for text in (before, after)
    ]
    found = moved(sides[0], sides[1])
    assert [(new[0], old[0]) for new, old in found.items()] == pairs


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a b c", "a b c d", False), ("a b c", "b a c", True), ("a b c", "a d b c", True),
        ("a b c", "a c", False), ("a b c", "a c d", False),
    ],
)  # fmt: skip
def test_a_column_of_a_csv_stays_in_its_place(before: str, after: str, told: bool) -> None:  # noqa: FBT001 - a column of the table above
    sides = [
        read(document([{"name": name, "id": name} for name in names.split()], servers=[
            {"server": "p", "format": "csv"}]))
        for names in (before, after)
    ]  # fmt: skip
    found = {change.rule for change in difference.changes(sides[0], sides[1])}
    assert ("contract-order-changed" in found) is told


@pytest.mark.parametrize(
    ("before", "after", "name", "confidence"),
    [
        # an id, or the name beside the physical one; then the same promises in the same place
        ("{name: a, id: x}", "{name: b, id: x, required: true}", "b", 1.0),
        ("{name: n, physicalName: a}", "{name: n, physicalName: b}", "b", 1.0),
        ("{name: a}", "{name: a, physicalName: b}", "b", 1.0),
        ("{name: a, logicalType: date}", "{name: b, logicalType: date}", "b", 0.9),
        ("{name: a, properties: [{name: c}]}", "{name: b, properties: [{name: c}]}", "b", 0.9),
        ("{name: a, id: x, logicalType: date}", "{name: b, id: y, logicalType: date}", "", 0),
        ("{name: a, logicalType: date}", "{name: b, logicalType: string}", "", 0),
        ("{name: a}", "{name: b}", "", 0),
    ],
)
def test_a_rename_is_told_as_sure_as_it_is(
    before: str, after: str, name: str, confidence: float
) -> None:
    sides = [
        read(document([{"name": "first"}, yaml.safe_load(text), {"name": "last"}]))
        for text in (before, after)
    ]
    found = {
        change.rule: change
        for change in difference.changes(sides[0], sides[1])
        if change.rule != "contract-version"
    }
    renamed = found.get("contract-column-renamed")
    assert (renamed.after if renamed else "") == name
    assert (renamed.confidence if renamed else 0) == confidence
    assert ("contract-column-removed" in found) is not bool(name)


def test_a_renamed_key_is_a_rename_alone() -> None:
    def made(name: str) -> Contract:
        key = {"name": name, "id": "k", "primaryKey": True, "relationships": [{"to": "t.id"}]}
        quality = [{"metric": "duplicateValues", "mustBe": 0,
                    "arguments": {"properties": [name, "at"]}}]  # fmt: skip
        return read(document([key, {"name": "at"}], table={"quality": quality}))

    found = [change.rule for change in difference.changes(made("id"), made("order_id"))]
    assert found == ["contract-column-renamed", "contract-version"]


def test_words_are_told_by_their_place() -> None:
    base = document([{"name": "a", "description": "x"}, {"name": "b", "required": True}])
    head = document([{"name": "b"}, {"name": "a", "description": "y"}], team={"name": "t"})
    assert [(one.place, one.before, one.after) for one in documents.differing(base, head)] == [
        ("schema.orders.properties.a.description", "x", "y"),
        ("team", None, "{'name': 't'}"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("name: c{n}, required: true", "name: d{n}, unique: true", 6_000),
        ("name: c{n}, examples: [{n}]", "name: d{n}", 6_000),
        ("name: c{n}, logicalTypeOptions: {{minimum: {n}}}",
         "name: d{n}, logicalTypeOptions: {{minimum: {n}}}", 3_000),
        ("name: c{n}", "name: c{n}", 0),
    ],
)  # fmt: skip
def test_thousands_of_columns_are_compared_in_seconds(
    before: str, after: str, expected: int
) -> None:
    sides = []
    for text in (before, after):
        listed = "".join(f"  - {{{text.format(n=n)}}}\n" for n in range(3_000))
        loaded = load(f"kind: DataContract\nschema:\n- name: t\n  properties:\n{listed}")
        assert isinstance(loaded, LinedDict)
        sides.append(odcs.contracts(loaded, "x.yaml", "spark")[0])
    told = difference.told(difference.steps(sides[0], sides[1]))
    assert sum(1 for step in told if step.clause.kind == "column") == expected
