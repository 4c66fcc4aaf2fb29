"""Input that nobody should write: the rest of the repository is read, a warning says what was not.

Each bad file lies beside two good jobs, one of which the head changes. The command runs as a
process of its own, because a reader that goes too deep takes its process with it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
from git import Actor, Repo

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
SECONDS = 40  # for one command on one bad file, on a busy machine

GOOD = {
    "guardian.yml": "version: 1\nsql:\n  dialect: spark\nfail_on: never\n",
    "ddl.sql": "CREATE TABLE raw.orders (id INT, amount DECIMAL(10,2), status STRING);\n",
    "etl/orders.sql": (
        "CREATE OR REPLACE TABLE mart.orders AS\n"
        "SELECT id, amount FROM raw.orders\n"
        "WHERE amount > 0;\n"
    ),
    "etl/daily.sql": (
        "CREATE OR REPLACE TABLE mart.daily AS\nSELECT SUM(amount) AS amount FROM mart.orders;\n"
    ),
}
CHANGED = {"etl/orders.sql": GOOD["etl/orders.sql"].replace("> 0", "> 10")}
DBT_PROJECT = (
    "name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\nmacro-paths: [macros]\n"
)
SPARK = (
    "from pyspark.sql import SparkSession\nfrom pyspark.sql import functions as F\n\n"
    "spark = SparkSession.builder.getOrCreate()\ndf = spark.table('raw.orders')\n"
)
WRITE = "df.write.saveAsTable('mart.odd')\n"
ODD = "CREATE OR REPLACE TABLE mart.odd AS "
FROM_ORDERS = "SELECT id FROM raw.orders "
THOUSAND = range(1_000)
STEP = "c{} AS (SELECT a + a AS a FROM c{})"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


class Bad(NamedTuple):
    """Files to add, the one that a warning must name, a word of what the warning says."""

    files: dict[str, str | bytes]
    warned: str | None = None
    says: str = ""


def sql(text: str, says: str = "") -> Bad:
    return Bad({"etl/odd.sql": text}, "etl/odd.sql", says)


def fine_sql(text: str) -> Bad:
    return Bad({"etl/odd.sql": text})


def python(text: str, says: str = "") -> Bad:
    return Bad({"etl/odd.py": text}, "etl/odd.py", says)


def job(body: str) -> dict[str, str | bytes]:
    return {"etl/odd.py": SPARK + body + WRITE}


def dbt(text: str, says: str = "", macro: str = "") -> Bad:
    files: dict[str, str | bytes] = {
        "dbt/dbt_project.yml": DBT_PROJECT,
        "dbt/models/odd.sql": text,
        "dbt/models/fine.sql": "select 1 as one\n",
    }
    if not macro:
        return Bad(files, "dbt/models/odd.sql", says)
    return Bad({**files, "dbt/macros/odd.sql": macro}, "dbt/macros/odd.sql", says)


BAD = {
    "SQL that does not parse": sql("CREATE TABLE mart.odd AS\nSELECT SUM(a FROM raw.orders;\n"),
    "SQL with an open quote": sql("CREATE TABLE mart.odd AS SELECT 'a FROM raw.orders;\n"),
    "a merge conflict": sql(
        "CREATE TABLE mart.odd AS\nSELECT id\n"
        "<<<<<<< HEAD\nFROM raw.orders\n=======\nFROM b\n>>>>>>> b\n"
    ),
    "Python that does not parse": python(SPARK + "df = df.where(\n" + WRITE, "Python"),
    "Python of another age": python(SPARK + "print 'loaded'\n" + WRITE, "Python"),
    "empty files": Bad({"etl/odd.sql": "", "etl/odd.py": "", "odd.yml": "", "odd.csv": ""}),
    "files of blanks": Bad({"etl/odd.sql": "\n\n;;\n", "etl/odd.py": "\n \n"}),
    "a binary file": Bad(
        {"etl/odd.sql": bytes(range(256)) * 64, "etl/odd.py": b"\x7fELF\0\0\1" * 64},
        "etl/odd.sql",
        "not read",
    ),
    "10 MB of SQL": sql("INSERT INTO mart.odd SELECT id FROM raw.orders;\n" * 210_000, "bytes"),
    "10 MB on one line": sql("SELECT '" + "x" * 10_000_000 + "';\n", "bytes"),
    "10 MB of Python": python(SPARK + "x = 1\n" * 1_700_000 + WRITE, "bytes"),
    "nested brackets in SQL": sql(
        "CREATE TABLE mart.odd AS SELECT " + "(" * 10_000 + "1" + ")" * 10_000 + " AS one;\n"
    ),
    "nested brackets in Python": python(SPARK + "x = " + "(" * 10_000 + "1" + ")" * 10_000 + "\n"),
    "nested lists in Python": python(SPARK + "x = " + "[" * 10_000 + "]" * 10_000 + "\n" + WRITE),
    "nested subqueries": sql(
        ODD + "SELECT * FROM (" * 3_000 + "SELECT 1 AS x" + ")" * 3_000 + ";\n"
    ),
    "a thousand conditions": fine_sql(
        ODD + FROM_ORDERS + "WHERE " + " OR ".join(map("id = {}".format, THOUSAND))
    ),
    "a thousand arms of a union": fine_sql(
        ODD + " UNION ALL ".join(map("SELECT {} AS id".format, THOUSAND))
    ),
    "side inputs that each hang on two others": fine_sql(
        ODD
        + "SELECT t60.id FROM raw.s AS t0 LEFT JOIN raw.s1 AS t1 ON t1.id = t0.id\n"
        + "\n".join(
            f"LEFT JOIN raw.s{place} AS t{place} "
            f"ON t{place}.id = t{place - 1}.a AND t{place}.b = t{place - 2}.b"
            for place in range(2, 61)
        )
    ),
    "aliases that double": fine_sql(
        "\n".join(
            [
                ODD,
                "WITH c0 AS (SELECT amount AS a FROM raw.orders),",
                ",\n".join(map(STEP.format, range(1, 61), range(60))),
                "SELECT a FROM c60;",
            ]
        )
    ),
    "a chain of two thousand calls": Bad(
        job("df = df" + ".withColumn('x', F.col('id') + 1)" * 2_000 + "\n")
    ),
    "a loop without an end": python(
        SPARK + "while True:\n    df = df.withColumn('x', F.lit(1))\n" + WRITE, "rounds"
    ),
    "a loop of a billion rounds": python(
        SPARK + "for n in range(10**9):\n    df = df.withColumn(f'c{n}', F.lit(n))\n" + WRITE,
        "rounds",
    ),
    "a function that calls itself": python(
        SPARK
        + "def grow(d, n):\n    return grow(grow(d, n + 1), n + 1)\n\n\ndf = grow(df, 0)\n"
        + WRITE,
        "nested too deeply",
    ),
    "modules that import each other": Bad(
        {
            "etl/one.py": "from etl.two import b\na = b\n" + SPARK + WRITE,
            "etl/two.py": "from etl.one import a\nb = a\n",
        }
    ),
    "values that do not fit in memory": Bad(
        job(
            "a = 'x' * 10**10\nb = [0] * 10**10\nc = 9 ** 9 ** 9\nd = f'{1:>9999999999}'\n"
            "e = 'y'\nfor _ in range(60):\n    e = e + e\n"
            "f = '%9999999999d' % 1\ng = 'z'.ljust(10**10)\nh = 1 << 10**10\n"
            "k = ','.join(str(n) for n in range(10**9))\n"
        )
    ),
    "a template with an endless loop": dbt(
        "{% for n in range(10 ** 9) %}{{ n }}{% endfor %}\nselect 1 as x\n"
    ),
    "loops in loops of a template": dbt(
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}"
        "{% set x = a %}{% endfor %}{% endfor %}{% endfor %}\nselect 1 as x\n"
    ),
    "a macro that calls itself": dbt(
        "select {{ odd(1) }} as x\n", macro="{% macro odd(n) %}{{ odd(n + 1) }}{% endmacro %}\n"
    ),
    "a template too large for memory": dbt("{{ 'x' * 10 ** 10 }}\nselect 1 as x\n"),
    "a template that wants out": dbt(
        "{{ ''.__class__.__mro__[1].__subclasses__() }}\n"
        "{{ cycler.__init__.__globals__.os.system('touch /tmp/owned') }}\nselect 1 as x\n"
    ),
    "a template that does not parse": dbt("select {{ ref('fine' }} as x\n"),
    "a dbt project of two documents": Bad(
        {"dbt/dbt_project.yml": "--- 1\n--- [\n", "dbt/models/odd.sql": "select 1 as x\n"},
        "dbt/dbt_project.yml",
    ),
    "an alias bomb in schema.yml": Bad(
        {
            "dbt/dbt_project.yml": DBT_PROJECT,
            "dbt/models/schema.yml": BOMB + "version: 2\nmodels: *i\n",
            "dbt/models/fine.sql": "select 1 as one\n",
        },
        "dbt/models/schema.yml",
    ),
    "a notebook of brackets": Bad({"etl/odd.ipynb": '{"cells": ' + "[" * 100_000}, "etl/odd.ipynb"),
    "a notebook that is no notebook": Bad({"etl/odd.ipynb": '["cells", 1]'}, "etl/odd.ipynb"),
    "a column that is not there": Bad(
        {"etl/odd.sql": "CREATE TABLE mart.odd AS\nSELECT id,\n  colour FROM raw.orders;\n"},
        "etl/odd.sql",
        "colour",
    ),
    "jobs in a circle": Bad(
        {
            "etl/one.sql": "CREATE TABLE mart.one AS SELECT x FROM mart.two;\n",
            "etl/two.sql": "CREATE TABLE mart.two AS SELECT x FROM mart.one;\n",
        }
    ),
    "a job that reads itself": fine_sql("INSERT OVERWRITE mart.odd SELECT * FROM mart.odd;\n"),
    "two jobs that write one table": Bad(
        {
            "etl/one.sql": ODD + FROM_ORDERS + ";\n",
            "etl/two.sql": ODD + FROM_ORDERS.replace("id", "amount AS id") + ";\n",
        }
    ),
}


# Those that go deep or long have a process of their own: it could die, and take the reason with it.
DEADLY = [name for name in BAD if "nested" in name or "loop" in name or "memory" in name]


def write(root: Path, files: dict[str, str] | dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def started(folder: Path) -> Path:
    """Return a repository of good jobs with one commit, and the change of the head on disk."""
    repository = Repo.init(folder / "repo", initial_branch="main")
    root = Path(repository.working_dir)
    write(root, GOOD)
    repository.index.add(sorted(GOOD))
    ada = Actor("Ada", "ada@example.com")
    repository.index.commit("start", author=ada, committer=ada)
    write(root, CHANGED)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return started(tmp_path)


def guardian(root: Path, command: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GUARDIAN_CACHE": str(root.parent / "cache"), "NO_COLOR": "1"}
    return subprocess.run(  # noqa: S603 - our own command, arguments of this file
        [sys.executable, "-m", "guardian", command, "-C", str(root), *options],
        capture_output=True, text=True, check=False, env=environment, timeout=SECONDS,
    )  # fmt: skip


def document(done: subprocess.CompletedProcess[str], name: str) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr[-2_000:]
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    return found


def assert_the_rest_is_reported(report: dict[str, Any]) -> None:
    changes = [(item["rule"], item["dataset"]) for item in report["changes"]
               if item["dataset"] in {"mart.orders", "mart.daily"}]  # fmt: skip
    assert changes == [("rows-changed", "mart.orders")]
    assert all("please report" not in item["message"] for item in report["warnings"])


def assert_it_is_warned_of(bad: Bad, report: dict[str, Any], folder: str = "") -> None:
    found = [item for item in report["warnings"] if item["file"].startswith(folder)]
    if bad.warned is None:
        assert not found
        return
    said = [item["message"] for item in found if item["file"] == f"{folder}{bad.warned}"]
    assert any(bad.says in message for message in said), found
    assert all(item["line"] >= 1 for item in found)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the report on a repository that holds all bad files, each set in a folder."""
    root = started(tmp_path_factory.mktemp("together"))
    for number, bad in enumerate(BAD.values()):
        write(root / f"bad_{number}", bad.files)
    return document(guardian(root, "report", "--base", "HEAD", "--format", "json"), "report")


