"""SARIF, GitLab, JUnit, HTML and workflow commands: legal documents, whatever the names are."""

import json
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from typing_extensions import override

from guardian import escape, registry, rules
from guardian.model.changes import (
    Accepted,
    Change,
    Evidence,
    Hop,
    Impact,
    InputRows,
    Report,
    Revision,
    Witness,
)  # fmt: skip
from guardian.model.changes import Path as Way
from guardian.model.fix import ByHand, Fix
from guardian.model.lineage import ColumnRef, Coverage, Diagnostic, Location
from guardian.render import Format, Page, sarif
from guardian.render.annotations import ANNOTATIONS_PER_LEVEL, GITHUB, annotations
from guardian.render.gitlab import GITLAB
from guardian.render.html import HTML
from guardian.render.identity import identified
from guardian.render.json import JSON
from guardian.render.junit import JUNIT
from guardian.render.layout import SHORT
from guardian.render.sarif import SARIF
from tests.shop import sample

PAGE = Page()
FORMATS = {each.name: each for each in registry.offered("guardian.render", Format)}
MULTITOOL = Path(__file__).parent / "web/node_modules/@microsoft/sarif-multitool-linux"
needs_multitool = pytest.mark.skipif(
    not (MULTITOOL / "Sarif.Multitool").is_file(), reason="`make web` installs it on Linux"
)
NASTY = (
    "]]>", "<!--", "-->", "</script><script>alert(1)</script>", "</style>", '"><img src=x onerror=y>',
    "'", "&amp;", "::error::x", "%0A", "\r\n", "\t", "\x00", "\x1b[31m", "\x85", "\u2028",
    "\u202e", "\U000e0041", "\ud800", "\udcff", "\ufffe", "\ufeff", "[a](https://x.example)", "{0}",
    "{{ 7 * 7 }}", "{% raw %}", "`", "``", "|", "../..", "a:b", "é", "漢", "💥", "n" * 5_000,
)  # fmt: skip
VOID = {"meta", "input"}


def known() -> Report:
    """Return a report with a bit of everything: fingerprints, causes, examples, acceptances."""
    made = sample()
    changes = [
        replace(each, fingerprint=f"{number:x}" * 16) for number, each in enumerate(made.changes)
    ]
    changes[0] = replace(changes[0], evidence=Evidence(tries=3, witness=WITNESS))
    changes[1] = replace(changes[1], cause=Location("macros/net.sql", 3))
    changes[-2] = replace(changes[-2], accepted=CONFIGURED)
    changes[-1] = replace(changes[-1], accepted=COMMENTED)
    return replace(made, changes=tuple(changes), fixes=(FIX,), by_hand=(BY_HAND,))


FIX = Fix(
    file="etl/daily.sql", lines=(2,), rule="column-renamed", fingerprint="0" * 16,
    patch="--- a/etl/daily.sql\n+++ b/etl/daily.sql\n@@ -1,2 +1,2 @@\n SELECT\n-  net\n+  amount\n",
    restores="`mart.daily_revenue` stays as it was.",
)  # fmt: skip
BY_HAND = ByHand(
    file="a.py", line=3, dataset="d", name="n", why="`n` may be read under another name."
)
WITNESS = Witness(
    inputs=(InputRows(dataset="raw.orders", columns=("amount", "note"), rows=(("1", None),)),),
    parameters=(("day", "2026-01-01"),),
    columns=("net",), before=(("0",),), after=((None,),), rows_before=1, rows_after=1,
)  # fmt: skip
CONFIGURED = Accepted(
    reason="agreed", owner="finance", until=date(2026, 6, 10), where="guardian.yml:4"
)
COMMENTED = Accepted(reason="as agreed", where="etl/orders.py:11")


