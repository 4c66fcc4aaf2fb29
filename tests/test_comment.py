"""The comment: what it remembers, what it says on the next push, and how GitHub shows it."""

import re
from html.parser import HTMLParser
from pathlib import Path as File

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from guardian import narrative
from guardian.model.changes import Accepted, Change, Hop, Impact, Path, Report
from guardian.model.fix import ByHand, Fix
from guardian.model.lineage import ColumnRef, Diagnostic, Location
from guardian.render import COMMENT, JOB_SUMMARY, Page
from guardian.render.markdown import MARKDOWN, comment, worth_saying
from guardian.render.memory import MARKER, MOST_CHARACTERS, Memory, read, written
from tests import browser
from tests.shop import report, sample

PAGE = Page(
    address="https://github.com/team/shop",
    summary="https://github.com/team/shop/actions/runs/7#summary-1",
)
RUN = Memory(run=7, attempt=2, head="9e8d7c6")
HOSTILE = (
    "a`b``c|d</details></summary><img src=x onerror=alert(1)> ![i](https://evil.example/i.png) "
    "[l](javascript:x) <https://evil.example> www.evil.example @everyone @org/team #12 GH-7 "
    "</code></sub><!-- change-guardian --> ```\n~~~\n# h\n- x\n| y | z |\n\u202egnp\u2066\ufeff\x1b[31m"
)
LONG = HOSTILE * 20  # 5,000 characters and more


def known(number: int = 7) -> Report:
    """Return the shop's report, each change with a fingerprint; of `number` changes."""
    made = sample()
    changes = tuple(
        msgspec.structs.replace(one, fingerprint=f"{at:016x}")
        for at, one in enumerate(made.changes[:number])
    )
    return told(msgspec.structs.replace(made, changes=changes))


def many(number: int) -> Report:
    """Return a report of `number` changes in as many datasets."""
    one = sample().changes[0]
    changes = tuple(
        msgspec.structs.replace(
            one, dataset=f"d{at}", fingerprint=f"{at:016x}", message=f"`d{at}` holds other rows."
        )
        for at in range(number)
    )
    return told(msgspec.structs.replace(sample(), changes=changes))


def told(made: Report) -> Report:
    return msgspec.structs.replace(made, narrative=narrative.write(made))


def of(made: Report, earlier: Memory | None = None) -> str:
    return comment(made, PAGE, earlier, RUN)


def remembered(made: Report, earlier: Memory | None = None) -> Memory:
    found = read(of(made, earlier))
    assert found is not None
    return found


# --- what is remembered ---------------------------------------------------------------------------


class TestMemory:
    def test_a_comment_remembers_its_run_and_what_it_found(self) -> None:
        found = remembered(known(2))
        assert (found.run, found.attempt, found.head) == (7, 2, "9e8d7c6")
        assert sorted(found.open) == [f"{0:016x}", f"{1:016x}"]
        assert found.told[f"{0:016x}"] == known().changes[0].message

    @given(words=st.text(max_size=300), head=st.text(max_size=100))
    @settings(max_examples=60, deadline=None)
    def test_any_words_come_back_and_never_end_the_comment(self, words: str, head: str) -> None:
        text = written(Memory(run=1, head=head, open=("a",), told={"a": words}))
        assert re.fullmatch(r"<!-- change-guardian remembers [^<>@]*-->", text)
        assert "--" not in text[4:-3]
        found = read(f"### x\n{text}\n")
        lone = re.compile("[\ud800-\udfff]")
        assert found is not None
        assert found.told == {"a": lone.sub("\ufffd", words[:120])}

    def test_an_edited_one_is_forgotten(self) -> None:
        text = written(Memory(run=4, open=("aa", "bb")))
        assert read(text) is not None
        for edited in (text.replace("4", "5"), text.replace("aa", "ab"), text[:-8], "", MARKER):
            assert read(edited) is None

    def test_it_stays_small_and_says_when_not_all_is_listed(self) -> None:
        text = written(Memory(open=tuple(f"{n:016x}" for n in range(5_000)), told={"a": "x" * 900}))
        found = read(text)
        assert len(text) < MOST_CHARACTERS + 100
        assert found is not None
        assert found.findings == 5_000
        assert not found.whole


# --- since the last push --------------------------------------------------------------------------


