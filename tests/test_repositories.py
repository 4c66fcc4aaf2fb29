"""Several repositories side by side: one name for one dataset, and whose file feels a change."""

import json
from pathlib import Path
from typing import Any

import pytest
from git import Repo

from guardian.cli import run
from guardian.config import Aliases
from guardian.lineage.repositories import Own, beside
from guardian.model.lineage import Column, ColumnRef, Dataset, Edge, Job, Lineage, Location, RowFlow
from guardian.model.snapshot import SnapshotPart

ALIASES = Aliases(
    datasets={"s3://lake/gold/*": "gold.*", "legacy.ord": "gold.orders"},
    prefixes=("dev_", "prod_", "prod-"),
)


@pytest.mark.parametrize(
    ("theirs", "ours", "meant"),
    [
        ("gold.orders", "gold.orders", True),
        ("GOLD.ORDERS", "gold.orders", True),
        ("gold.order", "gold.orders", False),
        ("spark_catalog.gold.orders", "gold.orders", True),
        ("prod_gold.orders", "gold.orders", True),
        ("prod_gold.orders", "dev_gold.orders", True),
        ("prod_.orders", "gold.orders", False),
        ("s3a://lake/raw/orders", "s3://lake/raw/orders", True),
        ("s3://lake/raw/Orders", "s3://lake/raw/orders", False),
        ("s3://prod-lake/raw/orders", "s3://lake/raw/orders", True),
        ("s3a://lake/gold/orders", "gold.orders", True),
        ("gold.orders", "s3a://prod-lake/gold/orders", True),
        ("s3://lake/gold/orders/day", "gold.orders", False),
        ("s3://lake/gold/", "gold.orders", False),
        ("LEGACY.ORD", "gold.orders", True),
        ("legacy.ord", "s3://lake/gold/orders", True),
        ("{target}.orders", "gold.orders", False),
    ],
)
def test_a_dataset_of_another_repository_gets_our_name(
    theirs: str,
    ours: str,
    meant: bool,  # noqa: FBT001
) -> None:
    part = SnapshotPart(repository="b", lineage=lineage("mart.sql", theirs, "mart.daily"))
    found = beside((part,), Own(frozenset({ours}), frozenset()), ALIASES)
    [edge] = found.parts[0].lineage.edges
    assert edge.source == ColumnRef(ours if meant else theirs, "net")
    [job] = found.parts[0].lineage.jobs
    assert job.reads == (edge.source.dataset,)


def lineage(job: str, source: str, target: str, column: str = "net") -> Lineage:
    at = Location(job.partition("#")[0], 3)
    return Lineage(
        datasets=(Dataset(target, (Column(column),), complete=True),),
        jobs=(Job(job, "sql", (source,), (target,)),),
        edges=(
            Edge(
                source=ColumnRef(source, column),
                target=ColumnRef(target, column),
                type="DIRECT",
                subtype="IDENTITY",
                job=job,
                location=at,
                confidence=1.0,
            ),
        ),
        rows=(RowFlow(source=source, target=target, job=job, location=at),),
    )


def test_of_several_names_of_ours_the_equal_one_is_meant_or_none() -> None:
    parts = [
        SnapshotPart(repository="b", lineage=lineage("b.sql", "prod_gold.orders", "x")),
        SnapshotPart(repository="c", lineage=lineage("c.sql", "GOLD.orders", "y")),
    ]
    own = Own(frozenset({"prod_gold.orders", "dev_gold.orders"}), frozenset())
    found = beside(parts, own, ALIASES)
    read = [part.lineage.jobs[0].reads for part in found.parts]
    assert read == [("prod_gold.orders",), ("GOLD.orders",)]


def test_others_meet_in_what_we_do_not_name() -> None:
    parts = [
        SnapshotPart(repository="b", lineage=lineage("b.sql", "ours.t", "s3a://lake/gold/t")),
        SnapshotPart(repository="c", lineage=lineage("c.sql", "gold.t", "far.end")),
    ]
    found = beside(parts, Own(frozenset({"ours.t"}), frozenset()), ALIASES)
    assert found.parts[0].lineage.jobs[0].writes == found.parts[1].lineage.jobs[0].reads


def test_columns_follow_the_case_of_their_table() -> None:
    part = SnapshotPart(repository="b", lineage=lineage("b.sql", "GOLD.ORDERS", "M.D", "NET"))
    found = beside((part,), Own(frozenset({"gold.orders"}), frozenset()))
    [edge] = found.parts[0].lineage.edges
    assert edge.source == ColumnRef("gold.orders", "net")
    assert edge.target == ColumnRef("M.D", "NET")


def test_nothing_else_of_an_edge_changes() -> None:
    told: dict[str, Any] = {
        "source": ColumnRef("GOLD.orders", "net"), "target": ColumnRef("x.y", None),
        "type": "INDIRECT", "subtype": "SORT", "job": "b.sql", "location": Location("b.sql", 7),
        "confidence": 0.5, "decides_rows": False,
    }  # fmt: skip
    assert set(told) == set(Edge.__struct_fields__), "a new field is to be taken over, too"
    part = SnapshotPart(
        repository="b",
        lineage=Lineage(
            jobs=(Job("b.sql", "sql", ("GOLD.orders",), ("x.y",)),), edges=(Edge(**told),)
        ),
    )
    found = beside((part,), Own(frozenset({"gold.orders"}), frozenset({"b.sql"})))
    expected = told | {"source": ColumnRef("gold.orders", "net"), "job": "b:b.sql"}
    assert found.parts[0].lineage.edges == (Edge(**expected),)


