"""The jobs that are rewritten and mutated: those of the cases, and queries that DuckDB can run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from guardian.model.source import SourceFile
from guardian.sources.configuration import Options, configuration, on_disk
from guardian.sources.files import Files, blob_id
from guardian.sources.folder import open_folder
from tests import casebook, constructs, test_quiet, test_relations
from tests.judge import spark_jobs
from tests.truth import claims, generated, tpcds

TRUTH = Path(__file__).parent.parent / "truth"
RESULT = "result"


@dataclass(frozen=True)
class Job:
    """One file of a repository; where `tables` are given, DuckDB can run it."""

    name: str
    path: str
    text: str
    dialect: str
    beside: Mapping[str, str] = field(default_factory=dict)  # other files, in memory
    folder: Path | None = None  # or a folder with the others
    tables: str = ""
    target: str = RESULT

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @cached_property
    def columns(self) -> dict[str, dict[str, str]]:
        """Return the type of each column that a CREATE TABLE beside the job declares."""
        declared: dict[str, dict[str, str]] = {}
        text = "\n".join(text for path, text in self.beside.items() if path.endswith(".sql"))
        for tree in _declarations(text, self.dialect):
            if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema):
                listed = [item for item in tree.this.expressions if isinstance(item, exp.ColumnDef)]
                kinds = {item.name.lower(): str(item.kind) for item in listed}
                declared[tree.this.this.name.lower()] = kinds
        return declared

    def sources(self, text: str) -> Any:
        """Return the repository with the file as `text`."""
        if self.folder is not None:
            return Overlay(_opened(self.folder), self.path, text)
        return casebook.InMemory({**self.beside, self.path: text}, self.dialect)


@cache
def _declarations(text: str, dialect: str) -> list[exp.Expr]:
    return [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]


@cache
def _opened(folder: Path) -> Files:
    return open_folder(folder, configuration(on_disk(folder), Options()))


class Overlay:
    """A folder in which one file reads otherwise."""

    def __init__(self, files: Files, path: str, text: str) -> None:
        self.files = files
        self.path = path
        self.file = SourceFile(path, text, blob_id(text.encode()))

    def read(self, path: str) -> SourceFile | None:
        return self.file if path == self.path else self.files.read(path)

    def blob(self, path: str) -> str | None:
        return self.file.blob if path == self.path else self.files.blob(path)

    def paths(self) -> Sequence[str]:
        return self.files.paths()

    def selected(self) -> Sequence[str]:
        return self.files.selected()

    def dialect(self, path: str) -> str:
        return self.files.dialect(path)

    def settings(self) -> Mapping[str, Any]:
        return self.files.settings()


# --- queries that DuckDB runs ------------------------------------------------------------------------


def run_jobs() -> Iterator[Job]:
    """Yield the queries that DuckDB can run, each of which makes `result` or says what it writes."""
    truth = (TRUTH / "tables.sql").read_text(encoding="utf-8")
    for path in sorted((TRUTH / "queries").glob("*.sql")):
        for case in claims.cases(path):
            name = f"truth/{path.stem}: {case.name}"
            yield (
                _query(name, case.text, truth) if case.is_query else _script(name, case.text, truth)
            )
    own = (Path(__file__).parent / "queries.sql").read_text(encoding="utf-8")
    for number, text in enumerate(own.strip().split("\n\n"), start=1):
        yield _query(f"own/{number}", text, truth)
    relations = f"{test_relations.SCHEMA}{test_relations.DATA}"
    for table in (test_relations.EQUAL, test_relations.DIFFERENT):
        for name, pair in table.items():
            for side, text in zip("ab", pair, strict=True):
                yield _query(f"relations/{name} ({side})", text, relations)
    for seed in range(0, 120, 3):
        yield _query(f"generated/{seed}", generated.query(seed).text, generated.TABLES)


def benchmark_jobs() -> Iterator[Job]:
    """Yield the queries of TPC-DS; none where they are not installed."""
    for number, text in tpcds.queries():
        yield _query(f"tpcds/q{number:02}", text, tpcds.tables(text))


def _query(name: str, text: str, tables: str) -> Job:
    return _script(name, f"CREATE TABLE {RESULT} AS {text}", tables, RESULT)


def _script(name: str, text: str, tables: str, target: str = "out.o") -> Job:
    declared = "\n".join(
        re.findall(r"^CREATE (?:TABLE|SCHEMA) .*?;$", tables, re.MULTILINE | re.DOTALL)
    )
    return Job(
        name, "job.sql", text, "duckdb", {"tables.sql": declared}, tables=tables, target=target
    )


# --- jobs that are only read -------------------------------------------------------------------------


def construct_jobs() -> Iterator[Job]:
    """Yield the statements of `tests/cases/sql`, in each dialect that they are told for."""
    for construct in constructs.constructs():
        for block in construct.blocks:
            if block.gap or block.warnings or "MATCH_RECOGNIZE" in block.statement:
                continue  # what is not read is the same while its text is
            tables = "".join(f"CREATE TABLE {t};\n" for t in (*constructs.TABLES, *block.tables))
            for dialect in block.dialects:
                name = f"constructs/{construct.name}: {block.title} ({dialect})"
                yield Job(name, "query.sql", block.statement, dialect, {"ddl.sql": tables})


def folder_jobs() -> Iterator[Job]:
    """Yield each file of the folders below `tests/cases` that a rewrite can take."""
    for name, folder in test_quiet.FOLDERS.items():
        files = _opened(folder)
        for path in files.selected():
            file = files.read(path)
            fits = path.endswith((".sql", ".hql", ".py")) and "/macros/" not in f"/{path}"
            if file is not None and fits and not file.text.startswith(test_quiet.EXPORT):
                yield Job(f"{name}/{path}", path, file.text, files.dialect(path), folder=folder)


def frame_jobs() -> Iterator[Job]:
    """Yield the PySpark scripts that are kept here."""
    tables = {"tables.sql": spark_jobs.TABLES, **spark_jobs.MODULES}
    for name, text in spark_jobs.JOBS.items():
        yield Job(f"frames/{name}", "job.py", text, "spark", tables, tables=spark_jobs.TABLES)
