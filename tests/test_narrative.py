"""The summary: the verdict first, then what to act on and who feels it; only what is known."""

import re

from guardian import narrative, verdict
from tests.shop import change, report, sample


def names(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_the_first_line_is_the_verdict() -> None:
    first = narrative.write(sample()).markdown.split("\n", 1)[0]
    assert first == (
        "High risk: 7 changes (5 high, 1 medium, 1 low) in 4 datasets; "
        "felt by 2 dashboards, 1 KPI and 1 dataset."
    )


def test_one_change_is_told_by_its_message() -> None:
    text = narrative.write(report(change("rows-changed", "mart.country_revenue"))).markdown
    assert text.startswith(
        "High risk: `mart.country_revenue` holds other rows; felt by 1 dashboard."
    )
    assert "Act on this first" not in text
    assert "figures change without any error. Compare row counts" in text


def test_it_names_the_readers() -> None:
    text = narrative.write(sample()).markdown
    assert "dashboards `Countries`, `Daily Revenue`; KPI `Revenue YTD`" in text


def test_what_is_next_is_told_behind_the_worst() -> None:
    first, following = narrative.write(sample()).markdown.split("\n\n")[1:3]
    assert first.startswith("**Act on this first:** `analytics.orders` holds other rows. These")
    assert first.endswith("and tell their owners. See `etl/orders.py:12`.")
    assert following.startswith("**Then:** `analytics.orders` is no longer replaced at each run")
    assert following.endswith("; and 4 more findings.")


def test_the_clauses_that_differ_are_named() -> None:
    made = report(change("rows-changed", "a.b", detail="LEFT JOIN, WHERE"))
    assert "\n\nIts LEFT JOIN and WHERE differ. Counts and sums" in made.narrative.markdown


def test_the_headline_is_not_repeated() -> None:
    for made in (report(change("rows-changed", "mart.country_revenue")), sample()):
        headline, *rest = made.narrative.markdown.split("\n\n")
        assert not set(re.findall(r"[^.:;]{25,}", headline)) & set(
            re.findall(r"[^.:;]{25,}", " ".join(rest))
        )


def test_nobody_is_named_twice() -> None:
    text = report(change("rows-changed", "mart.country_revenue")).narrative.markdown
    assert text.count("`Countries`") == 1


def test_nothing_is_said_where_nothing_changes() -> None:
    made = narrative.write(report())
    assert made.markdown.startswith("No result changes in what could be read; 1 file could not.")
    assert (made.source, made.grounded) == ("template", True)


def test_doubts_are_told() -> None:
    text = narrative.write(sample()).markdown
    assert "1 of 7 changes may be a rewrite" in text
    assert "1 file could not be read" in text


def test_every_name_is_in_the_report() -> None:
    made = sample()
    known = {made.impact.dashboards, made.impact.kpis, made.impact.datasets}
    allowed = {name for group in known for name in group}
    for each in made.changes:
        allowed |= {each.dataset, verdict.place(each), f"{each.dataset}.{each.column}"}
    assert names(narrative.write(made).markdown) <= allowed


def test_a_hostile_name_says_nothing_of_its_own() -> None:
    name = "x`** [click](https://evil.example) <img src=x> @all ![](y)"
    text = narrative.write(report(change("rows-changed", name))).markdown
    outside = re.sub(r"`[^`\n]*`", "", text)
    for sign in ("](", "<img", "@all", "https://"):
        assert sign not in outside


def test_paragraphs_are_one_line_apart() -> None:
    text = narrative.write(sample()).markdown
    assert "\n\n\n" not in text
    assert text.endswith("\n")
