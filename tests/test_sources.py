"""Revisions are read from real repositories, and what cannot be read is told in one sentence."""

import os
import threading
from pathlib import Path

import pytest
from git import Git, Repo

from guardian.config import Config, Override, Sql
from guardian.dialects import guess
from guardian.errors import RevisionError
from guardian.languages.recording import Recording, holds
from guardian.model.plan import Lowered, Scan
from guardian.sources.decoding import UnreadableError, decode
from guardian.sources.files import Files, blob_id
from guardian.sources.folder import open_folder
from guardian.sources.git import Repository
from guardian.sources.staged import staged_paths
from guardian.stores.lowered import LoweredCache


@pytest.fixture(autouse=True)
def _own_git_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)  # set where the tests run in a hook
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo", initial_branch="main")
    commit(made, {"etl/orders.sql": "SELECT 1", "README.md": "hello"})
    return made


def commit(repo: Repo, files: dict[str, str | bytes], message: str = "change") -> str:
    write(Path(repo.working_dir), files)
    repo.git.add("-A")
    repo.git.commit("-q", "-m", message)
    return repo.head.commit.hexsha


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def texts(files: Files) -> dict[str, str | None]:
    return {path: files.text(path) for path in files.paths()}


def opened(repo: Repo) -> Repository:
    return Repository(Path(repo.working_dir))