def test_the_rest_is_reported(together: dict[str, Any]) -> None:
    assert_the_rest_is_reported(together)
    assert together["coverage"]["failed"]


@pytest.mark.parametrize("name", BAD)
def test_a_warning_names_the_file(name: str, together: dict[str, Any]) -> None:
    assert_it_is_warned_of(BAD[name], together, f"bad_{list(BAD).index(name)}/")


@pytest.mark.parametrize("name", DEADLY)
def test_a_deadly_file_alone(name: str, root: Path) -> None:
    write(root, BAD[name].files)
    report = document(guardian(root, "report", "--base", "HEAD", "--format", "json"), "report")
    assert_the_rest_is_reported(report)
    assert_it_is_warned_of(BAD[name], report)


def test_a_scan_of_bad_files_has_the_good_ones(root: Path) -> None:
    for number, bad in enumerate(BAD.values()):
        write(root / f"bad_{number}", bad.files)
    lineage = document(guardian(root, "scan", "--format", "json"), "lineage")
    assert {"etl/orders.sql", "etl/daily.sql"} <= {job["id"] for job in lineage["jobs"]}
    edges = {(edge["from"]["dataset"], edge["to"]["dataset"]) for edge in lineage["edges"]}
    assert {("raw.orders", "mart.orders"), ("mart.orders", "mart.daily")} <= edges