def test_jobs_of_one_path_are_told_apart() -> None:
    parts = [
        SnapshotPart(repository=name, lineage=lineage("etl/job.sql", "a.t", f"{name}.t"))
        for name in ("b", "c")
    ]
    found = beside(parts, Own(frozenset(), frozenset({"etl/job.sql"})))
    assert found.repositories == {"b:etl/job.sql": "b", "c:etl/job.sql": "c"}
    jobs = [part.lineage.edges[0].job for part in found.parts]
    assert jobs == ["b:etl/job.sql", "c:etl/job.sql"]


# --- from one repository to another ---------------------------------------------------------------


def repository(folder: Path, files: dict[str, str]) -> Path:
    repo = Repo.init(folder, initial_branch="main")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    repo.git.add("--all")
    with repo.config_writer() as config:
        config.set_value("user", "name", "Robin").set_value("user", "email", "r@example.org")
    repo.index.commit("first")
    return folder


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Return a repository whose table others read: one under its path, one in capitals."""
    shared = str(tmp_path / "lineage")
    for name, files in {
        "team/marts": {
            "models/daily.sql": "CREATE TABLE mart.daily AS\nSELECT\n  net\nFROM prod_gold.orders;\n"
        },
        "team/ml": {
            "jobs/features.py": (
                "from pyspark.sql import SparkSession\n"
                "spark = SparkSession.builder.getOrCreate()\n"
                'orders = spark.read.parquet("s3a://lake/gold/orders")\n'
                'orders.select("net").write.saveAsTable("ml.features")\n'
            )
        },
        "team/snow": {
            "etl/job.sql": "CREATE TABLE BI.ORDERS AS SELECT NET FROM GOLD.ORDERS;\n",
            "guardian.yml": f"sql: {{dialect: snowflake}}\nrepository: team/snow\nsnapshot: {shared}\n",
        },
    }.items():
        said = {
            "guardian.yml": f"repository: {name}\nsnapshot: {shared}\nsql: {{dialect: spark}}\n"
        }
        folder = repository(tmp_path / name, said | files)
        assert run(["snapshot", "push", "-q", "--no-cache", "-C", str(folder)]) == 0
    return repository(
        tmp_path / "orders",
        {
            "etl/job.sql": "CREATE TABLE gold.orders AS\nSELECT amount - discount AS net FROM raw.orders;\n",
            "guardian.yml": (
                f"repository: team/orders\nsnapshot: {shared}\nsql: {{dialect: spark}}\n"
                "aliases:\n  datasets: {'s3://lake/gold/*': 'gold.*'}\n  prefixes: [dev_, prod_]\n"
            ),
        },
    )


def test_a_change_names_repository_file_and_line_in_each_reader(
    orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (orders / "etl/job.sql").write_text(
        "CREATE TABLE gold.orders AS\nSELECT amount AS net FROM raw.orders;\n"
    )
    capsys.readouterr()
    run(["report", "--no-cache", "-C", str(orders), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    [change] = report["changes"]
    hops = {path["to"]: path["hops"][-1] for path in change["impact"]["paths"]}
    assert {
        name: (hop["repository"], hop["location"]["file"], hop["location"]["line"])
        for name, hop in hops.items()
    } == {
        "mart.daily": ("team/marts", "models/daily.sql", 3),
        "ml.features": ("team/ml", "jobs/features.py", 4),
        "BI.ORDERS": ("team/snow", "etl/job.sql", 1),
    }
    assert change["impact"]["columns"] == [
        {"dataset": "BI.ORDERS", "column": "NET"},
        {"dataset": "mart.daily", "column": "net"},
        {"dataset": "ml.features", "column": "net"},
    ]
    assert change["impact"]["jobs"] == [
        "jobs/features.py", "models/daily.sql", "team/snow:etl/job.sql",
    ]  # fmt: skip
    for shape in ("markdown", "rich"):
        run(["report", "--no-cache", "-C", str(orders), "--format", shape])
        assert "team/ml: jobs/features.py:4" in " ".join(capsys.readouterr().out.split()), shape
    run(["report", "--no-cache", "-C", str(orders), "--format", "sarif"])
    told = capsys.readouterr().out
    assert "team/ml: jobs/features.py:4" in told
    places = json.loads(told)["runs"][0]["results"][0]
    assert "features.py" not in json.dumps(places.get("relatedLocations", []))


def test_lineage_goes_on_in_other_repositories(
    orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert (
        run(["lineage", "gold.orders.net", "--format", "tree", "--no-cache", "-C", str(orders)])
        == 0
    )
    told = capsys.readouterr().out
    assert "team/marts: models/daily.sql:3" in told
    assert "team/ml: jobs/features.py:4" in told
    assert "team/snow: etl/job.sql:1" in told