class TestRevisions:
    def test_a_commit_is_read_without_a_checkout(self, repo: Repo) -> None:
        first = repo.head.commit.hexsha
        commit(repo, {"etl/orders.sql": "SELECT 2"})
        files = opened(repo).commit_files(first, Config())
        assert texts(files) == {"README.md": "hello", "etl/orders.sql": "SELECT 1"}
        assert files.selected() == ("etl/orders.sql",)

    def test_the_index_and_the_working_tree_differ(self, repo: Repo) -> None:
        root = Path(repo.working_dir)
        write(
            root, {"etl/orders.sql": "SELECT 2", "new.sql": "SELECT 3", ".gitignore": "*.tmp.sql"}
        )
        repo.git.add("etl/orders.sql")
        write(root, {"etl/orders.sql": "SELECT 4", "x.tmp.sql": "ignored"})
        (root / "README.md").unlink()
        repository = opened(repo)
        assert texts(repository.index_files(Config())) == {
            "README.md": "hello",
            "etl/orders.sql": "SELECT 2",
        }
        assert texts(repository.worktree_files(Config())) == {
            ".gitignore": "*.tmp.sql",
            "etl/orders.sql": "SELECT 4",
            "new.sql": "SELECT 3",
        }

    def test_blob_ids_are_gits_own(self, repo: Repo) -> None:
        write(Path(repo.working_dir), {"etl/orders.sql": "SELECT 'é'\n"})
        files = opened(repo).worktree_files(Config())
        expected = repo.git.hash_object("etl/orders.sql")
        assert files.blob("etl/orders.sql") == expected
        assert blob_id("SELECT 'é'\n".encode()) == expected
        assert files.blob("nowhere.sql") is None

    def test_a_revision_is_never_an_option(self, repo: Repo, tmp_path: Path) -> None:
        target = tmp_path / "written"
        for name in (f"--output={target}", "-h", "", "HEAD\n", "main..main", "--all"):
            with pytest.raises(RevisionError, match="is no commit"):
                opened(repo).commit(name)
        assert not target.exists()

    def test_names_of_revisions(self, repo: Repo) -> None:
        commit(repo, {"a.sql": "SELECT 1"})
        repo.create_tag("v1", message="one")
        repository = opened(repo)
        head = repo.head.commit.hexsha
        assert {repository.commit(name) for name in ("HEAD", "main", "v1", head[:9], "@")} == {head}
        assert repository.commit("HEAD~1") != head

    def test_line_ends_do_not_make_a_difference(self, repo: Repo) -> None:
        repo.git.config("core.autocrlf", "true")
        write(Path(repo.working_dir), {"etl/orders.sql": b"SELECT\r\n2", "old.sql": b"a\rb"})
        files = opened(repo).worktree_files(Config())
        assert files.text("etl/orders.sql") == "SELECT\n2"
        assert files.text("old.sql") == "a\nb"

    def test_links_and_submodules_are_told_and_not_followed(
        self, repo: Repo, tmp_path: Path
    ) -> None:
        secret = tmp_path / "secret.sql"
        secret.write_text("SELECT 'secret'")
        root = Path(repo.working_dir)
        (root / "link.sql").symlink_to(secret)
        repo.git.update_index(
            "--add", "--cacheinfo", f"160000,{repo.head.commit.hexsha},vendor.sql"
        )
        repo.git.add("link.sql")
        repo.git.commit("-q", "-m", "links")
        repository = opened(repo)
        for files in (
            repository.commit_files(repository.commit("HEAD"), Config()),
            repository.index_files(Config()),
            repository.worktree_files(Config()),
            open_folder(root, Config()),
        ):
            assert files.read("link.sql") is None
            told = {problem.file: problem.message for problem in files.problems()}
            assert "symbolic link" in told["link.sql"]
            assert set(told) <= {"link.sql", "vendor.sql"}

    def test_a_link_into_a_dbt_project_is_the_model_there(self, repo: Repo) -> None:
        root = Path(repo.working_dir)
        commit(repo, {"views/shop.sql": "SELECT 1 AS n", "dbt/dbt_project.yml": "name: shop"})
        for name, target in (("in", "../../views/shop.sql"), ("out", "../../../views/shop.sql")):
            (root / "dbt/models").mkdir(exist_ok=True)
            (root / f"dbt/models/{name}.sql").symlink_to(target)
        (root / "copy.sql").symlink_to("views/shop.sql")
        base = commit(repo, {})
        head = commit(repo, {"views/shop.sql": "SELECT 2 AS n"})
        repository = opened(repo)
        before = repository.commit_files(base, Config())
        assert before.text("dbt/models/in.sql") == "SELECT 1 AS n"
        for files in (
            repository.commit_files(head, Config()),
            repository.index_files(Config()),
            repository.worktree_files(Config()),
            open_folder(root, Config()),
        ):
            assert files.text("dbt/models/in.sql") == "SELECT 2 AS n"
            assert files.blob("dbt/models/in.sql") == files.blob("views/shop.sql")
            assert "dbt/models/in.sql" in files.selected()
            assert "views/shop.sql" not in files.selected()
            assert {problem.file for problem in files.problems()} == {
                "copy.sql",
                "dbt/models/out.sql",
            }

    def test_odd_names(self, repo: Repo) -> None:
        names = ["a b.sql", 'q"u.sql', "new\nline.sql", "ünï.sql", "-rf.sql"]
        commit(repo, dict.fromkeys(names, "SELECT 1"))
        (Path(repo.working_dir) / os.fsdecode(b"bad\xff.sql")).write_text("SELECT 1")
        repo.git.add("-A")
        repo.git.commit("-q", "-m", "odd")
        repository = opened(repo)
        for files in (
            repository.commit_files(repository.commit("HEAD"), Config()),
            repository.worktree_files(Config()),
            open_folder(repository.root, Config()),
        ):
            assert set(names) <= set(files.selected())
            assert [problem.file for problem in files.problems()] == ["bad\\xff.sql"]

    def test_a_conflict_is_told(self, repo: Repo) -> None:
        repo.git.checkout("-q", "-b", "other")
        commit(repo, {"etl/orders.sql": "SELECT 2"})
        repo.git.checkout("-q", "main")
        commit(repo, {"etl/orders.sql": "SELECT 3"})
        repo.git.merge("other", with_exceptions=False)
        files = opened(repo).index_files(Config())
        assert files.read("etl/orders.sql") is None
        assert "conflict" in files.problems()[0].message


