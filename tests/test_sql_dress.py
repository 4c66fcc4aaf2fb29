"""Client commands around the SQL, files that a script includes, and folders that name tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from guardian.config import parse
from guardian.errors import ConfigError
from guardian.languages import layouts
from guardian.languages.sql import Script, run_script
from guardian.languages.sql.dress import located
from guardian.model.names import family_of
from guardian.model.plan import Filter, PlanBuilder, Scan
from tests.casebook import scanned


def lowered(text: str, dialect: str) -> Script:
    script = Script(PlanBuilder(), dialect, "job.sql", "job.sql")
    run_script(text, script)
    return script


def edges(text: str, dialect: str) -> set[str]:
    """Return `target<source,source` of each write, quietly read; a test that warns fails."""
    script = lowered(text, dialect)
    assert not script.warnings, script.warnings
    found = set()
    for write in script.writes:
        sources, stack = set(), [write.plan]
        while stack:
            node = script.builder[stack.pop()]
            if isinstance(node, Scan):
                sources |= set() if node.target else {node.dataset}
            for name in ("input", "left", "right"):
                value = getattr(node, name, None)
                stack += [value] if type(value) is int else []
            stack += getattr(node, "inputs", ())
        found.add(f"{write.dataset}<{','.join(sorted(sources))}")
    return found


I = "INSERT INTO u SELECT a FROM t;"  # noqa: E741 - the statement that each script is about

DRESSED = [
    # psql
    ("postgres", f"\\set ON_ERROR_STOP on\n\\echo 'it''s'\n\\cd x\n{I}", {"u<t"}),
    ("postgres", f"\\copy t(a, b) FROM 'x.csv' WITH CSV HEADER\n{I}", {"t<x.csv", "u<t"}),
    ("postgres", f"\\COPY t FROM x.csv DELIMITER ','\n{I}", {"t<x.csv", "u<t"}),
    ("postgres", f"\\copy (SELECT a FROM t) TO 'o.csv' CSV\n{I}", {"o.csv<t", "u<t"}),
    ("postgres", f"\\copy t FROM PROGRAM 'gzip -dc x.gz' CSV\n{I}", {"u<t"}),
    ("postgres", f"COPY t (a, b) FROM stdin;\n1\t';\n2\tINSERT\n\\.\n\n{I}", {"u<t"}),
    ("postgres", "INSERT INTO u SELECT a FROM t \\g\nINSERT INTO v SELECT a FROM u;", {"u<t", "v<u"}),
    ("redshift", f"\\timing\n{I}", {"u<t"}),
    # SQL*Plus
    ("oracle", ("SET ECHO OFF\nSPOOL x.log\nWHENEVER SQLERROR EXIT 1\nPROMPT it's here\n"
     "INSERT INTO u SELECT a FROM t\n/\nEXIT"), {"U<T"}),
    ("oracle", "UPDATE u\nSET a = 1\nFROM t;\nSHOW ERRORS", {"U<T"}),
    ("oracle", "INSERT INTO &&sch..u SELECT a FROM &sch..t;", {"{sch}.U<{sch}.T"}),
    # mysql
    ("mysql", (f"DELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n  {I}\nEND //\nDELIMITER ;\n"
     "INSERT INTO v SELECT a FROM u;\nwarnings\n"), {"u<t", "v<u"}),
    ("mysql", ("LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE d.t FIELDS TERMINATED BY ','\n"
     " IGNORE 1 LINES (@a, b) SET a = @a;"), {"d.t<x.csv"}),
    # SnowSQL
    ("snowflake", f"!set variable_substitution=true\nPUT file:///tmp/x.csv @s;\n{I}\nGET @s file:///x;",
     {"U<T"}),
    # DuckDB's shell
    ("duckdb", f".mode csv\n.print 'a;b'\n{I}\nEXPORT DATABASE 'x';", {"u<t"}),
    # Hive and Spark
    ("hive", (f"ADD JAR /x/y.jar;\nSET a.b=c;\nCREATE TEMPORARY FUNCTION f AS 'o.X';\n{I}\n"
     "MSCK REPAIR TABLE u;\ndfs -ls /;\n!echo done"), {"u<t"}),
    ("spark", "INSERT OVERWRITE DIRECTORY '/o' USING csv OPTIONS ('sep' ',') SELECT a FROM t;",
     {"/o<t"}),
    ("hive", ("INSERT OVERWRITE LOCAL DIRECTORY '/o' ROW FORMAT DELIMITED FIELDS TERMINATED BY ','\n"
     "SELECT a FROM t;"), {"/o<t"}),
    ("hive", "FROM t INSERT OVERWRITE TABLE u SELECT a INSERT INTO TABLE v SELECT b WHERE c > 1;",
     {"u<t", "v<t"}),
    ("hive", "INSERT INTO ${hiveconf:db}.u SELECT a FROM t;", {"{db}.u<t"}),
    # BigQuery
    ("bigquery", f"#standardSQL\n{I}", {"u<t"}),
    ("bigquery", "#fail\n{{ is_unique(['a']) }}\n\n#warn\nSELECT\n  'a; b',\n  IF(x, 1\n", set()),
    ("bigquery", f"WHILE i <= ARRAY_LENGTH(x)\nDO\n  {I}\nEND WHILE;", {"u<t"}),
    ("bigquery", f"LOOP\n  {I}\n  IF i > 3 THEN LEAVE; END IF;\nEND LOOP;", {"u<t"}),
    ("bigquery", f"BEGIN {I}\nEXCEPTION WHEN ERROR THEN INSERT INTO e SELECT a FROM t;\nEND;",
     {"u<t", "e<t"}),
    ("bigquery", ("CREATE TEMP FUNCTION f(x STRING) AS (REGEXP_REPLACE(x, r'[a b', 'c'));\n"
     f'CREATE TEMP FUNCTION g(x INT64) RETURNS INT64 LANGUAGE js AS r"""return x; // it\'s"""; {I}'),
     {"u<t"}),
    ("bigquery", ("CREATE SNAPSHOT TABLE d.s CLONE d.t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP();\n"
     "DROP SNAPSHOT TABLE d.s;"), {"d.s<d.t"}),
    ("bigquery", "CREATE OR REPLACE MODEL d.m OPTIONS (model_type = 'x') AS SELECT a FROM d.t;",
     {"d.m<d.t"}),
    ("bigquery", "LOAD DATA INTO d.t FROM FILES (format = 'CSV', uris = ['gs://b/x.csv']);",
     {"d.t<gs://b/x.csv"}),
    ("bigquery", "ASSERT (SELECT COUNT(*) FROM t) > 0 AS 'none';\nCALL d.p(1);", set()),
    # templates
    ("bigquery", ("INSERT INTO u SELECT {% for c in cs %} {{ c }} AS a {{ ',' if not loop.last }}"
     "{% endfor %} FROM t;"), {"u<t"}),
    ("bigquery", ("INSERT INTO u SELECT a FROM t WHERE {% raw %}{% if x %}{% endraw %} b > 1"
     "{% raw %}{% else %}{% endraw %} b > 2 {% raw %}{% endif %}{% endraw %};"), {"u<t"}),
    # other words in front of TABLE
    ("", "CREATE COLUMN TABLE u AS SELECT a FROM t;", {"u<t"}),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "text", "expected"), DRESSED)
