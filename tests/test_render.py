"""What people see: whole, short at the top, and safe whatever the names are."""

import json
import re
from datetime import date
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from typing_extensions import override

from guardian import escape, narrative, registry, verdict
from guardian.exposures import read
from guardian.lineage.spelling import matched
from guardian.model.changes import Accepted, Change, Hop, Impact, Path, Report, Revision
from guardian.model.lineage import ColumnRef, Diagnostic, Lineage, Location
from guardian.render import COMMENT, Format, Page, difference, page
from guardian.render.diagram import mermaid
from guardian.render.json import JSON
from guardian.render.markdown import MARKDOWN
from guardian.render.terminal import RICH
from tests.shop import LINEAGE, change, report, sample

PLAIN = Page(100)
HOSTILE = (
    "a`b|c</details><!-- x --> @all #12 [y](https://z.example) ![](q) \x1b[31m \u202eevil \n# h"
)
MARKDOWN_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


class Text(HTMLParser):
    """Collects the text and the tags of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    @override
    def handle_data(self, data: str) -> None:
        self.text += data

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def shown(markdown: str) -> Text:
    parsed = Text()
    parsed.feed(MARKDOWN_PARSER.render(markdown))
    return parsed


def large(number: int) -> Report:
    """Return a report of `number` changes, each with long texts and many readers."""
    columns = tuple(ColumnRef(f"mart.table_{n:04}", "amount") for n in range(300))
    at = Location("etl/job.sql", 7)
    paths = tuple(
        Path(to=ref.dataset, hops=(Hop(source=columns[0], target=ref, job="j", location=at),))
        for ref in columns[:50]
    )
    impact = Impact(
        columns=columns, datasets=tuple(ref.dataset for ref in columns), jobs=("j",),
        dashboards=tuple(f"Dashboard {n}" for n in range(80)), paths=paths,
    )  # fmt: skip
    changes = tuple(
        msgspec.structs.replace(
            change("column-logic-changed", f"d{n}", "c", before="x + " * 200, after="y|`" * 200),
            message="`d` " + "changes | a lot " * 10, severity="high", impact=impact,
        )
        for n in range(number)
    )  # fmt: skip
    warnings = tuple(Diagnostic("etl/job.sql", n, "not understood | " * 20) for n in range(500))
    made = report()
    return msgspec.structs.replace(
        made, severity="high", changes=changes, impact=impact, warnings=warnings
    )


class TestMarkdown:
    def test_the_verdict_is_first_and_the_marker_last(self) -> None:
        lines = MARKDOWN.render(sample(), PLAIN).splitlines()
        assert lines[0].startswith("### 🟠 High risk: 7 changes")
        assert lines[-1] == "<!-- change-guardian -->"

    def test_five_findings_are_open_and_the_rest_is_folded(self) -> None:
        text = MARKDOWN.render(sample(), PLAIN)
        opened, folded = text.split("<details>", 1)
        assert opened.count("**What to do:**") == 5
        assert "2 more changes: 1 medium, 1 low" in folded
        assert "`analytics.orders` has a new column, `channel`." in folded

    def test_a_finding_says_where_who_how_and_what_to_do(self) -> None:
        text = MARKDOWN.render(sample(), PLAIN)
        assert "🟠 **`analytics.orders.net` is computed otherwise.** It feeds" in text
        assert "<sub>high · `column-logic-changed` · `etl/orders.py:12`" in text
        assert "- amount - discount\n+ amount\n" in text
        assert "`analytics.orders.net` → `mart.daily_revenue.revenue` (`etl/daily.sql:4`)" in text
        assert "→ KPI `Revenue YTD`" in text

    def test_coverage_is_told(self) -> None:
        assert "43 of 44 files read" in MARKDOWN.render(sample(), PLAIN)

    def test_no_change_is_short(self) -> None:
        text = MARKDOWN.render(report(), PLAIN)
        assert text.startswith("### 🟢 No result changes")
        assert "<details><summary>1 place not fully understood" in text
        assert len(text) < 800

    @pytest.mark.parametrize("number", [1, 30, 200, 2_000])
    def test_it_always_fits_whole(self, number: int) -> None:
        text = MARKDOWN.render(large(number), PLAIN)
        assert len(text) < COMMENT
        assert text.count("<details>") == text.count("</details>")
        assert text.count("```") % 2 == 0
        assert text.rstrip().endswith("<!-- change-guardian -->")
        if number > 5:
            assert re.search(r"\d more changes: \d", text)

    def test_every_sink_is_safe_from_names(self) -> None:
        impact = Impact(
            columns=(ColumnRef(HOSTILE, HOSTILE),), datasets=(HOSTILE,), jobs=(HOSTILE,),
            dashboards=(HOSTILE,), kpis=(HOSTILE,),
            paths=(Path(to=HOSTILE, hops=(Hop(
                source=ColumnRef(HOSTILE, HOSTILE), target=ColumnRef("t", HOSTILE),
                job=HOSTILE, location=Location(HOSTILE, 1),
            ),)),),
        )  # fmt: skip
        at = Location(HOSTILE, 3)
        one = Change(
            rule="rows-changed", dataset=HOSTILE, column=HOSTILE, before=HOSTILE, after=HOSTILE,
            job=HOSTILE, location=at, detail=f"{HOSTILE} = 1", message=HOSTILE, because=HOSTILE,
            fix=HOSTILE, severity="high", impact=impact,
        )  # fmt: skip
        made = msgspec.structs.replace(
            report(), severity="high", changes=(one,) * 7, impact=impact,
            warnings=(Diagnostic(HOSTILE, 1, HOSTILE),),
        )  # fmt: skip
        text = MARKDOWN.render(made, PLAIN)
        seen = shown(text)
        assert {"a", "img", "script"}.isdisjoint(seen.tags)
        assert text.count("</details>") == 3
        assert text.count("<!--") == 1
        assert "\u202e" not in text
        assert "\x1b" not in text
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        assert {line.count("|") for line in rows} <= {3, 5, 6}

    def test_a_summary_of_any_length_still_fits(self) -> None:
        made = sample()
        narrative = msgspec.structs.replace(made.narrative, markdown="word " * 40_000)
        text = MARKDOWN.render(msgspec.structs.replace(made, narrative=narrative), PLAIN)
        assert text.startswith("### 🟠 High risk:")


def with_accepted() -> Report:
    """Return a report of which two changes are accepted, one of them in the very change."""
    first, second, third, *rest = sample().changes
    until = Accepted(
        reason="finance | agreed", owner="finance", until=date(2026, 6, 10), days_left=9,
        where="guardian.yml:4",
    )  # fmt: skip
    here = Accepted(reason="as agreed", where="etl/orders.py:11", here=True)
    changes = (
        msgspec.structs.replace(first, accepted=until, fingerprint="0123456789abcdef"),
        msgspec.structs.replace(second, accepted=here),
        msgspec.structs.replace(third, fingerprint="fedcba9876543210"),
        *rest,
    )
    made = msgspec.structs.replace(sample(), changes=changes)
    return msgspec.structs.replace(made, narrative=narrative.write(made))


class TestAccepted:
    def test_the_comment_folds_them_in_a_part_of_their_own(self) -> None:
        made = with_accepted()
        text = MARKDOWN.render(made, PLAIN)
        opened, folded = text.split("<details><summary>Accepted: 2 changes, 1 of them in this pull")
        table = folded.partition("</details>")[0]
        for message in (escape.marked(each.message) for each in made.changes[:2]):
            assert message not in opened
            assert message in table
        said = "finance &#124; agreed; until 2026-06-10 (9 more days), by `finance`, in `guardian.yml:4`"
        assert f"{said} |" in table
        assert "as agreed; accepted in this pull request, in `etl/orders.py:11` |" in table
        assert "2 changes are accepted." in text.splitlines()[0]
        assert "`fedcba98`" in opened

    def test_the_terminal_lists_them_behind_the_others(self) -> None:
        text = RICH.render(with_accepted(), Page(200))
        findings, behind = text.split("accepted high ", 1)
        assert "fedcba9876543210" in findings
        assert "0123456789abcdef" in behind
        assert "finance | agreed; until 2026-06-10 (9 more days), by finance" in behind

    def test_where_all_are_accepted_nothing_is_left_to_act_on(self) -> None:
        one = msgspec.structs.replace(
            sample().changes[0], accepted=Accepted(reason=HOSTILE, owner=HOSTILE, where=HOSTILE)
        )
        made = msgspec.structs.replace(report(), changes=(one,), severity="none")
        made = msgspec.structs.replace(made, narrative=narrative.write(made))
        text = MARKDOWN.render(made, PLAIN)
        assert text.startswith("### 🟢 No open risk: 1 change is accepted.")
        assert {"a", "img", "script"}.isdisjoint(shown(text).tags)
        assert text.count("<!--") == 1
        assert "\x1b" not in RICH.render(made, PLAIN)
        assert mermaid(made, 60) == ""

    def test_many_of_them_still_fit(self) -> None:
        here = Accepted(reason="agreed " * 500, owner="x", where="a.sql:1", here=True)
        made = large(2_000)
        changes = tuple(msgspec.structs.replace(one, accepted=here) for one in made.changes)
        text = MARKDOWN.render(msgspec.structs.replace(made, changes=changes), PLAIN)
        assert len(text) < COMMENT
        assert text.count("<details>") == text.count("</details>")


class TestMermaid:
    def test_it_draws_tables_and_readers(self) -> None:
        text = mermaid(sample(), 60)
        assert text.startswith("graph LR\n")
        assert '["analytics.orders"]:::changed' in text
        assert '(["Daily Revenue"]):::reader' in text

    def test_it_is_pruned_and_says_so(self) -> None:
        text = mermaid(large(3), 60)
        boxes = re.findall(r"^  n\d+[\[({]", text, re.MULTILINE)
        assert len(boxes) <= 60
        assert mermaid(large(3), 10).count("more[") == 1

    def test_labels_hold_nothing_that_mermaid_reads(self) -> None:
        assert escape.mermaid('end"]; click n0 "javascript:x"') == (
            '"end#34;#93;#59; click n0 #34;javascript:x#34;"'
        )


class TestTerminal:
    def test_no_change_and_no_warning_is_one_line(self) -> None:
        made = msgspec.structs.replace(report(), warnings=())
        assert len(RICH.render(made, PLAIN).splitlines()) == 1

    def test_it_shows_place_words_and_verdict(self) -> None:
        text = RICH.render(sample(), PLAIN)
        assert "high rows-changed  etl/orders.py:12\n" in text
        assert "    - amount - discount\n    + amount\n" in text
        assert "\x1b" not in text
        assert text.rstrip().endswith("More on a rule: guardian explain rows-changed")

    def test_colours_only_where_the_page_has_them(self) -> None:
        assert "\x1b[" in RICH.render(sample(), Page(100, color=True))
        assert "\x1b" not in RICH.scan(LINEAGE, PLAIN)  # type: ignore[misc]  # it has one

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_lines_keep_to_the_width(self, width: int) -> None:
        text = RICH.render(sample(), Page(width))
        assert max(map(len, text.splitlines())) <= width

    def test_what_the_page_is(self) -> None:
        assert page({}, terminal=True, width=90) == Page(90, color=True)
        assert not page({"NO_COLOR": "1"}, terminal=True, width=90).color
        assert not page({}, terminal=False, width=90).color
        assert page({"FORCE_COLOR": "1"}, terminal=False, width=900) == Page(120, color=True)

    def test_a_hostile_name_moves_no_cursor(self) -> None:
        made = report(change("rows-changed", HOSTILE, before=HOSTILE, after="x"))
        text = RICH.render(made, PLAIN)
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_json_is_the_document() -> None:
    made = sample()
    text = JSON.render(made, PLAIN)
    assert msgspec.json.decode(text, type=Report) == made
    assert text.startswith('{\n  "schema_version": "1",\n')
    assert text.endswith("}\n")
    assert JSON.scan is not None
    assert msgspec.json.decode(JSON.scan(LINEAGE, PLAIN), type=Lineage) == LINEAGE
    assert "decides_rows" not in json.dumps(json.loads(JSON.scan(LINEAGE, PLAIN)))


def test_the_formats_are_found() -> None:
    found = {each.name: each.extension for each in registry.offered("guardian.render", Format)}
    assert found.items() >= {"json": "json", "markdown": "md", "rich": "txt"}.items()


class TestEscape:
    @settings(max_examples=300)
    @example("0) ")
    @given(st.text(max_size=40) | st.text("`|*_<>[]()!&#@\\$~-+.: /a1", max_size=30))
    def test_code_and_prose_show_the_text_and_nothing_else(self, text: str) -> None:
        plain = " ".join(escape.clean(text).split())
        for escaped in (escape.code(text), escape.prose(text), escape.html_code(text)):
            seen = shown(f"| h | i |\n|---|---|\n| x {escaped} | y |\n")
            cells = " ".join(seen.text.replace("\u200b", "").split())
            assert cells == " ".join(f"h i x {plain} y".split())
            assert set(seen.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}

    @given(st.text("@#/:wWgG.hH-1a", max_size=30))
    def test_prose_links_and_mentions_nothing(self, text: str) -> None:
        seen = shown(escape.prose(text)).text
        assert not re.search(r"@\w|#\d|://|www\.|gh-\d", seen, re.IGNORECASE)

    def test_a_fence_cannot_be_closed(self) -> None:
        assert escape.fenced("a\n````\nb").startswith("`````")

    def test_invisible_characters_are_dropped(self) -> None:
        assert escape.clean("a\u202eb\u200bc\x00d\ne\U000e0041f") == "abcd ef"
        assert len(escape.clean("a" + "\u0301" * 50)) == 4


class TestExposures:
    def test_both_shapes_are_read(self) -> None:
        found = read(
            [
                {
                    "dashboard_name": "Daily",
                    "tables_used": ["mart.daily"],
                    "columns_used": ["revenue"],
                },
                {"kpi_name": "Net", "sql": "select sum(x) from t", "depends_on_tables": ["t"]},
            ],
            "dashboards.json",
        )
        daily, net = found.exposures
        assert (daily.name, daily.kind, daily.columns) == (
            "Daily", "dashboard", (("mart.daily", "revenue"),),
        )  # fmt: skip
        assert (net.kind, net.datasets) == ("kpi", ("t",))
        assert found.queries == ((net, "select sum(x) from t"),)

    @pytest.mark.parametrize(
        ("columns", "expected"),
        [
            (["a.b.net"], (("a.b", "net"),)),
            (["b.net"], (("a.b", "net"),)),
            (["net"], (("a.b", "net"), ("c", "net"))),
            ([{"table": "c", "column": "x"}], (("c", "x"),)),
            ({"c": ["x", "y"]}, (("c", "x"), ("c", "y"))),
        ],
    )
    def test_columns_are_told_in_several_ways(
        self, columns: object, expected: tuple[tuple[str, str], ...]
    ) -> None:
        entry = {"dashboard_name": "D", "tables_used": ["a.b", "c"], "columns_used": columns}
        assert set(read({"dashboards": [entry]}, "d.yml").exposures[0].columns) == set(expected)

    def test_what_cannot_be_read_is_a_warning_and_the_rest_is_kept(self) -> None:
        found = read(
            [
                "text",
                7,
                {"tables_used": ["t"]},
                {"kpi_name": "K"},
                {"dashboard_name": "D", "tables_used": 3},
                {"dashboard_name": "E", "tables_used": "t"},
            ],
            "d.yml",
        )
        assert [each.name for each in found.exposures] == ["E"]
        assert len(found.warnings) == 5
        assert read(None, "d.yml").exposures == ()

    def test_names_are_matched_to_those_of_the_code(self) -> None:
        known = ["sales.orders", "mart.daily", "other.daily", "STAGE.ORDERS_RAW"]
        entries = [
            {"dashboard_name": name, "tables_used": [name]}
            for name in ("sales.orders", "Sales.Orders", "lake.sales.orders", "orders", "daily",
                         "stage.orders_raw", "none.such")
        ]  # fmt: skip
        found = matched(read(entries, "d.yml").exposures, known)
        assert [each.datasets[0] for each in found] == [
            "sales.orders", "sales.orders", "sales.orders", "sales.orders", "daily",
            "STAGE.ORDERS_RAW", "none.such",
        ]  # fmt: skip


class TestDifference:
    def sides(self, before: str | None, after: str | None, column: str | None = None) -> list[str]:
        told = change("rows-changed", "s", column, before=before, after=after)
        return [f"{sign} {text}" for sign, text in difference.lines(told, 400)]

    def test_clauses_stand_on_lines_of_their_own_four_at_most(self) -> None:
        assert self.sides("a = 1; b = 2", None) == ["- a = 1", "- b = 2"]
        many = "; ".join(f"c{number}" for number in range(9))
        assert self.sides(None, many) == ["+ c0", "+ c1", "+ c2", "+ … and 6 more"]

    def test_of_two_long_texts_the_part_that_differs_is_told(self) -> None:
        arms = " ".join(f"WHEN x > {number} THEN '{number}'" for number in range(30))
        before, after = f"CASE {arms} END", f"CASE {arms.replace('> 15', '>= 15')} END"
        assert self.sides(before, after, "tier") == [
            "- … THEN '14' WHEN x > 15 THEN '15' WHEN …",
            "+ … THEN '14' WHEN x >= 15 THEN '15' WHEN …",
        ]

    def test_a_semicolon_inside_an_expression_parts_nothing(self) -> None:
        assert self.sides("split(x, '; ')", None, "parts") == ["- split(x, '; ')"]


class TestLongReports:
    def test_what_was_said_is_not_said_again(self) -> None:
        why = "It feeds a dashboard: figures before and after the merge cannot be compared at all."
        changes = tuple(
            change(
                "rows-changed", name, message=f"`{name}` changes.", because=why, fix="Tell them."
            )
            for name in ("a", "b")
        )
        text = RICH.render(msgspec.structs.replace(report(), changes=changes), PLAIN)
        assert text.count("figures before") == 1
        assert text.count("as above") == 1
        assert text.count("Tell them.") == 2

    def test_the_least_important_of_many_changes_are_brief(self) -> None:
        text = RICH.render(large(40), PLAIN)
        assert text.count("  felt by ") == 12
        assert "all of each change: --format json" in text.replace("\n", " ")

    def test_columns_of_one_dataset_are_told_together(self) -> None:
        columns = tuple(ColumnRef("d", f"c{number}") for number in range(9))
        felt = Impact(columns=(*columns, ColumnRef("e", "x")), datasets=("d", "e", "f"))
        assert verdict.felt_by(felt, columns=True) == [
            ("", ["d (c0, c1, c2 and 6 more)", "e.x", "f"])
        ]

    def test_a_hash_is_told_by_its_first_digits(self) -> None:
        commit = "0123456789" * 4
        assert verdict.revision(Revision("main", commit)) == "main"
        assert verdict.revision(Revision("main", commit), commit=True) == "0123456789"
        assert verdict.revision(Revision(commit, commit)) == "0123456789"
