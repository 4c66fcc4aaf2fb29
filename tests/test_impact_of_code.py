"""Who feels a change to real code: SQL in, the names of columns and datasets out."""

from typing import ClassVar

import pytest

from guardian.model.changes import Report
from guardian.model.lineage import ColumnRef
from tests.casebook import difference

DDL = """
CREATE TABLE raw.o (oid BIGINT PRIMARY KEY, k BIGINT, amount INT);
CREATE TABLE raw.s (k BIGINT, x INT, status TEXT);
CREATE TABLE raw.c (id BIGINT PRIMARY KEY, name TEXT);
CREATE TABLE raw.c2 (id BIGINT PRIMARY KEY, name TEXT);
"""
CORE = "CREATE TABLE core.s AS SELECT k, x, status FROM raw.s WHERE status = 'a'"
COUNTED = """CREATE TABLE mart.d AS
SELECT o.oid, t.n, t.sx, o.amount
FROM raw.o o LEFT JOIN (SELECT k, COUNT(*) AS n, SUM(x) AS sx FROM core.s GROUP BY k) t
  ON t.k = o.k"""
READER = "CREATE TABLE rep.r AS SELECT oid, n + 1 AS more, amount FROM mart.d"


def compared(base: dict[str, str], **head: str) -> Report:
    files = {f"{name}.sql": text for name, text in base.items()}
    return difference(files, {**files, **{f"{name}.sql": text for name, text in head.items()}})


def columns(report: Report) -> list[str]:
    return [f"{ref.dataset}.{ref.column}" for ref in report.impact.columns]


class TestASideInput:
    BASE: ClassVar = {"ddl": DDL, "core": CORE, "mart": COUNTED, "reader": READER}

    def test_its_rows_reach_what_counts_them_and_go_on(self) -> None:
        report = compared(self.BASE, core=CORE.replace("'a'", "'b'"))
        assert columns(report) == ["mart.d.n", "mart.d.sx", "rep.r.more"]

    def test_its_key_regroups_counts_and_sums(self) -> None:
        report = compared(self.BASE, core=CORE.replace("SELECT k,", "SELECT k + 1 AS k,"))
        assert columns(report) == ["mart.d.n", "mart.d.sx", "rep.r.more"]

    def test_the_way_from_the_main_inputs_key_begins_at_that_key(self) -> None:
        main = "CREATE TABLE core.o AS SELECT oid, k, amount FROM raw.o"
        base = {**self.BASE, "main": main, "mart": COUNTED.replace("raw.o", "core.o")}
        report = compared(base, main=main.replace(" k,", " k + 1 AS k,"))
        (change,) = report.changes
        starts = {path.hops[0].source for path in change.impact.paths if path.hops}
        assert starts == {ColumnRef("core.o", "k")}

    def test_its_summed_column_reaches_the_sum_alone(self) -> None:
        report = compared(self.BASE, core=CORE.replace(" x,", " x * 2 AS x,"))
        assert columns(report) == ["mart.d.sx"]

    def test_rows_of_the_main_input_leave_what_the_side_counted(self) -> None:
        main = "CREATE TABLE core.o AS SELECT oid, k, amount FROM raw.o WHERE amount > 0"
        base = {**self.BASE, "main": main, "mart": COUNTED.replace("raw.o", "core.o")}
        report = compared(base, main=main.replace("> 0", "> 1"))
        assert [name for name in columns(report) if name.startswith("mart")] == [
            "mart.d.amount",
            "mart.d.oid",
        ]

    def test_rows_of_the_main_input_reach_a_total_over_both(self) -> None:
        main = "CREATE TABLE core.o AS SELECT oid, k, amount FROM raw.o WHERE amount > 0"
        total = """CREATE TABLE mart.t AS SELECT SUM(t.n) AS n, SUM(t.sx) AS sx
        FROM core.o o LEFT JOIN (SELECT k, COUNT(*) AS n, SUM(x) AS sx FROM core.s GROUP BY k) t
          ON t.k = o.k"""
        base = {"ddl": DDL, "core": CORE, "main": main, "mart": total}
        report = compared(base, main=main.replace("> 0", "> 1"))
        assert columns(report) == ["mart.t.n", "mart.t.sx"]

    def test_a_count_outlives_the_dataset_that_it_counts(self) -> None:
        report = compared(self.BASE, core="SELECT 1")
        assert "mart.d.n" in columns(report)


