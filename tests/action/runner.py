"""A job of GitHub's runner: its environment and files, a real repository, the API it may call."""

import io
import itertools
import json
from pathlib import Path
from typing import Any

from git import Actor, Repo

from guardian import action
from tests.github.state import GitHub

PERSON = Actor("Robin Data", "robin@example.com")
NUMBER = 7


class Runner:
    """A job in `repository`, whose checked-out commit is the head of pull request 7."""

    def __init__(self, folder: Path, repository: Path, github: GitHub) -> None:
        self.folder = folder
        self.github = github
        self.repo = Repo(repository)
        self.root = repository
        self.number = 100
        self.environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": github.address,
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REPOSITORY": github.repository,
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "100",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_WORKSPACE": str(repository),
            "INPUT_GITHUB-TOKEN": "secret",
            "INPUT_FAIL-ON": "",
        }
        self.push(self.repo.head.commit.hexsha)

    @property
    def main(self) -> str:
        return self.repo.commit("main").hexsha

    @property
    def head(self) -> str:
        head = self.github.pulls[NUMBER]["head"]["sha"]
        assert isinstance(head, str)
        return head

    # --- what happens on GitHub ------------------------------------------------------------------

    def push(self, head: str, *, source: str | None = "") -> None:
        """Make `head` the last commit of the pull request, and send its event."""
        self.github.open_pull(NUMBER, head=head, source=source)
        pull = self.github.pulls[NUMBER]
        pull["base"]["sha"] = self.main
        event = {"action": "synchronize", "number": NUMBER, "pull_request": pull}
        self.send("pull_request", event)

    def send(self, name: str, event: dict[str, Any]) -> None:
        """Start the next run with an event."""
        self.number += 1
        path = self.folder / "event.json"
        path.write_text(json.dumps(event), encoding="utf-8")
        self.environ |= {
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_RUN_ID": str(self.number),
        }

    def comment(self, body: str, login: str = "robin") -> tuple[int, str]:
        """Write a comment on the pull request, and run on its event."""
        said = self.github.say(body, login)
        return self.on_comment(said, "created")

    def on_comment(self, said: dict[str, Any], kind: str, earlier: str = "") -> tuple[int, str]:
        self.send("issue_comment", {
            "action": kind,
            "issue": {"number": NUMBER, "state": "open", "pull_request": {"url": "…"}},
            "comment": {key: said[key] for key in ("id", "body", "user")},
            "changes": {"body": {"from": earlier}} if earlier else {},
        })  # fmt: skip
        return self.run()

    def finish(self, *, owner: str = "stranger", event: str = "pull_request") -> None:
        """Let the workflow without rights end, as run 9."""
        repository = {"full_name": f"{owner}/lakehouse", "owner": {"login": owner}}
        self.send("workflow_run", {
            "action": "completed",
            "workflow_run": {
                "id": 9, "event": event, "head_sha": self.head, "head_branch": "feature",
                "head_repository": repository, "conclusion": "failure", "pull_requests": [],
            },
        })  # fmt: skip

    def commit(self, files: dict[str, str], branch: str) -> str:
        """Commit `files` on top of main as the head of the pull request, and return the hash."""
        self.repo.head.reference = self.repo.create_head(branch, "main", force=True)
        self.repo.head.reset(index=True, working_tree=True)
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text, encoding="utf-8")
        self.repo.index.add(list(files))
        head = self.repo.index.commit("change", author=PERSON, committer=PERSON).hexsha
        self.push(head)
        return head

    # --- what the job does -------------------------------------------------------------------------

    def run(self, **inputs: str) -> tuple[int, str]:
        """Return the exit status and the log."""
        stdout = io.StringIO()
        words = (f"word{number}" for number in itertools.count())
        given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
        (self.folder / "output").write_text("")
        status = action.run(self.environ | given, stdout, lambda: next(words))
        return status, stdout.getvalue()

    def outputs(self) -> dict[str, str]:
        found, lines = {}, iter((self.folder / "output").read_text(encoding="utf-8").splitlines())
        for line in lines:
            name, _, end = line.partition("<<")
            found[name] = "\n".join(itertools.takewhile(end.__ne__, lines))
        return found

    def report(self) -> dict[str, Any]:
        report = json.loads(self.outputs()["report-json"])
        assert isinstance(report, dict)
        return report

    def summary(self) -> str:
        return (self.folder / "summary.md").read_text(encoding="utf-8")

    @property
    def comments(self) -> list[str]:
        """The comments that are ours, the answers to commands apart."""
        return [body for body in self._said() if "<!-- change-guardian answer" not in body]

    @property
    def answers(self) -> list[str]:
        return [body for body in self._said() if "<!-- change-guardian answer" in body]

    def _said(self) -> list[str]:
        return [
            comment["body"]
            for comment in self.github.comments
            if (comment["user"] or {}).get("login") == "github-actions[bot]"
        ]
