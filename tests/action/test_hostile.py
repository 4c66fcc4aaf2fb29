"""Whatever somebody calls a table or a file, the runner and Git take none of it for a command."""

import base64
import re
import string
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from git import Repo
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from guardian.sources.git import Repository
from tests.action.runner import PERSON, Runner
from tests.github.state import Token

COMMANDS = [
    "\n::set-output name=severity::none", "\r\n::error::x", "::add-mask::a", "%0A::warning::x",
    "\n##[set-env name=PATH]/tmp", "\u2028::stop-commands::x", "\nword1\n", "\nword2\nseverity=none",
    "\x1b]8;;https://evil.example\x07", "<!-- change-guardian -->", "@everyone", "::word0::",
]  # fmt: skip
NAMES = st.lists(
    st.sampled_from(COMMANDS) | st.text(string.printable + "é\u202e\ud800", max_size=8),
    min_size=1,
    max_size=4,
).map("".join)
KNOWN = re.compile(r"::(?:error|warning|notice)(?: (?:file|line|title)=[^\n:]*)?::")
OUTPUTS = {
    "severity", "changes", "accepted", "report-json", "report-markdown", "report-file",
    "sarif-file", "html-file",
}  # fmt: skip


def commit(runner: Runner, path: bytes, text: str) -> None:
    """Make a file of any name the one change of the pull request, without a file system."""
    repo = runner.repo
    blob = repo.git.hash_object("-w", "--stdin", istream=_stream(runner, text)).strip()
    main = repo.commit("main")
    listed = repo.git.ls_tree(
        "-z", main.hexsha, stdout_as_string=False, strip_newline_in_stdout=False
    )
    entry = f"100644 blob {blob}\t".encode() + path + b"\0"
    tree = repo.git.mktree("-z", istream=_stream(runner, listed + entry)).strip()
    env = {"GIT_AUTHOR_NAME": PERSON.name, "GIT_AUTHOR_EMAIL": PERSON.email,
           "GIT_COMMITTER_NAME": PERSON.name, "GIT_COMMITTER_EMAIL": PERSON.email}  # fmt: skip
    made = repo.git.commit_tree(tree, "-p", main.hexsha, "-m", "x", env=env).strip()
    runner.push(made)


def _stream(runner: Runner, content: str | bytes) -> Any:
    path = runner.folder / "stream"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    return path.open("rb")


@settings(
    deadline=None,
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(NAMES, NAMES)
def test_no_name_gives_the_runner_a_command(runner: Runner, table: str, file: str) -> None:
    quoted = table.replace("`", "").replace("\x00", "")
    plain = re.sub(r"[/\x00]", "_", file).strip(". ") or "x"
    sql = f"CREATE TABLE gold.`{quoted}` AS SELECT order_id AS `{quoted}` FROM silver.orders"
    commit(runner, plain.encode("utf-8", "replace")[:200] + b".sql", sql)
    (runner.folder / "summary.md").unlink(missing_ok=True)
    runner.github.tokens["secret"] = Token(writes=frozenset())
    status, log = runner.run(report_file="report.json")
    assert status in (0, 1)
    _assert_only_our_commands(log)
    found = _records((runner.folder / "output").read_bytes().decode())
    assert set(found) == OUTPUTS
    assert found["severity"] in {"none", "low", "medium", "high", "critical"}


def _assert_only_our_commands(log: str) -> None:
    """Read the log as the runner does: between a stop and its word, nothing is a command."""
    stopped = ""
    for line in re.split(r"\r\n|\n|\r", log):
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
        elif found := re.match(r"::stop-commands::(word\d+)$", line):
            stopped = found[1]
        else:
            assert not line.strip() or KNOWN.match(line), line
            assert "##[" not in line or line.index("::") < line.index("##["), line
    assert not stopped


def _records(text: str) -> dict[str, str]:
    """Return the outputs as the runner reads them: up to the first line that is the delimiter."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, mark, end = line.partition("<<")
        assert mark, line
        value = []
        for inner in lines:
            if inner == end:
                break
            value.append(inner)
        found[name] = "\n".join(value)
    return found


class Server:
    """A git server that refuses everybody, and keeps who asked."""

    def __init__(self) -> None:
        asked: list[list[str] | None] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.headers.get_all("Authorization"))
                self.send_error(404)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.asked = asked
        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.mark.parametrize("here", [True, False], ids=["GitHub's server", "another server"])
def test_the_token_goes_to_githubs_server_alone(runner: Runner, *, here: bool) -> None:
    server = Server()
    left = f"http.{server.address}/.extraheader"
    with runner.repo.config_writer() as config:
        config.set_value('remote "origin"', "url", f"{server.address}/shop/lakehouse")
    runner.repo.git.config(left, "AUTHORIZATION: basic left-by-checkout")
    runner.environ["GITHUB_SERVER_URL"] = server.address if here else "https://git.example"
    runner.push("c" * 40)
    assert runner.run()[0] == 2
    server.http.shutdown()
    ours = base64.b64encode(b"x-access-token:secret").decode()
    assert server.asked[0] == [f"basic {ours}" if here else "basic left-by-checkout"]


def test_a_full_clone_stays_full(runner: Runner, tmp_path: Path) -> None:
    """Fetching a commit alone would make the clone shallow, and hide where a branch began."""
    clone = Repo.clone_from(f"file://{runner.root}", tmp_path / "clone", branch="main")
    clone.git.update_ref("-d", "refs/remotes/origin/feature/net-revenue")
    repository = Repository(tmp_path / "clone")
    repository.fetch([runner.head], {})
    assert not repository.shallow()
    assert repository.common_ancestor(runner.main, runner.head) == runner.main
