"""Every folder under `tests/cases`: what a scan finds, what a report says."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from guardian import rules
from tests import casebook
from tests.conftest import CASES, Golden

SCANS = casebook.folders(CASES / "scan", "repo")
REPORTS = casebook.folders(CASES / "report", "base")
SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


def name(path: Path) -> str:
    return path.relative_to(CASES).as_posix()


def schema(called: str) -> dict[str, object]:
    loaded = json.loads((SCHEMAS / f"{called}.schema.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("case", SCANS, ids=map(name, SCANS))
def test_scan(case: Path, golden: Golden) -> None:
    document = casebook.plain(casebook.scanned(case / "repo"))
    jsonschema.validate(document, schema("lineage"))
    edges = sorted(
        f"{edge['from']['dataset']}.{edge['from']['column']} -> "
        f"{edge['to']['dataset']}.{edge['to']['column'] or '(rows)'} "
        f"{edge['type']} {edge['subtype']} {edge['location']['file']}:{edge['location']['line']}"
        for edge in document["edges"]
    )
    warnings = [f"{item['file']}:{item['line']} {item['message']}" for item in document["warnings"]]
    golden.check(
        case / "expected.json",
        {
            "jobs": document["jobs"],
            "datasets": document["datasets"],
            "edges": edges,
            "warnings": warnings,
        },
    )


@pytest.mark.parametrize("case", REPORTS, ids=map(name, REPORTS))
def test_report(case: Path, golden: Golden) -> None:
    document = casebook.plain(casebook.reported(case / "base", case / "head"))
    jsonschema.validate(document, schema("report"))
    warnings = [f"{item['file']}:{item['line']} {item['message']}" for item in document["warnings"]]
    golden.check(
        case / "expected.json",
        {
            "severity": document["severity"],
            "changes": casebook.essential(document["changes"]),
            "warnings": warnings,
        },
    )


@pytest.mark.parametrize("case", REPORTS, ids=map(name, REPORTS))
def test_a_case_fires_its_rule_or_is_quiet(case: Path) -> None:
    """A case called `quiet-…` reports nothing; any other fires the rule that its folder is named after."""
    found = {change.rule for change in casebook.reported(case / "base", case / "head").changes}
    if case.name.startswith("quiet-"):
        assert not found
    else:
        assert case.parent.name in found


@pytest.mark.parametrize("case", REPORTS, ids=map(name, REPORTS))
def test_a_change_says_what_differs_and_points_at_a_line(case: Path) -> None:
    for change in casebook.reported(case / "base", case / "head").changes:
        assert change.before != change.after, change
        sides = [case / side / change.location.file for side in ("head", "base")]
        file = next(path for path in sides if path.is_file())
        lines = len(file.read_text(encoding="utf-8").splitlines())
        assert 1 <= change.location.line <= lines, change.location


@pytest.mark.parametrize("rule", sorted(rules.load().rules))
def test_each_rule_has_a_loud_and_a_quiet_case(rule: str) -> None:
    names = [case.name for case in REPORTS if case.parent.name == rule]
    assert any(not found.startswith("quiet-") for found in names), f"no loud case of {rule}"
    assert any(found.startswith("quiet-") for found in names), f"no quiet case of {rule}"


@pytest.mark.parametrize("case", REPORTS, ids=map(name, REPORTS))
def test_the_same_input_gives_the_same_bytes(case: Path) -> None:
    first = msgspec.json.encode(casebook.reported(case / "base", case / "head"))
    assert msgspec.json.encode(casebook.reported(case / "base", case / "head")) == first
