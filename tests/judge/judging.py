"""Puts jobs through rewrites, which have to be silent, and through mutations, which must be caught.

A rewrite is proven right by running both texts; a mutation counts where running shows a difference.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from tests.judge import (
    conditions,
    grouping,
    joining,
    module_rewrites,
    naming,
    nesting,
    python_mutations,
    python_rewrites,
    python_rules,
    row_mutations,
    scripts,
    value_mutations,
)
from tests.judge.jobs import Job
from tests.judge.python_rules import Code
from tests.judge.rules import Rule, Setting
from tests.judge.running import Database, Ran
from tests.judge.trial import Compared, Script, of_rule, script

MOST_STEPS = 6
Start: TypeAlias = Script | Code
# Takes a file taken apart, returns it with one place of it turned; None where there is no place.
Step: TypeAlias = Callable[[Any, Setting], Start | None]
Run: TypeAlias = Callable[[str], Ran]


def _of_sql(rules: Iterable[Rule]) -> dict[str, Step]:
    return {rule.name: of_rule(rule) for rule in rules}


def _of_python(steps: Mapping[str, python_rules.Step]) -> dict[str, Step]:
    def adapted(step: python_rules.Step) -> Step:
        def adapted_step(start: Code, setting: Setting) -> Code | None:
            made = step(start, setting.chance)
            return made if made is None or python_rules.binds_functions(made) else None

        return adapted_step

    return {name: adapted(step) for name, step in steps.items()}


_PAGES = (conditions, naming, nesting, joining, grouping)
SQL_REWRITES = _of_sql(rule for page in _PAGES for rule in page.BOOK.rules) | dict(scripts.STEPS)
SQL_MUTATIONS = _of_sql([*row_mutations.BOOK.rules, *value_mutations.BOOK.rules])
FRAME_REWRITES = _of_python(python_rewrites.BOOK.steps | module_rewrites.BOOK.steps)
FRAME_MUTATIONS = _of_python(python_mutations.BOOK.steps)
# What may be done to a script that is not about Spark.
GENERAL = (
    "variables renamed",
    "a constant moved to the top",
    "a text as an f-string",
    "a text as a sum of texts",
)


@dataclass(slots=True)
class Tally:
    """How the runs of one kind went."""

    runs: int = 0
    proven: int = 0  # DuckDB says so, too: the same rows for a rewrite, others for a mutation
    right: int = 0  # silent for a rewrite, caught for a mutation


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, with the nearest two texts that show it."""

    what: str
    kind: str
    job: str
    before: str
    after: str
    said: tuple[str, ...] = ()

    def told(self) -> str:
        """Return the failure for its reader."""
        said = "".join(f"   {line}\n" for line in self.said)
        return f"== {self.what} | {self.kind} | {self.job}\n{self.before.strip()}\n--\n{self.after.strip()}\n{said}"