def hostile(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Report]:
    """Return reports in which each text that others write is one of `texts`."""
    refs = st.builds(ColumnRef, texts, st.none() | texts)
    places = st.builds(Location, texts, st.integers(0, 9))
    hops = st.lists(
        st.builds(Hop, source=refs, target=refs, job=texts, location=places), min_size=1, max_size=2
    ).map(tuple)
    names = st.lists(texts, max_size=2).map(tuple)
    impacts = st.builds(
        Impact,
        columns=st.lists(refs, max_size=2).map(tuple), datasets=names, jobs=names,
        dashboards=names, kpis=names,
        paths=st.lists(st.builds(Way, to=texts, hops=hops), max_size=2).map(tuple),
    )  # fmt: skip
    row = st.tuples(st.none() | texts)
    witnesses = st.builds(
        Witness,
        inputs=st.tuples(
            st.builds(InputRows, dataset=texts, columns=st.tuples(texts), rows=st.tuples(row))
        ),
        parameters=st.tuples(st.tuples(texts, texts)),
        columns=st.tuples(texts), before=st.tuples(row), after=st.tuples(row),
        rows_before=st.just(1), rows_after=st.just(1),
    )  # fmt: skip
    changes = st.builds(
        Change,
        rule=st.sampled_from(["rows-changed", "column-removed"]) | texts,
        dataset=texts, column=st.none() | texts, before=st.none() | texts, after=st.none() | texts,
        job=texts, location=places, cause=st.none() | places, detail=texts,
        evidence=st.none() | st.builds(Evidence, tries=st.just(5), witness=witnesses),
        severity=st.sampled_from(["low", "medium", "high", "critical"]),
        message=texts, because=texts, fix=texts, impact=impacts,
        accepted=st.none() | st.builds(Accepted, reason=texts, owner=texts, where=texts),
    )  # fmt: skip
    return st.builds(
        Report,
        base=st.builds(Revision, texts, st.just("1" * 40)),
        head=st.builds(Revision, texts, st.none()),
        severity=st.just("high"),
        changes=st.lists(changes, max_size=3).map(tuple),
        impact=impacts,
        warnings=st.lists(st.builds(Diagnostic, texts, st.just(0), texts), max_size=1).map(tuple),
        coverage=st.just(Coverage(files=2, understood=1)),
        fixes=st.tuples(
            st.builds(
                Fix,
                file=texts,
                lines=st.just((1,)),
                patch=texts,
                restores=texts,
                rule=texts,
                fingerprint=texts,
                jobs=st.just(()),
                datasets=st.just(()),
            )
        ),
        by_hand=st.tuples(
            st.builds(ByHand, file=texts, line=st.just(1), dataset=texts, name=texts, why=texts)
        ),
    )


# Any character, lone surrogates included, among texts that end what they stand in.
TEXTS = st.lists(
    st.sampled_from(NASTY) | st.text(st.characters(), max_size=8), min_size=1, max_size=3
).map("".join)
HOSTILE = hostile(TEXTS)
thorough = settings(
    deadline=None, max_examples=40, suppress_health_check=list(HealthCheck)
)  # fmt: skip


