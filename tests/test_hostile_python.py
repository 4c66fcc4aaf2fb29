"""Hostile Python: read within its limits, never run, and no other job feels it."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian.engines.deep import deep
from guardian.languages.python.module_roots import layout_of
from guardian.languages.python.sharing import Sharing
from guardian.model.plan import Lowered
from tests.hostile_python import FOLLOWED, REFUSED, job
from tests.pyspark_code import lowered, scanned, written

SECONDS = 20  # of one processor for one file, on a busy machine


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_goes_on_and_on_ends_in_time(name: str) -> None:
    started = time.process_time()
    found = deep(lambda: lowered(job(FOLLOWED[name])))
    assert time.process_time() - started < SECONDS
    assert not found.failed
    assert written(found) == ["mart.odd"] or found.warnings


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_parsed_is_one_warning(name: str) -> None:
    found = deep(lambda: lowered(job(REFUSED[name])))
    assert found.failed
    assert [warning.file for warning in found.warnings] == ["job.py"]


# --- nothing is run -------------------------------------------------------------------------------

EFFECTS = """
import os, socket, subprocess, sys, importlib, builtins, atexit, ctypes
open({mark!r}, 'w').write('x')
os.system('touch {mark}')
subprocess.run(['touch', {mark!r}])
__import__('os').system('touch {mark}')
importlib.import_module('json')
exec(open({mark!r}, 'w').write('y'))
eval("open({mark!r}, 'w')")
socket.socket().connect(('127.0.0.1', 9))
atexit.register(lambda: open({mark!r}, 'w'))
class Hook:
    def find_spec(self, *a): open({mark!r}, 'w')
sys.meta_path.insert(0, Hook())
sys.path.insert(0, '.')
builtins.len = None
"""


@pytest.mark.parametrize("path", ["job.py", "sitecustomize.py", "conftest.py", "json.py", "ast.py"])
def test_a_file_with_side_effects_has_none(path: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    finders, folders, modules = list(sys.meta_path), list(sys.path), set(sys.modules)
    effects = EFFECTS.format(mark=str(mark))
    found = lowered(job("import sitecustomize, conftest, json, ast"), {path: effects}, "etl.py")
    same = lowered(job(effects), path=path)
    assert written(found) == ["mart.odd"]
    assert scanned(same) >= {"raw.orders"}
    assert not mark.exists()
    assert (finders, folders) == (sys.meta_path, sys.path)
    assert not {"sitecustomize", "conftest"} & (set(sys.modules) - modules)


# --- modules that several jobs import -------------------------------------------------------------

SHARED = {
    "settings.py": "TABLES = ['raw.a']\nclass Names:\n    out = 'mart.x'\ndef add(t): TABLES.append(t)\n",
    "tables.py": "from settings import TABLES, Names\nFIRST = TABLES[0]\nN = Names\n",
    "one.py": job(
        "import settings\nsettings.add('raw.b')\nsettings.Names.out = 'mart.one'\n"
        "from tables import N, FIRST\n"
        "for t in settings.TABLES: df = df.union(spark.table(t))\n"
        "df.write.saveAsTable(N.out)"
    ),
    "two.py": job(
        "from tables import N, FIRST, TABLES\nfrom settings import Names\n"
        "df = df.union(spark.table(','.join(TABLES))).union(spark.table(FIRST))\n"
        "df.write.saveAsTable(N.out + str(N is Names))"
    ),
    "three.py": job(
        "import settings\nfrom tables import N\n"
        "if spark.catalog.tableExists('raw.c'):\n"
        "    settings.add('raw.c')\n    settings.Names.out = 'mart.three'\n"
        "for t in settings.TABLES: df = df.union(spark.table(t))\n"
        "df.write.saveAsTable(N.out)"
    ),
}


def test_jobs_do_not_see_what_others_change_in_a_shared_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both() -> list[Lowered]:
        layout_of.cache_clear()
        jobs = ("one.py", "two.py", "one.py", "three.py")
        return [lowered(SHARED[name], SHARED, name) for name in jobs]

    shared = both()
    with monkeypatch.context() as patched:
        patched.setattr(Sharing, "run", lambda *arguments: arguments[-1]())
        alone = both()
    assert shared == alone
    assert written(shared[0]) == ["mart.one", "mart.odd"]
    assert scanned(shared[0]) == {"raw.orders", "raw.a", "raw.b"}
    assert written(shared[1]) == ["mart.xtrue", "mart.odd"]
    assert scanned(shared[1]) == {"raw.orders", "raw.a"}
    # One run of the third job adds a table and renames the target, the other one does not.
    assert sorted(set(written(shared[3]))) == ["mart.odd", "mart.three", "mart.x"]
    assert scanned(shared[3]) == {"raw.orders", "raw.a", "raw.c"}


# --- any Python at all ----------------------------------------------------------------------------

LINES = [line for name, text in FOLLOWED.items() if len(text) < 400 for line in text.splitlines()]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(st.sampled_from(LINES), max_size=12), st.integers(0, 60), st.text(max_size=5))
def test_any_mixture_of_lines_is_read(lines: list[str], place: int, noise: str) -> None:
    text = job("\n".join(lines))
    mixed = text[: len(text) - place] + noise + text[len(text) - place :]
    started = time.process_time()
    found = deep(lambda: lowered(mixed))
    assert time.process_time() - started < SECONDS
    assert found.failed == any("not valid Python" in one.message for one in found.warnings) or (
        not found.failed
    )