@dataclass(slots=True)
class Verdict:
    """The runs of all kinds, and the failures among them."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    failures: list[Failure] = field(default_factory=list)
    runs: int = 0
    seconds: float = 0.0

    def least(self, kinds: Iterable[str], chance: Random) -> list[str]:
        """Return kinds, those that had the fewest runs first."""
        mixed = list(kinds)
        chance.shuffle(mixed)
        return sorted(mixed, key=lambda kind: self.tallies[kind].runs)

    def table(self, right: str) -> Iterator[str]:
        """Yield the lines of a table of all kinds."""
        yield f"{'kind':52}{'runs':>6}{'proven':>8}{right:>8}"
        for kind, tally in self.tallies.items():
            yield f"{kind:52}{tally.runs:6}{tally.proven:8}{tally.right:8}"


class Judged:
    """One job, taken apart and ready for many runs; `run` says what a text of it leaves."""

    def __init__(self, job: Job, start: Start, run: Run | None, *, steady: bool) -> None:
        self.job = job
        self.start = start
        self.compared = Compared(job)
        self.run = run
        self.ran = run(job.text) if run is not None and steady else None
        self.setting = Setting(job.dialect, Random(0), job.columns)

    @property
    def rewrites(self) -> Mapping[str, Step]:
        """Return the rewrites that fit the job."""
        if not self.job.is_python:
            return SQL_REWRITES
        return (
            FRAME_REWRITES
            if "pyspark" in self.job.text
            else {name: FRAME_REWRITES[name] for name in GENERAL}
        )

    @property
    def mutations(self) -> Mapping[str, Step]:
        """Return the mutations that fit the job."""
        return FRAME_MUTATIONS if self.job.is_python else SQL_MUTATIONS

    def shows(self, text: str) -> str:
        """Return what running a text shows: `same`, `other`, `fails`; `` where it cannot be said."""
        if self.run is None or self.ran is None:
            return ""
        ran = self.run(text)
        if ran.failed:
            return "fails"
        return "same" if ran == self.ran else "other"


def judged(jobs: Iterable[Job], spark: Callable[[Job], Run] | None = None) -> Iterator[Judged]:
    """Yield those jobs that can be taken apart; `spark` runs the scripts among them."""
    for job in jobs:
        start = _code(job) if job.is_python else script(job)
        if start is None:
            continue
        if job.is_python:
            run = spark(job) if spark is not None and job.tables else None
            yield Judged(job, start, run, steady=True)
        elif job.tables:
            database = Database(job.tables, job.text)

            def run_sql(text: str, database: Database = database, job: Job = job) -> Ran:
                return database.run(text, job.target)

            steady = database.is_steady(job.text, job.target, run_sql(job.text))
            yield Judged(job, start, run_sql, steady=steady)
        else:
            yield Judged(job, start, None, steady=False)


def _code(job: Job) -> Code | None:
    try:
        return Code(ast.parse(job.text))
    except SyntaxError:
        return None


# --- rewrites ----------------------------------------------------------------------------------------


def rewrite(one: Judged, runs: int, chance: Random, verdict: Verdict) -> None:
    """Try some rewrites of a job, one to six at a time."""
    setting = Setting(one.job.dialect, chance, one.job.columns)
    for _ in range(runs):
        chain = list(_chain(one, setting, verdict, chance.randint(1, MOST_STEPS)))
        if not chain:
            return
        texts = [made.text(pretty=chance.random() < 0.3) for _, made in chain]
        layout, text = (
            ([], texts[-1]) if one.job.is_python else _laid_out(texts[-1], one.job.dialect, chance)
        )
        kinds = [kind for kind, _ in chain]
        kinds += layout
        verdict.runs += 1
        for kind in kinds:
            verdict.tallies[kind].runs += 1
        shown = one.shows(text)
        said = one.compared.said(text)
        if shown in {"fails", "other"} or said:
            verdict.failures.append(_blamed(one, kinds, [one.start.text(), *texts, text], shown))
            continue
        for kind in kinds:
            verdict.tallies[kind].right += 1
            verdict.tallies[kind].proven += shown == "same"


def _chain(
    one: Judged, setting: Setting, verdict: Verdict, count: int
) -> Iterator[tuple[str, Start]]:
    """Yield the steps of a rewrite: first of the kind with the fewest runs, then of any."""
    kinds, start = verdict.least(one.rewrites, setting.chance), one.start
    for _ in range(count):
        for kind in kinds:
            made = one.rewrites[kind](start, setting)
            if made is not None:
                start = made
                yield kind, made
                break
        setting.chance.shuffle(kinds)


def _laid_out(text: str, dialect: str, chance: Random) -> tuple[list[str], str]:
    """Return a text in another layout, now and then, and what was done."""
    if chance.random() < 0.6:
        return [], text
    kind = chance.choice(list(scripts.LAYOUTS))
    new = scripts.LAYOUTS[kind](text, dialect)
    return ([kind], new) if new != text else ([], text)


def _blamed(one: Judged, kinds: Sequence[str], texts: Sequence[str], shown: str) -> Failure:
    """Return the first step of a chain that goes wrong, with the texts before and after it."""
    for place, text in enumerate(texts):
        now, said = one.shows(text), one.compared.said(text)
        if now in {"fails", "other"} or said:
            kind = (
                ["printed again", *kinds, "layout"][place]
                if place < len(texts) - 1
                else (kinds or [""])[-1]
            )
            what = {"fails": "REWRITE FAILS", "other": "REWRITE IS WRONG"}.get(now, "LOUD")
            return Failure(what, kind, one.job.name, texts[max(place - 1, 0)], text, tuple(said))
    return Failure(f"NOT AGAIN {shown}", kinds[-1], one.job.name, texts[0], texts[-1])


# --- mutations ---------------------------------------------------------------------------------------


def mutate(one: Judged, runs: int, chance: Random, verdict: Verdict) -> None:
    """Try some mutations of a job, one at a time."""
    if one.ran is None or one.ran.failed:
        return
    setting = Setting(one.job.dialect, chance, one.job.columns)
    left = runs
    for kind in verdict.least(one.mutations, chance):
        made = one.mutations[kind](one.start, setting)
        if made is None or made.text() == one.start.text():
            continue
        if not left:
            return
        left -= 1
        verdict.runs += 1
        verdict.tallies[kind].runs += 1
        text = made.text()
        if kind not in python_mutations.EFFECTS and one.shows(text) != "other":
            continue
        verdict.tallies[kind].proven += 1
        if one.compared.said(text):
            verdict.tallies[kind].right += 1
        else:
            verdict.failures.append(Failure("MISSED", kind, one.job.name, one.start.text(), text))
