"""What catalogs tell: columns, other names, views, lineage that a platform has recorded."""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import git
import msgspec
import pytest

from guardian.errors import ConfigError
from guardian.lineage.reach import reach
from guardian.model.changes import Report
from guardian.model.lineage import Lineage
from guardian.model.snapshot import Snapshot
from guardian.sources.configuration import Options
from guardian.workspace import Workspace

STAR = "INSERT INTO mart.copy SELECT * FROM raw.orders;\n"
COLUMNS = "TABLE_SCHEMA,Table_Name,COLUMN_NAME,ORDINAL_POSITION,DATA_TYPE,IS_NULLABLE\n"
ORDERS = (
    COLUMNS + "raw,orders,Net,2,decimal(10),YES\nRAW,Orders,id,1,int,NO\nraw,other,x,1,int,YES\n"
)


def folder(tmp_path: Path, catalogs: str, files: dict[str, str], dialect: str = "spark") -> Path:
    """Write a repository without git."""
    config = f"sql:\n  dialect: {dialect}\ncatalogs:\n{catalogs}"
    for name, text in {"guardian.yml": config, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def scanned(root: Path, *, cache: bool = False) -> Lineage:
    return Workspace.of_folder(Options(directory=root, cache=cache), None).scan()


def columns(document: Lineage, dataset: str) -> list[str] | None:
    """Return the columns of a complete dataset; None of one that may have others."""
    found = next(item for item in document.datasets if item.name == dataset)
    return [column.name for column in found.columns] if found.complete else None


def edges(document: Lineage) -> set[str]:
    return {
        f"{edge.source.dataset}.{edge.source.column} > {edge.target.dataset}.{edge.target.column}"
        for edge in document.edges
        if edge.type == "DIRECT"
    }


def parquet(path: Path, query: str) -> None:
    """Write the rows of a query."""
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def test_a_star_is_complete_and_certain_by_an_export(tmp_path: Path) -> None:
    entry = "  - {type: information_schema, path: exports/columns.csv}\n"
    root = folder(tmp_path, entry, {"job.sql": STAR, "exports/columns.csv": ORDERS})
    document = scanned(root)
    assert columns(document, "mart.copy") == ["id", "net"]
    assert {edge.confidence for edge in document.edges} == {1.0}
    assert "raw.other" not in {item.name for item in document.datasets}, "nobody uses it"
    (root / "guardian.yml").write_text("sql:\n  dialect: spark\n")
    without = scanned(root)
    assert columns(without, "mart.copy") is None
    assert {edge.confidence for edge in without.edges} == {0.9}


def test_the_code_has_the_last_word(tmp_path: Path) -> None:
    code = (
        "CREATE TABLE raw.orders (id INT, gross INT);\n"
        "CREATE TABLE mart.t AS SELECT id AS renamed FROM raw.orders;\n"
    )
    listed = ORDERS + "mart,t,id,1,int,YES\n"
    entry = "  - {type: information_schema, path: c.csv}\n"
    document = scanned(folder(tmp_path, entry, {"job.sql": code, "c.csv": listed}))
    assert columns(document, "raw.orders") == ["id", "gross"]
    assert columns(document, "mart.t") == ["renamed"]


def test_positions_of_an_insert_are_known_by_the_catalog(tmp_path: Path) -> None:
    code = "INSERT INTO mart.t SELECT a, b FROM raw.x;\n"
    listed = COLUMNS + "mart,t,first,1,int,YES\nmart,t,second,2,int,YES\n"
    entry = "  - {type: information_schema, path: c.csv}\n"
    document = scanned(folder(tmp_path, entry, {"job.sql": code, "c.csv": listed}))
    assert edges(document) == {"raw.x.a > mart.t.first", "raw.x.b > mart.t.second"}


@pytest.mark.parametrize(
    ("entry", "listed", "name"),
    [
        ("", "main.raw.orders", "raw.orders"),
        ("prefix: main., ", "raw.orders", "main.raw.orders"),
        ("database: raw, ", "raw.orders", "orders"),
        ("", "raw.orders", "RAW.Orders"),
    ],
)
def test_names_meet_where_they_are_sure_to_mean_the_same(
    tmp_path: Path, entry: str, listed: str, name: str
) -> None:
    *database, schema, table = listed.split(".")
    header = "table_catalog,table_schema,table_name,column_name\n"
    text = f"{header}{''.join(database)},{schema},{table},a\n"
    config = f"  - {{type: information_schema, {entry}path: c.csv}}\n"
    code = f"INSERT INTO mart.t SELECT * FROM {name};\n"
    document = scanned(folder(tmp_path, config, {"job.sql": code, "c.csv": text}))
    assert columns(document, "mart.t") == ["a"]


def test_one_of_two_databases_is_not_guessed(tmp_path: Path) -> None:
    text = "table_catalog,table_schema,table_name,column_name\na,raw,orders,x\nb,raw,orders,y\n"
    entry = "  - {type: information_schema, path: c.csv}\n"
    document = scanned(folder(tmp_path, entry, {"job.sql": STAR, "c.csv": text}))
    assert columns(document, "mart.copy") is None


HIVE = """
CREATE EXTERNAL TABLE orders (id INT, net INT) PARTITIONED BY (dt STRING)
STORED AS PARQUET LOCATION 's3a://lake/orders/';
CREATE TABLE lake.other (z INT);
"""


def test_a_location_is_the_table_that_lies_there(tmp_path: Path) -> None:
    code = {
        "write.py": "def run(spark):\n    spark.table('raw.x').select('id', 'net', 'dt').write.parquet('s3://lake/orders')\n\nrun(spark)\n",
        "read.sql": "INSERT INTO mart.t SELECT net FROM lake.orders;\n",
        "part.sql": "INSERT INTO mart.u SELECT id FROM parquet.`s3://lake/orders/dt=2024-01-01/`;\n",
        "hive.txt": HIVE,
    }
    entry = "  - {type: ddl, path: hive.txt, database: lake, dialect: hive}\n"
    document = scanned(folder(tmp_path, entry, code))
    assert {"lake.orders.net > mart.t.net", "lake.orders.id > mart.u.id"} <= edges(document)
    assert "raw.x.net > lake.orders.net" in edges(document)
    assert not [item.name for item in document.datasets if "://" in item.name]


def database(path: Path, statements: Sequence[str]) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_views_of_a_duckdb_file_stand_between_jobs(tmp_path: Path) -> None:
    made = (
        "CREATE SCHEMA raw", "CREATE TABLE raw.orders (id INT, net INT)",
        "CREATE VIEW v AS SELECT net * 2 AS twice FROM raw.orders",
        "CREATE VIEW unused AS SELECT 1 AS one",
        "CREATE VIEW mart_t AS SELECT net AS twice FROM raw.orders",
        "CREATE VIEW far AS SELECT twice FROM main.mart_t",
    )  # fmt: skip
    database(tmp_path / "w.duckdb", made)
    code = "CREATE TABLE mart_t AS SELECT twice FROM v;\n"
    entry = "  - {type: duckdb, path: w.duckdb}\n"
    document = scanned(folder(tmp_path, entry, {"job.sql": code}, "duckdb"))
    assert edges(document) == {
        "raw.orders.net > v.twice", "v.twice > mart_t.twice", "mart_t.twice > main.far.twice",
    }  # fmt: skip
    jobs = {job.id: job.language for job in document.jobs}
    assert jobs["w.duckdb#main.v"] == "sql"
    assert "w.duckdb#main.mart_t" not in jobs, "the code makes it"
    assert "w.duckdb#main.unused" not in jobs


RAN = (
    "SELECT 'main.raw.orders' AS source_table_full_name, 'net' AS source_column_name, "
    "'main.mart.daily' AS target_table_full_name, 'Revenue' AS target_column_name, "
    "'NOTEBOOK' AS entity_type, '12' AS entity_id, NULL AS source_path, NULL AS target_path"
)


def test_what_unity_has_recorded_is_certain_and_felt(tmp_path: Path) -> None:
    """A guess of ours becomes certain; what no code here tells is downstream all the same."""
    parquet(
        tmp_path / "unity/a.parquet",
        f"{RAN} UNION ALL SELECT 'main.mart.daily', 'revenue', 'main.bi.board', 'kpi', 'JOB', '1', NULL, NULL",
    )
    parquet(
        tmp_path / "unity/b.parquet",
        "SELECT 'main.mart.daily' AS source_table_full_name, 'main.bi.other' AS target_table_full_name",
    )
    before = "INSERT INTO mart.daily (revenue) SELECT net FROM raw.orders;\n"
    entry = "  - {type: unity, path: unity}\n"
    root = repository(folder(tmp_path, entry, {"job.sql": before}))
    document = scanned(root)
    assert [edge.confidence for edge in document.edges] == [1.0]
    (root / "job.sql").write_text(before.replace("SELECT net", "SELECT net * 2"))
    atlas, _ = Workspace.of_folder(Options(directory=root, cache=False), None).atlas()
    assert "main.bi.board" in {
        one.column.dataset for one in reach(atlas, "raw.orders", "down").reached
    }
    (change,) = reported(root).changes
    assert {f"{ref.dataset}.{ref.column}" for ref in change.impact.columns} == {"main.bi.board.kpi"}


def repository(root: Path) -> Path:
    """Commit all that lies in a folder."""
    repo = git.Repo.init(root, initial_branch="main")
    repo.git.add(all=True)
    author = git.Actor("t", "t@example.com")
    repo.index.commit("base", author=author, committer=author)
    return root


def reported(root: Path, *, trusted: str | None = None) -> Report:
    options = Options(directory=root, cache=False, config_revision=trusted)
    return Workspace.of_repository(options).report("HEAD", None)


def test_a_catalog_is_no_change_and_tells_what_a_change_adds(tmp_path: Path) -> None:
    entry = "  - {type: information_schema, path: c.csv}\n"
    root = repository(
        folder(
            tmp_path,
            entry,
            {"job.sql": "CREATE TABLE mart.t AS SELECT id FROM raw.orders;\n", "c.csv": ORDERS},
        )
    )
    assert reported(root).changes == ()
    (root / "job.sql").write_text("CREATE TABLE mart.t AS SELECT * FROM raw.orders;\n")
    (change,) = reported(root).changes
    assert (change.rule, change.column) == ("column-added", "net")


def test_a_dbt_project_elsewhere_tells_its_tables_and_models(tmp_path: Path) -> None:
    relation = {"relation_name": '"db"."mart"."fct"', "resource_type": "model", "name": "fct"}
    manifest = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "adapter_type": "postgres",
        },
        "nodes": {
            "model.p.fct": {**relation, "compiled_code": 'select id, net from "db"."raw"."orders"'}
        },
        "sources": {},
    }
    listed = {
        "nodes": {
            "model.p.fct": {
                "columns": {
                    "id": {"name": "id", "type": "int", "index": 1},
                    "net": {"name": "net", "type": "int", "index": 2},
                }
            }
        },
        "sources": {},
    }
    files = {
        "elsewhere/manifest.json": json.dumps(manifest),
        "elsewhere/catalog.json": json.dumps(listed),
        "job.sql": "CREATE TABLE mart.copy AS SELECT * FROM mart.fct;\n",
    }
    document = scanned(folder(tmp_path, "  - {type: dbt, path: elsewhere}\n", files, "postgres"))
    assert columns(document, "mart.copy") == ["id", "net"]
    assert "mart.fct.net > mart.copy.net" in edges(document)
    assert any(edge.startswith("db.raw.orders.net > mart.fct.net") for edge in edges(document))


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "files", "said"),
    [
        ("{type: information_schema, path: none.csv}", {}, "there is no such file or folder"),
        ("{type: information_schema, path: ../c.csv}", {}, "the path leaves the repository"),
        ("{type: information_schema, path: c.csv}", {"c.csv": "a,b\n1,2\n"}, "no file there has the columns of information_schema"),
        ("{type: information_schema, path: c.csv}", {"c.csv": ",".join(f"c{number}" for number in range(10_000)) + "\n"}, "10,000 columns"),
        ("{type: duckdb, path: c.csv}", {"c.csv": "a\n1\n"}, "this is no DuckDB file"),
        ("{type: unity, path: c.json}", {"c.json": "[[[["}, "cannot be read"),
        ("{type: dbt, path: m.json}", {"m.json": "{}"}, "manifests of schema version"),
        ("{type: synapse, path: d}", {"d/x.csv": "a,b\n1,2\n"}, "no file there has the columns of sys.objects"),
        ("{type: information_schema, path: c.parquet}", {"c.parquet": "PAR1 nothing behind it PAR1"}, "cannot be read"),
    ],
)  # fmt: skip
def test_a_catalog_that_fails_is_a_note(
    tmp_path: Path, entry: str, files: dict[str, str], said: str
) -> None:
    document = scanned(folder(tmp_path, f"  - {entry}\n", {"job.sql": STAR, **files}))
    (warning,) = [one for one in document.warnings if "catalog" in one.message]
    assert said in warning.message
    assert "\n" not in warning.message
    assert [job.id for job in document.jobs] == ["job.sql"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{type: glu}", "did you mean `glue`?"),
        ("{type: duckdb}", "`duckdb` needs a `path`"),
        ("{type: glue, regio: x}", "did you mean `region`?"),
        ("{path: x}", "missing required field type"),
    ],
)
def test_an_entry_that_cannot_be_followed_is_an_error(
    tmp_path: Path, entry: str, said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        scanned(folder(tmp_path, f"  - {entry}\n", {"job.sql": STAR}))
    assert said in str(error.value)


def test_links_in_the_repository_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(ORDERS)
    root = folder(
        tmp_path / "repo", "  - {type: information_schema, path: in/c.csv}\n", {"job.sql": STAR}
    )
    (root / "in").mkdir()
    (root / "in/c.csv").symlink_to(tmp_path / "secret.csv")
    document = scanned(root)
    assert columns(document, "mart.copy") is None
    assert any("symbolic link" in one.message for one in document.warnings)


def test_on_a_pull_request_the_base_tells(tmp_path: Path) -> None:
    """The head can neither change a catalog nor put a link in its place."""
    entry = "  - {type: information_schema, path: in/c.csv}\n"
    root = repository(folder(tmp_path, entry, {"job.sql": STAR, "in/c.csv": ORDERS}))
    (root / "in/c.csv").write_text(COLUMNS + "raw,orders,forged,1,int,NO\n")
    (root / "job.sql").write_text(STAR + "CREATE TABLE mart.other AS SELECT * FROM mart.copy;\n")
    report = reported(root, trusted="HEAD")
    assert not report.warnings
    workspace = Workspace.of_repository(
        Options(directory=root, cache=False, config_revision="HEAD")
    )
    assert columns(workspace.scan(), "mart.other") == ["id", "net"]
    (root / "in/c.csv").unlink()
    (root / "in/c.csv").symlink_to("/etc/passwd")
    assert columns(workspace.scan(), "mart.other") == ["id", "net"]


def test_names_that_none_can_be_are_left_out(tmp_path: Path) -> None:
    text = (
        COLUMNS + 'raw,orders,id,1,int,NO\nraw,orders,"a\x1b[31m",2,int,NO\n"r\x00w",t,a,1,int,NO\n'
    )
    entry = "  - {type: information_schema, path: c.csv}\n"
    document = scanned(folder(tmp_path, entry, {"job.sql": STAR, "c.csv": text}))
    assert columns(document, "mart.copy") is None
    assert "\\u001b" not in json.dumps([item.name for item in document.datasets])


HOSTILE = "CREATE VIEW raw.v AS SELECT " + "(" * 3000 + "1" + ")" * 3000


@pytest.mark.parametrize(
    "sql",
    [
        HOSTILE, "", ";;;", "CREATE VIEW raw.v AS SELECT * FROM read_csv('/etc/passwd')",
        "CREATE VIEW raw.v AS SELECT a FROM raw.v", "-- guardian: accept column-removed, reason: x",
        "COPY raw.orders TO '/tmp/out.csv'",
    ],
)  # fmt: skip
def test_the_sql_of_a_view_is_only_read(tmp_path: Path, sql: str) -> None:
    parquet(
        tmp_path / "v/views.parquet",
        f"SELECT 'raw' AS table_schema, 'v' AS table_name, '{sql.replace(chr(39), chr(39) * 2)}' AS view_definition",
    )
    root = folder(
        tmp_path,
        "  - {type: information_schema, path: v}\n",
        {"job.sql": "INSERT INTO mart.t SELECT a FROM raw.v;\n"},
    )
    document = scanned(root)
    assert "mart.t" in {item.name for item in document.datasets}
    assert not any("please report" in one.message for one in document.warnings)


def test_what_was_read_is_kept_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))
    entry = "  - {type: information_schema, path: c.csv}\n"
    root = folder(tmp_path / "repo", entry, {"job.sql": STAR, "c.csv": ORDERS})
    assert columns(scanned(root, cache=True), "mart.copy") == ["id", "net"]
    (kept,) = (tmp_path / "cache/catalogs").iterdir()
    first = kept.stat().st_mtime_ns
    assert columns(scanned(root, cache=True), "mart.copy") == ["id", "net"]
    assert kept.stat().st_mtime_ns == first, "it was not read again"
    (root / "c.csv").write_text(ORDERS + "raw,orders,more,3,int,YES\n")
    assert columns(scanned(root, cache=True), "mart.copy") == ["id", "net", "more"]
    (kept,) = (tmp_path / "cache/catalogs").iterdir()
    kept.write_bytes(b"broken")
    assert columns(scanned(root, cache=True), "mart.copy") == ["id", "net", "more"]


