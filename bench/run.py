"""`make bench`: what a scan and a report cost, beside what no run can avoid.

Seconds depend on the machine; the ratios, taken in one run, hardly do.
"""

import argparse
import ast
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import sqlglot
from git import Repo

from bench import corpora, generate, lineage, promises, scripts
from bench.table import row
from guardian import pipeline
from guardian.config import parse
from guardian.engines.crew import Crew
from guardian.model.changes import Revision
from guardian.model.lineage import Coverage
from guardian.model.plan import Lowered
from guardian.sources.folder import open_folder

EDITED = "sql/stg/m_0042.sql"
COMPARED = 1000  # jobs


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 after printing the table."""
    options = _options(arguments)
    row("", "seconds", "ratio")
    _lineage(options)
    if options.lineage:
        return 0
    promises.measure()
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as folder:
        root = Path(folder) / "lakehouse"
        os.environ["GUARDIAN_CACHE"] = str(Path(folder) / "cache")
        names = generate.write(root, models=options.models, jobs=options.jobs)
        _scan(root, names)
        _compare(root, names)
        _commit(root)
        _report(root)
        _replay(root)
        _hook(Path(folder) / "hook")
        _scripts(Path(folder) / "scripts", options.scripts)
        _long(Path(folder) / "long")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--models", type=int, default=1000, help="SQL models (1000)")
    parser.add_argument("--jobs", type=int, default=500, help="PySpark jobs (500)")
    parser.add_argument("--scripts", type=int, default=1000, help="PySpark scripts (1000)")
    parser.add_argument("--tpcds", type=Path, help="the extension of TPC-DS, or a wheel with it")
    parser.add_argument("--lineage", action="store_true", help="measure lineage only")
    return parser.parse_args(arguments)


def _lineage(options: argparse.Namespace) -> None:
    tpcds = corpora.tpcds(options.tpcds)
    if tpcds is None:
        sys.stdout.write(f"{corpora.WANTED}\n")
    else:
        lineage.measure(tpcds)
    lineage.measure(corpora.models(options.models))


def _scan(root: Path, names: Sequence[str]) -> None:
    sql = [name for name in names if name.endswith(".sql")]
    python = [name for name in names if name.endswith(".py")]
    texts = {name: (root / name).read_text(encoding="utf-8") for name in names}
    parse_sql = _seconds(lambda: _each(sql, lambda name: sqlglot.parse(texts[name], "spark")), 3)
    parse_python = _seconds(lambda: _each(python, lambda name: ast.parse(texts[name])), 3)
    row(f"parse {len(sql)} SQL files", parse_sql)
    row(f"parse {len(python)} Python files", parse_python)
    lower_sql = _seconds(lambda: _lowered(root, sql), 2)
    row("lower the SQL, no cache", lower_sql, lower_sql / parse_sql)
    lower_python = _seconds(lambda: _lowered(root, python), 2)
    row("lower the Python, no cache", lower_python, lower_python / parse_python)
    one = _seconds(lambda: _lowered(root, names), 2)
    two = _seconds(lambda: _lowered(root, names, workers=2), 2)
    row("lower all, 1 process", one)
    row("lower all, 1 process ÷ 2 processes", two, one / two)
    lowered = _lowered(root, names)
    link = _seconds(lambda: pipeline.scan(*lowered), 2)
    row("link and trace every column", link, link / (parse_sql + parse_python))
    whole = _seconds(lambda: pipeline.scan(*_lowered(root, names)), 2)
    row("SCAN, no cache ÷ parse", whole, whole / (parse_sql + parse_python))


def _compare(root: Path, names: Sequence[str]) -> None:
    """Print what a report costs once the base is lowered, with one line of one job changed."""
    seen = pipeline.Seen()
    wanted = [EDITED, *(name for name in names if name != EDITED)][:COMPARED]
    started = time.perf_counter()
    base, coverage = _lowered(root, wanted, seen)
    lower = time.perf_counter() - started
    row(f"lower {COMPARED} jobs", lower)
    edited = root / EDITED
    text = edited.read_text(encoding="utf-8")
    edited.write_text(_edit(text), encoding="utf-8")
    revisions = (Revision("base", None), Revision("head", None))
    known = pipeline.Known(today=datetime.now(UTC).date())

    def compare() -> None:
        head, _ = _lowered(root, wanted, seen)
        pipeline.report(base, head, revisions=revisions, coverage=coverage, known=known)

    took = _seconds(compare, 2)
    row("COMPARE, one job changed ÷ lower", took, took / lower)
    edited.write_text(text, encoding="utf-8")


def _scripts(root: Path, count: int) -> None:
    """Print what lowering scripts of 200 lines takes beside parsing them."""
    texts = dict(scripts.files(scripts=count))
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    python = [name for name in texts if name.endswith(".py")]
    parse_python = _seconds(lambda: _each(python, lambda name: ast.parse(texts[name])), 3)
    row(f"parse {count} scripts of {scripts.LINES} lines", parse_python)
    lower_python = _seconds(lambda: _lowered(root, python), 2)
    row("lower the scripts, no cache", lower_python, lower_python / parse_python)


def _long(root: Path) -> None:
    """Print what long scripts take end to end; the ratio is to half as many steps."""
    root.mkdir()
    (root / "guardian.yml").write_text("version: 1\n", encoding="utf-8")
    for name, (make, largest) in _LONG.items():
        before = 0.0
        for steps in (largest // 4, largest // 2, largest):
            (root / "job.py").write_text(make(steps), encoding="utf-8")
            took = _seconds(lambda: pipeline.scan(*_lowered(root, ["job.py"])), 2)
            row(f"{steps} {name}", took, took / before if before else "")
            before = took


_LONG: dict[str, tuple[Callable[[int], str], int]] = {
    "columns in one chain": (scripts.chain, 1500),
    "columns in statements": (scripts.statements, 1500),
    "columns in a loop": (scripts.columns_in_a_loop, 400),
    "unions in a loop": (scripts.unions_in_a_loop, 300),
    "joins in a loop": (scripts.joins, 200),
}


def _each(names: Sequence[str], work: Callable[[str], object]) -> None:
    """Work on one after the other, and keep nothing: what is kept slows down what comes after."""
    for name in names:
        work(name)


def _lowered(
    root: Path, names: Sequence[str], seen: pipeline.Seen | None = None, *, workers: int = 0
) -> tuple[tuple[Lowered, ...], Coverage]:
    sources = open_folder(root, parse((root / "guardian.yml").read_text(encoding="utf-8")))
    wanted = set(names)
    paths = [path for path in sources.selected() if path in wanted]
    crew = Crew(sources, workers=workers) if workers else None
    return pipeline.lower(sources, paths, None, seen, crew=crew)


def _edit(text: str) -> str:
    return text.replace("COALESCE(amount_01, 0)", "amount_01")


def _commit(root: Path) -> None:
    """Make two commits that differ by one line of one file."""
    repo = Repo.init(root, initial_branch="main")
    with repo.config_writer() as settings:
        settings.set_value("user", "name", "bench").set_value("user", "email", "bench@example.com")
    repo.git.add("--all")
    repo.git.commit("--quiet", "--message", "base")
    edited = root / EDITED
    text = edited.read_text(encoding="utf-8")
    edited.write_text(_edit(text), encoding="utf-8")
    repo.git.commit("--quiet", "--all", "--message", "head")
    repo.close()


def _report(root: Path) -> None:
    diff = _seconds(lambda: _run(root, "git", "diff", "--no-ext-diff", "HEAD~1", "HEAD"), 5)
    row("git diff of one line", diff)
    guardian = str(Path(sys.executable).with_name("guardian"))
    start = _seconds(lambda: _run(root, guardian, "--version"), 3)
    row("guardian --version", start, start / diff)
    report = (guardian, "report", "--base", "HEAD~1", "--head", "HEAD", "--format", "json")
    cold = _seconds(lambda: _run(root, *report))
    row("guardian report, cache cold", cold, cold / diff)
    warm = _seconds(lambda: _run(root, *report), 3)
    row("REPORT, cache warm ÷ git diff", warm, warm / diff)


def _replay(root: Path) -> None:
    """Print what the reports on twenty commits take, each of which edits one file."""
    edited = root / EDITED
    text = edited.read_text(encoding="utf-8")
    for number in range(20):
        factor = f"amount_01 * {number + 2}"
        edited.write_text(text.replace("amount_01", factor, 1), encoding="utf-8")
        _run(root, "git", "commit", "--quiet", "--all", "--message", f"edit {number}")
    guardian = str(Path(sys.executable).with_name("guardian"))
    one = _seconds(lambda: _run(root, guardian, "replay", "--last", "1", "--format", "json"), 2)
    all_of_them = _seconds(
        lambda: _run(root, guardian, "replay", "--last", "20", "--format", "json"), 2
    )
    row("guardian replay of one commit", one)
    row("REPLAY of 20 ÷ replay of one", all_of_them, all_of_them / one)


def _hook(root: Path) -> None:
    """Print what a commit waits for the hook if nothing of ours is staged: at most three starts."""
    root.mkdir()
    (root / "notes.txt").write_text("hello\n", encoding="utf-8")
    Repo.init(root).git.add("notes.txt")
    guardian = str(Path(sys.executable).with_name("guardian"))
    start = check = float("inf")
    for _ in range(40):  # in turns, so that a busy moment meets both
        start = min(start, _seconds(lambda: _run(root, sys.executable, "-c", "pass")))
        check = min(check, _seconds(lambda: _run(root, guardian, "check")))
    row("python -c pass", start)
    row("HOOK, nothing to look at ÷ python -c pass", check, check / start)


def _run(root: Path, *command: str) -> None:
    """Run a command to its end; 1 is the exit status of a report with something to say."""
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode > 1:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")


def _seconds(work: Callable[[], object], times: int = 1) -> float:
    """Return the shortest of `times` runs of `work`."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


if __name__ == "__main__":
    sys.exit(main())
