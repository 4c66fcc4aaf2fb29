"""Contracts that strangers write: a clear word with file and line, within limits; never a crash."""

import time
from collections.abc import Sequence

import pytest

from guardian import pipeline
from tests.casebook import InMemory
from tests.test_contract_forms import ODCS

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
WIDE = ODCS + "".join(f"      - name: c{number}\n" for number in range(25_000))
DEEP = ODCS + "".join(
    f"{' ' * (8 + 2 * depth)}properties:\n{' ' * (8 + 2 * depth)}- name: f{depth}\n"
    for depth in range(24)
)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        pytest.param("kind: DataContract\n" + BOMB, 7, "values, aliases counted", id="bomb"),
        pytest.param(ODCS + "id: again\n", 9, "`id` is given twice", id="a key twice"),
        pytest.param(WIDE, 5, "describes 25,001 columns", id="wide"),
        pytest.param("kind: DataContract\na: " + "[" * 9_000, 2, "nested", id="deep"),
        pytest.param(ODCS + "a: \0\n", 1, "cannot be read", id="NUL"),
        pytest.param(ODCS + f"a: {'x' * 2_100_000}\n", 1, "characters", id="large"),
        pytest.param(ODCS + "a: !!python/object:os.system x\n", 9, "cannot be read", id="a tag"),
        pytest.param(ODCS + "a: *nothing\n", 9, "stands for nothing", id="an alias of nothing"),
        pytest.param(ODCS + "--- \nb: 1\n", 9, "cannot be read", id="two documents"),
        pytest.param("", 1, "this contract is empty", id="empty"),
        pytest.param("- a\n", 1, "this contract is empty", id="a list"),
        pytest.param("a: 1\n", 1, "write `kind: DataContract`", id="something else"),
    ],
)
def test_hostile_yaml_is_told_with_its_line(text: str, line: int, told: str) -> None:
    started = time.monotonic()
    (lowered,), _ = pipeline.lower(InMemory({"o.odcs.yaml": text}), ["o.odcs.yaml"])
    assert [(w.line, told in w.message) for w in lowered.warnings] == [(line, True)], (
        lowered.warnings
    )
    assert lowered.failed
    assert time.monotonic() - started < 20


def test_a_tower_of_fields_is_read_as_far_as_it_makes_sense() -> None:
    (lowered,), _ = pipeline.lower(InMemory({"o.odcs.yaml": DEEP}), ["o.odcs.yaml"])
    assert len(lowered.contracts) == 1


JUNK: Sequence[str] = (
    "schema: no", "schema: [no]", "schema: [{name: 1}]", "schema: [{name: [a]}]",
    "schema: [{name: a, properties: {b: c}}]", "schema: [{name: a, properties: [no, 1, {}]}]",
    "schema: [{name: a, properties: [{name: {b: c}, enum: [[1], {value: {}}]}]}]",
    "schema: [{name: a, properties: [{name: b, logicalTypeOptions: {minimum: [1], pattern: 3}}]}]",
    "schema: [{name: a, properties: [{name: b, items: [1], map: 2, tags: {a: 1}}]}]",
    "schema: [{name: a, quality: [{metric: [x], mustBe: {}, mustBeBetween: 3}]}]",
    "schema: [{name: a, relationships: [{from: 1, to: {a: [b]}}]}]",
    "servers: {a: b}\nschema: [{name: a}]",
    "schema: [{name: a}]\nservers: [{type: [x], location: {}, schema: [1]}]", "team: [1, {name: [x]}]\nschema: [{name: a}]",
    "slaProperties: [{property: [x], value: {a: b}, unit: 3}]\nschema: [{name: a}]",
    "customProperties: {a: b}\nschema: [{name: '../../etc'}]", "status: [a]\nschema: [{name: a}]",
    "? [a, b]\n: c\n", "1: 2\nnull: 3\nschema: [{name: .inf}]",
)  # fmt: skip


@pytest.mark.parametrize("text", JUNK)
@pytest.mark.parametrize(
    "head", ["kind: DataContract\n", "dataContractSpecification: 1.1.0\n", "data_quality: {}\n"]
)
def test_values_of_any_kind_are_read_or_told(head: str, text: str) -> None:
    (lowered,), _ = pipeline.lower(InMemory({"o.odcs.yaml": head + text}), ["o.odcs.yaml"])
    assert not any("please report" in warning.message for warning in lowered.warnings), (
        lowered.warnings
    )
