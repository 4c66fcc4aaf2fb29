"""Who is downstream of a change: exactly those who feel it, with the way it takes."""

import msgspec

from guardian import impact
from guardian.lineage.graph import Graph
from guardian.model.changes import Change, Impact
from guardian.model.lineage import ColumnRef, Dataset, Edge, Lineage, Location
from guardian.model.plan import Exposure
from tests.shop import EXPOSURES, LINEAGE, change, dataset, edge, flow, job


def of(
    one: Change, *, head: Lineage = LINEAGE, base: Lineage | None = None, **more: Lineage
) -> Impact:
    others = Graph([more["others"]]) if "others" in more else None
    measured = impact.measure(
        [one],
        head=Graph([head], under=others),
        base=Graph([base or head], under=others),
        exposures=EXPOSURES,
    )
    return measured[0].impact


def columns(found: Impact) -> list[str]:
    return [f"{ref.dataset}.{ref.column}" for ref in found.columns]


# A dbt project in small: charges are left-joined to users, one row per user.
LEFT_JOIN = Lineage(
    datasets=(
        dataset("charges", "charge_id user_id amount"),
        dataset("user_revenue", "user_id plan charges revenue"),
        dataset("plan_revenue", "plan revenue users"),
    ),
    jobs=(
        job("user.sql", "charges users", "user_revenue"),
        job("plan.sql", "user_revenue", "plan_revenue"),
    ),
    edges=(
        edge("users.user_id", "user_revenue.user_id", "user.sql"),
        edge("users.plan", "user_revenue.plan", "user.sql"),
        edge("users.user_id", "user_revenue.", "user.sql", subtype="GROUP_BY"),
        edge("charges.user_id", "user_revenue.", "user.sql", subtype="JOIN"),
        edge("charges.charge_id", "user_revenue.charges", "user.sql", subtype="AGGREGATION"),
        edge("charges.amount", "user_revenue.revenue", "user.sql", subtype="AGGREGATION"),
        edge("user_revenue.plan", "plan_revenue.plan", "plan.sql"),
        edge("user_revenue.plan", "plan_revenue.", "plan.sql", subtype="GROUP_BY"),
        edge("user_revenue.revenue", "plan_revenue.revenue", "plan.sql", subtype="AGGREGATION"),
    ),
    rows=(
        flow("users", "user_revenue", "user.sql"),
        flow("user_revenue", "plan_revenue", "plan.sql"),
    ),
)


