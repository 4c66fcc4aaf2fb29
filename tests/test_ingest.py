"""A warehouse that was exported: what its views, procedures and query log say together."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from click.testing import CliRunner, Result

from guardian.cli import cli
from guardian.sources.configuration import Options
from guardian.workspace import Workspace

# Each writes mart.t<n> from raw.s<n>, in one of the ways that warehouses have grown.
SHAPES = (
    """CREATE PROCEDURE etl.p{n} @from DATETIME AS BEGIN
  SET NOCOUNT ON;
  BEGIN TRY
    INSERT INTO mart.t{n} (id, net) SELECT s.id, s.net FROM raw.s{n} AS s WITH (NOLOCK) WHERE s.dt >= @from;
  END TRY
  BEGIN CATCH
    EXEC etl.write_log 'p{n}'; THROW;
  END CATCH
END""",
    """CREATE PROC [etl].[p{n}] AS
  IF OBJECT_ID('tempdb..#work') IS NOT NULL DROP TABLE #work;
  SELECT id, SUM(net) AS net INTO #work FROM raw.s{n} GROUP BY id;
  MERGE mart.t{n} AS t USING #work AS w ON t.id = w.id
  WHEN MATCHED THEN UPDATE SET net = w.net
  WHEN NOT MATCHED THEN INSERT (id, net) VALUES (w.id, w.net);
  EXEC etl.write_log @step = 'p{n}'""",
    """CREATE PROCEDURE etl.p{n} AS
  DECLARE @sql NVARCHAR(MAX) = N'INSERT INTO mart.t{n} (id, net) SELECT id, net FROM raw.s{n} WHERE dt = ' + CAST(GETDATE() AS NVARCHAR(20));
  EXEC sp_executesql @sql;""",
    """CREATE PROCEDURE etl.p{n} AS
  CREATE TABLE stage.c{n} WITH (DISTRIBUTION = HASH(id), CLUSTERED COLUMNSTORE INDEX) AS
  SELECT id, net FROM raw.s{n} OPTION (LABEL = 'p{n}');
  INSERT INTO mart.t{n} (id, net) SELECT id, net FROM stage.c{n};
  DROP TABLE stage.c{n};""",
    """CREATE PROCEDURE etl.p{n} AS
  -- @LINEAGE_INPUTS: raw.s{n}
  -- @LINEAGE_OUTPUTS: mart.t{n}
  DECLARE @sql NVARCHAR(MAX) = (SELECT text FROM etl.statements WHERE id = {n});
  EXEC (@sql);""",
)  # fmt: skip
COUNT = 500
LOG = (
    "CREATE PROCEDURE etl.write_log @step NVARCHAR(50) AS INSERT INTO etl.log (step) SELECT @step;"
)


def procedures(count: int) -> dict[str, str]:
    """Return the text of each procedure by name."""
    made = {f"etl.p{n}": SHAPES[n % len(SHAPES)].format(n=n) for n in range(count)}
    return {**made, "etl.write_log": LOG}


def write(path: Path, header: str, rows: Sequence[Sequence[object]]) -> None:
    """Write a file of Parquet; what DuckDB cannot guess is text."""
    names = header.split()
    with duckdb.connect() as connection:
        typed = ", ".join(
            f"{name} {'INT' if name.endswith('_id') else 'VARCHAR'}" for name in names
        )
        connection.execute(f"CREATE TABLE t ({typed})")
        if rows:
            connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", rows)
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")


class Exported:
    """Exports of system views, under names that say nothing."""

    def __init__(
        self,
        folder: Path,
        texts: Mapping[str, str],
        tables: Sequence[str],
        views: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.texts = {**texts, **(views or {})}
        self.kinds = {
            **dict.fromkeys(tables, "U"),
            **dict.fromkeys(texts, "P "),
            **dict.fromkeys(views or {}, "V "),
        }
        self.modified = dict.fromkeys(self.kinds, "2026-01-01 00:00:00")
        self.dependencies: list[tuple[str, str]] = []
        self.requests: list[tuple[str, str]] = []
        self.listed = True

    def ids(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.kinds, start=100)}

    def save(self) -> None:
        """Write all of it."""
        schemas = sorted({name.split(".")[0] for name in self.kinds})
        ids = self.ids()
        write(
            self.folder / "a.parquet",
            "SCHEMA_ID Name principal_id",
            [(number, name, 1) for number, name in enumerate(schemas)],
        )
        write(
            self.folder / "b.parquet",
            "name object_id schema_id type type_desc modify_date",
            [
                (
                    name.split(".")[1],
                    ids[name],
                    schemas.index(name.split(".")[0]),
                    kind,
                    "x",
                    self.modified[name],
                )
                for name, kind in self.kinds.items()
            ],
        )
        write(
            self.folder / "c.parquet",
            "object_id definition uses_ansi_nulls",
            [(ids[name], text, "1") for name, text in self.texts.items()],
        )
        write(
            self.folder / "d.parquet",
            "referencing_id referenced_id referenced_schema_name referenced_entity_name",
            [(ids[one], ids.get(other), *other.split(".")) for one, other in self.dependencies],
        )
        write(
            self.folder / "e.parquet",
            "request_id status command",
            [(number, status, text) for number, (status, text) in enumerate(self.requests)],
        )
        if self.listed:
            columns = [
                (ids[name], column, place, "int")
                for name, kind in self.kinds.items()
                if kind == "U"
                for place, column in enumerate(("id", "net", "dt"), start=1)
            ]
            write(self.folder / "f.parquet", "object_id name column_id type_name", columns)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["ingest", "synapse", *arguments], standalone_mode=False)
    assert result.exception is None, result.exception
    return result


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep nothing of other tests."""
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def nodes(folder: Path, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        run(str(folder), "--format", "nodes", "--quiet", *more).stdout
    )
    return found