class Elements(HTMLParser):
    """Collects what an HTML page is made of, and notes where its tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.opened == []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.opened.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        self.text += data

    @override
    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def seen(text: str) -> str:
    """Return `text` as a page shows it: spaces as one, nothing that cannot be seen."""
    return " ".join(escape.clean(text).split())


def run_of(report: Report, page: Page = PAGE) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(SARIF.render(report, page))
    run: dict[str, Any] = log["runs"][0]
    return run


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


def cases_of(report: Report, page: Page = PAGE) -> list[ET.Element]:
    return list(parsed(JUNIT.render(report, page)).iter("testcase"))


class TestEveryFormat:
    def test_there_is_one_of_each_name_and_ending(self) -> None:
        assert FORMATS.keys() >= {
            "rich", "markdown", "json", "sarif", "html", "github", "gitlab", "junit",
        }  # fmt: skip
        endings = [each.extension for each in FORMATS.values()]
        assert len(set(endings)) == len(endings)

    def test_the_page_of_formats_has_all_of_them(self) -> None:
        page = (Path(__file__).parents[1] / "docs/formats.md").read_text(encoding="utf-8")
        assert {name for name in FORMATS if f"| `{name}` |" not in page} == set()

    @pytest.mark.parametrize("name", sorted(FORMATS))
    def test_equal_reports_give_equal_text(self, name: str) -> None:
        assert FORMATS[name].render(known(), PAGE) == FORMATS[name].render(known(), PAGE)

    def test_a_change_has_one_fingerprint_in_all_of_them(self) -> None:
        made = known()
        made = replace(made, changes=made.changes[:3])
        expected = {each.fingerprint for each in made.changes}
        in_sarif = {each["partialFingerprints"][sarif.results.FINGERPRINT]
                    for each in run_of(made)["results"]}  # fmt: skip
        assert in_sarif == expected
        assert {each["fingerprint"] for each in json.loads(GITLAB.render(made, PAGE))} == expected
        for name in ("rich", "markdown", "json", "sarif", "html", "github", "gitlab", "junit"):
            text = FORMATS[name].render(made, PAGE)
            digits = SHORT if name == "markdown" else 16
            assert all(each[:digits] in text for each in expected), name

    def test_no_two_changes_are_known_by_the_same(self) -> None:
        one = replace(sample().changes[0], fingerprint="a" * 16)
        bare = replace(one, fingerprint="")
        found = [known_by for known_by, _ in identified((one, one, bare, bare, one))]
        assert found[:2] == ["a" * 16, f"{'a' * 16}-2"]
        assert len(set(found)) == 5

    @thorough
    @given(HOSTILE)
    def test_any_text_can_be_written_and_hides_nothing(self, report: Report) -> None:
        for name, each in FORMATS.items():
            text = each.render(report, PAGE)
            text.encode()
            if name in {"html", "junit"}:
                shown = re.sub(r'file="[^"]*"', "", text)
                assert not {
                    character for character in shown.replace("\n", "")
                    if unicodedata.category(character) in escape.INVISIBLE
                }, name  # fmt: skip


class TestSarif:
    def test_a_result_says_what_where_who_and_how(self) -> None:
        run = run_of(known())
        first = run["results"][0]
        assert first["level"] == "error"
        assert first["locations"][0]["physicalLocation"] == {
            "artifactLocation": {"uri": "etl/orders.py", "uriBaseId": "SRCROOT"},
            "region": {"startLine": 12},
        }
        rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
        assert rule["id"] == first["ruleId"]
        assert "How to change it safely" in rule["help"]["markdown"]
        assert rule["helpUri"].startswith("https://")
        steps = first["codeFlows"][0]["threadFlows"][0]["locations"]
        assert steps[0]["location"]["physicalLocation"]["region"]["startLine"] == 12
        assert "reads" in steps[-1]["location"]["message"]["text"]

    def test_a_cause_elsewhere_is_the_first_related_location(self) -> None:
        result = next(
            each for each in run_of(known())["results"]
            if each["partialFingerprints"][sarif.results.FINGERPRINT] == "1" * 16
        )  # fmt: skip
        place = result["relatedLocations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "macros/net.sql"
        assert "[macros/net.sql:3](1)" in result["message"]["text"]

    def test_what_is_accepted_is_suppressed_and_comes_last(self) -> None:
        *_, first, second = run_of(known())["results"]
        kinds = {each["suppressions"][0]["kind"]: each for each in (first, second)}
        assert kinds.keys() == {"external", "inSource"}
        assert {each["level"] for each in kinds.values()} == {"note"}
        said = kinds["external"]["suppressions"][0]["justification"]
        assert said == "agreed; until 2026-06-10, by `finance`, in `guardian.yml:4`"

    def test_a_path_is_a_relative_address(self) -> None:
        place = Location("a b/ü%:#?[1]\udcff.sql", 0)
        made = replace(sample(), changes=(replace(sample().changes[0], location=place),))
        found = run_of(made)["results"][0]["locations"][0]["physicalLocation"]
        assert found["artifactLocation"]["uri"] == "a%20b/%C3%BC%25%3A%23%3F%5B1%5D%FF.sql"
        assert found["region"]["startLine"] == 1

    def test_no_text_becomes_a_link(self) -> None:
        one = replace(sample().changes[0], message="see [here](https://x.example)", impact=Impact())
        result = run_of(replace(sample(), changes=(one,)))["results"][0]
        assert "](" not in result["message"]["text"]
        assert "[here] (https://x.example)" in result["message"]["text"]

    def test_warnings_are_notifications_and_never_results(self) -> None:
        run = run_of(replace(sample(), changes=()))
        [told] = run["invocations"][0]["toolExecutionNotifications"]
        assert run["results"] == []
        assert "dynamic SQL" in told["message"]["text"]

    def test_the_revision_is_told_where_the_repository_is_known(self) -> None:
        run = run_of(sample(), Page(address="https://git.example/shop"))
        [told] = run["versionControlProvenance"]
        assert told["repositoryUri"] == "https://git.example/shop"
        assert told["revisionId"] == sample().head.commit
        assert "versionControlProvenance" not in run_of(sample())

    def test_a_rule_of_another_pack_is_described_by_it(self) -> None:
        words = dict.fromkeys(("title", "message", "because", "fix"), "w")
        text = json.dumps({"own-rule": {**words, "severity": "medium", "source": "wiki/own.md"}})
        pack = rules.extended(rules.load(), text, "own.yml")
        made = replace(sample(), changes=(replace(sample().changes[0], rule="own-rule"),))
        [rule] = run_of(made, Page(rules=pack))["tool"]["driver"]["rules"]
        assert rule["shortDescription"]["text"] == "w."
        assert "helpUri" not in rule
        [bare] = run_of(made)["tool"]["driver"]["rules"]
        assert bare["id"] == "own-rule"

    def test_doubtful_results_lower_the_precision(self) -> None:
        rule = {each["id"]: each["properties"]["precision"]
                for each in run_of(known())["tool"]["driver"]["rules"]}  # fmt: skip
        assert rule["rows-changed"] == "very-high"
        assert rule["nondeterminism-added"] == "medium"

    def test_what_has_no_room_is_left_out_from_the_end_and_counted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sarif, "_SIZES", (5, 2))
        run = run_of(known())
        assert len(run["results"]) == 5
        told = run["invocations"][0]["toolExecutionNotifications"][0]
        assert told["message"]["text"] == "5 of 7 changes are listed, the worst first."
        monkeypatch.setattr(sarif, "MOST_BYTES", 1)
        assert len(run_of(known())["results"]) == 2

    @needs_multitool
    @thorough
    @given(HOSTILE)
    def test_it_follows_the_schema_whatever_the_names(self, report: Report) -> None:
        SCHEMA.validate(json.loads(SARIF.render(report, Page(address="https://git.example/a"))))

    @needs_multitool
    def test_microsofts_validator_finds_nothing_for_github(self, tmp_path: Path) -> None:
        text = "".join(NASTY)
        nasty = replace(
            known().changes[0],
            rule=text, dataset=text, column=text, message=text, location=Location(text, 3),
        )  # fmt: skip
        reports = (
            known(),
            replace(sample(), changes=()),
            replace(known(), changes=(nasty,), warnings=(Diagnostic(text, 1, text),)),
        )
        page = Page(address="https://git.example/shop")
        found = judged([SARIF.render(report, page) for report in reports], tmp_path)
        assert found.keys() <= JUDGED.keys(), found


# What the validator notes, and why it stays so.
JUDGED = {
    "SARIF2002": "messages by id: ours are filled in already, and differ from change to change",
    "SARIF2006": "addresses are asked for, and there may be no network",
    "SARIF2009": "rule ids of letters and a number: ours say what happened",
    "SARIF2010": "snippets: a report quotes no more code than what changed",
    "SARIF2011": "context regions: the same",
    "SARIF2012": "metadata of all rules: there is none without results, or of an unknown rule",
}
SCHEMA = (
    jsonschema.Draft202012Validator(json.loads((MULTITOOL / "sarif-2.1.0.json").read_text()))
    if MULTITOOL.is_dir()
    else jsonschema.Draft202012Validator({})
)


def judged(texts: Sequence[str], folder: Path) -> Mapping[str, str]:
    """Return what the validator finds by the rules of SARIF and of GitHub: an example of each."""
    logs = [folder / f"{number}.sarif" for number in range(len(texts))]
    for log, text in zip(logs, texts, strict=True):
        log.write_text(text, encoding="utf-8")
    out = folder / "out.sarif"
    tool = MULTITOOL / "Sarif.Multitool"
    tool.chmod(0o755)
    command = [
        str(tool), "validate", *map(str, logs), "--rule-kind", "Sarif;Ghas", "-o", str(out),
        "--level", "Error;Warning;Note",
    ]  # fmt: skip
    environment = {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "HOME": str(folder)}
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=120)  # noqa: S603 - the validator
    runs = json.loads(out.read_text(encoding="utf-8-sig"))["runs"]
    found = [each for run in runs for each in run["results"]]
    return {each["ruleId"]: json.dumps(each["message"]) for each in found}


class TestGitLab:
    def test_each_remark_has_what_the_widget_needs(self) -> None:
        found = json.loads(GITLAB.render(known(), PAGE))
        assert len({each["fingerprint"] for each in found}) == 7
        assert {each["severity"] for each in found} <= {
            "info",
            "minor",
            "major",
            "critical",
            "blocker",
        }
        first = found[0]
        assert first["location"] == {"path": "etl/orders.py", "lines": {"begin": 12}}
        assert first["check_name"] in first["check_name"].strip()
        assert "\n" not in first["description"]

    def test_what_is_accepted_is_for_information(self) -> None:
        *others, first, second = json.loads(GITLAB.render(known(), PAGE))
        assert {first["severity"], second["severity"]} == {"info"}
        assert first["description"].startswith("Accepted, ")
        assert "info" not in {each["severity"] for each in others}

    def test_no_change_is_an_empty_list(self) -> None:
        assert GITLAB.render(replace(sample(), changes=()), PAGE) == "[]\n"


class TestJUnit:
    def test_what_fails_the_run_is_a_failure(self) -> None:
        made = known()
        root = parsed(JUNIT.render(made, Page(failing=frozenset({"high", "critical"}))))
        open_changes = [each for each in made.changes if each.accepted is None]
        failing = [each for each in open_changes if each.severity in {"high", "critical"}]
        assert root.attrib == {
            "name": "Change Guardian", "tests": "7", "failures": str(len(failing)), "errors": "0",
            "skipped": "2",
        }  # fmt: skip
        assert len(list(root.iter("failure"))) == len(failing)

    def test_the_threshold_is_the_users(self) -> None:
        assert not [case for case in cases_of(known(), Page(failing=frozenset()))
                    if case.find("failure") is not None]  # fmt: skip

    def test_a_case_is_told_in_full(self) -> None:
        case = next(each for each in cases_of(known()) if "net [" in each.get("name", ""))
        assert case.get("classname") == "analytics.orders"
        assert case.get("file") == "etl/orders.py"
        failure = case.find("failure")
        assert failure is not None
        told = failure.text or ""
        assert "- amount - discount\n+ amount\n" in told
        assert "On made-up rows: with" in told

    def test_where_nothing_changes_one_case_passes(self) -> None:
        [case] = cases_of(replace(sample(), changes=()))
        assert case.find("failure") is None

    @thorough
    @given(HOSTILE)
    def test_it_is_legal_xml_that_keeps_what_can_be_seen(self, report: Report) -> None:
        found = cases_of(report)
        if report.changes:
            expected = sorted(escape.clean(each.dataset) for each in report.changes)
            assert sorted(case.get("classname", "") for case in found) == expected


CALM = Elements(HTML.render(known(), PAGE))


class TestHtml:
    def test_it_needs_nothing_from_elsewhere(self) -> None:
        page = Elements(HTML.render(known(), PAGE))
        assert {"script", "img", "link", "iframe", "object"}.isdisjoint(page.tags)
        policy = dict(page.attributes)["content"] and [
            value for _, value in page.attributes if value and value.startswith("default-src")
        ]
        assert policy == [
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        ]
        assert {value for key, value in page.attributes if key == "href" and value} <= {
            f"#rule-{number}" for number in range(20)
        }

    def test_a_place_leads_to_its_line_where_the_repository_is_known(self) -> None:
        made = replace(known(), head=Revision("HEAD", "a" * 40))
        page = Elements(HTML.render(made, Page(address="https://github.com/team/shop")))
        line = f"https://github.com/team/shop/blob/{'a' * 40}/etl/orders.py#L12"
        assert ("href", line) in page.attributes

    def test_it_tells_the_finding_the_example_and_the_way(self) -> None:
        text = " ".join(Elements(HTML.render(known(), PAGE)).text.split())
        assert "High risk:" in text
        assert "-amount - discount+amount" in text.replace(" -amount", "-amount")
        assert "before0" in text
        assert "afterNULL" in text
        assert "mart.daily_revenue.revenue etl/daily.sql:4" in text
        assert "Accepted: agreed; until 2026-06-10, by finance" in text
        assert "SELECT- net+ amount" in text

    def test_each_severity_can_be_hidden(self) -> None:
        text = HTML.render(known(), PAGE)
        found = set(re.findall(r'<input class="filter" type="checkbox" id="show-(\w+)"', text))
        assert found == {each.severity for each in known().changes if each.accepted is None}

    def test_past_the_limit_the_worst_are_shown_and_the_rest_is_counted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("guardian.render.html.MOST_FINDINGS", 2)
        text = HTML.render(known(), PAGE)
        assert text.count('class="finding ') == 2
        assert "5 more changes are in the report" in text

    @thorough
    @given(HOSTILE)
    def test_no_text_becomes_markup(self, report: Report) -> None:
        page = Elements(HTML.render(report, PAGE))
        assert set(page.tags) <= set(CALM.tags)
        assert {key for key, _ in page.attributes} <= {key for key, _ in CALM.attributes}
        text = seen(page.text)
        for change in report.changes:
            assert seen(f"{change.location.file}:{change.location.line}") in text
            if change.impact.dashboards and change.accepted is None:
                assert seen(change.impact.dashboards[0]) in text


class TestWorkflowCommands:
    def test_past_ten_of_a_level_a_notice_counts(self) -> None:
        one = replace(sample().changes[0], severity="high")
        made = replace(sample(), changes=(one,) * 12)
        lines = GITHUB.render(made, PAGE).splitlines()
        assert len(lines) == ANNOTATIONS_PER_LEVEL + 1
        assert lines[-1] == (
            "::notice title=Change Guardian::10 of 12 remarks are shown here; the report has them all."
        )

    def test_notices_leave_a_place_for_the_count(self) -> None:
        one = replace(sample().changes[0], severity="low")
        lines = GITHUB.render(replace(sample(), changes=(one,) * 11), PAGE).splitlines()
        assert len(lines) == ANNOTATIONS_PER_LEVEL
        assert "9 of 11 remarks" in lines[-1]

    def test_what_is_accepted_and_no_change_say_nothing(self) -> None:
        one = replace(sample().changes[0], accepted=CONFIGURED)
        assert GITHUB.render(replace(sample(), changes=(one,)), PAGE) == ""

    @thorough
    @given(HOSTILE)
    def test_each_remark_is_one_line(self, report: Report) -> None:
        lines = GITHUB.render(report, PAGE).split("\n")
        assert lines.pop() == ""
        assert len(lines) == len(list(annotations(report)))
        assert all(re.match(r"::(error|warning|notice) file=", line) for line in lines)
        assert not any("\r" in line for line in lines)


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(HOSTILE)
def test_json_is_the_report_but_for_what_utf_8_cannot_hold(report: Report) -> None:
    found = msgspec.json.decode(JSON.render(report, PAGE), type=Report)
    assert [each.dataset for each in found.changes] == [
        escape.encodable(each.dataset) for each in report.changes
    ]