def test_a_dressed_script_is_read_without_a_word(
    dialect: str, text: str, expected: set[str]
) -> None:
    assert edges(text, dialect) == expected


def test_lines_stay_where_they_are() -> None:
    script = lowered(f"\\set a b\n\\copy t FROM x.csv\nCOPY t FROM stdin;\n1\n\\.\n{I}", "postgres")
    assert [write.at.line for write in script.writes] == [2, 6]


@pytest.mark.parametrize(
    ("text", "dialect"),
    [("\\g" * 9, "postgres"), ("\\copy", "postgres"), ("\\copy (", "postgres"), ("@", "oracle"),
     ("DELIMITER", "mysql"), ("DELIMITER $$\nx", "mysql"), ("/", "oracle"), ("#fail", "bigquery"),
     ("CREATE", "bigquery"), ("LOAD DATA INFILE", "mysql"), (".", "duckdb"), ("!", "snowflake"),
     ("/*\n@x.sql", "oracle"), ("{{ {a} " * 999, "bigquery"), ("\\i", "postgres")],
)  # fmt: skip
def test_torn_dress_raises_nothing(text: str, dialect: str) -> None:
    lowered(text, dialect)


# --- included files -------------------------------------------------------------------------------


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def document(folder: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = msgspec.to_builtins(scanned(folder))
    return found


INCLUDES = [
    ("postgres", "\\i sql/part.sql\n"), ("postgres", "\\ir sql/part.sql\n"),
    ("postgres", "\\i :dir/sql/part.sql\n"), ("oracle", "@sql/part\n"), ("oracle", "@@sql/part.sql\n"),
    ("mysql", "source sql/part.sql;\n"), ("mysql", "\\. sql/part.sql\n"),
    ("snowflake", "!source sql/part.sql\n"), ("duckdb", ".read sql/part.sql\n"),
    ("hive", "SOURCE sql/part.sql;\n"), ("tsql", ":r .\\sql\\part.sql\n"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "command"), INCLUDES)
def test_an_included_file_runs_in_its_place_and_stays_a_job_of_its_own(
    dialect: str, command: str, tmp_path: Path
) -> None:
    files = {
        "guardian.yml": f"sql: {{dialect: {dialect}}}",
        "main.sql": f"{command}INSERT INTO s.u SELECT a FROM s.v;\n",
        "sql/part.sql": "INSERT INTO s.v\nSELECT a FROM s.t;\n",
    }
    found = document(written(tmp_path, files))
    assert not found["warnings"]
    jobs = {job["id"]: [*job["reads"], *job["writes"]] for job in found["jobs"]}
    folded = {path: [name.lower() for name in names] for path, names in jobs.items()}
    assert folded == {"main.sql": ["s.v", "s.u"], "sql/part.sql": ["s.t", "s.v"]}
    assert len(found["edges"]) == 2
    places = {edge["location"]["file"] for edge in found["edges"]}
    assert places == {"main.sql", "sql/part.sql"}


def test_temporary_tables_of_an_included_file_are_passed_through(tmp_path: Path) -> None:
    files = {
        "guardian.yml": "sql: {dialect: postgres}",
        "main.sql": "\\i tmp.sql\nCREATE TABLE u AS SELECT a FROM x;\n",
        "tmp.sql": "CREATE TEMP TABLE x AS SELECT b + c AS a FROM t;\n",
    }
    found = document(written(tmp_path, files))
    assert {edge["from"]["column"] for edge in found["edges"]} == {"b", "c"}
    assert [item["name"] for item in found["datasets"]] == ["t", "u"]


def test_a_missing_file_is_said_and_a_circle_ends(tmp_path: Path) -> None:
    files = {
        "guardian.yml": "sql: {dialect: postgres}",
        "a.sql": "\\i b.sql\nINSERT INTO x SELECT a FROM t;",
        "b.sql": "\\i a.sql\n\\i gone.sql\nINSERT INTO y SELECT a FROM t;",
    }
    found = document(written(tmp_path, files))
    assert [(item["file"], item["line"]) for item in found["warnings"]] == [("b.sql", 2)]
    assert "`gone.sql`, which is included here, is not in the repository" in str(found["warnings"])
    assert [item["name"] for item in found["datasets"]] == ["t", "x", "y"]


def test_files_that_include_each_other_many_times_come_to_an_end(tmp_path: Path) -> None:
    files = {f"f{n}.sql": f"\\i f{n + 1}.sql\n" * 30 for n in range(4)}
    files |= {
        "guardian.yml": "sql: {dialect: postgres}",
        "f4.sql": "INSERT INTO a SELECT b FROM c;",
    }
    found = document(written(tmp_path, files))
    assert "too many files are included" in str(found["warnings"])
    assert [item["name"] for item in found["datasets"]] == ["a", "c"]


def test_an_included_file_never_lies_outside_the_repository() -> None:
    assert located("../../etc/passwd", "sql/a.sql", lambda path: path.startswith("..")) is None


# --- folders that name tables ---------------------------------------------------------------------

LAYOUTS = [
    ("sql/{dataset}/{table}/query.sql", "{dataset}.{table}", "sql/d/t_v1/query.sql", ("d", "t_v1")),
    ("sql/{dataset}/{table}/query.sql", "", "sql/d/t_v1/query.sql", ("d", "t_v1")),
    ("sql/{p}/{d}/{t}/*.sql", "{p}.{d}.{t}", "sql/a-b/d/t/x.sql", ("a-b", "d", "t")),
    ("**/{dataset}/{table}.sql", "lake.{dataset}_{table}", "x/y/d/t.sql", ("lake", "d_t")),
    ("/{table}.view.sql", "", "t.view.sql", ("t",)),
    ("sql/{dataset}/{table}/query.sql", "", "sql/d/t/checks.sql", ()),
    ("sql/{dataset}/{table}/query.sql", "", "other/sql/d/t/query.sql", ()),
]


@pytest.mark.parametrize(("pattern", "name", "path", "parts"), LAYOUTS)
def test_a_layout_names_the_table(
    pattern: str, name: str, path: str, parts: tuple[str, ...]
) -> None:
    assert layouts.problem(pattern, name) == ""
    assert layouts.table_parts(path, [(pattern, name)]) == parts


@pytest.mark.parametrize(
    ("path", "name", "told"),
    [
        ("sql/query.sql", "", "no part of the path is named"),
        ("sql/{table/query.sql", "", "without its partner"),
        ("sql/{Table}/query.sql", "", "`{Table}` is no name of a part"),
        ("sql/{a}/{a}/query.sql", "", "named twice"),
        (
            "sql/{table}/q.sql",
            "{dataset}.{table}",
            "`{dataset}` is no part of the path, .*`{table}`",
        ),
    ],
)
def test_a_wrong_layout_is_told(path: str, name: str, told: str) -> None:
    text = f'sql:\n  tables:\n    - path: "{path}"\n      name: "{name}"'
    with pytest.raises(ConfigError, match=f"sql.tables`: .*{told}") as raised:
        parse(text)
    assert raised.value.where == "guardian.yml:3"


def test_a_bare_query_in_a_layout_writes_the_table_and_others_do_not(tmp_path: Path) -> None:
    files = {
        "guardian.yml": 'sql:\n  dialect: bigquery\n  tables: [{path: "sql/{d}/{t}/query.sql"}]',
        "sql/d/orders_v1/query.sql": "-- the orders\nSELECT a, b AS c FROM raw.orders WHERE e > 1",
        "sql/d/orders/view.sql": "CREATE VIEW d.orders AS SELECT * FROM d.orders_v1",
        "sql/d/own/query.sql": "INSERT INTO d.x SELECT a FROM raw.orders",
        "adhoc.sql": "SELECT a FROM raw.orders",
    }
    found = document(written(tmp_path, files))
    writes = {job["id"]: list(job["writes"]) for job in found["jobs"]}
    assert writes == {
        "sql/d/orders/view.sql": ["d.orders"],
        "sql/d/orders_v1/query.sql": ["d.orders_v1"],
        "sql/d/own/query.sql": ["d.x"],
    }
    lines = {edge["location"]["line"] for edge in found["edges"] if edge["job"] != "adhoc.sql"}
    assert 2 in lines


def test_many_bare_queries_bring_a_hint() -> None:
    paths = [f"sql/p/d{n}/t/{name}" for n in range(5) for name in ("query.sql", "metadata.yaml")]
    (told,) = layouts.hint(paths, lambda _: "SELECT 1")
    assert 'sql.tables: [{path: "sql/p/{dataset}/{table}/query.sql"}]' in told
    assert not layouts.hint(paths, lambda _: "INSERT INTO x SELECT 1")
    assert not layouts.hint(paths[:8], lambda _: "SELECT 1")


# --- families of tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "family"),
    [
        ("events_20240131", ("events_*", "20240131")), ("events_*", ("events_*", "")),
        ("events_2024*", ("events_*", "2024*")), ("t$20240131", ("t", "$20240131")),
        ("events_intraday_*", ("events_intraday_*", "")), ("events_20241331", ("events_20241331", "")),
        ("v_12345678", ("v_12345678", "")), ("orders", ("orders", "")), ("gsod*", ("gsod*", "")),
    ],
)  # fmt: skip
def test_date_sharded_tables_are_one_family(table: str, family: tuple[str, str]) -> None:
    assert family_of(table) == family


def test_pseudo_columns_are_known_wherever_a_table_is(tmp_path: Path) -> None:
    files = {
        "guardian.yml": "sql: {dialect: bigquery}",
        "a.sql": "CREATE TABLE d.e (a INT64);\n"
        "CREATE TABLE d.u AS SELECT a, _PARTITIONTIME AS p FROM d.e WHERE e._PARTITIONDATE > '2024-01-01';\n"
        "CREATE TABLE d.x AS SELECT nothing FROM d.e;",
    }
    found = document(written(tmp_path, files))
    assert [item["message"] for item in found["warnings"]] == ["no input has a column `nothing`"]
    into_u = {edge["from"]["column"] for edge in found["edges"] if edge["to"]["dataset"] == "d.u"}
    assert into_u == {"a", "_partitiontime", "_partitiondate"}


def test_another_day_of_a_family_is_other_rows() -> None:
    conditions = [
        [node.condition for node in lowered(text, "bigquery").builder.nodes if type(node) is Filter]
        for text in ("SELECT a FROM e_20240101", "SELECT a FROM e_20240102", "SELECT a FROM `e_*`")
    ]
    assert conditions[0] != conditions[1]
    assert not conditions[2]