@pytest.fixture
def grown(tmp_path: Path, cache: Path) -> Exported:  # noqa: ARG001 - it is kept apart
    """A warehouse of 500 procedures; the views record what each names, but for dynamic SQL."""
    numbers = range(COUNT)
    tables = [
        *(f"raw.s{n}" for n in numbers),
        *(f"mart.t{n}" for n in numbers),
        "etl.log",
        "etl.statements",
    ]
    found = Exported(tmp_path / "exports", procedures(COUNT), tables)
    found.dependencies = [
        (f"etl.p{n}", f"{kind}{n}")
        for n in numbers
        if n % 5 in {0, 1, 3}
        for kind in ("raw.s", "mart.t")
    ]
    found.save()
    return found


def test_five_hundred_procedures_from_parquet_to_lineage(grown: Exported) -> None:
    document = json.loads(run(str(grown.folder), "--quiet").stdout)
    flows = {(edge["from"]["dataset"], edge["to"]["dataset"]) for edge in document["edges"]}
    flows |= {(flow["from"], flow["to"]) for flow in document["rows"]}
    staged = {n for n in range(COUNT) if n % 5 == 3}
    expected = {(f"raw.s{n}", f"mart.t{n}") for n in range(COUNT) if n not in staged}
    expected |= {(f"raw.s{n}", f"stage.c{n}") for n in staged} | {
        (f"stage.c{n}", f"mart.t{n}") for n in staged
    }
    assert expected <= flows
    assert {item["name"] for item in document["datasets"]}.isdisjoint({"#work", "dbo.#work"})
    values = {
        (edge["from"]["column"], edge["to"]["column"], edge["subtype"])
        for edge in document["edges"]
        if edge["to"]["dataset"] == "mart.t1" and edge["type"] == "DIRECT"
    }
    assert values == {("id", "id", "IDENTITY"), ("net", "net", "AGGREGATION")}


def test_only_what_changed_or_is_not_sure_is_read_again(grown: Exported) -> None:
    first = nodes(grown.folder)
    assert first["parsed"] == {"objects": 501, "new": 501, "changed": 0, "below_bar": 0}
    unsure = sum(1 for n in range(COUNT) if n % 5 in {2, 4})
    again = nodes(grown.folder)
    assert again["parsed"] == {"objects": 501, "new": 0, "changed": 0, "below_bar": unsure}
    assert again["edges"] == first["edges"], "what was kept says the same"
    for name in ("etl.p0", "etl.p1"):
        grown.modified[name] = "2026-02-02 10:00:00"
    grown.texts["etl.p5"] = grown.texts["etl.p5"].replace("raw.s5 ", "raw.s6 ")
    grown.save()
    changed = nodes(grown.folder, "--bar", "0")
    assert changed["parsed"] == {"objects": 501, "new": 0, "changed": 3, "below_bar": 0}
    fresh = {node["id"] for node in changed["nodes"] if node["provenance"]["parsed"] == "now"}
    assert fresh == {"etl.p0", "etl.p1", "etl.p5"}
    assert nodes(grown.folder, "--full-refresh")["parsed"]["new"] == 501
    del grown.texts["etl.p7"], grown.kinds["etl.p7"]
    grown.dependencies = [one for one in grown.dependencies if one[0] != "etl.p7"]
    grown.save()
    assert "etl.p7" not in {node["id"] for node in nodes(grown.folder)["nodes"]}


