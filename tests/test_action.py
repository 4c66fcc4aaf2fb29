"""`guardian action`, from GitHub's event to the comment, on a real repository."""

import io
import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
import yaml
from git import Actor, Repo

from guardian import action, demo, github
from tests.fakes import FakeGitHub, pull_request_event


class Runner:
    """A job of GitHub's runner: its environment and files, a repository, the API it may call."""

    def __init__(self, folder: Path, repository: Path, fake: FakeGitHub) -> None:
        self.folder = folder
        self.fake = fake
        self.repo = Repo(repository)
        fake.head = self.repo.head.commit.hexsha
        event = pull_request_event(
            repository=fake.repository,
            number=fake.number,
            base=self.repo.commit("main").hexsha,
            head=fake.head,
        )
        self.environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": fake.api,
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REPOSITORY": fake.repository,
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_WORKSPACE": str(repository),
            "INPUT_GITHUB-TOKEN": "secret",
            "INPUT_FAIL-ON": "",
        }
        self.send(event)

    def send(self, event: dict[str, Any]) -> None:
        path = self.folder / "event.json"
        path.write_text(json.dumps(event), encoding="utf-8")
        self.environ["GITHUB_EVENT_PATH"] = str(path)

    def run(self, **inputs: str) -> tuple[int, str]:
        stdout = io.StringIO()
        tokens = (f"token{number}" for number in itertools.count())
        given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
        status = action.run(self.environ | given, stdout, lambda: next(tokens))
        return status, stdout.getvalue()

    def outputs(self) -> dict[str, str]:
        found, lines = {}, iter((self.folder / "output").read_text(encoding="utf-8").splitlines())
        for line in lines:
            name, _, end = line.partition("<<")
            found[name] = "\n".join(itertools.takewhile(end.__ne__, lines))
        return found

    def commit(self, files: dict[str, str], branch: str) -> str:
        """Commit `files` on top of main as the head of the pull request, and return the hash."""
        self.repo.head.reference = self.repo.create_head(branch, "main", force=True)
        self.repo.head.reset(index=True, working_tree=True)
        root = Path(self.repo.working_dir)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        self.repo.index.add(list(files))
        person = Actor("Robin Data", "robin@example.com")
        head = self.repo.index.commit("change", author=person, committer=person).hexsha
        event = json.loads((self.folder / "event.json").read_text(encoding="utf-8"))
        event["pull_request"]["head"]["sha"] = head
        self.send(event)
        self.fake.head = head
        return head


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def lakehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.run(tmp_path_factory.mktemp("demo") / "lakehouse")


@pytest.fixture
def runner(tmp_path: Path, lakehouse: Path) -> Iterator[Runner]:
    repository = Path(shutil.copytree(lakehouse, tmp_path / "lakehouse"))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Runner(tmp_path, repository, FakeGitHub(mock))


def test_a_risky_pull_request_gets_one_comment_and_fails(runner: Runner) -> None:
    status, log = runner.run()
    again, _ = runner.run()
    assert (status, again) == (1, 1)
    [comment] = runner.fake.comments
    assert github.MARKER in comment["body"]
    assert "silver.customers" in comment["body"]
    assert (runner.folder / "summary.md").read_text(encoding="utf-8")
    assert "::error file=jobs/silver_customers.py,line=" in log


def test_outputs_say_what_was_found(runner: Runner) -> None:
    runner.run()
    outputs = runner.outputs()
    report = json.loads(outputs["report-json"])
    assert outputs["severity"] == report["severity"]
    assert outputs["changes"] == str(len(report["changes"]))
    assert report["base"] == {"ref": "main", "commit": runner.repo.commit("main").hexsha}
    assert report["head"] == {"ref": "feature/net-revenue", "commit": runner.fake.head}
    assert github.MARKER in outputs["report-markdown"]


def test_the_threshold_is_the_workflows_to_choose(runner: Runner) -> None:
    assert runner.run(fail_on="never")[0] == 0
    status, log = runner.run(fail_on="always")
    assert status == 2
    assert "::error title=Change Guardian::" in log


def test_nothing_is_said_of_a_change_that_alters_nothing(runner: Runner) -> None:
    text = (Path(runner.repo.working_dir) / "sql/gold/refund_rate.sql").read_text(encoding="utf-8")
    runner.commit({"sql/gold/refund_rate.sql": f"-- a remark\n{text}"}, "remark")
    assert runner.run()[0] == 0
    assert runner.fake.comments == []
    assert runner.outputs()["severity"] == "none"


def test_an_earlier_comment_says_that_all_is_clear(runner: Runner) -> None:
    runner.run()
    runner.commit({"README.md": "# Lakehouse\n"}, "fixed")
    assert runner.run()[0] == 0
    [comment] = runner.fake.comments
    assert "silver.customers" not in comment["body"]
    assert github.MARKER in comment["body"]


def test_a_fork_gets_the_summary_and_the_same_verdict(runner: Runner) -> None:
    runner.fake.may_write = False
    status, log = runner.run()
    assert status == 1
    assert runner.fake.comments == []
    assert "::notice::No comment, the report is in the job's summary" in log
    assert "silver.customers" in (runner.folder / "summary.md").read_text(encoding="utf-8")