class TestColumns:
    def test_follow_their_own_edges_only(self) -> None:
        found = of(change("column-logic-changed", "analytics.orders", "net"))
        assert columns(found) == [
            "finance.forecast.expected",
            "mart.country_revenue.revenue",
            "mart.daily_revenue.revenue",
        ]
        assert found.jobs == ("etl/country.sql", "etl/daily.sql", "forecast/model.py")

    def test_a_dashboard_of_other_columns_does_not_feel_it(self) -> None:
        found = of(change("column-logic-changed", "analytics.orders", "net"))
        assert found.dashboards == ("Daily Revenue",)
        assert found.kpis == ("Revenue YTD",)

    def test_a_group_key_decides_the_rows_and_what_is_summed_over_them(self) -> None:
        found = of(change("column-logic-changed", "analytics.orders", "country"))
        assert "mart.country_revenue" in found.datasets
        assert columns(found) == ["mart.country_revenue.country", "mart.country_revenue.revenue"]
        assert found.dashboards == ("Countries",)  # it shows rows of it, whatever the column

    def test_the_key_of_a_side_input_reaches_its_own_columns_and_no_row(self) -> None:
        found = of(change("column-logic-changed", "ref.countries", "country"))
        assert columns(found) == ["mart.country_revenue.label"]
        found = of(change("column-logic-changed", "charges", "user_id"), head=LEFT_JOIN)
        assert columns(found) == [
            "plan_revenue.revenue",
            "user_revenue.charges",
            "user_revenue.revenue",
        ]

    def test_a_key_of_a_side_input_in_the_main_input_moves_no_row(self) -> None:
        joined = msgspec.structs.replace(
            edge("fact.key", "d.", "d.sql", subtype="JOIN"), decides_rows=False
        )
        sorted_by = msgspec.structs.replace(
            edge("fact.at", "d.", "d.sql", subtype="SORT"), decides_rows=False
        )
        lineage = Lineage(
            edges=(
                joined,
                sorted_by,
                edge("fact.amount", "d.amount", "d.sql"),
                edge("dim.key", "d.", "d.sql", subtype="JOIN"),
                edge("dim.name", "d.name", "d.sql"),
                edge("d.amount", "e.total", "e.sql", subtype="AGGREGATION"),
            ),
            rows=(flow("fact", "d", "d.sql"), flow("d", "e", "e.sql")),
        )
        assert columns(of(change("column-logic-changed", "fact", "key"), head=lineage)) == [
            "d.name"
        ]
        assert columns(of(change("column-logic-changed", "fact", "at"), head=lineage)) == []

    def test_a_case_over_a_sum_changes_with_the_rows_and_one_over_the_key_does_not(self) -> None:
        lineage = Lineage(
            edges=(
                edge("s.k", "d.", "d.sql", subtype="GROUP_BY"),
                edge("s.k", "d.kind", "d.sql", subtype="CONDITIONAL"),
                edge("s.x", "d.tier", "d.sql", subtype="CONDITIONAL"),
                edge("s.open", "d.", "d.sql", subtype="FILTER"),
            ),
            rows=(flow("s", "d", "d.sql"),),
        )
        assert columns(of(change("column-logic-changed", "s", "open"), head=lineage)) == ["d.tier"]

    def test_a_hint_by_table_carries_every_column(self) -> None:
        lineage = Lineage(
            jobs=(job("p.sql", "s", "d"),),
            rows=(flow("s", "d", "p.sql"), flow("d", "e", "e.sql")),
            datasets=(Dataset("d", (), complete=False),),
        )
        found = of(change("column-logic-changed", "s", "x"), head=lineage)
        assert found.datasets == ("d", "e")

    def test_a_field_belongs_to_its_struct(self) -> None:
        lineage = Lineage(
            edges=(edge("s.address", "d.address", "d.sql"), edge("d.city", "e.city", "e.sql"))
        )
        nested = Lineage(
            edges=(
                Edge(
                    source=ColumnRef("s", "address.city"),
                    target=ColumnRef("d", "city"),
                    type="DIRECT",
                    subtype="IDENTITY",
                    job="n.sql",
                    location=Location("n.sql", 1),
                    confidence=1.0,
                ),
                *lineage.edges,
            )
        )
        found = of(change("column-logic-changed", "s", "address"), head=nested)
        assert columns(found) == ["d.address", "d.city", "e.city"]

    def test_a_star_that_was_not_expanded_passes_the_column_on_by_name(self) -> None:
        lineage = Lineage(
            edges=(edge("s.*", "d.*", "d.sql"), edge("d.net", "e.total", "e.sql")),
            jobs=(job("d.sql", "s", "d"), job("e.sql", "d", "e")),
        )
        assert columns(of(change("column-logic-changed", "s", "net"), head=lineage)) == [
            "d.net",
            "e.total",
        ]
        assert columns(of(change("column-logic-changed", "s", "tax"), head=lineage)) == ["d.tax"]


