"""`make judge`: thousands of rewrites that have to be silent, mutations that have to be caught."""

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from math import inf
from random import Random

from tests.judge import jobs, judging, neighbours
from tests.judge.jobs import Job
from tests.judge.judging import Judged, Verdict, judged
from tests.judge.spark_running import Spark


def main() -> int:
    """Print what came of it; return 1 where anything went wrong."""
    options = argparse.ArgumentParser(prog="python -m tests.judge", description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--runs", type=int, default=5000, help="how many rewrites to try")
    options.add_argument("--mutations", type=int, default=2500, help="how many mutations to try")
    options.add_argument("--pairs", type=int, default=5000, help="how many neighbours to try")
    options.add_argument("--only", default="", help="jobs whose name holds this text")
    options.add_argument("--seconds", type=float, default=inf, help="how long each part may take")
    options.add_argument("--no-spark", action="store_true", help="leave PySpark's truth out")
    given = options.parse_args()
    chance = Random(given.seed)
    chosen = [job for job in _all() if given.only in job.name]
    chance.shuffle(chosen)
    runnable = [job for job in chosen if job.tables]
    spark = None if given.no_spark else _spark()
    try:
        rewrites = _tried(judging.rewrite, chosen, given.runs, chance, None, given.seconds)
        caught = _tried(judging.mutate, runnable, given.mutations, chance, spark, given.seconds)
    finally:
        if spark is not None:
            spark.stop()
    near = _neighbours(given.seed, 0 if given.only else given.pairs)
    _print("rewrites", rewrites, "silent")
    _print("mutations", caught, "caught")
    _print("pairs", near, "told")
    return int(bool(rewrites.failures or caught.failures or near.failures))


def _neighbours(seed: int, count: int) -> Verdict:
    verdict, start = Verdict(), time.monotonic()
    neighbours.judge(seed, count, verdict)
    verdict.seconds = time.monotonic() - start
    return verdict


def _all() -> list[Job]:
    found = [*jobs.run_jobs(), *jobs.frame_jobs(), *jobs.benchmark_jobs(), *jobs.folder_jobs()]
    # Each statement of the pages once, not in each of its dialects: those are told apart there.
    pages = list(jobs.construct_jobs())
    return found + pages[::3]


def _tried(
    trying: Callable[[Judged, int, Random, Verdict], None],
    chosen: list[Job],
    runs: int,
    chance: Random,
    spark: Spark | None,
    seconds: float,
) -> Verdict:
    verdict, start = Verdict(), time.monotonic()
    runner = None if spark is None else partial(_runner, spark)
    # Most jobs have no place for some kinds, so that the rest gets what is left.
    each = max(1, round(runs / max(len(chosen), 1)))
    while verdict.runs < runs:
        before = verdict.runs
        for one in judged(chosen, runner):
            trying(one, min(each, runs - verdict.runs), chance, verdict)
            if verdict.runs >= runs or time.monotonic() - start > seconds:
                break
        if verdict.runs == before or time.monotonic() - start > seconds:
            break
    verdict.seconds = time.monotonic() - start
    return verdict


def _runner(spark: Spark, job: Job) -> judging.Run:
    texts = {path: text for path, text in job.beside.items() if path.endswith(".py")}
    return lambda text: spark.run(texts, text)


def _spark() -> Spark | None:
    if find_spec("pyspark") is None or shutil.which("java") is None:
        print("no Spark here: mutations of PySpark are left out", file=sys.stderr)
        return None
    return Spark()


def _print(title: str, verdict: Verdict, right: str) -> None:
    print(*verdict.table(right), sep="\n")
    for failure in verdict.failures:
        print(failure.told())
    proven = sum(tally.proven for tally in verdict.tallies.values())
    told = f"{verdict.runs} {title} of {len(verdict.tallies)} kinds in {verdict.seconds:.0f} s"
    print(f"{told}: {len(verdict.failures)} failures ({proven} steps proven by execution)\n")


if __name__ == "__main__":
    sys.exit(main())
