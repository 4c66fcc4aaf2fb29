"""The commands, run as a user runs them: what they print, where, and their exit status."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from git import Repo

from guardian import __version__
from guardian.cli import cli, run
from guardian.model.snapshot import SnapshotPart
from guardian.stores import Place
from guardian.stores import file as file_store

RECIPES = Path(__file__).parents[1] / "docs" / "recipes"
SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
ORDERS = "CREATE TABLE mart.orders AS\nSELECT id, amount AS net FROM raw.orders WHERE amount > {}\n"
REPORT = "CREATE TABLE mart.report AS SELECT id, net FROM mart.orders\n"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)  # set where the tests run in a hook
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one commit on `main`, which is the current folder."""
    made = Repo.init(tmp_path / "orders", initial_branch="main")
    root = Path(made.working_dir)
    (root / "orders.sql").write_text(ORDERS.format(0))
    (root / "report.sql").write_text(REPORT)
    (root / "guardian.yml").write_text("sql: {dialect: duckdb}\n")
    made.git.add("-A")
    made.git.commit("-q", "-m", "start")
    monkeypatch.chdir(root)
    return root


def stage(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).write_text(text)
        Repo(root).git.add(name)


def valid(text: str, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    return document


class TestScan:
    @pytest.mark.usefixtures("root")
    def test_a_document(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["scan", "--format", "json"]) == 0
        captured = capsys.readouterr()
        document = valid(captured.out, "lineage")
        assert [job["id"] for job in document["jobs"]] == ["orders.sql", "report.sql"]
        assert captured.err == ""

    def test_no_git_is_needed(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "plain").mkdir()
        (tmp_path / "plain" / "orders.sql").write_text(ORDERS.format(0))
        (tmp_path / "plain" / "job.py").write_text("import pyspark\n")
        assert run(["scan", str(tmp_path / "plain"), "-f", "json"]) == 0
        captured = capsys.readouterr()
        assert "mart.orders" in captured.out
        assert "assumed SQL dialect: spark" in captured.err
        assert run(["scan", str(tmp_path / "plain"), "-f", "json", "-q"]) == 0
        assert capsys.readouterr().err == ""

    def test_a_warm_run_says_the_same(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (root / "odd.sql").write_bytes("CREATE TABLE a AS SELECT 'é' AS x".encode("latin-1"))
        (root / "broken.sql").write_bytes(b"SELECT\0")
        seen = set()
        for arguments in ([], [], ["--no-cache"]):
            assert run(["scan", "-f", "json", *arguments]) == 0
            seen.add(capsys.readouterr().out)
        assert len(seen) == 1
        told = {one["file"]: one["message"] for one in json.loads(seen.pop())["warnings"]}
        assert "latin-1" in told["odd.sql"]
        assert "NUL" in told["broken.sql"]

    def test_the_result_goes_to_a_file(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["scan", "--output", "lineage.json"]) == 0
        assert capsys.readouterr().out == ""
        valid((root / "lineage.json").read_text(), "lineage")


class TestReport:
    def test_the_working_tree_against_main(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / "orders.sql").write_text(ORDERS.format(10))
        assert run(["report", "--format", "json", "--fail-on", "medium"]) == 1
        document = valid(capsys.readouterr().out, "report")
        assert document["base"] == {"ref": "main", "commit": Repo(root).head.commit.hexsha}
        assert document["head"] == {"ref": "WORKTREE", "commit": None}
        [change] = document["changes"]
        assert (change["rule"], change["dataset"]) == ("rows-changed", "mart.orders")
        assert change["impact"]["datasets"] == ["mart.report"]

    @pytest.mark.parametrize(
        ("ending", "start"),
        [("sarif", '{\n  "$schema"'), ("sarif.json", '{\n  "$schema"'), ("gitlab.json", "["),
         ("xml", "<?xml"), ("html", "<!doctype html>"),
         ("json", '{\n  "schema_version"'), ("md", "### ")],
    )  # fmt: skip
    def test_the_name_of_a_file_chooses_the_format(
        self, root: Path, ending: str, start: str
    ) -> None:
        (root / "orders.sql").write_text(ORDERS.format(10))
        run(["report", "--output", f"told.{ending}"])
        assert (root / f"told.{ending}").read_text().lstrip().startswith(start)

    def test_a_test_report_fails_where_the_run_does(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / "orders.sql").write_text(ORDERS.format(10))
        for threshold, failures in (("medium", 1), ("critical", 0)):
            status = run(["report", "--format", "junit", "--fail-on", threshold])
            assert status == failures
            assert f'failures="{failures}"' in capsys.readouterr().out

    def test_a_log_for_code_scanning_knows_repository_and_rules(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Repo(root).create_remote("origin", "https://me:secret@git.example/team/shop.git")
        (root / "own.yml").write_text("rows-changed: {title: Our own words}")
        with (root / "guardian.yml").open("a") as file:
            file.write("rules: [own.yml]\n")
        (root / "orders.sql").write_text(ORDERS.format(10))
        run(["report", "--format", "sarif"])
        [told] = json.loads(capsys.readouterr().out)["runs"]
        assert (
            told["versionControlProvenance"][0]["repositoryUri"] == "https://git.example/team/shop"
        )
        rules = {rule["id"]: rule for rule in told["tool"]["driver"]["rules"]}
        assert rules["rows-changed"]["shortDescription"]["text"] == "Our own words."

    def test_nothing_changed(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (root / "orders.sql").write_text(ORDERS.format(0).replace("SELECT", "select -- all\n"))
        assert run(["report", "--format", "json", "--fail-on", "low"]) == 0
        assert valid(capsys.readouterr().out, "report")["changes"] == []

    def test_two_revisions_and_the_threshold(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stage(root, {"orders.sql": ORDERS.format(10)})
        Repo(root).git.commit("-q", "-m", "filter")
        between = ["report", "--base", "HEAD~1", "--head", "HEAD", "-f", "json"]
        assert run([*between, "--fail-on", "medium"]) == 1
        assert run([*between, "--fail-on", "never"]) == 0
        assert run(["report", "--base", "HEAD", "--head", "HEAD~1", "--fail-on", "medium"]) == 1
        assert "json" not in capsys.readouterr().err

    def test_a_report_in_a_bare_repository(
        self, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stage(root, {"orders.sql": ORDERS.format(10)})
        Repo(root).git.commit("-q", "-m", "filter")
        Repo(root).clone(tmp_path / "bare.git", bare=True)
        arguments = ["report", "-C", str(tmp_path / "bare.git"), "--base", "main~1", "-f", "json"]
        assert run(arguments) in {0, 1}
        assert json.loads(capsys.readouterr().out)["changes"]

    def test_a_snapshot_that_is_broken_costs_only_itself(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / ".guardian").mkdir()
        (root / ".guardian" / "snapshot.json").write_text("{}}")
        (root / "orders.sql").write_text(ORDERS.format(10))
        assert run(["report", "-f", "json"]) in {0, 1}
        document = json.loads(capsys.readouterr().out)
        assert document["changes"]
        assert any("snapshot" in warning["message"] for warning in document["warnings"])

    def test_who_feels_it_in_other_repositories(
        self, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shared = tmp_path / "shared"
        other = tmp_path / "finance"
        other.mkdir()
        (other / "month.sql").write_text("CREATE TABLE fin.month AS SELECT net FROM mart.orders")
        (other / "guardian.yml").write_text(f"{{snapshot: '{shared}', repository: finance}}")
        assert run(["snapshot", "push", "-C", str(other)]) == 0
        dashboard = "{dashboard_name: Month, tables_used: [fin.month]}"
        (root / "guardian.yml").write_text(f"snapshot: '{shared}'\ndashboards: [{dashboard}]")
        changed = ORDERS.format(0).replace("amount AS net", "amount + 1 AS net")
        (root / "orders.sql").write_text(changed)
        capsys.readouterr()
        run(["report", "-f", "json"])
        impact = json.loads(capsys.readouterr().out)["impact"]
        assert impact["datasets"] == ["fin.month", "mart.report"]
        assert impact["dashboards"] == ["Month"]


class TestCheck:
    def test_silent_where_nothing_matters(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["check"]) == 0
        stage(root, {"notes.txt": "hello", "orders.sql": "-- a remark\n" + ORDERS.format(0)})
        assert run(["check"]) == 0
        captured = capsys.readouterr()
        assert (captured.out, captured.err) == ("", "")

    def test_it_blocks_what_is_staged_and_nothing_else(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / "orders.sql").write_text(ORDERS.format(10))
        assert run(["check", "--fail-on", "low"]) == 0
        Repo(root).git.add("-A")
        (root / "orders.sql").write_text(ORDERS.format(0))
        assert run(["check", "--fail-on", "low"]) == 1
        assert "mart.orders" in capsys.readouterr().out
        assert run(["check", "--fail-on", "never"]) == 0

    def test_the_first_commit(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Repo.init(tmp_path / "new")
        monkeypatch.chdir(tmp_path / "new")
        stage(tmp_path / "new", {"orders.sql": ORDERS.format(0)})
        assert run(["check"]) == 0


class TestAccepted:
    NOTE = "-- guardian: accept rows-changed, reason: the new till, until: 2999-12-31\n"

    def test_what_is_accepted_passes(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        changed = ORDERS.format(10)
        stage(root, {"orders.sql": changed})
        assert run(["check", "--fail-on", "low"]) == 1
        stage(root, {"orders.sql": self.NOTE + changed})
        capsys.readouterr()
        assert run(["check", "--fail-on", "low"]) == 0
        assert capsys.readouterr().out == ""
        assert run(["report", "--fail-on", "low", "--format", "json"]) == 0
        [change] = valid(capsys.readouterr().out, "report")["changes"]
        assert change["accepted"]["reason"] == "the new till"
        assert change["accepted"]["here"]

    def test_a_fingerprint_of_one_report_accepts_in_the_next(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / "orders.sql").write_text(ORDERS.format(10))
        run(["report", "--format", "json"])
        [change] = json.loads(capsys.readouterr().out)["changes"]
        known = f"accepted:\n- {{fingerprint: '{change['fingerprint']}', reason: agreed}}\n"
        (root / "guardian.yml").write_text(f"sql: {{dialect: duckdb}}\n{known}")
        assert run(["report", "--fail-on", "low", "--format", "rich"]) == 0
        assert "agreed; in guardian.yml:3" in capsys.readouterr().out

    def test_beside_what_makes_the_change_in_another_file(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        job = (
            "from pyspark.sql import SparkSession\nfrom rates import RATE\n"
            "spark = SparkSession.builder.getOrCreate()\n"
            "spark.table('raw.t').selectExpr(f'x * {RATE} AS x').write.saveAsTable('mart.t')\n"
        )
        stage(root, {"job.py": job, "rates.py": "OTHER = 1\nRATE = 2\n"})
        Repo(root).git.commit("-q", "-m", "rates")
        note = "# guardian: accept column-logic-changed, reason: as agreed\n"
        for text, left in (
            (f"OTHER = 1\n{note}RATE = 3\n", 0),
            (f"{note}OTHER = 1\nRATE = 3\n", 1),
        ):
            (root / "rates.py").write_text(text)
            assert run(["report", "--base", "HEAD", "--fail-on", "low", "-f", "json"]) == left
            [change] = json.loads(capsys.readouterr().out)["changes"]
            assert (change["accepted"] is None) == bool(left)

    def test_the_list_of_what_stands(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["rules", "--accepted"]) == 0
        assert capsys.readouterr().out == "No risk is accepted.\n"
        (root / "orders.sql").write_text(self.NOTE + ORDERS.format(0))
        entry = "{rule: column-removed, dataset: mart.*, reason: old, owner: me, until: 2020-01-31}"
        (root / "guardian.yml").write_text(f"sql: {{dialect: duckdb}}\naccepted:\n- {entry}\n")
        assert run(["rules", "--accepted"]) == 0
        assert capsys.readouterr().out == (
            "guardian.yml:3: column-removed of mart.* (EXPIRED on 2020-01-31, by me): old\n"
            "orders.sql:1: rows-changed (until 2999-12-31): the new till\n"
        )

    def test_a_rule_that_there_is_not(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (root / "guardian.yml").write_text("accepted:\n- {rule: row-changed, reason: x}\n")
        assert run(["report"]) == 2
        told = capsys.readouterr().err
        assert "guardian.yml:2: `accepted` names `row-changed`, which is no rule" in told
        assert "`rows-changed`" in told


class TestSnapshot:
    def test_each_repository_owns_its_part(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["snapshot", "pull"]) == 2
        assert "guardian snapshot push" in capsys.readouterr().err
        other = SnapshotPart(repository="team/other")
        file_store.push(Place(".guardian/snapshot.json", root), other)
        assert run(["snapshot", "push"]) == 0
        assert run(["snapshot", "push"]) == 0
        capsys.readouterr()
        assert run(["snapshot", "pull"]) == 0
        parts = valid(capsys.readouterr().out, "snapshot")["parts"]
        assert [part["repository"] for part in parts] == ["orders", "team/other"]
        assert run(["snapshot", "show"]) == 0
        assert "orders at " in capsys.readouterr().out

    def test_diff_tells_what_a_push_would_change(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["snapshot", "diff"]) == 2
        assert "guardian snapshot push" in capsys.readouterr().err
        assert run(["snapshot", "push"]) == 0
        assert run(["snapshot", "diff", "--exit-code"]) == 0
        assert "nothing differs" in capsys.readouterr().err
        (root / "new.sql").write_text("CREATE TABLE mart.new AS SELECT net AS n FROM gold.orders;")
        assert run(["snapshot", "diff"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "+ dataset gold.orders",
            "+ dataset mart.new",
            "+ edge gold.orders.net → mart.new.n (identity, new.sql)",
            "+ job new.sql",
        ]
        assert run(["snapshot", "diff", "--exit-code", "--format", "json"]) == 1
        told = valid(capsys.readouterr().out, "snapshot-diff")
        assert told["added"][1] == {"kind": "dataset", "name": "mart.new"}
        assert told["removed"] == []

    def test_versions_are_listed_compared_and_swept(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / "guardian.yml").write_text("snapshot: git:guardian/lineage\nrepository: team/a\n")
        for name in ("one", "two"):
            (root / f"{name}.sql").write_text(f"CREATE TABLE x.{name} AS SELECT 1 AS a;")
            assert run(["snapshot", "push"]) == 0
        capsys.readouterr()
        assert run(["snapshot", "versions"]) == 0
        newest, oldest = capsys.readouterr().out.splitlines()
        assert newest.startswith("* ")
        assert oldest.startswith("  ")
        before, after = oldest.split()[0][:10], newest.split()[1]
        assert run(["snapshot", "diff", before, after, "--exit-code"]) == 1
        assert "+ dataset x.two" in capsys.readouterr().out
        assert run(["snapshot", "diff", "nope"]) == 2
        assert "no version begins with `nope`" in capsys.readouterr().err
        assert run(["snapshot", "gc", "--keep", "0", "--older-than", "0"]) == 0
        assert "would remove 1 version" in capsys.readouterr().err
        assert run(["snapshot", "gc", "--keep", "0", "--older-than", "0", "--remove"]) == 0
        capsys.readouterr()
        assert run(["snapshot", "versions"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1

    def test_build_prints_this_part(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["snapshot", "build"]) == 0
        [part] = valid(capsys.readouterr().out, "snapshot")["parts"]
        assert part["commit"] == Repo(root).head.commit.hexsha
        assert part["lineage"]["edges"]


class TestUsage:
    @pytest.mark.usefixtures("root")
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["report", "--base", "nowhere"], "`nowhere` is no commit"),
            (["report", "--base=--output=x"], "is no commit"),
            (["report", "--format", "pdf"], "is not one of"),
            (["report", "--no-such-option"], "No such option"),
            (["scan", "nowhere"], "no such folder"),
            (["scan", "--config", "nowhere.yml"], "nowhere.yml: no such file"),
            (["explain", "column-remved"], "did you mean `column-removed`?"),
            (["report", "-C", "/"], "not a git repository"),
            (["report", "--output", "no/such/folder.md"], "cannot be written"),
            (["init"], "guardian.yml: it is there already"),
        ],
    )
    def test_wrong_usage_is_one_sentence_and_status_2(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
    ) -> None:
        assert run(arguments) == 2
        captured = capsys.readouterr()
        assert told in captured.err
        assert "Traceback" not in captured.err
        assert captured.out == ""

    @pytest.mark.parametrize(
        "key", ["dashboards: nowhere.yml", "rules: [nowhere.yml]", "fail_onn: x"]
    )
    def test_a_wrong_configuration_names_itself(
        self, root: Path, capsys: pytest.CaptureFixture[str], key: str
    ) -> None:
        (root / "guardian.yml").write_text(key)
        (root / "orders.sql").write_text(ORDERS.format(10))
        assert run(["report"]) == 2
        assert "guardian.yml" in capsys.readouterr().err

    def test_every_help_ends_with_an_example(self, capsys: pytest.CaptureFixture[str]) -> None:
        commands = [[name] for name in cli.commands if name != "snapshot"]
        commands += [["snapshot", name] for name in ("build", "push", "pull", "show")]
        for command in [[], ["snapshot"], *commands]:
            assert run([*command, "--help"]) == 0
            last = capsys.readouterr().out.rstrip().splitlines()[-2:]
            assert any(line.strip().startswith(("guardian ", "eval ")) for line in last), command

    def test_every_command_takes_the_common_options(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for command in cli.commands:
            if command not in {"contract", "ingest", "snapshot"}:
                run([command, "--help"])
                said = capsys.readouterr().out
                for option in ("-C DIR", "--config", "--output", "-q", "-v"):
                    assert option in said, (command, option)

    def test_the_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["--version"]) == 0
        assert capsys.readouterr().out == f"guardian {__version__}\n"

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion(self, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["completion", shell]) == 0
        assert "_GUARDIAN_COMPLETE" in capsys.readouterr().out

    def test_init_writes_what_works(self, root: Path) -> None:
        (root / "guardian.yml").unlink()
        assert run(["init", "-q"]) == 0
        assert run(["init", "-q", "--force"]) == 0
        assert run(["scan", "-q", "-o", "x.json"]) == 0

    def test_init_says_what_to_do_next(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / "guardian.yml").unlink()
        assert run(["init"]) == 0
        told = capsys.readouterr().err.splitlines()
        assert told[:2] == ["wrote guardian.yml", "Next:"]
        assert "guardian replay --last 20" in told[2]
        assert "guardian init --github" in told[3]
        [hook] = yaml.safe_load(told[-1])
        assert hook["hooks"] == [{"id": "guardian"}]
        assert not (root / ".github").exists()

    def test_init_writes_the_workflow(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["init", "--github"]) == 0
        written = root / ".github" / "workflows" / "guardian.yml"
        assert written.read_text() == (RECIPES / "guardian.yml").read_text()
        assert "commit .github/workflows/guardian.yml" in capsys.readouterr().err
        written.write_text("mine")
        assert run(["init", "--github"]) == 2
        assert "--force" in capsys.readouterr().err
        assert written.read_text() == "mine"

    @pytest.mark.usefixtures("root")
    @pytest.mark.parametrize("flags", [[], ["-v"]])
    def test_an_unforeseen_failure_says_how_to_report_it(self, flags: list[str]) -> None:
        program = (
            "import sys; from guardian import cli, console; del console.Console.emit; "
            "sys.exit(cli.run(sys.argv[1:]))"
        )
        command = [sys.executable, "-c", program, "rules", *flags]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # ours
        assert done.returncode == 2
        assert "Please report it" in done.stderr
        assert ("Traceback" in done.stderr) == bool(flags)


class TestTerminal:
    @pytest.mark.parametrize("told", [{}, {"NO_COLOR": "1"}])
    def test_colours_on_a_terminal_only(self, root: Path, told: dict[str, str]) -> None:
        (root / "orders.sql").write_text(ORDERS.format(10))
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", **told}
        done = subprocess.run(
            [sys.executable, "-m", "guardian", "report"],
            stdout=theirs, stderr=subprocess.PIPE, env=environment, check=False,
        )  # fmt: skip
        os.close(theirs)
        said = b""
        try:
            while block := os.read(ours, 65536):
                said += block
        except OSError:
            pass  # the other end is closed
        os.close(ours)
        assert done.returncode in {0, 1}
        assert b"mart.orders" in said
        assert (b"\x1b[" in said) == (not told)
        assert done.stderr == b""