class TestMergeBase:
    def test_where_a_branch_left_main(self, repo: Repo) -> None:
        start = repo.head.commit.hexsha
        repo.git.checkout("-q", "-b", "feature")
        commit(repo, {"a.sql": "SELECT 1"})
        repo.git.checkout("-q", "main")
        commit(repo, {"b.sql": "SELECT 1"})
        repo.git.checkout("-q", "feature")
        assert opened(repo).merge_base() == ("main", start)

    def test_the_default_branch_of_the_remote_comes_first(self, repo: Repo, tmp_path: Path) -> None:
        repo.git.branch("-m", "trunk")
        clone = repo.clone(tmp_path / "clone")
        branch, base = opened(clone).merge_base()
        assert (branch, base) == ("origin/HEAD", repo.head.commit.hexsha)

    def test_no_default_branch(self, repo: Repo) -> None:
        repo.git.branch("-m", "elsewhere")
        with pytest.raises(RevisionError, match=r"no default branch.*--base REV"):
            opened(repo).merge_base()
        repo.git.config("init.defaultBranch", "elsewhere")
        assert opened(repo).merge_base()[0] == "elsewhere"

    def test_no_common_commit(self, repo: Repo) -> None:
        repo.git.checkout("-q", "--orphan", "island")
        commit(repo, {"a.sql": "SELECT 1"})
        with pytest.raises(RevisionError, match=r"no common commit.*--base REV"):
            opened(repo).merge_base()

    def test_a_shallow_clone_says_how_to_get_the_rest(self, repo: Repo, tmp_path: Path) -> None:
        repo.git.checkout("-q", "-b", "feature")
        for number in range(3):
            commit(repo, {"a.sql": f"SELECT {number}"})
        repo.git.checkout("-q", "main")
        commit(repo, {"b.sql": "SELECT 1"})
        url = Path(repo.working_dir).as_uri()
        clone = Repo.clone_from(
            url, tmp_path / "clone", depth=1, no_single_branch=True, branch="feature"
        )
        with pytest.raises(RevisionError, match=r"no common commit.*fetch-depth: 0"):
            opened(clone).merge_base()
        with pytest.raises(RevisionError, match=r"is no commit.*--unshallow"):
            opened(clone).commit("HEAD~2")