class TestSince:
    def test_new_fixed_and_still_there_are_counted_and_named(self) -> None:
        old = Memory(
            head="0123456789", open=(f"{1:016x}", "gone"), told={"gone": "`old` lost `x`."},
            findings=2,
        )  # fmt: skip
        text = of(known(3), old)
        line = "Since the last push (<code>0123456</code>): 2 new, 1 still there, 1 fixed."
        assert f"<sub>{line}</sub>" in text
        assert "- ✅ `old` lost `x`." in text
        assert text.count("**new** ") == 2

    def test_what_was_accepted_since_is_counted(self) -> None:
        made = known(2)
        first = msgspec.structs.replace(
            made.changes[0], accepted=Accepted(reason="agreed", where="guardian.yml:3")
        )
        made = told(msgspec.structs.replace(made, changes=(first, *made.changes[1:])))
        assert "1 still there, 1 accepted." in of(made, remembered(known(2)))

    def test_a_push_that_alters_no_finding_is_not_told(self) -> None:
        assert "Since the last push" not in of(known(), remembered(known()))
        assert "**new**" not in of(known())

    def test_all_clear_names_what_was_fixed(self) -> None:
        clean = told(msgspec.structs.replace(report(), warnings=()))
        text = of(clean, remembered(known(1)))
        assert text.startswith("### 🟢 All clear. No result changes")
        assert "<details open><summary>Fixed since the last push: 1 finding</summary>" in text
        assert remembered(clean, remembered(known(1))).open == ()

    def test_of_too_many_only_the_counts_are_told(self) -> None:
        text = of(many(2_000), remembered(many(1_900)))
        assert "1,900 then, 2,000 now." in text
        assert "**new**" not in text

    def test_a_clean_pull_request_is_not_worth_a_first_comment(self) -> None:
        here = Accepted(reason="agreed", where="a.sql:1", here=True)
        one = sample().changes[0]

        def with_accepted(accepted: Accepted) -> Report:
            change = msgspec.structs.replace(one, accepted=accepted)
            return msgspec.structs.replace(report(), changes=(change,))

        assert worth_saying(sample())
        assert not worth_saying(report())
        assert worth_saying(with_accepted(here))
        assert not worth_saying(with_accepted(msgspec.structs.replace(here, here=False)))


# --- links, fixes, size ---------------------------------------------------------------------------


class TestParts:
    def test_a_place_is_a_link_to_the_head_commit(self) -> None:
        address = "https://github.com/team/shop/blob/9e8d7c6b5a4f3e2d1c0b/etl/orders.py#L12"
        assert f"[`etl/orders.py:12`]({address}) · id `00000000`" in of(known(1))

    def test_what_is_gone_is_linked_in_the_base(self) -> None:
        gone = msgspec.structs.replace(sample().changes[0], rule="dataset-removed")
        made = told(msgspec.structs.replace(sample(), changes=(gone,)))
        assert "/blob/3f1c2d4e5a6b7c8d9e0f/etl/orders.py#L12" in of(made)

    @pytest.mark.parametrize("file", ["a/../../../login", "/etc/x", "a//b", "."])
    def test_no_link_is_made_where_the_path_is_not_plain(self, file: str) -> None:
        one = msgspec.structs.replace(sample().changes[0], location=Location(file, 1))
        made = told(msgspec.structs.replace(sample(), changes=(one,)))
        assert "](" not in of(made).partition("job's summary")[0]

    @pytest.mark.parametrize(
        "address", ["", "javascript:x", "https://x.example/a b/c", "https://x/y)"]
    )
    def test_no_link_is_made_where_the_address_is_not_plain(self, address: str) -> None:
        assert "](" not in comment(known(1), Page(address=address), None, RUN)

    def test_patches_are_whole_or_left_out(self) -> None:
        def fix(name: str, lines: int) -> Fix:
            patch = f"--- a/{name}\n+++ b/{name}\n" + "-\tx\n+\ty\n" * lines
            return Fix(
                file=name, lines=(1,), patch=patch, restores=f"`{name}` reads `net_amount`.",
                rule="column-renamed", fingerprint=f"{0:016x}",
            )  # fmt: skip

        by_hand = ByHand(
            file="c.sql", line=3, dataset="m.c", name="x", why="`x` is made up at run time",
            fingerprint=f"{0:016x}",
        )  # fmt: skip
        fixes = (fix("a.sql", 3), fix("b.sql", 9_000))
        made = msgspec.structs.replace(known(1), fixes=fixes, by_hand=(by_hand,))
        text = of(made)
        assert "<summary>A patch for 2 files, 1 reader to change by hand</summary>" in text
        assert "```diff\n--- a/a.sql\n+++ b/a.sql\n-\tx\n" in text
        assert "b/b.sql" not in text
        assert "1 more file: `guardian fix` writes the whole patch." in text
        assert "A patch for 2 readers is below, 1 reader needs a person." in text

    def test_the_summary_page_gets_more_than_the_comment(self) -> None:
        wide = msgspec.structs.replace(PAGE, room=JOB_SUMMARY)
        short, long = of(many(300)), MARKDOWN.render(many(300), wide)
        assert short.count("- **What to do:**") == 5
        assert long.count("- **What to do:**") == 25
        assert "195 more are in the [job's summary](https://github.com/team/shop/" in short
        assert "`d299`" in long