class TestRows:
    def test_reach_every_column_made_from_them_and_go_on(self) -> None:
        found = of(change("rows-changed", "analytics.orders"))
        assert found.datasets == ("finance.forecast", "mart.country_revenue", "mart.daily_revenue")
        assert "mart.daily_revenue.orders" in columns(found)  # a count of rows has no source column
        assert "mart.country_revenue.label" not in columns(found)

    def test_of_a_side_input_reach_its_columns_and_stop_there(self) -> None:
        found = of(change("rows-changed", "charges"), head=LEFT_JOIN)
        assert columns(found) == [
            "plan_revenue.revenue",
            "user_revenue.charges",
            "user_revenue.revenue",
        ]

    def test_of_a_plain_copy_leave_literals_alone(self) -> None:
        lineage = Lineage(
            datasets=(dataset("d", "x source"),),
            edges=(edge("s.x", "d.x", "d.sql"),),
            rows=(flow("s", "d", "d.sql"),),
        )
        assert columns(of(change("rows-changed", "s"), head=lineage)) == ["d.x"]

    def test_do_not_loop(self) -> None:
        lineage = Lineage(
            edges=(
                edge("a.x", "b.x", "1.sql"),
                edge("b.x", "a.x", "2.sql"),
                edge("a.x", "a.y", "3.sql"),
            ),
            rows=(flow("a", "b", "1.sql"), flow("b", "a", "2.sql")),
        )
        found = of(change("rows-changed", "a"), head=lineage)
        assert (found.datasets, columns(found), found.jobs) == (("b",), ["b.x"], ("1.sql",))


class TestWhatIsGone:
    BASE = Lineage(
        datasets=(dataset("s", "k old"), dataset("d", "x"), dataset("star", "k old")),
        jobs=(job("d.sql", "s", "d"), job("star.sql", "s", "star"), job("e.sql", "star", "e")),
        edges=(
            edge("s.old", "d.x", "d.sql"),
            edge("s.old", "star.old", "star.sql"),
            edge("star.old", "e.y", "e.sql"),
            edge("s.k", "star.k", "star.sql"),
        ),
    )

    def head(self, *edges: Edge, reads: str = "s") -> Lineage:
        return Lineage(
            datasets=(dataset("s", "k new"), dataset("d", "x"), dataset("star", "k new")),
            jobs=(
                job("d.sql", reads, "d"),
                job("star.sql", "s", "star"),
                job("e.sql", "star", "e"),
            ),
            edges=(
                edge("s.k", "star.k", "star.sql"),
                edge("s.new", "star.new", "star.sql"),
                *edges,
            ),
        )

    def test_a_reader_of_the_base_that_is_still_there_feels_it_and_so_on_through_stars(
        self,
    ) -> None:
        removed = change("column-removed", "s", "old", before="old")
        found = of(removed, head=self.head(), base=self.BASE)
        assert columns(found) == ["d.x", "e.y", "star.old"]

    def test_a_reader_that_no_longer_reads_the_dataset_does_not(self) -> None:
        removed = change("column-removed", "s", "old", before="old")
        found = of(removed, head=self.head(reads="other"), base=self.BASE)
        assert "d" not in found.datasets

    def test_a_reader_that_was_changed_too_does_not(self) -> None:
        both = [
            change("column-removed", "s", "old", before="old"),
            change("column-logic-changed", "d", "x", before="old", after="new"),
        ]
        measured = impact.measure(
            both,
            head=Graph([self.head(edge("s.k", "d.x", "d.sql"))]),
            base=Graph([self.BASE]),
            exposures=(),
        )
        assert "d" not in measured[0].impact.datasets

    def test_a_reader_that_took_the_new_name_does_not(self) -> None:
        renamed = change("column-renamed", "s", "new", before="old", after="new")
        found = of(renamed, head=self.head(edge("s.new", "d.x", "d.sql")), base=self.BASE)
        assert columns(found) == ["e.y", "star.new", "star.old"]

    def test_another_repository_feels_it_by_the_snapshot(self) -> None:
        others = Lineage(
            jobs=(job("far.sql", "s", "far"),), edges=(edge("s.old", "far.z", "far.sql"),)
        )
        removed = change("column-removed", "s", "old", before="old")
        found = of(removed, head=self.head(), base=self.BASE, others=others)
        assert "far.z" in columns(found)

    def test_a_removed_dataset_is_felt_by_those_that_still_read_it(self) -> None:
        base = Lineage(
            jobs=(job("s.sql", "r", "s"), job("d.sql", "s", "d"), job("e.sql", "s", "e")),
            edges=(edge("s.x", "d.x", "d.sql"), edge("s.x", "e.x", "e.sql")),
            rows=(flow("s", "d", "d.sql"), flow("s", "e", "e.sql")),
        )
        head = Lineage(jobs=(job("d.sql", "s", "d"), job("e.sql", "t", "e")))
        found = of(change("dataset-removed", "s"), head=head, base=base)
        assert found.datasets == ("d",)