DYNAMIC = "CREATE PROCEDURE dbo.%s AS DECLARE @s NVARCHAR(99) = N'INSERT INTO dbo.%s (id) SELECT id FROM raw.a'; EXEC (@s);"
SURE = {
    "dbo.recorded": "CREATE PROCEDURE dbo.recorded AS INSERT INTO dbo.t1 (id) SELECT id FROM raw.a;",
    "dbo.logged": "CREATE PROCEDURE dbo.logged AS INSERT INTO dbo.t2 (id) SELECT id FROM raw.a;",
    "dbo.ran": "CREATE PROCEDURE dbo.ran AS INSERT INTO dbo.t3 (id) SELECT id FROM raw.a;",
    "dbo.hinted": "CREATE PROCEDURE dbo.hinted AS\n-- @LINEAGE_INPUTS: raw.a\n-- @LINEAGE_OUTPUTS: dbo.t4\nINSERT INTO dbo.t4 (id) SELECT id FROM raw.a;",
    "dbo.parsed": "CREATE PROCEDURE dbo.parsed AS INSERT INTO dbo.t5 (id) SELECT id FROM raw.a;",
    "dbo.dynamic": DYNAMIC % ("dynamic", "t6"),
    "dbo.hint_alone": "CREATE PROCEDURE dbo.hint_alone AS\n-- @LINEAGE_INPUTS: raw.a\n-- @LINEAGE_OUTPUTS: dbo.t7\nEXEC (@text);",
    "dbo.searched": "CREATE PROCEDURE dbo.searched AS\nINSERT INTO dbo.t8 (id) SELECT id FROM raw.a WHERE CONTAINS ((((;",
    "dbo.dynamic_logged": DYNAMIC % ("dynamic_logged", "t9"),
    "dbo.dynamic_ran": DYNAMIC % ("dynamic_ran", "t10"),
}  # fmt: skip


@pytest.fixture
def small(tmp_path: Path, cache: Path) -> Exported:  # noqa: ARG001 - it is kept apart
    tables = ["raw.a", *(f"dbo.t{n}" for n in range(1, 12))]
    views = {"dbo.v": "CREATE VIEW dbo.v AS SELECT id FROM raw.a"}
    found = Exported(tmp_path / "small", {**SURE, "dbo.closed": ""}, tables, views)
    found.texts.pop("dbo.closed")
    found.dependencies = [
        ("dbo.recorded", "raw.a"),
        ("dbo.recorded", "dbo.t1"),
        ("dbo.closed", "dbo.t11"),
        ("dbo.v", "raw.a"),
        ("dbo.recorded", "other.db"),
    ]
    found.requests = [
        ("Completed", "INSERT INTO dbo.t2 (id) SELECT id FROM raw.a WHERE id > 5"),
        ("Completed", "INSERT INTO dbo.t2 (id) SELECT id FROM raw.a WHERE id > 6"),
        ("Completed", "EXEC [dbo].[ran]"), ("Completed", "EXECUTE dynamic_ran @x = 1"),
        ("Failed", "EXEC dbo.parsed"),
        ("Completed", "INSERT INTO dbo.t9 (id) SELECT id FROM raw.a"),
        ("Completed", "SELECT 1"),
    ]  # fmt: skip
    found.save()
    return found