class TestWhatCannotBeRead:
    def test_no_repository(self, tmp_path: Path) -> None:
        with pytest.raises(RevisionError, match="not a git repository"):
            Repository(tmp_path)
        with pytest.raises(RevisionError, match="no such directory"):
            Repository(tmp_path / "nowhere")

    def test_no_commit_yet(self, tmp_path: Path) -> None:
        repo = Repo.init(tmp_path / "new", initial_branch="main")
        repository = opened(repo)
        assert repository.unborn()
        with pytest.raises(RevisionError, match=r"`HEAD` is no commit.*commit once first"):
            repository.merge_base()

    def test_a_detached_head_is_fine(self, repo: Repo) -> None:
        commit(repo, {"a.sql": "SELECT 1"})
        repo.git.checkout("-q", "HEAD~1")
        assert opened(repo).merge_base() == ("main", repo.head.commit.hexsha)

    def test_a_bare_repository_has_commits_and_no_files(self, repo: Repo, tmp_path: Path) -> None:
        bare = Repository(Path(repo.clone(tmp_path / "bare.git", bare=True).git_dir))
        assert bare.commit_files(bare.commit("main"), Config()).selected() == ("etl/orders.sql",)
        with pytest.raises(RevisionError, match="no working tree"):
            bare.worktree_files(Config())

    def test_a_linked_worktree(self, repo: Repo, tmp_path: Path) -> None:
        repo.git.worktree("add", "-q", str(tmp_path / "linked"), "-b", "linked")
        linked = Repository(tmp_path / "linked" / "etl")
        assert linked.root == tmp_path / "linked"
        assert linked.worktree_files(Config()).selected() == ("etl/orders.sql",)

    def test_an_object_that_is_missing_costs_one_file(self, repo: Repo) -> None:
        commit(repo, {"gone.sql": "SELECT 'gone'"})
        repository = opened(repo)
        head = repository.commit("HEAD")
        blob = repo.git.rev_parse("HEAD:gone.sql")
        (Path(repo.git_dir) / "objects" / blob[:2] / blob[2:]).unlink()
        files = repository.commit_files(head, Config())
        assert files.read("gone.sql") is None
        assert files.text("etl/orders.sql") == "SELECT 1"
        assert "missing" in files.problems()[0].message

    def test_a_partial_clone_says_how_to_fetch(self, repo: Repo, tmp_path: Path) -> None:
        repo.git.config("uploadpack.allowFilter", "true")
        clone = tmp_path / "clone"
        source = Path(repo.working_dir)
        Git().clone("-q", "--filter=blob:none", "--no-checkout", source.as_uri(), str(clone))
        source.rename(tmp_path / "away")
        repository = Repository(clone)
        files = repository.commit_files(repository.commit("origin/main"), Config())
        with pytest.raises(RevisionError, match=r"partial clone.*git fetch"):
            files.read("etl/orders.sql")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_another_owner(self, repo: Repo) -> None:
        for path in (Path(repo.working_dir), Path(repo.git_dir)):
            os.chown(path, 12345, 12345)
        with pytest.raises(RevisionError, match=r"another user owns it.*safe\.directory"):
            opened(repo)

    def test_git_is_not_installed(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(RevisionError, match="git is not installed"):
            opened(repo)
        with pytest.raises(RevisionError, match="git is not installed"):
            staged_paths(Path(repo.working_dir))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@github.com:team/orders.git", "team/orders"),
        ("https://user:secret@github.com/team/orders", "team/orders"),
        ("ssh://git@host:22/group/sub/orders.git/", "group/sub/orders"),
        ("/srv/git/orders.git", "repo"),
    ],
)
def test_the_name_of_a_repository(repo: Repo, url: str, name: str) -> None:
    assert opened(repo).name() == "repo"
    repo.create_remote("origin", url)
    assert opened(repo).name() == name


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("git@github.com:team/orders.git", "https://github.com/team/orders"),
        ("https://user:secret@GitHub.com/team/orders", "https://github.com/team/orders"),
        ("https://git.example:8443/team/our%20orders/", "https://git.example/team/our%2520orders"),
        ("ssh://git@host:22/group/sub/orders.git/", "https://host/group/sub/orders"),
        ("/srv/git/orders.git", ""),
        ("../orders", ""),
        ("file:///srv/git/orders.git", ""),
        ("C:/git/orders", ""),
    ],
)
def test_where_a_repository_is_hosted(repo: Repo, url: str, address: str) -> None:
    assert opened(repo).address() == ""
    repo.create_remote("origin", url)
    assert opened(repo).address() == address


def test_staged_paths(repo: Repo) -> None:
    root = Path(repo.working_dir)
    assert staged_paths(root) == (root, ())
    write(root, {"a b.sql": "SELECT 1", "etl/orders.sql": "SELECT 2"})
    repo.git.add("a b.sql")
    assert staged_paths(root / "etl") == (root, ("a b.sql",))