def test_a_token_that_is_refused_does_not_change_the_verdict(runner: Runner) -> None:
    runner.environ["INPUT_GITHUB-TOKEN"] = "expired"
    status, log = runner.run()
    assert status == 1
    assert "::warning::The comment could not be written" in log


def test_comment_and_annotations_can_be_switched_off(runner: Runner) -> None:
    _, log = runner.run(comment="false", annotations="false")
    assert runner.fake.calls == []
    assert "::error file" not in log


def test_the_configuration_of_the_base_counts(runner: Runner) -> None:
    runner.repo.head.reference = runner.repo.heads[demo.BRANCH]
    root = Path(runner.repo.working_dir)
    (root / "guardian.yml").write_text("version: 1\nfail_on: never\nexclude: ['**']\n")
    runner.repo.index.add(["guardian.yml"])
    runner.fake.head = runner.repo.index.commit("silence").hexsha
    event = pull_request_event(
        repository=runner.fake.repository,
        number=runner.fake.number,
        base=runner.repo.commit("main").hexsha,
        head=runner.fake.head,
    )
    runner.send(event)
    assert runner.run()[0] == 1


def test_an_acceptance_in_the_code_is_shown_as_new_and_passes(runner: Runner) -> None:
    path = "sql/gold/daily_revenue.sql"
    text = (Path(runner.repo.working_dir) / path).read_text(encoding="utf-8")
    wider = text.replace("'shipped'", "'shipped', 'partially_refunded'")
    assert wider != text
    runner.commit({path: wider}, "wider")
    assert runner.run()[0] == 1
    note = "-- guardian: accept rows-changed, reason: refunds count, owner: finance\n"
    runner.commit({path: note + wider}, "agreed")
    status, log = runner.run()
    assert status == 0
    assert "::error file" not in log
    comment = runner.fake.comments[0]["body"]
    assert "Accepted: 1 change, 1 of them in this pull request" in comment
    assert "refunds count; by `finance`, accepted in this pull request" in comment


def test_the_base_is_where_the_branch_left(runner: Runner) -> None:
    left = runner.repo.commit("main").hexsha
    runner.repo.head.reference = runner.repo.heads["main"]
    ahead = runner.repo.index.commit("main moves on").hexsha
    event = json.loads((runner.folder / "event.json").read_text(encoding="utf-8"))
    event["pull_request"]["base"]["sha"] = ahead
    runner.send(event)
    runner.run()
    assert json.loads(runner.outputs()["report-json"])["base"]["commit"] == left


def test_a_push_is_compared_with_what_was_before(runner: Runner) -> None:
    main, head = runner.repo.commit("main").hexsha, runner.fake.head
    runner.send({"before": main, "after": head, "ref": "refs/heads/x", "commits": []})
    assert runner.run()[0] == 1
    assert runner.fake.calls == []


def test_a_merge_queue_is_judged_like_a_push(runner: Runner) -> None:
    main, head = runner.repo.commit("main").hexsha, runner.fake.head
    runner.send({"action": "checks_requested", "merge_group": {"base_sha": main, "head_sha": head}})
    assert runner.run()[0] == 1


def test_an_event_without_revisions_says_what_to_do(runner: Runner) -> None:
    runner.send({"before": "0" * 40, "after": runner.fake.head})
    status, log = runner.run()
    assert status == 2
    assert "set the inputs `base` and `head`" in log
    assert runner.run(base="main")[0] == 1


def test_a_shallow_clone_is_told_the_remedy(runner: Runner, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    Repo.clone_from(f"file://{runner.repo.working_dir}", shallow, depth=1, branch=demo.BRANCH)
    runner.environ["GITHUB_WORKSPACE"] = str(shallow)
    status, log = runner.run()
    assert status == 2
    assert "fetch-depth: 0" in log


def test_a_broken_event_is_a_sentence(runner: Runner) -> None:
    Path(runner.environ["GITHUB_EVENT_PATH"]).write_text("{", encoding="utf-8")
    status, log = runner.run()
    assert status == 2
    assert "the event cannot be read" in log


def test_names_in_the_code_give_the_runner_no_command(runner: Runner) -> None:
    name = "gold.`x\n::set-output name=severity::none`"
    sql = f"CREATE TABLE {name} AS SELECT order_id FROM silver.orders"
    runner.commit({"sql/gold/evil.sql": sql}, "evil")
    _, log = runner.run()
    inside = log.partition("::stop-commands::token0\n")[2].partition("\n::token0::\n")
    assert inside[1]
    told = [line for line in (inside[2]).splitlines() if line.startswith("::")]
    assert all(line.startswith(("::notice file=", "::warning file=")) for line in told)


def test_the_action_describes_the_inputs_and_outputs_that_there_are(runner: Runner) -> None:
    path = Path(__file__).parents[1] / "action.yml"
    described = yaml.safe_load(path.read_text(encoding="utf-8"))
    read = {"github-token" if name == "token" else name.replace("_", "-")
            for name in action.Inputs.__struct_fields__}  # fmt: skip
    assert set(described["inputs"]) == read
    assert described["runs"]["env"] == {
        f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in read
    }
    runner.run()
    assert set(described["outputs"]) == set(runner.outputs())