# --- how GitHub shows it --------------------------------------------------------------------------

ELEMENTS = {
    "a", "blockquote", "br", "code", "details", "em", "h3", "hr", "li", "ol", "p", "pre", "strong",
    "sub", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
OURS = ("https://github.com/team/shop/blob/", "https://github.com/team/shop/actions/runs/7")


class Shown(HTMLParser):
    """What a page consists of: its elements, links, the cells of each row; checks the nesting."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.comments: list[str] = []
        self.prose = ""
        self.rows: list[list[int]] = []
        self._open: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {f"{tag}.{name}" for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag == "table":
            self.rows.append([])
        if tag == "tr":
            self.rows[-1].append(0)
        if tag in {"td", "th"}:
            self.rows[-1][-1] += 1
        self._open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes what it did not open"

    @override
    def handle_data(self, data: str) -> None:
        if not {"code", "pre"} & {*self._open}:
            self.prose += data

    @override
    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def shown(markdown: str) -> Shown:
    parsed = Shown()
    parsed.feed(browser.html(markdown))
    parsed.close()
    assert not parsed._open  # noqa: SLF001 - our own class
    return parsed


def named(name: str, number: int) -> Report:
    """Return a report in which everything that a stranger can choose is `name`."""
    at = Location(name, 3)
    impact = Impact(
        columns=(ColumnRef(name, name),), datasets=(name,), jobs=(name,), dashboards=(name,),
        kpis=(name,),
        paths=(Path(to=name, hops=(Hop(
            source=ColumnRef(name, name), target=ColumnRef("t", name), job=name, location=at,
        ),)),),
    )  # fmt: skip
    one = Change(
        rule="column-logic-changed", dataset=name, column=name, before=name, after=f"{name}!",
        job=name, location=at, cause=at, detail=f"{name} = 1", message=f"`{name}` changes",
        because=name, fix=name, severity="high", impact=impact, fingerprint="0123456789abcdef",
        confidence=0.5,
    )  # fmt: skip
    rows = tuple(
        msgspec.structs.replace(one, rule="rows-changed", dataset=f"{n}{name}", cause=None)
        for n in range(number)
    )
    accepted = msgspec.structs.replace(one, accepted=Accepted(reason=name, owner=name, where=name))
    fix = Fix(file=name, lines=(1,), patch=name, restores=name, rule=one.rule, fingerprint="0")
    by_hand = ByHand(file=name, line=1, dataset=name, name=name, why=name)
    made = msgspec.structs.replace(
        sample(), severity="high", changes=(one, *rows, accepted), impact=impact,
        warnings=(Diagnostic(name, 1, name),), fixes=(fix,), by_hand=(by_hand,),
    )  # fmt: skip
    return told(made)


class TestShown:
    @pytest.mark.parametrize("number", [1, 20, 2_000])
    @pytest.mark.parametrize(
        "name", [HOSTILE, LONG, "x", "数" * 5_000], ids=["all", "long", "x", "wide"]
    )
    def test_nothing_of_a_stranger_is_more_than_text(self, name: str, number: int) -> None:
        earlier = Memory(head=name[:60], open=("gone",), told={"gone": name[:120]}, findings=1)
        text = comment(named(name, number), PAGE, earlier, RUN)
        page = shown(text)
        assert len(text.encode()) < COMMENT
        assert ELEMENTS.issuperset(page.elements)
        assert page.attributes <= {"a.href", "code.class", "details.open", "pre.lang", "td.align"}
        assert all(link.startswith(OURS) for link in page.links)
        assert [one.split()[0] for one in page.comments] == ["change-guardian", "change-guardian"]
        assert all(len(set(table)) == 1 for table in page.rows)
        assert not re.search(r"@\w|(?<!\w)#\d|GH-\d|www\.|\w://", page.prose)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\ufeff\x1b]", text)

    def test_the_first_line_is_the_verdict_and_nothing_else(self) -> None:
        first, second, *_ = of(known()).splitlines()
        assert first == (
            "### 🟠 High risk: 7 changes (5 high, 1 medium, 1 low) in 4 datasets; "
            "felt by 2 dashboards, 1 KPI and 1 dataset."
        )
        assert second == ""

    @pytest.mark.skipif(
        not browser.CHROMIUM or not browser.MERMAID.exists(),
        reason="needs Chromium (apt-get install chromium) and Mermaid (make web)",
    )
    @pytest.mark.parametrize("number", [1, 20, 2_000])
    def test_chromium_draws_the_diagram(self, number: int, tmp_path: File) -> None:
        dom = browser.browse(tmp_path, of(many(number)), "--dump-dom")
        assert 'data-drawn="yes"' in dom
        assert len(re.findall(r"<svg[^>]*flowchart", dom)) == 1
        assert "Syntax error" not in dom
