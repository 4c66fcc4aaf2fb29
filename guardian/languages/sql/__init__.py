"""SQL files in any dialect: text → statements → operators of the plan.

`run_script` lowers a text into a `Script`, `lower_query` one parsed query; PySpark,
dbt and notebooks call them, too.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from guardian.languages import Extractor, Sources
from guardian.languages.layouts import table_parts
from guardian.languages.marks import LOGGING, SQL_SUFFIXES
from guardian.languages.sql.queries import lower_query
from guardian.languages.sql.running import run_script
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import Head, add_write
from guardian.model.names import dataset_name, fold
from guardian.model.plan import Lowered, PlanBuilder, WriteOptions
from guardian.model.source import SourceFile

_EXPORTED = re.compile(r"notebook source|\n-- COMMAND -----")


def claims(path: str, _sources: Sources) -> bool:
    """Return whether a path is that of a SQL file."""
    return path.lower().endswith(SQL_SUFFIXES)


def extract(source: SourceFile, sources: Sources) -> Lowered:
    """Return what the statements of a SQL file say.

    A bare query in it is no dataset of its own, unless a layout of folders names the table.
    """
    if _EXPORTED.search(source.text):
        from guardian.languages import notebook  # noqa: PLC0415 - it imports this package

        if notebook.is_export(source.text):
            return notebook.extract(source, sources)
    script = Script(
        builder=PlanBuilder(),
        dialect=sources.dialect(source.path),
        path=source.path,
        job=source.path,
        sources=sources,
    )
    rows = run_script(source.text, script)
    table = table_parts(source.path, sources.settings().get("tables", ()))
    if rows is not None and table and not script.writes:
        name = dataset_name((fold(part, script.dialect) for part in table), script.dialect)
        at, text = script.queried or (script.line(1), "")
        add_write(script, name, rows, Head(at, text), WriteOptions(mode="overwrite"))
    return lowered(script, "sql")


def lowered(script: Script, language: str) -> Lowered:
    """Return what a script has said, as the value that the cache keeps."""
    said = bool(script.writes or script.declarations or script.tables)
    return Lowered(
        path=script.path,
        language=language,
        nodes=tuple(script.builder.nodes),
        writes=tuple(script.writes),
        declarations=tuple(script.declarations),
        tables=tuple(script.tables),
        aliases=tuple(script.aliases),
        routines=tuple(script.routines),
        procedures=tuple(script.procedures),
        calls=tuple(_steps(script)),
        spelled=tuple((job, symbol, text) for (job, symbol), text in script.spelled.items()),
        warnings=tuple(sorted(set(script.warnings))),
        failed=script.failed or (bool(script.warnings) and not said),
    )


def _steps(script: Script) -> Iterator[tuple[str, str]]:
    """Yield which procedures the script's jobs run, without those that only keep a log."""
    settings = {} if script.sources is None else script.sources.settings()
    ignored = settings.get("ignore_calls", LOGGING)
    for job, procedure in dict.fromkeys(script.calls):
        if not any(fnmatchcase(procedure, pattern.lower()) for pattern in ignored):
            yield job, procedure


EXTRACTOR = Extractor(name="sql", version="6", rank=90, claims=claims, extract=extract)

__all__ = ["EXTRACTOR", "Script", "lower_query", "lowered", "run_script"]