class TestInputs:
    PLAIN = "CREATE TABLE mart.d AS SELECT o.oid, o.amount FROM raw.o o"
    NAMED = """CREATE TABLE mart.d AS SELECT o.oid, o.amount, c.name
    FROM raw.o o LEFT JOIN raw.c c ON c.id = o.k"""
    READER = "CREATE TABLE rep.r AS SELECT oid, amount FROM mart.d"
    NAMES = "CREATE TABLE rep.n AS SELECT oid, name FROM mart.d"

    def test_a_lookup_that_only_comes_is_felt_by_nobody(self) -> None:
        base = {"ddl": DDL, "mart": self.PLAIN, "reader": self.READER}
        report = compared(base, mart=self.NAMED)
        assert {change.rule for change in report.changes} == {"input-added", "column-added"}
        assert (report.impact.datasets, columns(report)) == ((), [])

    def test_a_lookup_taken_for_another_is_felt_where_its_columns_are_read(self) -> None:
        base = {"ddl": DDL, "mart": self.NAMED, "reader": self.READER, "names": self.NAMES}
        report = compared(base, mart=self.NAMED.replace("raw.c c", "raw.c2 c"))
        assert {change.rule for change in report.changes} == {"input-added", "input-removed"}
        assert columns(report) == ["rep.n.name"]

    def test_a_main_input_taken_for_another_is_felt_by_all(self) -> None:
        ddl = DDL + "CREATE TABLE raw.o2 (oid BIGINT PRIMARY KEY, k BIGINT, amount INT);"
        base = {"ddl": ddl, "mart": self.PLAIN, "reader": self.READER}
        report = compared(base, mart=self.PLAIN.replace("raw.o o", "raw.o2 o"))
        assert columns(report) == ["rep.r.amount", "rep.r.oid"]


class TestWrites:
    BASE = "CREATE TABLE s USING parquet PARTITIONED BY (dt) AS SELECT x, dt FROM raw.t"
    READER = "CREATE TABLE d AS SELECT x FROM s"

    @pytest.mark.parametrize(
        ("written", "feels"),
        [
            (BASE.replace("parquet", "orc"), ()),
            (BASE.replace("(dt)", "(x)"), ()),
            ("CREATE VIEW s AS SELECT x, dt FROM raw.t", ()),
            ("INSERT INTO s SELECT x, dt FROM raw.t", ("d",)),
        ],
    )
    def test_are_felt_where_they_alter_what_is_stored(
        self, written: str, feels: tuple[str, ...]
    ) -> None:
        base = {"s.sql": self.BASE, "d.sql": self.READER}
        report = difference(base, {**base, "s.sql": written}, "spark")
        assert "write-changed" in {change.rule for change in report.changes}
        assert report.impact.datasets == feels

    def test_columns_that_change_places_take_along_their_readers_only(self) -> None:
        ddl = "CREATE TABLE s (a INT, b INT, c INT); CREATE TABLE t (a INT, b INT, c INT)"
        write = "INSERT OVERWRITE TABLE s SELECT a, b, c FROM t"
        base = {"ddl.sql": ddl, "s.sql": write, "d.sql": "CREATE TABLE d AS SELECT a, b, c FROM s"}
        head = {**base, "s.sql": write.replace("a, b, c", "b, a, c")}
        report = difference(base, head, "spark")
        assert {change.rule for change in report.changes} == {"column-order-changed"}
        assert columns(report) == ["d.a", "d.b"]
