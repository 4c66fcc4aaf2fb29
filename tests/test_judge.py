"""A sample of the judge's trials, the same in each run; `make judge` tries thousands."""

from collections.abc import Sequence
from random import Random

import pytest

from tests.judge import jobs, judging, neighbours
from tests.judge.jobs import Job
from tests.judge.judging import Verdict, judged

SAMPLE = 6


def sample(found: Sequence[Job], seed: int, count: int = SAMPLE) -> list[Job]:
    return Random(seed).sample(found, count)


@pytest.fixture(scope="module")
def runnable() -> list[Job]:
    return list(jobs.run_jobs())


@pytest.mark.parametrize("seed", range(3))
def test_rewrites_of_queries_are_silent(runnable: list[Job], seed: int) -> None:
    verdict = Verdict()
    for one in judged(sample(runnable, seed)):
        judging.rewrite(one, 3, Random(seed), verdict)
    told(verdict)


@pytest.mark.parametrize("seed", range(2))
def test_mutations_of_queries_are_caught(runnable: list[Job], seed: int) -> None:
    verdict = Verdict()
    for one in judged(sample(runnable, 100 + seed)):
        judging.mutate(one, 6, Random(seed), verdict)
    told(verdict)
    assert sum(tally.proven for tally in verdict.tallies.values()) > SAMPLE


def test_rewrites_of_frames_are_silent() -> None:
    verdict = Verdict()
    for one in judged(jobs.frame_jobs()):
        judging.rewrite(one, 4, Random(7), verdict)
    told(verdict)


def test_rewrites_of_cases_are_silent() -> None:
    verdict = Verdict()
    for one in judged(sample([*jobs.folder_jobs(), *jobs.construct_jobs()], 7, 30)):
        judging.rewrite(one, 1, Random(7), verdict)
    told(verdict)


def test_neighbours_of_small_queries_are_told() -> None:
    verdict = Verdict()
    neighbours.judge(5, 400, verdict)
    told(verdict)
    tally = verdict.tallies[neighbours.KIND]
    assert tally.proven > 100
    assert tally.runs - tally.proven > 20


def told(verdict: Verdict) -> None:
    assert verdict.runs
    assert not verdict.failures, "\n".join(failure.told() for failure in verdict.failures)


def test_there_are_kinds_enough() -> None:
    assert len(judging.SQL_REWRITES) + len(judging.FRAME_REWRITES) >= 100
    assert len(judging.SQL_MUTATIONS) + len(judging.FRAME_MUTATIONS) >= 100
