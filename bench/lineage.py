"""Lineage of all columns as a ratio to parsing the same texts, beside what others take for it.

Every ratio is to the compiled parser in the same process, in CPU time, the best of several turns.
`direct` tells what a value comes from, `indirect` what decides it and its rows.
"""

import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage

from bench.corpora import Corpus
from bench.table import row
from guardian import pipeline
from guardian.config import parse
from guardian.lineage.link import link
from guardian.sources.folder import open_folder

TURNS = 4
SAMPLE = 60  # texts that a slow tool is asked for
SQLLINEAGE = "sqllineage left out: pip install 'change-guardian[bench]'"
_DIALECTS = {"spark": "sparksql", "duckdb": "duckdb"}
_PURE = """
import json, sys, time
from bench import pure
pure.install()
import sqlglot
dialect, texts = json.load(sys.stdin)
sqlglot.parse(texts[0], dialect)
best = float("inf")
for _ in range(2):
    started = time.process_time()
    for text in texts:
        sqlglot.parse(text, dialect)
    best = min(best, time.process_time() - started)
assert not pure.compiled()
print(best)
"""


def measure(corpus: Corpus) -> None:
    """Print one corpus: ours, sqlglot's pure build, and what other tools take."""
    texts = corpus.texts()
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as folder:
        corpus.write(Path(folder))
        ours = _Ours(Path(folder))
        works = (lambda: _parse(texts, corpus.dialect), ours.lower, ours.link, ours.scan)
        parsed, lowered, linked, scanned = _best(works)
    row(f"{corpus.name}: parse, compiled", parsed, 1.0)
    row("  lower to plans", lowered, lowered / parsed)
    row("  + link: definitions and edges", lowered + linked, (lowered + linked) / parsed)
    row("  EDGES, DEFINITIONS, DOCUMENT", scanned, scanned / parsed)
    pure = _pure(texts, corpus.dialect)
    row("  parse, pure Python", pure, pure / parsed)
    _peers(corpus)


class _Ours:
    """Our own steps over a folder, each with what it needs made before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lowered, self._coverage = self.lower()

    def lower(self):  # type: ignore[no-untyped-def]
        """Return all files lowered, read and parsed anew."""
        settings = (self._folder / "guardian.yml").read_text(encoding="utf-8")
        sources = open_folder(self._folder, parse(settings))
        return pipeline.lower(sources, list(sources.selected()), None)

    def link(self) -> object:
        """Return the linked world."""
        return link(self._lowered)

    def scan(self) -> object:
        """Return the whole document, from files."""
        return pipeline.scan(*self.lower())


def _parse(texts: Sequence[str], dialect: str) -> None:
    for text in texts:
        sqlglot.parse(text, dialect)


def _best(works: Sequence[Callable[[], object]], turns: int = TURNS) -> list[float]:
    """Return the CPU time of each work, in turns, so that a busy machine slows all alike."""
    best = [float("inf")] * len(works)
    for _ in range(turns):
        for index, work in enumerate(works):
            gc.collect()
            started = time.process_time()
            work()
            best[index] = min(best[index], time.process_time() - started)
    return best


def _pure(texts: Sequence[str], dialect: str) -> float:
    """Return what sqlglot's own sources take to parse the same."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _PURE],
        input=json.dumps([dialect, list(texts)]),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    return float(done.stdout)


# --- others --------------------------------------------------------------------------------------


def _peers(corpus: Corpus) -> None:
    step = max(1, len(corpus.queries) // SAMPLE)
    texts = list(corpus.queries.values())[::step]
    schema = _nested(corpus)
    works = [lambda: _parse(texts, corpus.dialect), lambda: _own(texts, corpus.dialect, schema)]
    parsed, own = _best(works, 2)
    row(f"  sqlglot.lineage, {len(texts)} texts, direct", own, own / parsed)
    if find_spec("sqllineage") is None:
        sys.stdout.write(f"  {SQLLINEAGE}\n")
        return
    few = texts[:: max(1, len(texts) // 10)]
    parsed, other = _best([lambda: _parse(few, corpus.dialect), lambda: _other(few, corpus)], 1)
    row(f"  sqllineage, {len(few)} texts, direct", other, other / parsed)


def _nested(corpus: Corpus) -> dict[str, object]:
    """Return the columns as sqlglot wants them: by schema where there is one, then by table."""
    nested: dict[str, object] = {}
    for dataset, columns in corpus.columns.items():
        *schema, table = dataset.split(".")
        inner = nested
        for part in schema:
            inner = inner.setdefault(part, {})  # type: ignore[assignment]  # a level of names
        inner[table] = dict.fromkeys(columns, "int")
    return nested


def _own(texts: Sequence[str], dialect: str, schema: dict[str, object]) -> None:
    """Ask sqlglot for all columns of each query at once: its fastest way."""
    for text in texts:
        for tree in sqlglot.parse(text, dialect):
            query = tree.expression if isinstance(tree, exp.Create) else tree
            lineage(None, query, schema, dialect=dialect, trim_selects=False, copy=False)


def _other(texts: Sequence[str], corpus: Corpus) -> None:
    from sqllineage.core.metadata.dummy import DummyMetaDataProvider  # noqa: PLC0415 (an extra)
    from sqllineage.runner import LineageRunner  # noqa: PLC0415 (an extra)

    known = {name: list(columns) for name, columns in corpus.columns.items() if "." in name}
    for text in texts:
        provider = DummyMetaDataProvider(known)
        LineageRunner(
            text, dialect=_DIALECTS[corpus.dialect], metadata_provider=provider
        ).get_column_lineage()