def test_every_level_of_confidence_is_reached(small: Exported) -> None:
    document = nodes(small.folder, "--ddl")
    sure = {(edge["from"], edge["to"]): edge["confidence"] for edge in document["edges"]}
    assert sure == {
        **{(end, "dbo.recorded"): 1.0 for end in ("raw.a", "other.db")}, ("dbo.recorded", "dbo.t1"): 1.0,
        ("raw.a", "dbo.logged"): 0.95, ("dbo.logged", "dbo.t2"): 0.95,
        ("raw.a", "dbo.ran"): 0.95, ("dbo.ran", "dbo.t3"): 0.95,
        ("raw.a", "dbo.hinted"): 0.95, ("dbo.hinted", "dbo.t4"): 0.95,
        ("raw.a", "dbo.parsed"): 0.85, ("dbo.parsed", "dbo.t5"): 0.85,
        ("raw.a", "dbo.dynamic"): 0.8, ("dbo.dynamic", "dbo.t6"): 0.8,
        ("raw.a", "dbo.hint_alone"): 0.6, ("dbo.hint_alone", "dbo.t7"): 0.6,
        ("raw.a", "dbo.searched"): 0.5, ("dbo.searched", "dbo.t8"): 0.5,
        ("raw.a", "dbo.dynamic_logged"): 0.95, ("dbo.dynamic_logged", "dbo.t9"): 0.95,
        ("raw.a", "dbo.dynamic_ran"): 0.8, ("dbo.dynamic_ran", "dbo.t10"): 0.8,
        ("dbo.t11", "dbo.closed"): 1.0, ("raw.a", "dbo.v"): 1.0,
    }  # fmt: skip
    by_id = {node["id"]: node for node in document["nodes"]}
    assert by_id["dbo.v"]["kind"] == "view"
    assert by_id["other.db"]["kind"] == "external"
    assert by_id["dbo.ran"]["provenance"] == {
        "source": "small",
        "modified": "2026-01-01 00:00:00",
        "parsed": "now",
        "ran": True,
    }
    assert (by_id["dbo.ran"]["inputs"], by_id["dbo.ran"]["outputs"]) == (["raw.a"], ["dbo.t3"])
    assert [name for name, node in by_id.items() if not node["complete"]] == [
        "dbo.closed",
        "dbo.searched",
    ]
    assert by_id["dbo.parsed"]["ddl"] == SURE["dbo.parsed"]
    assert not by_id["dbo.parsed"]["provenance"]["ran"], "that run failed"
    assert [edge["to"] for edge in document["edges"] if not edge["directed"]] == [
        "dbo.recorded",
        "dbo.closed",
    ] or [edge["to"] for edge in document["edges"] if not edge["directed"]] == [
        "dbo.closed",
        "dbo.recorded",
    ]
    schema = json.loads((Path(__file__).parents[1] / "docs/schemas/nodes.schema.json").read_text())
    jsonschema.validate(document, schema)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dbo.recorded", ["1  dmv: sys.sql_expression_dependencies records it", "0.85  parse: a statement of its text, line 1"]),
        ("LOGGED", ["0.95  query-log: a statement that ran moved these rows"]),
        ("dbo.ran", ["the query log shows that it ran", "0.95  query-log: the query log shows a run of the procedure"]),
        ("dbo.hinted", ["raw.a -> dbo.hinted  0.95", "+0.1  a hint says the same"]),
        ("dbo.parsed", ["raw.a -> dbo.parsed  0.85"]),
        ("dbo.dynamic", ["0.8  dynamic-sql: SQL that its text puts together, line 1"]),
        ("dbo.hint_alone", ["0.6  hint: a comment in its text"]),
        ("dbo.searched", ["0.5  name-search: names found in a statement that could not be read", "line "]),
        ("dbo.closed", ["it has no text to read", "dbo.t11 -- dbo.closed  1", "does not tell which way data flows"]),
        ("dbo.t11", ["dbo.t11 -- dbo.closed"]),
    ],
)  # fmt: skip
def test_how_an_edge_got_its_confidence_is_said(
    small: Exported, name: str, said: list[str]
) -> None:
    told = run(str(small.folder), "--explain", name).stdout
    assert [line for line in said if line not in told] == [], told


def test_an_object_that_is_not_there_is_an_error(small: Exported) -> None:
    result = CliRunner().invoke(
        cli,
        ["ingest", "synapse", str(small.folder), "--explain", "dbo.parse"],
        standalone_mode=False,
    )
    assert "did you mean `dbo.parsed`?" in str(result.exception)


def test_a_log_raises_columns_too(small: Exported) -> None:
    document = json.loads(run(str(small.folder), "--quiet").stdout)
    sure = {
        edge["to"]["dataset"]: edge["confidence"]
        for edge in document["edges"]
        if edge["type"] == "DIRECT"
    }
    assert (sure["dbo.t9"], sure["dbo.t10"], sure["dbo.t5"]) == (0.99, 0.8, 1.0)


def test_what_is_not_exported_is_said(small: Exported) -> None:
    (small.folder / "c.parquet").write_bytes(b"PAR1 no more")
    document = nodes(small.folder)
    left_out, missing = (one["message"] for one in document["warnings"])
    assert "`c.parquet` was left out: it cannot be read" in left_out
    assert [missing] == ["there is no export of sys.sql_modules; what it tells is missing"]


def test_the_same_exports_are_a_catalog_of_code(small: Exported, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "guardian.yml").write_text(
        f"sql: {{dialect: tsql}}\ncatalogs: [{{type: synapse, path: '{small.folder}'}}]\n"
    )
    (root / "job.sql").write_text("SELECT * INTO dbo.copy FROM dbo.t5;\n")
    document = Workspace.of_folder(Options(directory=root, cache=False), None).scan()
    assert next(
        [column.name for column in item.columns]
        for item in document.datasets
        if item.name == "dbo.copy"
    ) == ["id", "net", "dt"]
    assert f"{small.folder}#dbo.parsed" in {job.id for job in document.jobs}, (
        "it fills what is copied"
    )


def test_a_name_that_none_can_be_is_left_out(small: Exported) -> None:
    small.texts["dbo.\x1b[2J"] = "CREATE PROCEDURE dbo.x AS SELECT 1;"
    small.kinds["dbo.\x1b[2J"] = "P"
    small.modified |= {"dbo.\x1b[2J": "now", "dbo.parsed": "\x1b[31mred"}
    small.save()
    document = nodes(small.folder)
    assert not [node for node in document["nodes"] if "\x1b" in node["id"]]
    assert any("names that none can be" in one["message"] for one in document["warnings"])
    assert "\x1b" not in run(str(small.folder), "--explain", "dbo.parsed").stdout