class TestFiles:
    def test_a_plain_folder(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {"a.sql": "SELECT 1", ".venv/b.py": "x", "dbt/target/c.sql": "x", "docs/d.txt": "x"},
        )
        files = open_folder(tmp_path, Config())
        assert files.paths() == ("a.sql", "docs/d.txt")
        assert files.selected() == ("a.sql",)
        assert files.blob("a.sql") == blob_id(b"SELECT 1")

    def test_patterns_are_those_of_gitignore(self, tmp_path: Path) -> None:
        write(tmp_path, dict.fromkeys(["a.sql", "x/a.sql", "x/y/b.sql", "target/t.sql"], ""))
        config = Config(include=("*.sql", "!/a.sql"), exclude=("x/**/b.sql", "!target/"))
        assert open_folder(tmp_path, config).selected() == ("target/t.sql", "x/a.sql")

    def test_the_first_override_that_matches_gives_the_dialect(self, tmp_path: Path) -> None:
        overrides = (Override(("warehouse/**",), "tsql"), Override(("*.sql",), "hive"))
        config = Config(sql=Sql("spark", overrides))
        files = open_folder(tmp_path, config)
        dialects = [files.dialect(path) for path in ("warehouse/a.sql", "b.sql", "c.py")]
        assert dialects == ["tsql", "hive", "spark"]

    def test_a_file_that_is_too_large_is_told(self, repo: Repo) -> None:
        commit(repo, {"large.sql": "x" * 101, "fits.sql": "x" * 100})
        config = Config(max_file_size=100)
        repository = opened(repo)
        for files in (
            repository.commit_files(repository.commit("HEAD"), config),
            open_folder(repository.root, config),
        ):
            assert files.read("large.sql") is None
            assert files.text("fits.sql") == "x" * 100
            assert "101 bytes" in files.problems()[0].message

    def test_a_pipe_is_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.sql")
        assert open_folder(tmp_path, Config()).paths() == ()

    def test_a_deep_folder(self, tmp_path: Path) -> None:
        deep = "d/" * 1200 + "a.sql"
        here = os.open(tmp_path, os.O_RDONLY)
        for _ in range(1200):
            os.mkdir("d", dir_fd=here)
            here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
            os.close(above)
        os.close(os.open("a.sql", os.O_CREAT, dir_fd=here))
        try:
            assert open_folder(tmp_path, Config()).paths() == (deep,)
        finally:
            self._removed(here)

    @staticmethod
    def _removed(here: int) -> None:
        """Take the folders away from the innermost out: pytest's own clean-up is recursive."""
        os.unlink("a.sql", dir_fd=here)
        for _ in range(1200):
            above = os.open("..", os.O_RDONLY, dir_fd=here)
            os.close(here)
            os.rmdir("d", dir_fd=above)
            here = above
        os.close(here)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfSELECT 1", "SELECT 1"),
        ("SELECT 'é'".encode("utf-16"), "SELECT 'é'"),
        ("SELECT 1".encode("utf-16-le"), "SELECT 1"),
        ("\ufeffSELECT 1".encode("utf-32-le"), "SELECT 1"),
        ("SELECT 'é'".encode("latin-1"), "SELECT 'é'"),
        ("# coding: cp1251\nx = 'щ'".encode("cp1251"), "# coding: cp1251\nx = 'щ'"),
        ("# coding: hex\nx = 'é'".encode("latin-1"), "# coding: hex\nx = 'é'"),
        (b"", ""),
    ],
)
def test_decoding(data: bytes, text: str) -> None:
    assert decode(data)[0] == text


def test_what_was_assumed_is_told() -> None:
    assert decode(b"a\nb\xe9")[1] == "read as latin-1: not UTF-8 from line 2 on"
    assert decode("é".encode())[1] == ""


@pytest.mark.parametrize(
    "data",
    [
        b"SELECT\0 1",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        b"\xff\xfea",
    ],
)
def test_what_is_not_text(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="not read"):
        decode(data)


@pytest.mark.parametrize(
    ("files", "dialect"),
    [
        ({"a.sql": "SELECT 1"}, ""),
        ({"a.sql": "SELECT 1", "job.py": "from pyspark.sql import SparkSession"}, "spark"),
        ({"a.sql": "SELECT 1", "requirements.txt": "pyspark==3.5"}, "spark"),
        ({"a.sql": "CREATE PROCEDURE dbo.x AS SELECT TOP 3 * FROM [dbo].[y]\nGO\n"}, "tsql"),
        ({"a.sql": "SELECT * FROM `project.set.table`"}, "bigquery"),
        ({"a.sql": "-- SELECT TOP 3 FROM dbo.x\nSELECT 1"}, ""),
        (
            {"dbt_project.yml": "", "models/a.sql": "", "profiles.yml": "  type: snowflake"},
            "snowflake",
        ),
        (
            {"dbt_project.yml": "", "models/a.sql": "", "requirements.txt": "dbt-bigquery"},
            "bigquery",
        ),
    ],
)
def test_the_dialect_is_assumed_from_sure_signs_only(files: dict[str, str], dialect: str) -> None:
    found = guess(tuple(sorted(files)), files.get)
    assert found.sql.dialect == dialect
    assert bool(found.reasons) == bool(dialect)


