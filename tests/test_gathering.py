"""What is told together: one edit is one finding, in the words of the author's own columns."""

import msgspec
import pytest

from guardian import gathering
from guardian.diff.standing_in import stand_ins
from guardian.model.changes import (
    Change,
    Clauses,
    Evidence,
    Impact,
    InputRows,
    Report,
    Values,
    Witness,
)
from guardian.model.lineage import ColumnRef
from guardian.render import Page, example
from guardian.render.markdown import MARKDOWN
from guardian.render.terminal import RICH
from tests import casebook
from tests.shop import change

DAILY = "CREATE TABLE mart.{name} AS SELECT day, SUM(net) AS net, COUNT(*) AS n{more} FROM {source} GROUP BY day"
READER = "CREATE TABLE mart.report AS\nSELECT day, net\nFROM mart.{name}"
SIDE = """CREATE TABLE mart.t AS
SELECT o.id, s.total, s.last, s.least
FROM raw.orders o
LEFT JOIN (SELECT id, SUM(v) AS total, MAX(w) AS last, MIN(w) AS least FROM raw.items{} GROUP BY id) s
  ON s.id = o.id"""
FLAGS = "CREATE TABLE mart.t AS SELECT o.id, {} FROM raw.a o LEFT JOIN raw.b s ON s.id = o.id"
WIDE = "CREATE TABLE mart.t AS SELECT id{} FROM raw.orders"
TWICE = """CREATE TABLE mart.t AS
WITH f AS (SELECT key, n FROM raw.feeds), o AS (SELECT key, day FROM raw.orders)
SELECT o.day, f.n FROM o {} f {}"""


def daily(name: str, more: str = "", source: str = "raw.orders") -> str:
    return DAILY.format(name=name, more=more, source=source)


def compared(base: str, head: str, *others: tuple[str, str]) -> Report:
    before, after = (
        {f"{n}.sql": text for n, text in enumerate(side)}
        for side in zip((base, head), *others, strict=True)
    )
    return casebook.difference(before, after, "spark")


def messages(made: Report) -> list[str]:
    return [gathering.message(*group) for group in gathering.gathered(made.changes)]