def test_another_repository_reads_the_files_of_a_table(tmp_path: Path) -> None:
    """It names the location, we name the table; the catalog knows that they are one."""
    entry = "  - {type: ddl, path: hive.txt, database: lake, dialect: hive}\n"
    code = "INSERT OVERWRITE TABLE lake.orders SELECT id, net, dt FROM raw.x;\n"
    root = repository(folder(tmp_path / "own", entry, {"job.sql": code, "hive.txt": HIVE}))
    other = tmp_path / "other"
    other.mkdir()
    (other / "job.sql").write_text(
        "INSERT INTO bi.board SELECT net FROM parquet.`s3://lake/orders`;\n"
    )
    (other / "guardian.yml").write_text("sql: {dialect: spark}\nrepository: other\n")
    part = Workspace.of_folder(Options(directory=other, cache=False), None).snapshot_part()
    (root / ".guardian").mkdir()
    (root / ".guardian/snapshot.json").write_bytes(msgspec.json.encode(Snapshot(parts=(part,))))
    (root / "job.sql").write_text(code.replace("SELECT id, net", "SELECT id, net * 2"))
    (change,) = reported(root).changes
    assert {ref.dataset for ref in change.impact.columns} == {"bi.board"}
    atlas, _ = Workspace.of_folder(Options(directory=root, cache=False), None).atlas()
    assert "bi.board" in {one.column.dataset for one in reach(atlas, "raw.x", "down").reached}
