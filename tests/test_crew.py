"""Several processes lower what one lowers."""

import os
import signal
import sys
from pathlib import Path

import pytest

from guardian import pipeline
from guardian.config import Config
from guardian.engines.crew import Crew
from guardian.engines.deep import deep
from guardian.model.overriding import override
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile
from guardian.sources.files import Files
from guardian.sources.folder import open_folder
from tests.casebook import InMemory

CASES = Path(__file__).parent / "cases"


def lowered(files: Files, *, workers: int) -> tuple[Lowered, ...]:
    paths = files.selected()[::9]
    crew = Crew(files, workers=workers) if workers else None
    return deep(lambda: pipeline.lower(files, paths, crew=crew))[0]


def test_two_processes_lower_what_one_does() -> None:
    near, far = open_folder(CASES, Config()), open_folder(CASES, Config())
    one, two = lowered(near, workers=0), lowered(far, workers=2)
    assert len(one) > 50
    assert two == one
    assert [file.path for file in two] == [file.path for file in one]
    assert far.problems() == near.problems()


def test_few_files_start_no_process() -> None:
    files = open_folder(CASES, Config())
    assert list(Crew(files)(files.selected()[:10])) == []


class Deadly(InMemory):
    """Files of which one ends the process that asks for it."""

    @override
    def read(self, path: str) -> SourceFile | None:
        if path == "3.sql":
            for child in children():
                os.kill(child, signal.SIGKILL)
        return super().read(path)


def children() -> list[int]:
    """Return the processes that this one has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getpid():
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="finds the child in /proc")
def test_a_process_that_ends_costs_the_file_that_it_had() -> None:
    texts = {f"{number}.sql": f"CREATE TABLE t{number} AS SELECT 1 AS a" for number in range(6)}
    made = dict(Crew(Deadly(texts), workers=2)(sorted(texts)))
    told = {path: file.warnings for path, (file, _) in made.items() if file and file.warnings}
    assert list(told) == ["3.sql"]
    assert "its process ended" in told["3.sql"][0].message
    assert not made["3.sql"][1]
    assert all(
        file is not None and file.writes for path, (file, _) in made.items() if path not in told
    )
