"""A small shop's lineage, and a report on a change to it: what several tests look at."""

from guardian import impact, narrative, rules
from guardian.lineage.graph import Graph
from guardian.model.changes import Change, Report, Revision, worst
from guardian.model.lineage import (
    Column,
    ColumnRef,
    Coverage,
    Dataset,
    Diagnostic,
    Edge,
    Job,
    Lineage,
    Location,
    RowFlow,
)
from guardian.model.plan import Exposure

PACK = rules.load()


def edge(
    source: str,
    target: str,
    job: str,
    *,
    subtype: str = "IDENTITY",
    line: int = 1,
    confidence: float = 1.0,
) -> Edge:
    """Return an edge between `dataset.column`s; a target that ends in `.` is the dataset's rows."""
    direct = subtype in {"IDENTITY", "TRANSFORMATION", "AGGREGATION"}
    return Edge(
        source=column(source),
        target=column(target),
        type="DIRECT" if direct else "INDIRECT",
        subtype=subtype,  # type: ignore[arg-type]  # the tests write it as plain text
        job=job,
        location=Location(job.partition("#")[0], line),
        confidence=confidence,
    )


def column(name: str) -> ColumnRef:
    dataset, _, field = name.rpartition(".")
    return ColumnRef(dataset, field or None)


def flow(source: str, target: str, job: str) -> RowFlow:
    return RowFlow(source=source, target=target, job=job, location=Location(job, 1))


def job(identifier: str, reads: str, writes: str) -> Job:
    return Job(identifier, "sql", tuple(reads.split()), tuple(writes.split()))


def dataset(name: str, columns: str) -> Dataset:
    return Dataset(name, tuple(Column(each) for each in columns.split()), complete=True)


def change(rule: str, name: str, field: str | None = None, **more: object) -> Change:
    at = Location("etl/orders.py", 12)
    return Change(rule=rule, dataset=name, column=field, job=at.file, location=at, **more)  # type: ignore[arg-type]  # the fields of a change, by name


LINEAGE = Lineage(
    datasets=(
        dataset("raw.orders", "order_id amount discount country ordered_on"),
        dataset("analytics.orders", "order_id country day net"),
        dataset("mart.daily_revenue", "day revenue orders"),
        dataset("mart.country_revenue", "country revenue label"),
        dataset("ref.countries", "country label"),
        dataset("finance.forecast", "day expected"),
    ),
    jobs=(
        job("etl/orders.py", "raw.orders", "analytics.orders"),
        job("etl/daily.sql", "analytics.orders", "mart.daily_revenue"),
        job("etl/country.sql", "analytics.orders ref.countries", "mart.country_revenue"),
        job("forecast/model.py", "mart.daily_revenue", "finance.forecast"),
    ),
    edges=(
        edge(
            "raw.orders.amount", "analytics.orders.net", "etl/orders.py", subtype="TRANSFORMATION"
        ),
        edge("raw.orders.order_id", "analytics.orders.order_id", "etl/orders.py"),
        edge("raw.orders.country", "analytics.orders.country", "etl/orders.py"),
        edge("analytics.orders.day", "mart.daily_revenue.day", "etl/daily.sql", line=2),
        edge(
            "analytics.orders.day",
            "mart.daily_revenue.",
            "etl/daily.sql",
            subtype="GROUP_BY",
            line=9,
        ),
        edge(
            "analytics.orders.net",
            "mart.daily_revenue.revenue",
            "etl/daily.sql",
            subtype="AGGREGATION",
            line=4,
        ),
        edge("analytics.orders.country", "mart.country_revenue.country", "etl/country.sql", line=2),
        edge(
            "analytics.orders.country",
            "mart.country_revenue.",
            "etl/country.sql",
            subtype="GROUP_BY",
            line=8,
        ),
        edge(
            "analytics.orders.net",
            "mart.country_revenue.revenue",
            "etl/country.sql",
            subtype="AGGREGATION",
            line=3,
        ),
        edge(
            "ref.countries.country",
            "mart.country_revenue.",
            "etl/country.sql",
            subtype="JOIN",
            line=6,
        ),
        edge("ref.countries.label", "mart.country_revenue.label", "etl/country.sql", line=4),
        edge(
            "mart.daily_revenue.revenue",
            "finance.forecast.expected",
            "forecast/model.py",
            subtype="TRANSFORMATION",
            line=31,
        ),
    ),
    rows=(
        flow("raw.orders", "analytics.orders", "etl/orders.py"),
        flow("analytics.orders", "mart.daily_revenue", "etl/daily.sql"),
        flow("analytics.orders", "mart.country_revenue", "etl/country.sql"),
        flow("mart.daily_revenue", "finance.forecast", "forecast/model.py"),
    ),
)

EXPOSURES = (
    Exposure(name="Daily Revenue", kind="dashboard", datasets=("mart.daily_revenue",)),
    Exposure(name="Countries", kind="dashboard", columns=(("mart.country_revenue", "label"),)),
    Exposure(name="Revenue YTD", kind="kpi", columns=(("mart.daily_revenue", "revenue"),)),
)


def report(*changes: Change, lineage: Lineage = LINEAGE) -> Report:
    """Return the report on `changes` as the pipeline makes it."""
    graph = Graph([lineage])
    measured = impact.measure(changes, head=graph, base=graph, exposures=EXPOSURES)
    judged = tuple(rules.judge(each, PACK) for each in measured)
    made = Report(
        base=Revision("main", "3f1c2d4e5a6b7c8d9e0f"),
        head=Revision("HEAD", "9e8d7c6b5a4f3e2d1c0b"),
        severity=worst([each.severity for each in judged]),
        changes=judged,
        impact=impact.overall(judged),
        warnings=(Diagnostic("etl/legacy.sql", 14, "dynamic SQL in `@stmt` is not followed"),),
        coverage=Coverage(files=44, understood=43, failed=("etl/legacy.sql",)),
    )
    return Report(
        **{name: getattr(made, name) for name in made.__struct_fields__ if name != "narrative"},
        narrative=narrative.write(made),
    )


def sample() -> Report:
    """Return a report with a bit of everything."""
    return report(
        change(
            "column-logic-changed",
            "analytics.orders",
            "net",
            before="amount - discount",
            after="amount",
        ),
        change(
            "rows-changed",
            "analytics.orders",
            before="status <> 'test'",
            after="status <> 'test' AND country IS NOT NULL",
        ),
        change("column-added", "analytics.orders", "channel", after="lower(channel)"),
        change(
            "write-changed",
            "analytics.orders",
            before="mode overwrite",
            after="mode append",
            detail="mode",
        ),
        change(
            "column-type-changed",
            "ref.countries",
            "label",
            before="varchar(100)",
            after="varchar(20)",
            detail="narrowing",
        ),
        change(
            "column-nullability-changed",
            "mart.country_revenue",
            "label",
            before="not null",
            after="nullable",
        ),
        change(
            "nondeterminism-added",
            "finance.forecast",
            before=None,
            after="sample(0.1)",
            confidence=0.6,
        ),
    )