NAMES = [f"c{n:02}" for n in range(12)]
TOGETHER = {
    "twelve new columns are one line": (
        (WIDE.format(""), WIDE.format("".join(f", {name}" for name in NAMES))),
        "`mart.t` has 12 new columns: `c00`, `c01`, `c02`, `c03`, `c04` and 7 more.",
    ),
    "columns that are gone": (
        (WIDE.format(", a, b"), WIDE.format("")),
        "`mart.t` no longer has `a` and `b`.",
    ),
    "columns of one side input": (
        (SIDE.format(""), SIDE.format(" WHERE v > 0")),
        "`last`, `least` and `total` of `mart.t` are taken from other rows.",
    ),
    "columns that one pattern rewrites": (
        (FLAGS.format("o.is_a, o.is_b"), FLAGS.format(
            "COALESCE(s.is_a, o.is_a) AS is_a, COALESCE(s.is_b, o.is_b) AS is_b"
        )),
        "`is_a` and `is_b` of `mart.t` are computed otherwise.",
    ),
    "a dataset under another name": (
        (daily("old"), daily("new")),
        "`mart.old` is now called `mart.new`.",
    ),
    "one whose definition grew, too": (
        (daily("old"), daily("new", ", MAX(net) AS most")),
        "`mart.old` is now called `mart.new`.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_one_edit_is_one_finding(name: str) -> None:
    pair, message = TOGETHER[name]
    made = compared(*pair)
    assert messages(made) == [message]
    assert message.replace("`", "") in " ".join(RICH.render(made, Page()).split())


def test_the_readers_of_a_renamed_dataset_are_told_with_it() -> None:
    readers = (READER.format(name="old"), READER.format(name="new"))
    made = compared(daily("old"), daily("new"), readers)
    assert messages(made) == [
        "`mart.old` is now called `mart.new`; `mart.report` uses the new name already."
    ]


def test_two_datasets_that_only_look_alike_are_two_findings() -> None:
    made = compared(daily("sales"), daily("refunds", source="raw.refunds"))
    assert sorted(messages(made)) == [
        "Nothing writes `mart.sales` any more.", "`mart.refunds` is new.",
    ]  # fmt: skip


def test_a_rename_tells_how_sure_it_is() -> None:
    half = ", MAX(a) AS a, MAX(b) AS b"
    made = compared(daily("old", half), daily("new", ", MAX(a) AS a, MAX(c) AS c"))
    sure = {change.rule: change.confidence for change in made.changes}
    assert set(sure.values()) == {0.86}
    (equal, _) = compared(daily("old"), daily("new")).changes
    assert equal.confidence == 1.0


def test_of_several_candidates_the_name_decides() -> None:
    made = compared(daily("orders_daily"), daily("orders_by_day"), (daily("x_old"), daily("x_new")))
    other = {change.dataset: change.detail for change in made.changes}
    assert other["mart.orders_daily"] == "mart.orders_by_day"
    assert other["mart.x_new"] == "mart.x_old"


def test_all_that_feels_it_is_told_of_a_group() -> None:
    first, second = (
        change(
            "column-removed", "d", name, message=f"`d` no longer has `{name}`.",
            fix=f"Keep `{name}`.",
            impact=Impact(datasets=(f"m.{name}",), columns=(ColumnRef(f"m.{name}", "x"),)),
        )
        for name in ("a", "b")
    )  # fmt: skip
    assert gathering.united(first, (second,)).datasets == ("m.a", "m.b")
    assert gathering.advice(first.fix, first, (second,)) == "Keep `a` and `b`."


def test_words_of_a_pack_of_ones_own_stay() -> None:
    first, second = (
        change("column-added", "d", name, message=f"Spalte {name} neu.") for name in ("a", "b")
    )
    assert gathering.message(first, (second,)) == "Spalte a neu; likewise `b`."


def test_a_condition_tells_which_inputs_it_joins() -> None:
    made = compared(TWICE.format("LEFT JOIN", "USING (key)"), TWICE.format("JOIN", "USING (key)"))
    texts = " ".join(f"{one.before} {one.after}" for one in made.changes)
    assert "orders.key = feeds.key" in texts or "feeds.key = orders.key" in texts


def test_inputs_that_move_to_another_schema_are_swapped_each_for_its_own() -> None:
    text = "CREATE TABLE mart.t AS SELECT a.id FROM {0}.a JOIN {0}.b ON a.id = b.id"
    made = compared(text.format("raw"), text.format("lake"))
    assert sorted(messages(made)) == [
        "`mart.t` is now made from `lake.a` instead of `raw.a`.",
        "`mart.t` is now made from `lake.b` instead of `raw.b`.",
    ]


@pytest.mark.parametrize(
    ("new", "gone", "pairs"),
    [
        ("raw.b", "raw.a", {"raw.b": "raw.a"}),
        ("lake.a lake.b", "raw.a raw.b", {"lake.a": "raw.a", "lake.b": "raw.b"}),
        ("lake.a x.new", "raw.a x.old", {"lake.a": "raw.a", "x.new": "x.old"}),
        ("x.a x.b", "x.c x.d", {}),
        ("in/a.csv", "in/c.csv raw.x", {}),
        ("lake.a", "raw.a old.a", {}),
    ],
)
def test_which_input_stands_in_for_which(new: str, gone: str, pairs: dict[str, str]) -> None:
    assert stand_ins(new.split(), gone.split()) == pairs | {old: one for one, old in pairs.items()}


def test_an_input_is_placed_where_it_is_named() -> None:
    base = "CREATE TABLE mart.t AS\nSELECT o.id\nFROM raw.orders o"
    made = compared(base, f"{base}\nLEFT JOIN raw.items i\n  ON i.id = o.id")
    (added,) = (one for one in made.changes if one.rule == "input-added")
    assert added.location.line == 4


# --- the example on made-up rows ------------------------------------------------------------------


def witnessed(*inputs: InputRows, parameters: tuple[tuple[str, str], ...] = ()) -> Change:
    after: tuple[Values, ...] = (("1",),)
    witness = Witness(
        inputs=inputs, parameters=parameters, columns=("n",), after=after, rows_before=0,
        rows_after=1,
    )  # fmt: skip
    return change("rows-changed", "d", evidence=Evidence(tries=3, witness=witness))


EMPTY, OTHER = InputRows(dataset="a", columns=("x",)), InputRows(dataset="b", columns=("x",))
FILLED = InputRows(dataset="c", columns=("x",), rows=(("7",),))


@pytest.mark.parametrize(
    ("one", "given"),
    [
        (witnessed(EMPTY), "on an empty `a`"),
        (witnessed(EMPTY, OTHER), "on empty tables"),
        (witnessed(EMPTY, FILLED, OTHER), "with `c` `(x = 7)`, no row in `a` or `b`"),
        (witnessed(EMPTY, parameters=(("@since", "3"),)), "on an empty `a` and `@since` = `3`"),
        (witnessed(parameters=(("@since", "3"),)), "`@since` = `3`"),
    ],
)  # fmt: skip
def test_an_example_on_empty_tables_reads_well(one: Change, given: str) -> None:
    assert example.sentence(one) == f"{given}: no row before, 1 row after; `(n = 1)` only after"


def test_a_parameter_has_its_authors_name() -> None:
    procedure = (
        "CREATE PROCEDURE p @since DATE AS\n"
        "INSERT INTO mart.t SELECT id FROM raw.orders WHERE day {} @since"
    )
    made = casebook.difference(
        {"p.sql": procedure.format(">")}, {"p.sql": procedure.format(">=")}, "tsql"
    )
    (one,) = made.changes
    assert "@since" in f"{one.before} {example.sentence(one)}"
    assert "parameter" not in f"{one.before} {one.after} {example.sentence(one)}"


def test_what_a_side_input_differs_in_is_shown_once() -> None:
    first, second = (
        change(
            "column-logic-changed", "d", name, before=f"SUM({name}) … old", after=f"SUM({name}) … new",
            side_input=Clauses("old", "new"), severity="medium",
            message=f"`d.{name}` is computed otherwise.",
        )
        for name in ("a", "b")
    )  # fmt: skip
    made = msgspec.structs.replace(compared("", ""), severity="medium", changes=(first, second))
    text = MARKDOWN.render(made, Page())
    assert "```diff\n- old\n+ new\n```" in text
    assert text.count("are taken from other rows") == 1


PROMISE = """kind: DataContract
apiVersion: v3.1.0
id: orders
version: 1.0.0
status: active
schema:
- name: orders
  physicalName: silver.orders
  properties:
  - name: id
"""


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("id AS number", "`number`; its contract promises the old name (`contracts/o.yaml:10`)."),
        ("id, x", "a new column, `x`; its contract does not name it (`contracts/o.yaml:7`)."),
        ("id, x, y", "`x` and `y`; its contract does not name them (`contracts/o.yaml:7`)."),
        ("1 AS one", "`one`; its contract does not name it (`contracts/o.yaml:7`)."),
    ],
)
def test_a_change_and_the_promise_that_it_breaks_are_one_story(columns: str, told: str) -> None:
    base = {
        "a.sql": "CREATE TABLE silver.orders AS SELECT id FROM raw.o",
        "contracts/o.yaml": PROMISE,
    }
    head = base | {"a.sql": f"CREATE TABLE silver.orders AS SELECT {columns} FROM raw.o"}
    found = gathering.gathered(casebook.difference(base, head).changes)
    assert any(gathering.message(change, alike).endswith(told) for change, alike in found)
    assert not any(change.rule.startswith("contract-") for change, _ in found)
