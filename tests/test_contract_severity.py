"""What a step of a contract is worth: alone, with readers, and in each mode."""

from collections.abc import Sequence

import msgspec
import pytest
import yaml

from guardian import rules
from guardian.contracts import difference
from guardian.model.changes import Change, Impact
from guardian.model.contract import Compatibility
from tests.shop import PACK
from tests.test_contract_directions import Document, document, read

READERS = Impact(datasets=("mart.revenue",), jobs=("jobs/revenue.sql",))

# What is promised of the columns before and after; the rule, and its severity with no readers and
# with some: the table that severities were agreed in.
TABLE: Sequence[tuple[str, str, str, str, str]] = (
    ("[{name: a}, {name: b}]", "[{name: a}]", "contract-column-removed", "medium", "critical"),
    ("[{name: a, id: 1}]", "[{name: b, id: 1}]", "contract-column-renamed", "medium", "critical"),
    ("[{name: a, physicalType: bigint}]", "[{name: a, physicalType: int}]", "contract-type-changed", "medium", "high"),
    ("[{name: a, physicalType: int}]", "[{name: a, physicalType: date}]", "contract-type-changed", "medium", "high"),
    ("[{name: a, physicalType: int}]", "[{name: a, physicalType: bigint}]", "contract-type-changed", "low", "low"),
    ("[{name: a, physicalType: 'varchar(2)'}]", "[{name: a, physicalType: 'varchar(3)'}]", "contract-type-changed", "low", "low"),
    ("[{name: a, physicalType: float}]", "[{name: a, physicalType: double}]", "contract-type-changed", "low", "low"),
    ("[{name: a, logicalType: integer}]", "[{name: a, logicalType: number}]", "contract-type-changed", "low", "low"),
    ("[{name: a, required: true}]", "[{name: a}]", "contract-nullability-loosened", "low", "high"),
    ("[{name: a, unique: true}]", "[{name: a}]", "contract-key-changed", "medium", "high"),
    ("[{name: a, primaryKey: true, required: true}]", "[{name: a, required: true}]", "contract-key-changed", "medium", "high"),
    ("[{name: a, enum: [x]}]", "[{name: a, enum: [x, y]}]", "contract-values-loosened", "low", "medium"),
    ("[{name: a, logicalTypeOptions: {maximum: 1}}]", "[{name: a, logicalTypeOptions: {maximum: 2}}]", "contract-values-loosened", "low", "medium"),
    ("[{name: a}]", "[{name: a, required: true}]", "contract-tightened", "low", "low"),
    ("[{name: a, logicalTypeOptions: {maximum: 2}}]", "[{name: a, logicalTypeOptions: {maximum: 1}}]", "contract-tightened", "low", "low"),
    ("[{name: a}]", "[{name: a, quality: [{metric: x, mustBe: 1}]}]", "contract-tightened", "low", "low"),
    ("[{name: a, quality: [{metric: x, mustBe: 1}]}]", "[{name: a}]", "contract-clause-removed", "low", "medium"),
    ("[{name: a}]", "[{name: a}, {name: b}]", "contract-column-added", "low", "low"),
)  # fmt: skip

MODES: Sequence[tuple[str, str, Compatibility, str]] = (
    # the severity with readers, by mode
    ("[{name: a, required: true}]", "[{name: a}]", "CONSUMER", "high"),
    ("[{name: a, required: true}]", "[{name: a}]", "PRODUCER", "low"),
    ("[{name: a, required: true}]", "[{name: a}]", "FULL", "high"),
    ("[{name: a, required: true}]", "[{name: a}]", "NONE", ""),
    ("[{name: a}]", "[{name: a, required: true}]", "CONSUMER", "low"),
    ("[{name: a}]", "[{name: a, required: true}]", "PRODUCER", "high"),
    ("[{name: a}]", "[{name: a, required: true}]", "FULL", "high"),
    ("[{name: a}]", "[{name: a, required: true}]", "NONE", ""),
    ("[{name: a}, {name: b}]", "[{name: a}]", "PRODUCER", "low"),
    ("[{name: a, physicalType: int}]", "[{name: a, physicalType: bigint}]", "PRODUCER", "low"),
    ("[{name: a, physicalType: bigint}]", "[{name: a, physicalType: int}]", "PRODUCER", "high"),
    ("[{name: a, unique: true}]", "[{name: a}]", "PRODUCER", "low"),
    ("[{name: a, enum: [x]}]", "[{name: a, enum: [y]}]", "PRODUCER", "medium"),
)


def changes(before: str, after: str, mode: Compatibility = "CONSUMER") -> list[Change]:
    sides = [read(document(yaml.safe_load(text), version="0.1")) for text in (before, after)]
    found = difference.changes(sides[0], sides[1], mode)
    return [change for change in found if change.rule != "contract-version"]


def severity(change: Change, impact: Impact) -> str:
    return rules.judge(msgspec.structs.replace(change, impact=impact), PACK).severity


@pytest.mark.parametrize(("before", "after", "rule", "alone", "read_by"), TABLE)
def test_severity_follows_the_readers(
    before: str, after: str, rule: str, alone: str, read_by: str
) -> None:
    (change,) = changes(before, after)
    assert change.rule == rule
    assert (severity(change, Impact()), severity(change, READERS)) == (alone, read_by)


@pytest.mark.parametrize(("before", "after", "mode", "expected"), MODES)
def test_a_mode_says_who_is_protected(
    before: str, after: str, mode: Compatibility, expected: str
) -> None:
    found = changes(before, after, mode)
    assert [severity(change, READERS) for change in found] == ([expected] if expected else [])


def test_a_contract_cannot_silence_its_own_change() -> None:
    """The mode that the base agreed on counts, and taking it away is told."""
    none = {"customProperties": [{"property": "guardian.compatibility", "value": "NONE"}]}
    base = read(document([{"name": "a", "required": True}]))
    head = read(document([{"name": "a"}], **none))
    told = {change.rule for change in difference.changes(base, head)}
    assert told == {
        "contract-nullability-loosened", "contract-clause-changed", "contract-version",
    }  # fmt: skip
    assert not list(difference.changes(head, base))


@pytest.mark.parametrize(
    ("before", "after", "edit", "wanted"),
    [
        ("1.0.0", "1.1.0", "loosen", "major"), ("1.0.0", "2.0.0", "loosen", ""),
        ("1.0.0", "1.0.0", "loosen", "major"), ("1.0.0", "1.0.1", "tighten", "minor"),
        ("1.0.0", "1.1.0", "tighten", ""), ("0.3.0", "0.4.0", "loosen", ""),
        ("0.3.0", "0.3.1", "loosen", "minor"), ("2026-01", "2026-02", "loosen", ""),
        ("2026.1", "2026.2", "loosen", ""),
        ("v1.2", "v2", "loosen", ""), ("1.0.0", "1.0.0", "deprecate", ""),
    ],
)  # fmt: skip
def test_a_version_says_as_much_as_happened(
    before: str, after: str, edit: str, wanted: str
) -> None:
    sides: list[Document] = [{"name": "a", "required": True}, {"name": "a"}]
    if edit == "tighten":
        sides.reverse()
    if edit == "deprecate":
        sides[1] = {**sides[0], "deprecated": True}
    made = [
        read(document([side], version=version))
        for side, version in zip(sides, (before, after), strict=True)
    ]
    found = [one for one in difference.changes(made[0], made[1]) if one.rule == "contract-version"]
    assert [one.detail for one in found] == ([wanted] if wanted else [])