def test_a_missing_column_is_warned_of_at_its_line(root: Path) -> None:
    write(root, BAD["a column that is not there"].files)
    lineage = document(guardian(root, "scan", "--format", "json"), "lineage")
    (warning,) = lineage["warnings"]
    assert (warning["file"], warning["line"]) == ("etl/odd.sql", 3)
    assert "`colour`" in warning["message"]


def test_both_of_two_writers_are_kept(root: Path) -> None:
    write(root, BAD["two jobs that write one table"].files)
    lineage = document(guardian(root, "scan", "--format", "json"), "lineage")
    into = {(edge["job"], edge["from"]["column"]) for edge in lineage["edges"]
            if edge["to"] == {"dataset": "mart.odd", "column": "id"}}  # fmt: skip
    assert into == {("etl/one.sql", "id"), ("etl/two.sql", "amount")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB + "include: *i\n", "alias"),
        ("include: " + "[" * 50_000, ""),
        ("version: 1\nsql: [", ""),
        ("version: 1\nsql: {dialect: sparkk}\n", "did you mean `spark`?"),
        ("\0\1\2", ""),
    ],
    ids=["an alias bomb", "nested brackets", "no YAML", "an unknown dialect", "binary"],
)
def test_a_configuration_that_cannot_be_followed_is_one_sentence(
    text: str, says: str, root: Path
) -> None:
    (root / "guardian.yml").write_text(text)
    done = guardian(root, "scan", "--format", "json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") <= 3
    assert "guardian.yml" in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_link_to_itself_and_one_to_nothing(root: Path) -> None:
    (root / "etl" / "loop.sql").symlink_to(root / "etl" / "loop.sql")
    (root / "etl" / "gone.sql").symlink_to(root / "nowhere.sql")
    (root / "etl" / "around").symlink_to(root / "etl", target_is_directory=True)
    report = document(guardian(root, "report", "--base", "HEAD", "--format", "json"), "report")
    assert [item["rule"] for item in report["changes"]] == ["rows-changed"]
