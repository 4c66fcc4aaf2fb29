"""The exit status is the verdict, not the weather at GitHub; and a storm costs a minute at most.

Each kind of storm is in `tests/github/test_weather.py`.
"""

import socket

import pytest

from tests.action.runner import Runner
from tests.github.state import Answer, GitHub

LIMIT = {"message": "API rate limit exceeded for installation."}
STORMS = {
    "overloaded": Answer(503, None, {"Retry-After": "20"}),
    "limited for an hour": Answer(429, LIMIT, {"Retry-After": "3600"}),
    "a proxy's page": Answer(200, "<html>Please sign in</html>"),
}


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


@pytest.mark.parametrize("storm", STORMS)
def test_a_storm_leaves_the_verdict_and_the_summary(
    runner: Runner, plain: GitHub, slept: list[float], storm: str
) -> None:
    plain.weather = lambda _method, _path: STORMS[storm]
    runner.environ["GITHUB_API_URL"] = plain.address
    status, log = runner.run()
    assert status == 1
    assert "silver.customers" in runner.summary()
    assert "the report is in the job's summary" in log
    assert "::error file=jobs/silver_customers.py" in log, "there is no check run to show it"
    assert sum(slept) <= 60


def test_nobody_at_the_address_leaves_the_verdict(runner: Runner, slept: list[float]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        runner.environ["GITHUB_API_URL"] = f"http://127.0.0.1:{unused.getsockname()[1]}"
        status, log = runner.run()
    assert status == 1
    assert "given up on: no connection" in log
    assert sum(slept) <= 60


def test_a_burst_passes(runner: Runner, plain: GitHub, slept: list[float]) -> None:
    plain.pulls = runner.github.pulls
    unicorn = Answer(502, "<html>Unicorn!</html>")
    storms = iter([unicorn, unicorn, None, STORMS["overloaded"]])
    plain.weather = lambda _method, _path: next(storms, None)
    runner.environ["GITHUB_API_URL"] = plain.address
    assert runner.run()[0] == 1
    assert len(plain.comments) == len(plain.checks) == 1
    assert 20 <= sum(slept) <= 60


def test_an_enterprise_server_is_told_the_same(runner: Runner) -> None:
    runner.github.prefix = "/api/v3"
    runner.environ["GITHUB_API_URL"] = f"{runner.github.address}/api/v3"
    assert runner.run()[0] == 1
    assert len(runner.comments) == len(runner.github.checks) == 1
