"""Rules: what a change is worth, what is said of it, and what a faulty pack is told."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian import rules
from guardian.errors import ConfigError
from guardian.model.changes import Change, Impact
from guardian.model.lineage import ColumnRef
from guardian.model.types import direction
from guardian.rules.conditions import FACTS, ConditionError, holds, parse
from guardian.rules.pages import explain, markdown
from guardian.rules.wording import facts, filled
from tests.shop import PACK, change

READERS = Impact(columns=(ColumnRef("d", "x"),), datasets=("d",), jobs=("d.sql",))
SHOWN = msgspec.structs.replace(READERS, dashboards=("Daily",), kpis=("Net",))


def severity(one: Change, impact: Impact = Impact()) -> str:  # noqa: B008 - immutable
    return rules.judge(msgspec.structs.replace(one, impact=impact), PACK).severity


@pytest.mark.parametrize(
    ("one", "alone", "read", "shown"),
    [
        (change("column-removed", "s", "c"), "medium", "high", "critical"),
        (change("column-renamed", "s", "c", before="b", after="c"), "medium", "high", "critical"),
        (change("column-added", "s", "c"), "low", "low", "low"),
        (change("column-logic-changed", "s", "c"), "low", "medium", "high"),
        (change("rows-changed", "s"), "medium", "high", "high"),
        (change("dataset-added", "s"), "low", "low", "low"),
        (change("dataset-removed", "s"), "medium", "high", "critical"),
        (change("input-added", "s", after="t"), "medium", "medium", "medium"),
        (change("input-removed", "s", before="t"), "medium", "medium", "medium"),
        (change("column-order-changed", "s"), "medium", "high", "high"),
        (change("nondeterminism-added", "s"), "medium", "medium", "high"),
        (
            change("write-changed", "s", before="format csv", after="format parquet"),
            "medium",
            "medium",
            "high",
        ),
        (
            change("write-changed", "s", before="mode overwrite", after="mode append"),
            "high",
            "high",
            "high",
        ),
        (
            change("column-type-changed", "s", "c", before="int", after="bigint"),
            "low",
            "low",
            "low",
        ),
        (
            change("column-type-changed", "s", "c", before="bigint", after="int"),
            "medium",
            "high",
            "high",
        ),
        (
            change("column-nullability-changed", "s", "c", before="NOT NULL", after="NULL"),
            "low",
            "medium",
            "high",
        ),
        (
            change("column-nullability-changed", "s", "c", before="NULL", after="NOT NULL"),
            "low",
            "low",
            "low",
        ),
    ],
)
def test_who_is_downstream_decides(one: Change, alone: str, read: str, shown: str) -> None:
    found = (severity(one), severity(one, READERS), severity(one, SHOWN))
    assert found == (alone, read, shown)


def test_an_unsure_change_of_rows_is_no_alarm() -> None:
    assert severity(change("rows-changed", "s", confidence=0.6), READERS) == "medium"


def test_a_contract_counts_like_a_reader() -> None:
    removed = change("column-removed", "s", "c")
    assert rules.judge(removed, PACK, contracted={"s"}).severity == "critical"


def test_a_change_that_no_pack_knows_is_medium_and_still_told() -> None:
    judged = rules.judge(change("moon-phase", "s"), PACK)
    assert judged.severity == "medium"
    assert judged.message == "`s` changes: moon-phase."


def test_words_name_the_readers_and_count_the_rest() -> None:
    jobs = Impact(jobs=("a.sql", "b.sql", "c.sql", "d.sql", "e.sql"))
    judged = rules.judge(change("column-removed", "s", "c", before="c"), PACK)
    assert judged.message == "`s` no longer has `c`."
    with_readers = msgspec.structs.replace(change("column-removed", "s", "c"), impact=jobs)
    because = rules.judge(with_readers, PACK).because
    assert because.startswith("It flows into `a.sql`, `b.sql`, `c.sql` and 2 more:")


def test_every_rule_is_said_in_plain_words_whatever_is_missing() -> None:
    for rule in PACK.rules:
        judged = rules.judge(change(rule, "s"), PACK)
        for text in (judged.message, judged.because, judged.fix):
            assert text
            assert "{" not in text
            assert "None" not in text
            assert text.count("`") % 2 == 0


def test_a_hostile_name_stays_between_its_backticks() -> None:
    judged = rules.judge(change("rows-changed", "a`\n@all <b>\u202e"), PACK)
    assert judged.message == "`a' @all <b>` holds other rows."


class TestConditions:
    FACTS = facts(
        msgspec.structs.replace(
            change("rows-changed", "Sales.Orders", detail="FILTER"), impact=SHOWN
        ),
        contracted=False,
    )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("impact.datasets", True),
            ("not impact.datasets", False),
            ("impact.datasets == 1 and impact.columns < 2", True),
            ("impact.datasets > 1 or impact.kpis >= 1", True),
            ("contracted or column", False),
            ("not (contracted or column)", True),
            ("confidence < 0.7", False),
            ("dataset matches 'sales.*'", True),
            ("dataset == 'sales.orders'", True),
            ("dataset != 'x' and detail contains 'filt'", True),
            ("impact.dashboards contains 'daily'", True),
            ("impact.kpis matches 'x*'", False),
            ("contracted and impact.datasets or impact.kpis", True),
        ],
    )
    def test_hold(self, text: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
        assert holds(parse(text), self.FACTS) is expected

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "the end is not a fact"),
            ("impact.dataset", "is not a fact"),
            ("impact.datasets >", "a number or a quoted text is expected"),
            ("impact.datasets == 'x'", "has no `==` with a text"),
            ("confidence matches '1'", "has no `matches`"),
            ("dataset > 3", "has no `>` with a number"),
            ("(contracted", "`)` is expected"),
            ("contracted contracted", "nothing is expected"),
            ("__import__('os')", "is not a fact"),
            ("contracted; 1", "cannot be read"),
            ("(" * 60 + "contracted" + ")" * 60, "deep"),
            ("not " * 60 + "contracted", "deep"),
            ("contracted or " * 60 + "contracted", "at most 500 characters"),
        ],
    )
    def test_are_refused(self, text: str, problem: str) -> None:
        with pytest.raises(ConditionError) as raised:
            parse(text)
        assert problem in str(raised.value)

    @given(st.text("()<>=!'\" abcdinotr.0123", max_size=60))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        try:
            condition = parse(text)
        except ConditionError:
            return
        assert isinstance(holds(condition, self.FACTS), bool)

    def test_every_fact_is_there(self) -> None:
        assert set(self.FACTS) == set(FACTS)


class TestPacks:
    def test_a_pack_alters_only_what_it_names(self, tmp_path: Path) -> None:
        path = tmp_path / "ours.yml"
        path.write_text("column-added:\n  severity: none\n", encoding="utf-8")
        pack = rules.load([path])
        judged = rules.judge(change("column-added", "s", "c"), pack)
        assert (judged.severity, judged.message) == ("none", "`s` has a new column, `c`.")

    def test_a_pack_adds_a_rule(self) -> None:
        text = "moon-phase: {title: T, severity: high, message: m, because: b, fix: '{job}'}\n"
        judged = rules.judge(change("moon-phase", "s"), rules.extended(PACK, text, "x.yml"))
        assert (judged.severity, judged.fix) == ("high", "etl/orders.py")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                "column-added:\n  severty: low\n",
                "x.yml:2: rule `column-added`, `severty`: unknown key",
            ),
            (
                "column-added:\n  severity: urgent\n",
                "x.yml:2: rule `column-added`, `severity`: invalid enum value 'urgent'",
            ),
            (
                "column-added:\n  worse:\n    - if: impact.dataset\n      severity: high\n",
                "x.yml:3: rule `column-added`, `worse[0].if`: `impact.dataset` is not a fact",
            ),
            (
                "rows-changed:\n  worse: [{if: contracted, severity: low}]\n",
                "x.yml:2: rule `rows-changed`, `worse[0].severity`: `worse` goes down",
            ),
            (
                "column-added:\n  message: '{datset} grows'\n",
                "x.yml:2: rule `column-added`, `message`: `{datset}` is not something",
            ),
            ("column-remved:\n  severity: low\n", "did you mean `column-removed`?"),
            ("Column Added:\n  severity: low\n", "a rule's id is lower-case words"),
            ("column-added: low\n", "x.yml:1: rule `column-added`: a rule is a mapping"),
            ("- column-added\n", "x.yml:1: a rule pack is a mapping of rules"),
            ("a: [\n", "x.yml:2: "),
            ("column-added: {severity: low}\ncolumn-added: {severity: high}\n", "x.yml:2: "),
        ],
    )
    def test_a_faulty_pack_is_told_where(self, text: str, message: str) -> None:
        with pytest.raises(ConfigError) as raised:
            rules.extended(PACK, text, "x.yml")
        assert message in str(raised.value)

    def test_a_pack_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"nowhere\.yml"):
            rules.load([tmp_path / "nowhere.yml"])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("int", "bigint", "widening"),
        ("BIGINT", "INTEGER", "narrowing"),
        ("varchar(100)", "VARCHAR(20)", "narrowing"),
        ("varchar(20)", "string", "widening"),
        ("nvarchar(max)", "varchar(10)", "narrowing"),
        ("decimal(10,2)", "decimal(12,2)", "widening"),
        ("decimal(10,2)", "decimal(10,4)", ""),
        ("decimal(10,2)", "int", ""),
        ("int", "decimal(10,0)", "widening"),
        ("int", "double", "widening"),
        ("bigint", "double", ""),
        ("double", "float", "narrowing"),
        ("date", "timestamp", "widening"),
        ("timestamp", "date", "narrowing"),
        ("int", "varchar(10)", ""),
        ("struct<a:int>", "struct<a:bigint>", "widening"),
        ("struct<a:int>", "struct<b:bigint>", ""),
        ("struct<a:int,b:date>", "struct<a:bigint,b:int>", ""),
        ("map<string, array<bigint>>", "map<string,array<int>>", "narrowing"),
        ("array<" * 50 + "int" + ">" * 50, "array<" * 50 + "bigint" + ">" * 50, ""),
        ("int", "int4", ""),
        ("", "", ""),
    ],
)
def test_a_type_is_wider_where_each_old_value_is_one_of_the_new(
    before: str, after: str, expected: str
) -> None:
    assert direction(before, after) == expected


class TestPages:
    def test_each_rule_is_explained_with_a_recipe_and_code(self) -> None:
        for rule in PACK.rules:
            text = explain(rule, PACK)
            assert text.startswith(f"# {rule}\n")
            for part in ("Why it matters", "What to do", "How to change it safely", "**Better**"):
                assert part in text
            assert f"docs/rules.md#{rule}" in text
            assert "{" not in text.split("**Risky**")[0]

    def test_a_misspelt_rule_is_helped(self) -> None:
        with pytest.raises(ConfigError, match="did you mean `column-removed`"):
            explain("column-remove", PACK)

    def test_the_page_of_rules_lists_all_and_says_how_to_alter_them(self) -> None:
        page = markdown(PACK)
        for rule in PACK.rules:
            assert f"\n## {rule}\n" in page
        for fact in FACTS:
            assert f"| `{fact}` |" in page


def test_fields_are_filled_once_and_never_again() -> None:
    assert filled("`{dataset}`", change("rows-changed", "{job}")) == "`{job}`"
