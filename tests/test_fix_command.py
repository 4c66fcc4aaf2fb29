"""`guardian fix` as a user runs it: what it prints, what it writes, and what it refuses to."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from git import Repo

from guardian.cli import run
from guardian.sources.writing import A_LINK, CHANGED, NOT_INSIDE, UNSTAGED, overlaps, write

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
ORDERS = "CREATE TABLE mart.orders AS SELECT id, amount AS net FROM raw.orders\n"
KPI = b"\xef\xbb\xbfCREATE TABLE mart.kpi AS\r\n-- h\xc3\xa9, net\r\n\tSELECT id, net\r\nFROM mart.orders"
FIXED = KPI.replace(b"id, net", b"id, total AS net")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository, the current folder, in which `net` is about to be called `total`."""
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    made = Repo.init(tmp_path / "shop", initial_branch="main")
    root = Path(made.working_dir)
    (root / "orders.sql").write_text(ORDERS)
    (root / "my kpi.sql").write_bytes(KPI)
    (root / "guardian.yml").write_text("sql: {dialect: duckdb}\n")
    (root / "CODEOWNERS").write_text("*.sql @data\n")
    made.git.add("-A")
    made.git.commit("-q", "-m", "start")
    (root / "orders.sql").write_text(ORDERS.replace("AS net", "AS total"))
    monkeypatch.chdir(root)
    return root


def test_a_patch_that_git_applies(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["fix"]) == 0
    patch = capfdbinary.readouterr().out
    subprocess.run(["git", "apply", "-"], input=patch, check=True, cwd=root)  # noqa: S607 - the user's git
    assert (root / "my kpi.sql").read_bytes() == FIXED
    assert run(["fix"]) == 0
    assert capfdbinary.readouterr().out.strip() == b""


def test_it_writes_into_the_working_tree(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fix", "--check"]) == 1
    capsys.readouterr()
    assert run(["fix", "--write"]) == 0
    assert capsys.readouterr().err == "my kpi.sql: edited\n"
    assert (root / "my kpi.sql").read_bytes() == FIXED
    assert run(["fix", "--write"]) == 0
    assert capsys.readouterr().err == "Nothing to fix.\n"
    assert run(["fix", "--check"]) == 0


def test_the_document_and_the_page(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "other.sql").write_text(
        "CREATE TABLE mart.other AS SELECT * FROM mart.orders JOIN raw.z USING (net)\n"
    )
    assert run(["fix", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    schema = json.loads((SCHEMAS / "fixes.schema.json").read_text())
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    [fix], [by_hand], [recipe] = (document[key] for key in ("fixes", "by_hand", "recipes"))
    assert (fix["file"], fix["lines"], fix["proven"]) == ("my kpi.sql", [3], True)
    assert fix["fingerprint"] == by_hand["fingerprint"] == recipe["fingerprint"]
    assert (by_hand["file"], by_hand["line"]) == ("other.sql", 1)
    assert recipe["readers"] == ["my kpi.sql:3 (@data)", "other.sql:1 (@data)"]
    assert recipe["steps"][0].startswith("Add: write `total` beside `net`")
    assert run(["fix", "--format", "rich"]) == 0
    page = capsys.readouterr().out
    assert "other.sql:1: needs a person" in page
    assert "my kpi.sql:3 (@data)" in page
    assert run(["fix", "-q"]) == 0
    assert capsys.readouterr().err == ""
    assert run(["fix", "--write"]) == 1


@pytest.mark.usefixtures("root")
def test_a_report_holds_them_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    run(["report", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["fixes"] == []
    run(["report", "--fixes", "--contained", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    [fix], [change] = report["fixes"], report["changes"]
    assert fix["fingerprint"] == change["fingerprint"]
    assert (
        fix["restores"] == "`mart.kpi` is made as before, with `total` for `net` of `mart.orders`."
    )
    assert change["fix"].endswith("`guardian fix --write` edits `my kpi.sql`.")


def test_a_type_change_tells_the_safe_way_with_its_readers(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders, made = (
        root / "orders.sql",
        "CREATE TABLE mart.orders AS SELECT id, {} AS net FROM raw.o\n",
    )
    orders.write_text(made.format("CAST(amount AS INT)"))
    Repo(root).git.commit("-qam", "an int")
    orders.write_text(made.format("CAST(amount AS TEXT)"))
    run(["report", "--base", "HEAD", "--fixes", "--format", "json"])
    changes = json.loads(capsys.readouterr().out)["changes"]
    [said] = [one["fix"] for one in changes if one["dataset"] == "mart.orders"]
    assert said.startswith("Add: write a second column with the new type")
    assert said.endswith("Readers: `my kpi.sql:3 (@data)`.")


@pytest.mark.usefixtures("root")
def test_writing_and_checking_exclude_each_other() -> None:
    assert run(["fix", "--write", "--check"]) == 2


def test_lines_with_changes_that_are_not_staged_stay(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kpi = root / "my kpi.sql"
    kpi.write_bytes(KPI.replace(b"id, net", b"id + 1 AS id, net"))
    assert run(["fix", "--write"]) == 1
    assert UNSTAGED in capsys.readouterr().err
    Repo(root).git.add("my kpi.sql")
    assert run(["fix", "--write"]) == 0
    assert b"total AS net" in kpi.read_bytes()


def test_a_file_that_git_does_not_know_stays(root: Path) -> None:
    (root / "new.sql").write_text("CREATE TABLE mart.new AS SELECT net + 1 AS x FROM mart.orders\n")
    assert run(["fix", "--write"]) == 1
    assert "net + 1" in (root / "new.sql").read_text()


def test_what_was_compared_is_what_is_written(root: Path) -> None:
    repo = Repo(root)
    repo.git.commit("-qam", "rename")
    (root / "my kpi.sql").write_bytes(KPI.replace(b"id, net", b"net"))
    assert run(["fix", "--base", "HEAD~1", "--head", "HEAD", "--write"]) == 1
    assert b"total" not in (root / "my kpi.sql").read_bytes()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("link.sql", A_LINK),
        ("folder/a.sql", A_LINK),
        ("../outside.sql", NOT_INSIDE),
        ("other.sql", CHANGED),
        ("none.sql", "there is no such file"),
    ],
)
def test_only_plain_files_below_the_root_are_written(tmp_path: Path, path: str, why: str) -> None:
    root = tmp_path / "root"
    (tmp_path / "elsewhere").mkdir()
    root.mkdir()
    for place in (tmp_path / "outside.sql", tmp_path / "elsewhere" / "a.sql", root / "a.sql"):
        place.write_text("net")
    (root / "other.sql").write_text("gross")
    (root / "link.sql").symlink_to(tmp_path / "outside.sql")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    assert write((root, path), "net", "net", [1], lambda _: b"total") == why
    assert write((root, "a.sql"), "net", "net", [1], lambda _: b"total") == ""
    assert (root / "a.sql").read_text() == "total"
    assert (tmp_path / "outside.sql").read_text() == "net"
    assert (tmp_path / "elsewhere" / "a.sql").read_text() == "net"


def test_which_changes_overlap() -> None:
    assert not overlaps("a\nb\nc", "a\nb\nc", [2])
    assert overlaps("a\nb\nc", "a\nx\nc", [2])
    assert not overlaps("a\nb\nc", "x\nb\nc", [2, 3])