class TestWhatIsNew:
    def test_a_new_column_is_felt_through_a_star_only(self) -> None:
        head = Lineage(
            datasets=(dataset("s", "a b"), dataset("d", "a b"), dataset("e", "b")),
            edges=(edge("s.b", "d.b", "d.sql"), edge("s.b", "e.b", "e.sql")),
        )
        base = Lineage(datasets=(dataset("s", "a"), dataset("d", "a"), dataset("e", "")))
        changes = [change("column-added", "s", "b"), change("column-added", "e", "b")]
        measured = impact.measure(changes, head=Graph([head]), base=Graph([base]), exposures=())
        assert columns(measured[0].impact) == ["d.b"]

    def test_a_new_column_hurts_no_dashboard_of_its_own_dataset(self) -> None:
        assert of(change("column-added", "mart.daily_revenue", "tax")).dashboards == ()

    def test_a_new_dataset_is_felt_by_those_that_read_it_before(self) -> None:
        edges = (edge("n.x", "old.x", "old.sql"), edge("n.x", "new.x", "new.sql"))
        rows = (flow("n", "old", "old.sql"), flow("n", "new", "new.sql"))
        jobs = (job("old.sql", "n", "old"), job("new.sql", "n", "new"))
        head = Lineage(edges=edges, rows=rows, jobs=jobs)
        found = of(change("dataset-added", "n"), head=head, base=Lineage(jobs=jobs[:1]))
        assert found.datasets == ("old",)


class TestExposures:
    def test_rows_bear_on_a_kpi_of_any_column(self) -> None:
        assert of(change("rows-changed", "mart.daily_revenue")).kpis == ("Revenue YTD",)

    def test_the_changed_dataset_itself_counts(self) -> None:
        found = of(change("column-logic-changed", "mart.daily_revenue", "day"))
        assert (found.dashboards, found.kpis) == (("Daily Revenue",), ())

    def test_the_path_names_file_and_line_of_each_step(self) -> None:
        found = of(change("column-logic-changed", "raw.orders", "amount"))
        path = next(path for path in found.paths if path.to == "Revenue YTD")
        assert [
            (hop.target.dataset, hop.location.file, hop.location.line) for hop in path.hops
        ] == [
            ("analytics.orders", "etl/orders.py", 1),
            ("mart.daily_revenue", "etl/daily.sql", 4),
        ]

    def test_paths_are_few_sorted_and_keep_dashboards(self) -> None:
        edges = tuple(edge("s.x", f"d{number:03}.x", "d.sql") for number in range(200))
        last = Exposure(name="zz", kind="dashboard", datasets=("d199",))
        measured = impact.measure(
            [change("column-logic-changed", "s", "x")],
            head=Graph([Lineage(edges=edges)]),
            base=Graph([]),
            exposures=[last],
        )
        ends = [path.to for path in measured[0].impact.paths]
        assert len(ends) == impact.MOST_PATHS
        assert ends == sorted(ends)
        assert "zz" in ends


def test_the_whole_leaves_out_what_is_itself_changed_and_goes_on_behind_it() -> None:
    changes = impact.measure(
        [
            change("rows-changed", "analytics.orders"),
            change("column-added", "mart.daily_revenue", "tax"),
        ],
        head=Graph([LINEAGE]),
        base=Graph([LINEAGE]),
        exposures=EXPOSURES,
    )
    whole = impact.overall(changes)
    assert whole.datasets == ("finance.forecast", "mart.country_revenue")
    assert {ref.dataset for ref in whole.columns} == set(whole.datasets)
    assert {path.to for path in whole.paths}.isdisjoint({"analytics.orders", "mart.daily_revenue"})