def test_a_folder_may_speak_another_dialect() -> None:
    files = {f"etl/{n}.sql": "INSERT OVERWRITE x SELECT 1" for n in range(20)}
    files |= {"warehouse/a.sql": "SELECT TOP 3 * FROM dbo.x"}
    found = guess(tuple(sorted(files)), files.get)
    assert found.sql == Sql("spark", (Override(("/warehouse/**",), "tsql"),))


class TestCache:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "cache" / "lowered.sqlite"

    def test_entries_come_back(self, path: Path) -> None:
        lowered = Lowered(path="a.sql", language="sql", nodes=(Scan(dataset="x"),))
        with LoweredCache(path) as cache:
            assert cache.get("key") is None
            cache.put("key", lowered)
        with LoweredCache(path) as cache:
            assert cache.get("key") == lowered
            assert cache.get("other") is None

    def test_an_entry_holds_while_what_it_read_is_the_same(
        self, path: Path, tmp_path: Path
    ) -> None:
        write(tmp_path / "src", {"job.py": "import tables", "tables.py": "A = 1"})

        def lowered() -> Lowered:
            recording = Recording(open_folder(tmp_path / "src", Config()), "job.py")
            for name in ("job.py", "tables.py", "missing.py"):
                recording.read(name)
            return Lowered(path="job.py", language="python", files_read=recording.files_read)

        first = lowered()
        assert [name for name, _ in first.files_read] == ["missing.py", "tables.py"]
        with LoweredCache(path) as cache:
            cache.put("key", first)
            write(tmp_path / "src", {"tables.py": "A = 2"})
            second = lowered()
            cache.put("key", second)
        now = open_folder(tmp_path / "src", Config())
        with LoweredCache(path) as cache:
            assert cache.get("key", lambda entry: holds(entry, now)) == second
            write(tmp_path / "src", {"tables.py": "A = 1"})
            before = open_folder(tmp_path / "src", Config())
            assert cache.get("key", lambda entry: holds(entry, before)) == first
            write(tmp_path / "src", {"missing.py": ""})
            other = open_folder(tmp_path / "src", Config())
            assert cache.get("key", lambda entry: holds(entry, other)) is None

    def test_a_broken_file_counts_as_empty(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"no database at all" * 100)
        with LoweredCache(path) as cache:
            cache.put("key", Lowered(path="a.sql", language="sql"))
        with LoweredCache(path) as cache:
            assert cache.get("key") is not None

    def test_it_works_where_nothing_can_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with LoweredCache(tmp_path / "file" / "lowered.sqlite") as cache:
            cache.put("key", Lowered(path="a.sql", language="sql"))
            assert cache.get("another key") is None
        assert (tmp_path / "file").read_text() == ""

    def test_the_oldest_entries_go_first(self, path: Path) -> None:
        with LoweredCache(path, most_bytes=50_000) as cache:
            for number in range(2_500):
                cache.put(f"key {number}", Lowered(path=f"{number}.sql", language="sql"))
        with LoweredCache(path) as cache:
            assert cache.get("key 0") is None
            assert cache.get("key 2499") is not None

    def test_runs_side_by_side(self, path: Path) -> None:
        def fill(name: str) -> None:
            with LoweredCache(path) as cache:
                for number in range(200):
                    cache.put(f"{name} {number}", Lowered(path="a.sql", language="sql"))

        threads = [threading.Thread(target=fill, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with LoweredCache(path) as cache:
            assert all(cache.get(f"{name} 199") for name in "abcd")
